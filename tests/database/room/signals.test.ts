import { beforeAll, describe, expect, test } from 'vitest';
import type { Sql } from 'postgres';
import { become } from '../../support/as-person.ts';
import { connected } from '../../support/server.ts';
import {
	addAction,
	apply,
	applyOne,
	close,
	code,
	comeBack,
	command,
	foundGroup,
	given,
	joinGroup,
	leave,
	operation,
	planFor,
	planSession,
	type Room,
	roomOf,
	sign,
	start
} from '../people.ts';
import { type Named, openWorld, personas, type World } from '../personas.ts';

const CANARY = 'canary-of-a-room-51c7';

const cercle = connected();
let world: World;

beforeAll(async () => {
	world = await openWorld(cercle);
});

interface Message {
	topic: string;
	event: string;
	extension: string;
	private: boolean;
	payload: Record<string, unknown>;
}

/** Signals of a session, in their order; all of the database's without one. */
async function messages(session = ''): Promise<Message[]> {
	const rows = await cercle.owner`
		select topic, event, extension, private, payload from realtime.messages
		where topic like ${`%${session}%`} order by inserted_at
	`;
	return [...rows] as unknown as Message[];
}

/** What the signals of this session were, from now on. */
async function during(session: string, act: () => PromiseLike<unknown>): Promise<string[]> {
	const before = (await messages(session)).length;
	await act();
	return (await messages(session)).slice(before).map(({ event }) => event);
}

/** The values inside lists and objects. */
function leaves(value: unknown): unknown[] {
	if (typeof value !== 'object' || value === null) return [value];
	return Object.values(value).flatMap(leaves);
}

describe('what a live room is told', () => {
	test('is nothing that a member wrote, whatever they write', async () => {
		const { facilitator, presenter } = world.people;
		const { group } = world;
		const plan = {
			...planFor(group, { starts_at: '2030-04-02T18:30:00Z', presenters: [presenter.id] }),
			place: CANARY
		};
		plan.segments[0]!.label = { fr: CANARY, en: CANARY };
		await planSession(facilitator, plan);
		await start(facilitator, plan.id);
		const here = { group_id: group.id, session_id: plan.id };
		const [row] = await cercle.owner`select id from challenges where session_id = ${plan.id}`;
		const id = row?.id as string;
		const words = async (kind: string, args: Record<string, unknown>) =>
			expect(await applyOne(presenter, kind, args)).toBeNull();
		await words('profile.write', { id: presenter.id, changes: { name: CANARY } });
		await words('challenge.write', { id, changes: { question: CANARY, context: CANARY } });
		await words('notes.write', { id, changes: { body: CANARY, takeaways: CANARY } });
		const action_id = await addAction(presenter, group.id, { title: CANARY, born_in: plan.id });
		await words('review.record', { ...here, action_id, outcome: 'partly', line: CANARY });
		await words('feedback.write', { ...here, plus: CANARY, delta: CANARY });
		await apply(presenter, [operation(CANARY, { words: CANARY })]);
		await roomOf(presenter, plan.id);
		const { version } = await roomOf(facilitator, plan.id);
		const room = given(
			await command(facilitator, plan.id, 'add', version, { minutes: 1, words: CANARY })
		) as Room;
		await leave(cercle, group.id, world.people.back);
		await comeBack(cercle, group.id, world.people.back);
		const next = { ...planFor(group, { starts_at: '2030-05-07T18:30:00Z' }), place: CANARY };
		given(await close(facilitator, plan.id, room.version, next));

		const sent = await messages(plan.id);
		expect(new Set(sent.map(({ event }) => event))).toEqual(new Set(['state', 'changed', 'moved']));
		expect(JSON.stringify(sent)).not.toContain(CANARY);
	});

	test('is private, about a room, and made of ids, numbers and states alone', async () => {
		const shown = await cercle.owner`select name from private.shown_tables(null)`;
		const names = shown.map(({ name }) => name as string);
		// Of every run of this suite so far, whichever file it was in.
		const all = await messages();
		expect(all.length).toBeGreaterThan(10);
		for (const { topic, event, extension, payload, ...message } of all) {
			expect(topic).toMatch(/^room:[0-9a-f-]{36}:\d+$/);
			expect([message.private, extension]).toEqual([true, 'broadcast']);
			const { id, tables, status, ...rest } = payload;
			expect(id).toMatch(/^[0-9a-f-]{36}$/);
			if (event === 'state') expect(['planned', 'live', 'closed']).toContain(status);
			for (const name of (tables as string[] | undefined) ?? []) expect(names).toContain(name);
			expect(['state', 'changed', 'moved', 'floor', 'signals']).toContain(event);
			const allowed = /^(null|-?\d+(\.\d+)?|"[0-9a-f-]{36}")$/;
			for (const leaf of leaves(rest)) expect(JSON.stringify(leaf)).toMatch(allowed);
		}
	});

	test('is each change once, and nothing of what was refused or repeated', async () => {
		const { facilitator, member } = world.people;
		const { version } = await roomOf(facilitator, world.live);
		const id = '00000000-0000-4000-8000-0000000051c7';
		const add = (by = facilitator) => command(by, world.live, 'add', version, { minutes: 1 }, id);
		expect(await during(world.live, () => add(member))).toEqual([]);
		expect(await during(world.live, () => add())).toEqual(['state']);
		expect(await during(world.live, () => add())).toEqual([]);
		expect(await during(world.live, () => command(facilitator, world.live, 'stop', 0))).toEqual([]);
	});

	test('is that something was written, not that something was refused, repeated or empty', async () => {
		const { member } = world.people;
		const good = operation('feedback.write', {
			...{ group_id: world.group.id, session_id: world.live, plus: 'Calm' }
		});
		const sent = (...operations: object[]) => during(world.live, () => apply(member, operations));
		expect(await sent(good)).toEqual(['changed']);
		expect(await sent(good)).toEqual([]);
		expect(await sent(operation('no.such', {}))).toEqual([]);
		expect(await sent()).toEqual([]);
	});

	test('is that somebody arrived, once', async () => {
		const { absent } = world.people;
		expect(await during(world.live, () => roomOf(absent, world.live))).toEqual(['changed']);
		expect(await during(world.live, () => roomOf(absent, world.live))).toEqual([]);
	});
});

describe('who may hear a room', () => {
	const signed = ['member', 'absent', 'later', 'newest', 'back', 'presenter', 'facilitator'];

	/** Asks as the gateway does: with a row of the topic that is never kept. */
	async function asPerson<T>(persona: Named, topic: string, ask: (sql: Sql) => Promise<T>) {
		let answer: T | undefined;
		const undo = new Error('undo');
		await cercle.owner
			.begin(async (sql) => {
				await sql`
					insert into realtime.messages (topic, extension, payload, private)
					values (${topic}, 'broadcast', '{}', true)
				`;
				await sql`select set_config('realtime.topic', ${topic}, true)`;
				await become(sql, world.people[persona]);
				answer = await ask(sql as unknown as Sql);
				throw undo;
			})
			.catch((error: unknown) => {
				if (error !== undo) throw error;
			});
		return answer;
	}

	const hearing = async (topic: string) => {
		const found = [];
		for (const persona of personas) {
			if (persona === 'anonymous') continue;
			const rows = await asPerson(
				persona,
				topic,
				(sql) => sql`select from realtime.messages where topic = ${topic} limit 1`
			);
			if (rows?.length) found.push(persona);
		}
		return found;
	};
	const topicOf = async (session: string) => {
		const [group] = await cercle.owner`select epoch from groups where id = ${world.group.id}`;
		return `room:${session}:${group?.epoch}`;
	};

	test('members who signed, for a session that is not over', async () => {
		expect(await hearing(await topicOf(world.live))).toEqual(signed);
		expect(await hearing(await topicOf(world.planned))).toEqual(signed);
	});

	test('nobody, on the topic of before somebody left', async () => {
		const before = await topicOf(world.live);
		expect(await hearing(before)).toEqual(signed);
		await leave(cercle, world.group.id, world.people.back);
		await comeBack(cercle, world.group.id, world.people.back);
		expect(await hearing(before)).toEqual([]);
		expect(await hearing(await topicOf(world.live))).toEqual(signed);
	});

	test('nobody but its author, after a new charter, until they sign it', async () => {
		const group = await foundGroup(await cercle.signIn('Ada'));
		const bob = await joinGroup(cercle, group, 'Bob');
		const plan = planFor(group);
		await planSession(group.founder, plan);
		await start(group.founder, plan.id);
		const topic = async () => {
			const [row] = await cercle.owner`select private.room_topic(${plan.id}) as topic`;
			return row?.topic as string;
		};
		const before = await topic();
		const events = await during(plan.id, () =>
			group.founder.client.rpc('write_charter', {
				...{ group_id: group.id, body: 'Listen.', expected_version: 1 }
			})
		);
		// On the topic that ends; then, on the new one, that anything may have changed.
		expect(events).toEqual(['moved', 'changed']);
		expect(await topic()).not.toBe(before);
		expect(code(await bob.client.rpc('room_snapshot', { session_id: plan.id }))).toBe('CR001');
		await sign(bob, group.id);
		const { data } = await bob.client.rpc('room_snapshot', { session_id: plan.id });
		expect(data.topic).toBe(await topic());
	});

	test('nobody, for a session that is closed, an unknown one, or another kind of topic', async () => {
		for (const topic of [
			await topicOf(world.closed),
			`room:${world.group.id}:1`,
			`group:${world.group.id}`,
			world.live,
			`room:${world.live}`,
			''
		]) {
			expect([topic, await hearing(topic)]).toEqual([topic, []]);
		}
	});

	test.each([
		['presence', signed],
		['broadcast', []]
	])('may send a %s: %j', async (extension, allowed) => {
		const topic = await topicOf(world.live);
		const found = [];
		for (const persona of personas) {
			if (persona === 'anonymous') continue;
			const sent = await asPerson(persona, topic, (sql) =>
				sql`
					insert into realtime.messages (topic, extension, payload, private)
					values (${topic}, ${extension}, '{}', true)
				`.then(
					() => true,
					(error: { code: string }) => error.code !== '42501'
				)
			).catch(() => false);
			if (sent) found.push(persona);
		}
		expect(found).toEqual(allowed);
	});
});
