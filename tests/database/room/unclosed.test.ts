import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Person, started } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	close,
	code,
	command,
	date,
	foundGroup,
	given,
	type Group,
	joinGroup,
	openSession,
	type Plan,
	planFor,
	planSession,
	roomOf,
	rowsOf
} from '../people.ts';

// Of its own: the daily run concerns every group there is.
const { cercle } = await started();
const HOUR = 60;
const WEEKS = 3 * 7 * 24 * HOUR;

let group: Group;
let ada: Person;
let bob: Person;
let plan: Plan;
let challenge: string;

beforeEach(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	plan = planFor(group, { presenters: [bob.id] });
	await openSession(ada, plan);
	const [row] = await cercle.owner`select id from challenges where session_id = ${plan.id}`;
	challenge = String(row?.id);
});

/** As if all of this group had happened so many minutes earlier. */
async function passed(minutes: number): Promise<void> {
	await date(cercle, async (sql) => {
		const past = sql`make_interval(mins => ${minutes})`;
		const of = sql`group_id = ${group.id}`;
		await sql`update sessions set started_at = started_at - ${past} where ${of}`;
		await sql`update room_states set started_at = started_at - ${past} where ${of}`;
		await sql`update room_commands set at = at - ${past} where ${of}`;
		await sql`update attendances set seen_at = seen_at - ${past} where ${of}`;
		await sql`update memberships set joined_at = joined_at - ${past} where ${of}`;
		await sql`update signatures set signed_at = signed_at - ${past} where ${of}`;
		await sql`update actions set created_at = created_at - ${past} where ${of}`;
	});
}

/** The daily run, as if it were so many minutes later. */
async function daily(minutes = 0): Promise<void> {
	await cercle.owner`
		select private.erase_expired(clock_timestamp() + make_interval(mins => ${minutes}), 100)
	`;
}

async function session() {
	const [row] = await cercle.owner`
		select status, closed_at, started_at, closed_at - started_at as lasted
		from sessions where id = ${plan.id}
	`;
	return row!;
}

const present = async () => {
	const rows = await cercle.owner`
		select member_id from attendances where session_id = ${plan.id} and present
	`;
	return rows.map(({ member_id }) => member_id as string);
};

describe('a session that nobody closed', () => {
	test('is over for a member who joins after its planned end', async () => {
		await passed(WEEKS);
		const zoe = await joinGroup(cercle, group, 'Zoe');
		const { version } = await roomOf(bob, plan.id);
		expect((await rowsOf(zoe)).sessions).toBeUndefined();
		expect(JSON.stringify(await rowsOf(zoe))).not.toContain(challenge);
		const answers = [
			await zoe.client.rpc('room_snapshot', { session_id: plan.id }),
			await command(zoe, plan.id, 'take_over', version),
			await close(zoe, plan.id, version, planFor(group, { starts_at: '2030-02-05T18:30:00Z' }))
		];
		expect(answers.map(code)).toEqual(['CR001', 'CR001', 'CR001']);
		const open = { id: challenge, double_confidential: false };
		expect(await applyOne(zoe, 'challenge.protect', open)).toBe('CR001');
		expect(await present()).not.toContain(zoe.id);
		expect((await session()).status).toBe('live');
	});

	test('stays that of a member who joined while it went on', async () => {
		const zoe = await joinGroup(cercle, group, 'Zoe');
		await passed(WEEKS);
		expect((await rowsOf(zoe)).sessions).toHaveLength(1);
	});

	test('that was planned and whose day passed is over as well', async () => {
		const never = planFor(group, { starts_at: '2026-01-08T18:30:00Z', presenters: [bob.id] });
		await passed(400 * 24 * HOUR);
		await planSession(ada, never);
		const zoe = await joinGroup(cercle, group, 'Zoe');
		expect((await rowsOf(bob)).sessions?.map(({ id }) => id)).toContain(never.id);
		expect((await rowsOf(zoe)).sessions).toBeUndefined();
		expect(code(await zoe.client.rpc('room_snapshot', { session_id: never.id }))).toBe('CR001');
	});

	test('makes nobody present by opening its room', async () => {
		await passed(WEEKS);
		await roomOf(bob, plan.id);
		expect(await present()).toEqual([ada.id]);
	});

	test('is no more commanded by a member who was not there', async () => {
		await passed(4 * HOUR);
		const { version } = await roomOf(bob, plan.id);
		expect(code(await command(bob, plan.id, 'take_over', version))).toBe('CR004');
		expect(code(await command(ada, plan.id, 'add', version, { minutes: 5 }))).toBeNull();
	});

	test('is no more commanded by anybody a day later, and may be closed', async () => {
		await passed(27 * HOUR);
		const { version } = await roomOf(ada, plan.id);
		expect(code(await command(ada, plan.id, 'add', version, { minutes: 5 }))).toBe('CR004');
		const next = planFor(group, { starts_at: '2030-02-05T18:30:00Z' });
		given(await close(bob, plan.id, version, next));
		// It ended as planned, and nobody is present for having closed it.
		expect(await session()).toMatchObject({ status: 'closed', lasted: '02:00:00' });
		expect(await present()).toEqual([ada.id]);
	});

	test('is written in by those who were there for a day more, and by nobody after', async () => {
		const here = { group_id: group.id, session_id: plan.id };
		const gift = { ...here, challenge_id: challenge, kind: 'advice', text: 'Ask them' };
		const add = (by: Person) => applyOne(by, 'contribution.add', { id: randomUUID(), ...gift });
		const note = (by: Person, body: string) =>
			applyOne(by, 'notes.write', { id: challenge, changes: { body } });
		const cid = await joinGroup(cercle, group, 'Cid');
		await passed(4 * HOUR);
		expect([await add(cid), await note(cid, 'Late')]).toEqual(['42501', 'CR001']);
		expect([await add(ada), await note(ada, 'Still here')]).toEqual([null, null]);
		const action = await addAction(bob, group.id);
		const review = { ...here, action_id: action, outcome: 'done', line: '' };
		await passed(23 * HOUR);
		expect([await add(ada), await note(ada, 'Too late')]).toEqual(['42501', 'CR001']);
		expect(await applyOne(ada, 'review.record', review)).toBe('42501');
		// Nobody closed it yet, and the presenter keeps what is theirs.
		expect((await session()).status).toBe('live');
		expect(await note(bob, 'My own')).toBeNull();
	});

	test('stays over for a member who joined before somebody closed it', async () => {
		await passed(WEEKS);
		const zoe = await joinGroup(cercle, group, 'Zoe');
		const { version } = await roomOf(ada, plan.id);
		given(
			await close(ada, plan.id, version, planFor(group, { starts_at: '2030-02-05T18:30:00Z' }))
		);
		expect((await rowsOf(zoe)).sessions?.map(({ id }) => id)).not.toContain(plan.id);
	});

	test('is closed by the daily run a day after its planned end, not before', async () => {
		await passed(25 * HOUR);
		await daily();
		expect((await session()).status).toBe('live');
		await daily(2 * HOUR);
		expect(await session()).toMatchObject({ status: 'closed', lasted: '02:00:00' });
		const rows = await cercle.owner`
			select command, member_id from room_commands where session_id = ${plan.id} order by version
		`;
		expect(rows.at(-1)).toEqual({ command: 'close', member_id: null });
	});

	test('is not closed while somebody still commands it', async () => {
		await passed(25 * HOUR);
		const { version } = await roomOf(ada, plan.id);
		given(await command(ada, plan.id, 'add', version, { minutes: 5 }));
		await daily(2 * HOUR);
		expect((await session()).status).toBe('live');
		await daily(25 * HOUR);
		expect((await session()).status).toBe('closed');
	});

	test('counts a carry of what was reviewed there alone, and keeps every open action', async () => {
		const here = { group_id: group.id, session_id: plan.id };
		const reviewed = await addAction(bob, group.id, { due_on: '2026-12-01' });
		const silent = await addAction(bob, group.id, { due_on: '2026-12-01' });
		for (const id of [reviewed, silent]) {
			await cercle.owner`update actions set due_in = ${plan.id} where id = ${id}`;
		}
		const said = { action_id: reviewed, outcome: 'partly', line: '' };
		expect(await applyOne(ada, 'review.record', { ...here, ...said })).toBeNull();
		const next = planFor(group, { starts_at: '2030-02-05T18:30:00Z' });
		await planSession(ada, next);
		await passed(WEEKS);
		await daily();
		const rows = await cercle.owner`
			select id, carries, due_in, status from actions where group_id = ${group.id}
			order by carries desc
		`;
		expect([...rows]).toEqual([
			{ id: reviewed, carries: 1, due_in: next.id, status: 'open' },
			{ id: silent, carries: 0, due_in: next.id, status: 'open' }
		]);
	});

	test('leaves its open actions to the next plan when none is there', async () => {
		const id = await addAction(bob, group.id);
		await cercle.owner`update actions set due_in = ${plan.id} where id = ${id}`;
		await passed(WEEKS);
		await daily();
		const dueIn = async () => (await cercle.owner`select due_in from actions where id = ${id}`)[0];
		expect(await dueIn()).toEqual({ due_in: null });
		const next = planFor(group, { starts_at: '2030-02-05T18:30:00Z' });
		await planSession(ada, next);
		expect(await dueIn()).toEqual({ due_in: next.id });
	});

	test('and one that was never held lose their words when the group’s time is over', async () => {
		const never = planFor(group, { starts_at: '2026-01-08T18:30:00Z', presenters: [bob.id] });
		await planSession(ada, never);
		const words = { question: 'Stay or go?' };
		for (const id of [plan.id, never.id]) {
			await cercle.owner`update challenges set ${cercle.owner(words)} where session_id = ${id}`;
		}
		await passed(WEEKS);
		const later = planFor(group, { starts_at: '2030-02-05T18:30:00Z' });
		await openSession(ada, later);
		const { version } = await roomOf(ada, later.id);
		given(
			await close(ada, later.id, version, planFor(group, { starts_at: '2049-01-01T18:30:00Z' }))
		);
		const left = async () =>
			(
				await cercle.owner`
				select session_id from challenges where group_id = ${group.id} and question <> ''
			`
			).map(({ session_id }) => session_id as string);
		expect((await left()).sort()).toEqual([never.id, plan.id].sort());
		await daily(20 * 365 * 24 * HOUR);
		expect(await left()).toEqual([]);
	});
});
