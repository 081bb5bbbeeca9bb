import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { Seat, settled } from '../../realtime/harness.ts';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	code,
	comeBack,
	date,
	foundGroup,
	given,
	type Group,
	joinGroup,
	openSession,
	planFor,
	planSession,
	rowsOf,
	sign
} from '../people.ts';
import { browser } from '../personas.ts';

const REASON = 'canary-of-a-breach-77e1';

const cercle = connected();
let group: Group;
/** Four members: three decide about the fourth. */
let [ada, bob, cleo, dan]: Person[] = [];

beforeEach(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	cleo = await joinGroup(cercle, group, 'Cleo');
	dan = await joinGroup(cercle, group, 'Dan');
});

const raise = (by: Person, accused: Person, more: Record<string, unknown> = {}) => {
	const about = { group_id: group.id, accused_id: accused.id, reason: REASON };
	return by.client.rpc('raise_breach', { id: randomUUID(), ...about, ...more });
};
const vote = (by: Person, breach_id: string, exclude: boolean | null) =>
	by.client.rpc('vote_breach', { breach_id, exclude });
const raised = async (by: Person, accused: Person) => given(await raise(by, accused)) as string;

async function breachOf(id: string) {
	const [row] = await cercle.owner`select * from breaches where id = ${id}`;
	return row!;
}

/** Puts the day on which a breach was raised so far back, and what led to it. */
async function age(id: string, interval: string) {
	await date(cercle, async (sql) => {
		const at = sql`now() - ${interval}::text::interval`;
		await sql`update breaches set raised_at = ${at} where id = ${id}`;
		await sql`
			update memberships set joined_at = least(joined_at, ${at}) where group_id = ${group.id}
		`;
	});
}

/** The group has been meeting for so many days. */
async function met(days: number): Promise<void> {
	await openSession(ada!, planFor(group));
	await date(cercle, async (sql) => {
		const past = sql`make_interval(days => ${days})`;
		const of = sql`group_id = ${group.id}`;
		await sql`update sessions set started_at = started_at - ${past} where ${of}`;
		await sql`update memberships set joined_at = joined_at - ${past} where ${of}`;
		await sql`update signatures set signed_at = signed_at - ${past} where ${of}`;
	});
}

const read = (by: Person, table: string) => by.sql((sql) => sql`select * from ${sql(table)}`);

async function pulled(by: Person): Promise<string> {
	return JSON.stringify(await rowsOf(by));
}

describe('a breach', () => {
	test('is read by all who decide, and nothing of it by the accused', async () => {
		const before = await pulled(dan!);
		const id = await raised(ada!, dan!);
		for (const member of [ada!, bob!, cleo!]) expect(await pulled(member)).toContain(REASON);
		expect(await pulled(dan!)).toBe(before);
		expect(await read(dan!, 'breaches')).toEqual([]);
		// Neither is there a way to ask for it.
		for (const answer of [
			await vote(dan!, id, false),
			await vote(dan!, randomUUID(), false),
			await dan!.client.rpc('withdraw_breach', { breach_id: id })
		]) {
			expect(code(answer)).toBe('CR001');
		}
		expect((await breachOf(id)).reason).toBe(REASON);
	});

	test('is about another current member, in words, one at a time', async () => {
		const gone = await joinGroup(cercle, group, 'Eve');
		given(await gone.client.rpc('leave_group', { group_id: group.id }));
		expect(code(await raise(ada!, ada!))).toBe('CR005');
		expect(code(await raise(ada!, gone))).toBe('CR001');
		expect(code(await raise(ada!, dan!, { reason: ' \n ' }))).toBe('CR005');
		expect(code(await raise(gone, dan!))).toBe('CR001');
		await raised(ada!, dan!);
		expect(code(await raise(bob!, dan!))).toBe('CR016');
		await raised(bob!, cleo!);
	});

	test('that is raised twice by the same press is one, and its id is nobody else’s', async () => {
		const id = randomUUID();
		given(await raise(ada!, dan!, { id }));
		given(await raise(ada!, dan!, { id }));
		expect(code(await raise(bob!, cleo!, { id }))).toBe('CR005');
		const [{ count }] = (await cercle.owner`
			select count(*)::int from breaches where group_id = ${group.id}
		`) as unknown as [{ count: number }];
		expect(count).toBe(1);
	});

	test('is not raised over and over: three in two weeks', async () => {
		for (let turn = 0; turn < 3; turn++) {
			const id = await raised(ada!, dan!);
			given(await ada!.client.rpc('withdraw_breach', { breach_id: id }));
		}
		expect(code(await raise(ada!, dan!))).toBe('CR009');
	});

	test('needs two who can decide', async () => {
		for (const member of [bob!, cleo!]) {
			given(await member.client.rpc('leave_group', { group_id: group.id }));
		}
		expect(code(await raise(ada!, dan!))).toBe('CR017');
	});

	test('is withdrawn by the member who raised it alone: its words and votes are gone, and nobody hears of it', async () => {
		const id = await raised(ada!, dan!);
		given(await vote(bob!, id, true));
		expect(code(await bob!.client.rpc('withdraw_breach', { breach_id: id }))).toBe('CR002');
		given(await ada!.client.rpc('withdraw_breach', { breach_id: id }));
		expect(await breachOf(id)).toMatchObject({ outcome: 'withdrawn', reason: '' });
		expect(await cercle.owner`select from breach_votes where breach_id = ${id}`).toEqual([]);
		expect(await cercle.owner`select from decisions where id = ${id}`).toEqual([]);
		expect(await read(bob!, 'breaches')).toEqual([]);
		expect(await read(ada!, 'breaches')).toMatchObject([{ outcome: 'withdrawn', reason: '' }]);
		expect(code(await vote(bob!, id, true))).toBe('CR004');
	});

	test('lapses after 14 days: nobody reads it any more, a vote is too late, its words are erased', async () => {
		const id = await raised(ada!, dan!);
		given(await vote(ada!, id, true));
		await age(id, '13 days 23 hours');
		expect(await read(bob!, 'breaches')).toHaveLength(1);
		await age(id, '14 days');
		expect(await read(bob!, 'breaches')).toEqual([]);
		expect(await read(ada!, 'breach_votes')).toEqual([]);
		expect((await breachOf(id)).reason).toBe(REASON);
		expect(given(await vote(bob!, id, true))).toBe('lapsed');
		expect(await breachOf(id)).toMatchObject({ outcome: 'lapsed', reason: '', votes_for: 1 });
		const members = await cercle.owner`
			select from memberships where member_id = ${dan!.id} and left_at is null
		`;
		expect(members).toHaveLength(1);
		// Another may be raised in its place.
		await raised(bob!, dan!);
	});

	test('that is dismissed is said to all but the accused, without a name', async () => {
		const id = await raised(ada!, dan!);
		given(await vote(bob!, id, false));
		expect(given(await vote(cleo!, id, false))).toBe('dismissed');
		const line = { kind: 'breach_dismissed', subject_id: null };
		expect(await read(ada!, 'decisions')).toContainEqual(expect.objectContaining({ id, ...line }));
		expect(JSON.stringify(await read(dan!, 'decisions'))).not.toContain('breach');
		expect(await breachOf(id)).toMatchObject({ reason: '', entitled: 3, votes_against: 2 });
		const later = await joinGroup(cercle, group, 'Eve');
		// A member who came later reads that something was dismissed, and not about which member.
		expect(await read(later, 'decisions')).toContainEqual(expect.objectContaining({ id, ...line }));
		expect(await read(later, 'breaches')).toEqual([]);
	});
});

describe('the members who decide', () => {
	const electors = async (id: string) => {
		const rows = await cercle.owner`
			select p.name from breaches b cross join unnest(b.electors) e (id) join profiles p on p.id = e.id
			where b.id = ${id} order by p.name
		`;
		return rows.map(({ name }) => name as string);
	};
	const terms = async (by: Person, accused: Person) => {
		const args = { group_id: group.id, accused_id: accused.id };
		return given(await by.client.rpc('vote_terms', args)) as {
			voices: number;
			from: string | null;
		};
	};

	test('before any session are the founder and those who signed first, four in all', async () => {
		const eve = await joinGroup(cercle, group, 'Eve');
		expect(await electors(await raised(ada!, eve))).toEqual(['Ada', 'Bob', 'Cleo', 'Dan']);
		expect(await electors(await raised(ada!, bob!))).toEqual(['Ada', 'Cleo', 'Dan']);
		// A place that is given up is nobody else's.
		given(await dan!.client.rpc('leave_group', { group_id: group.id }));
		expect(await electors(await raised(bob!, cleo!))).toEqual(['Ada', 'Bob']);
	});

	test('are those who had signed when the first session began, for thirty days', async () => {
		const eve = await joinGroup(cercle, group, 'Eve');
		await met(29);
		await joinGroup(cercle, group, 'Finn');
		expect(await electors(await raised(ada!, dan!))).toEqual(['Ada', 'Bob', 'Cleo', 'Eve']);
		expect(code(await vote(eve, await raised(bob!, cleo!), true))).toBeNull();
	});

	test('are then those who had signed thirty days before', async () => {
		await met(60);
		const puppets: Person[] = [];
		for (const name of ['Pia', 'Pit', 'Pol']) puppets.push(await joinGroup(cercle, group, name));
		const [pia] = puppets;
		const id = await raised(pia!, ada!);
		expect(await electors(id)).toEqual(['Bob', 'Cleo', 'Dan']);
		for (const puppet of puppets) expect(code(await vote(puppet, id, true))).toBe('CR002');
		expect(await breachOf(id)).toMatchObject({ settled_at: null });
		await date(
			cercle,
			(sql) => sql`
				update memberships set joined_at = joined_at - interval '31 days' where member_id = ${pia!.id}
			`
		);
		// Neither by having belonged for longer, as long as they had not signed.
		expect(await electors(await raised(bob!, cleo!))).toEqual(['Ada', 'Bob', 'Dan']);
	});

	test('are not more for who joins while the vote is open, and fewer for who leaves', async () => {
		const id = await raised(ada!, dan!);
		const eve = await joinGroup(cercle, group, 'Eve');
		expect(code(await vote(eve, id, true))).toBe('CR001');
		expect(await read(eve, 'breaches')).toEqual([]);
		given(await cleo!.client.rpc('leave_group', { group_id: group.id }));
		expect(await electors(id)).toEqual(['Ada', 'Bob']);
		await comeBack(cercle, group.id, cleo!);
		expect(code(await vote(cleo!, id, true))).toBe('CR001');
		expect(await electors(id)).toEqual(['Ada', 'Bob']);
	});

	test('are said before one is asked to decide, and from which day on they are two', async () => {
		expect(await terms(ada!, dan!)).toEqual({ voices: 3, from: null });
		for (const gone of [bob!, cleo!]) {
			given(await gone.client.rpc('leave_group', { group_id: group.id }));
		}
		expect(await terms(ada!, dan!)).toEqual({ voices: 0, from: null });
		await met(60);
		const eve = await joinGroup(cercle, group, 'Eve');
		const { voices, from } = await terms(ada!, dan!);
		const [joined] = await cercle.owner`
			select signed_at + interval '30 days' as at from signatures where member_id = ${eve.id}
		`;
		expect([voices, new Date(from!).getTime()]).toEqual([2, (joined!.at as Date).getTime()]);
		expect(code(await raise(ada!, dan!))).toBe('CR017');
		const stranger = await cercle.signIn('Sam');
		const args = { group_id: group.id, accused_id: dan!.id };
		expect(code(await stranger.client.rpc('vote_terms', args))).toBe('CR001');
	});
});

describe('a vote', () => {
	test('is its voter’s secret, and no count shows before it is settled', async () => {
		const id = await raised(ada!, dan!);
		given(await vote(ada!, id, true));
		given(await vote(bob!, id, false));
		expect(await read(ada!, 'breach_votes')).toMatchObject([{ member_id: ada!.id, exclude: true }]);
		expect(await read(cleo!, 'breach_votes')).toEqual([]);
		expect(await read(dan!, 'breach_votes')).toEqual([]);
		expect(await cercle.owner`select from breach_votes where breach_id = ${id}`).toHaveLength(2);
		expect(await read(cleo!, 'breaches')).toMatchObject([
			{ entitled: null, votes_for: null, votes_against: null }
		]);
	});

	test('says one or the other, is changed until the end, and is then over', async () => {
		const id = await raised(ada!, dan!);
		expect(code(await vote(bob!, id, null))).toBe('CR005');
		expect(given(await vote(bob!, id, false))).toBeNull();
		expect(given(await vote(bob!, id, true))).toBeNull();
		expect(given(await vote(cleo!, id, true))).toBe('excluded');
		expect(code(await vote(ada!, id, true))).toBe('CR004');
		expect(await read(ada!, 'breaches')).toMatchObject([{ entitled: 3, votes_for: 2 }]);
		expect(await read(ada!, 'breach_votes')).toEqual([]);
	});

	test('of who has not signed the charter in force waits, and counts among those to convince', async () => {
		const id = await raised(ada!, dan!);
		// Otherwise writing a charter would leave the decision to the first two who sign it.
		const charter = { group_id: group.id, body: 'Mine.', expected_version: 1 };
		given(await ada!.client.rpc('write_charter', charter));
		expect(code(await vote(bob!, id, true))).toBe('CR001');
		expect(given(await vote(ada!, id, true))).toBeNull();
		await sign(bob!, group.id);
		expect(given(await vote(bob!, id, true))).toBe('excluded');
		expect(await breachOf(id)).toMatchObject({ entitled: 3 });
	});

	test('of everybody at once is weighed in turn: nobody is excluded twice or by too few', async () => {
		const id = await raised(ada!, dan!);
		const answers = await Promise.all([
			vote(ada!, id, true),
			vote(bob!, id, true),
			vote(cleo!, id, true)
		]);
		const outcomes = answers.map((answer) => code(answer) ?? answer.data ?? 'open').sort();
		expect(outcomes).toEqual(['CR004', 'excluded', 'open']);
		const register = await cercle.owner`
			select kind from decisions where subject_id = ${dan!.id} and kind <> 'admission'
		`;
		expect(register).toMatchObject([{ kind: 'exclusion' }]);
	});

	test('of two who accuse each other is settled for both: who is excluded decides no more', async () => {
		const first = await raised(ada!, dan!);
		const second = await raised(dan!, ada!);
		given(await vote(dan!, second, true));
		given(await vote(ada!, first, true));
		expect(given(await vote(bob!, first, true))).toBe('excluded');
		expect(await cercle.owner`select from breach_votes where breach_id = ${second}`).toEqual([]);
		expect(given(await vote(bob!, second, true))).toBeNull();
		expect(given(await vote(cleo!, second, false))).toBe('dismissed');
	});
});

describe('an exclusion', () => {
	async function exclude() {
		const id = await raised(ada!, dan!);
		given(await vote(ada!, id, true));
		return { id, decide: () => vote(bob!, id, true) };
	}

	test('holds from the deciding vote on: neither rows nor functions answer any more', async () => {
		const planned = await planSession(ada!, planFor(group));
		const own = await addAction(dan!, group.id);
		const { decide } = await exclude();
		expect(await read(dan!, 'sessions')).toHaveLength(1);
		given(await decide());
		expect(await read(dan!, 'sessions')).toEqual([]);
		expect(await read(dan!, 'groups')).toEqual([]);
		expect(await read(dan!, 'actions')).toMatchObject([{ id: own }]);
		expect(code(await dan!.client.rpc('room_snapshot', { session_id: planned }))).toBe('CR001');
		expect(code(await raise(dan!, ada!))).toBe('CR001');
		const kept = await rowsOf(dan!);
		expect(Object.keys(kept).sort()).toEqual([
			...['action_events', 'actions', 'memberships', 'profiles']
		]);
		expect(JSON.stringify(kept)).not.toContain('exclu');
	});

	test('silences the open socket: what is said after the vote is not heard', async () => {
		const { session_id } = await openSession(ada!, planFor(group));
		const topic = `room:${session_id}:1`;
		const realtime = (person: Person) => person.client.realtime;
		for (const person of [bob!, dan!]) await realtime(person).setAuth(person.session.access_token);
		const staying = await new Seat(realtime(bob!), topic).joined();
		const leaving = await new Seat(realtime(dan!), topic).joined();
		const { decide } = await exclude();
		given(await decide());
		expect(await leaving.statuses.next()).toBe('CLOSED');
		const heardBefore = [...leaving.broadcasts.all];
		// Those who stay are told where the talk goes on; what the start said may still come before.
		while ((await staying.broadcasts.next()).event !== 'moved');
		const fresh = await new Seat(realtime(bob!), `room:${session_id}:2`).joined();
		const refused = new Seat(realtime(dan!), `room:${session_id}:2`).subscribe();
		expect(await refused.statuses.next()).toBe('CHANNEL_ERROR');
		for (const epoch of [1, 2]) {
			await cercle.owner`select realtime.send('{}', 'moved', ${`room:${session_id}:${epoch}`}, true)`;
		}
		expect((await fresh.broadcasts.next()).event).toBe('moved');
		await settled(realtime(dan!));
		expect(leaving.broadcasts.all).toEqual(heardBefore);
		for (const person of [bob!, dan!]) await person.client.removeAllChannels();
	});

	test('ends the calendar and the reminders', async () => {
		const soon = new Date(Date.now() + 20 * 60 * 60 * 1000);
		await planSession(ada!, planFor(group, { starts_at: soon.toISOString() }));
		const token = given(await dan!.client.rpc('open_calendar')) as string;
		const all = { mail: ['day'], push: ['day'], quiet_from: null, quiet_to: null };
		given(
			await dan!.client.rpc('set_reminders', { settings: { ...all, time_zone: 'Europe/Paris' } })
		);
		given(await dan!.client.rpc('subscribe_push', browser()));
		const calendar = async () =>
			given(await cercle.anonymous().rpc('read_calendar', { token })) as unknown[];
		const due = () => cercle.owner`
			select channel from private.due_reminders(now() + interval '2 hours')
			where member_id = ${dan!.id}
		`;
		expect(await calendar()).toHaveLength(1);
		expect((await due()).map(({ channel }) => channel as string).sort()).toEqual(['mail', 'push']);
		const { decide } = await exclude();
		given(await decide());
		expect(await calendar()).toEqual([]);
		expect(await due()).toEqual([]);
	});
});
