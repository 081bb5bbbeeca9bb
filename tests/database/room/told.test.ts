import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { kinds } from '#lib/changes/kinds.ts';
import { answerOf } from '#lib/data/remote.ts';
import type { Sum } from '#lib/offline/remote.ts';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	close,
	command,
	foundGroup,
	given,
	hashOf,
	type Group,
	invite,
	joinGroup,
	NOTHING_YET,
	openSession,
	operation,
	planFor,
	planSession,
	roomOf,
	segment,
	sent,
	sign,
	speak
} from '../people.ts';

/**
 * Never named to a room: not all who hear it may read the row, or learn that it was written. A private
 * goal is one of them.
 */
const UNNAMED = [
	...['invitations', 'decisions', 'breaches', 'breach_votes'],
	...['address_waits', 'address_confirmations']
];
/** A phone fetches it with every state that the room is sent: only a new one is told. */
const IN_THE_STATE = ['room_states'];

interface Told {
	/** The tables that the room was told of; all: that anything may have changed. Null: nothing. */
	readonly names: readonly string[] | 'all' | null;
	/** Whether the state, or the topic, was told to be another one. */
	readonly moved: boolean;
	/** The tables that differ afterwards, for each member in the room, the writer first. */
	readonly changed: readonly string[][];
	/** What the writer was answered that an operation changed. */
	readonly answered: readonly string[] | null;
}

const cercle = connected();
let group: Group;
let ada: Person;
let bob: Person;
let carol: Person;
/** Presented in the session before this one. */
let eve: Person;
/** A live session that Ada drives and presents in, with a phone of each in its room. */
let session: string;
let challenge: string;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	carol = await joinGroup(cercle, group, 'Carol');
	eve = await joinGroup(cercle, group, 'Eve');
	const before = await openSession(ada, planFor(group, { presenters: [eve.id] }));
	const [hers] = await cercle.owner`
		select id from challenges where session_id = ${before.session_id}
	`;
	await does(eve, 'challenge.write', { id: hers?.id, changes: { question: 'Two teams?' } });
	const { version } = await roomOf(ada, before.session_id);
	const next = planFor(group, { starts_at: '2031-01-08T18:30:00Z' });
	given(await close(ada, before.session_id, version, next));
	const segments = [
		segment('opening', 5),
		segment('topics', 30, { kind: 'topic' }),
		segment('closing', 10)
	];
	const plan = planFor(group, { segments, presenters: [ada.id] });
	session = (await openSession(ada, plan)).session_id;
	const [row] = await cercle.owner`select id from challenges where session_id = ${session}`;
	challenge = String(row?.id);
	for (const each of [ada, bob, carol]) await roomOf(each, session);
});

const sumsOf = async ({ client }: Person): Promise<Map<string, Sum>> => {
	const { tables } = answerOf(given(await client.rpc('pull', { ask: NOTHING_YET })));
	return new Map(Object.entries(tables).map(([name, { sum }]) => [name, sum]));
};

function differing(before: Map<string, Sum>, after: Map<string, Sum>): string[] {
	const names = new Set([...before.keys(), ...after.keys()]);
	return [...names].filter((name) => String(before.get(name)) !== String(after.get(name))).sort();
}

const signals = () => cercle.owner<{ event: string; tables: string[] | null }[]>`
	select event, payload -> 'tables' as tables from realtime.messages
	where topic like ${`room:${session}:%`} order by inserted_at
`;

/** What happens when this member does something: what is told, and what then differs for whom. */
async function told(by: Person, act: () => Promise<unknown>): Promise<Told> {
	const people = [by, ...[ada, bob, carol].filter((each) => each !== by)];
	const before = await Promise.all(people.map(sumsOf));
	const heard = (await signals()).length;
	const answer = await act();
	const sent = (await signals()).slice(heard);
	const after = await Promise.all(people.map(sumsOf));
	const changes = sent.filter(({ event }) => event === 'changed');
	expect(changes.length, 'a transaction tells a room once').toBeLessThanOrEqual(1);
	const [answered] = Array.isArray(answer) ? (answer as { tables: string[] | null }[]) : [];
	return {
		names: changes[0] ? (changes[0].tables ?? 'all') : null,
		moved: sent.some(({ event }) => event === 'moved'),
		changed: people.map((_, at) =>
			differing(before[at] ?? new Map<string, Sum>(), after[at] ?? new Map<string, Sum>())
		),
		answered: answered?.tables ?? null
	};
}

/** Does one operation; fails when it is refused. */
async function does(by: Person, kind: string, args: object, one = operation(kind, { ...args })) {
	const answers = given(await by.client.rpc('apply_ops', sent([one])));
	expect([kind, answers]).toMatchObject([kind, [{ status: 'applied' }]]);
	return answers as { tables: string[] | null }[];
}

async function drives(name: string, args: Record<string, unknown> = {}, by = ada) {
	const { version } = await roomOf(by, session);
	given(await command(by, session, name, version, args));
}

/** The others may go by what they are told alone, and so may the writer's phone by its answer. */
function holds({ names, moved, changed, answered }: Told, isNeverNamed: readonly string[]): void {
	const [own = [], ...others] = changed;
	const silent = [...isNeverNamed, ...IN_THE_STATE];
	if (names !== 'all' && !moved) {
		for (const each of others) {
			expect(names ?? [], 'all that differs for another is named').toEqual(
				expect.arrayContaining(each.filter((table) => !silent.includes(table)))
			);
			expect(each, 'what is named differs for everybody').toEqual(
				expect.arrayContaining([...(names ?? [])])
			);
		}
		expect(isNeverNamed.filter((table) => names?.includes(table))).toEqual([]);
	}
	if (answered && !answered.includes('all')) expect(answered).toEqual(expect.arrayContaining(own));
}

const here = () => ({ group_id: group.id, session_id: session });
const [action, reviewed] = [randomUUID(), randomUUID()];
const [sharedGoal, ownGoal] = [randomUUID(), randomUUID()];
const [contribution, withdrawn, voted] = [randomUUID(), randomUUID(), randomUUID()];
const goal = (id: string, shared: boolean) => ({
	...{ id, group_id: group.id, title: 'Sleep', year: 2030, quarter: null, stage: null },
	...{ measure: '', means: '', reason: '', shared }
});
const due = { due_on: '2030-01-08', born_in: null };

/** Each kind of operation, in an order in which all are possible: who does it, and with what. */
const operations: [string, () => Person, () => object][] = [
	[
		'action.add',
		() => bob,
		() => ({ id: action, ...here(), owner_id: bob.id, title: 'Call', ...due })
	],
	['action.edit', () => bob, () => ({ id: action, changes: { title: 'Write' } })],
	['action.tell', () => bob, () => ({ id: action, changes: { outcome: 'partly', line: 'Half' } })],
	['action.settle', () => bob, () => ({ id: action, changes: { status: 'done' } })],
	['action.remove', () => bob, () => ({ id: action })],
	[
		'action.add',
		() => carol,
		() => ({ id: reviewed, ...here(), owner_id: carol.id, title: 'Ask', ...due })
	],
	[
		'review.record',
		() => ada,
		() => ({ ...here(), action_id: reviewed, outcome: 'partly', line: '' })
	],
	['goal.add', () => bob, () => goal(sharedGoal, true)],
	['goal.edit', () => bob, () => ({ id: sharedGoal, changes: { title: 'Rest' } })],
	['goal.remove', () => bob, () => ({ id: sharedGoal })],
	['challenge.write', () => ada, () => ({ id: challenge, changes: { question: 'Stay?' } })],
	['notes.write', () => ada, () => ({ id: challenge, changes: { body: 'Said.' } })],
	[
		'contribution.add',
		() => bob,
		() => ({ id: contribution, ...here(), challenge_id: challenge, kind: 'advice', text: 'Stay.' })
	],
	['contribution.write', () => bob, () => ({ id: contribution, changes: { text: 'Go.' } })],
	['feedback.write', () => carol, () => ({ ...here(), plus: 'Calm' })],
	['profile.write', () => carol, () => ({ id: carol.id, changes: { name: 'Caro' } })],
	['challenge.protect', () => ada, () => ({ id: challenge, double_confidential: true })],
	['challenge.withdraw', () => ada, () => ({ id: challenge })],
	['attendance.mark', () => ada, () => ({ ...here(), member_id: carol.id, present: true })]
];

describe('a room is told the tables that changed', () => {
	test('by every kind of operation: all that differs for the others, and nothing else', async () => {
		const found = new Map<string, Told>();
		for (const [kind, by, args] of operations) {
			const one = await told(by(), () => does(by(), kind, args()));
			found.set(kind, one);
			expect([kind, one.names]).not.toEqual([kind, null]);
			holds(one, UNNAMED);
		}
		const names = (kind: string) => found.get(kind)?.names;
		expect(names('contribution.add')).toEqual(['contributions']);
		expect(names('action.add')).toEqual(['action_events', 'actions']);
		expect(names('review.record')).toEqual(['actions', 'reviews']);
		for (const kind of ['challenge.protect', 'challenge.withdraw', 'attendance.mark']) {
			expect([kind, names(kind)]).toEqual([kind, 'all']);
		}
	});

	test('by an order of one’s actions, and a decision about one', async () => {
		const ids = [await addAction(bob, group.id), await addAction(bob, group.id)];
		const ordered = await told(bob, () => does(bob, 'actions.order', { ids }));
		expect(ordered.names).toEqual(['actions']);
		holds(ordered, UNNAMED);
		await cercle.owner`update actions set carries = 3 where id = ${ids[0] ?? ''}`;
		const args = { id: ids[0], choice: 'do', title: 'Call', due_on: '2030-02-05' };
		const decided = await told(bob, () => does(bob, 'action.decide', args));
		expect(decided.names).toContain('actions');
		holds(decided, UNNAMED);
	});

	test('once: a second delivery changes nothing, and what the first one did is not known', async () => {
		const args = { id: bob.id, changes: { name: 'Bobby' } };
		const one = operation('profile.write', args);
		expect(await does(bob, 'profile.write', args, one)).toMatchObject([{ tables: ['profiles'] }]);
		const again = await told(bob, () => does(bob, 'profile.write', args, one));
		expect([again.names, again.answered, again.changed]).toEqual([null, null, [[], [], []]]);
	});

	test('and no kind of operation is missing here', () => {
		const tried = new Set([...operations.map(([kind]) => kind), 'actions.order', 'action.decide']);
		expect([...tried].sort()).toEqual(Object.keys(kinds).sort());
	});

	test('never that a goal of one’s own was written, but that one was shared, or is not any more', async () => {
		const add = await told(bob, () => does(bob, 'goal.add', goal(ownGoal, false)));
		expect([add.names, add.changed]).toEqual([null, [['goals'], [], []]]);
		holds(add, [...UNNAMED, 'goals']);
		const share = (shared: boolean) =>
			told(bob, () => does(bob, 'goal.edit', { id: ownGoal, changes: { shared } }));
		for (const shared of [true, false]) {
			const one = await share(shared);
			expect(one.names).toEqual(['goals']);
			expect(one.changed).toEqual([['goals'], ['goals'], ['goals']]);
		}
	});

	test.each<[string, string | readonly string[] | null, () => Promise<unknown>]>([
		['add', null, () => drives('add', { minutes: 1 })],
		['pause', null, () => drives('pause')],
		['resume', null, () => drives('resume')],
		['go', ['segments'], () => drives('go', { position: 1 })],
		['hand_over', ['role_changes'], () => drives('hand_over', { member_id: bob.id })],
		['undo', ['role_changes', 'segments'], () => drives('undo')]
	])('by the command %s: %j', async (_, names, act) => {
		const one = await told(ada, act);
		expect(one.names).toEqual(names);
		holds(one, [...UNNAMED, 'attendances']);
	});

	test('by a turn that ended, not by a hand', async () => {
		const raised = await told(
			bob,
			() => speak(bob, session, 'raise') as unknown as Promise<unknown>
		);
		expect(raised.names).toBeNull();
		holds(raised, UNNAMED);
		const give = () =>
			speak(ada, session, 'give', { member_id: bob.id }) as unknown as Promise<unknown>;
		await told(ada, give);
		const ended = await told(ada, () => speak(ada, session, 'end') as unknown as Promise<unknown>);
		expect(ended.names).toEqual(['speaking_turns']);
		holds(ended, UNNAMED);
	});

	test('by the name of a member who left, for it still stands beside what they did', async () => {
		const dan = await joinGroup(cercle, group, 'Dan');
		given(await dan.client.rpc('leave_group', { group_id: group.id }));
		const args = { id: dan.id, changes: { name: 'Daniel' } };
		const { names, changed } = await told(ada, () => does(dan, 'profile.write', args));
		expect(names).toEqual(['profiles']);
		expect(changed).toEqual([['profiles'], ['profiles'], ['profiles']]);
	});

	test('that anything may have changed, once the account of a member who had left ends', async () => {
		given(await eve.client.rpc('leave_group', { group_id: group.id }));
		const ends = async () =>
			given(await eve.client.rpc('delete_account', { confirmation: eve.email }));
		const { names, changed } = await told(ada, ends);
		for (const each of changed) expect(each).toContain('challenges');
		expect(names).toBe('all');
	});

	test('by a session that is planned: its room too', async () => {
		const plan = planFor(group, { starts_at: '2030-03-05T18:30:00Z' });
		const one = await told(ada, () => planSession(ada, plan));
		expect(one.names).toEqual(['room_states', 'segments', 'sessions']);
		holds(one, UNNAMED);
	});

	test('never of invitations, of a breach or of a vote', async () => {
		const accuse = (id: string) => async () =>
			given(
				await bob.client.rpc('raise_breach', {
					...{ id, group_id: group.id, accused_id: carol.id, reason: 'She told.' }
				})
			);
		const withdraw = async () =>
			given(await bob.client.rpc('withdraw_breach', { breach_id: withdrawn }));
		const vote = async () =>
			given(await bob.client.rpc('vote_breach', { breach_id: voted, exclude: false }));
		const asks = async () => {
			const email = 'somebody@test.example';
			const args = { group_id: group.id, email, token_hash: hashOf(email) };
			given(await bob.client.rpc('invite', args));
		};
		for (const act of [asks, accuse(withdrawn), withdraw, accuse(voted), vote]) {
			const one = await told(bob, act);
			expect(one.names).toBeNull();
			expect(one.changed[0]).not.toEqual([]);
			holds(one, UNNAMED);
		}
	});

	test('that anything may have changed, once the right to read did', async () => {
		const person = await cercle.signIn('Dan');
		const token = await invite(ada, group.id, person.email, cercle);
		const acts: [string, Person, () => Promise<unknown>][] = [
			[
				'admission',
				ada,
				async () => given(await person.client.rpc('accept_invitation', { token }))
			],
			['signature', ada, () => sign(person, group.id)],
			[
				'retention',
				ada,
				async () =>
					given(
						await ada.client.rpc('set_retention', { group_id: group.id, months: 24, expected: 12 })
					)
			],
			[
				'departure',
				ada,
				async () => given(await person.client.rpc('leave_group', { group_id: group.id }))
			],
			[
				'charter',
				ada,
				async () =>
					given(
						await ada.client.rpc('write_charter', {
							...{ group_id: group.id, body: 'Listen.', expected_version: 1 }
						})
					)
			]
		];
		for (const [what, by, act] of acts) {
			const { names } = await told(by, act);
			expect([what, names]).toEqual([what, 'all']);
		}
	});
});

test('every table that a pull shows tells of its changes', async () => {
	const shown = await cercle.owner<{ name: string }[]>`
		select v.name from private.shown_tables(null) v where not exists (
			select from pg_trigger t
			-- A view of a table that is seen in part has its name.
			where t.tgrelid = format('cercle.%I', regexp_replace(v.source, '^seen_', ''))::regclass
				and t.tgfoid = 'private.note_change'::regproc
				and starts_with(encode(t.tgargs, 'escape'), v.name || '\\000')
		)
	`;
	expect(shown).toEqual([]);
	const groupless = await cercle.owner`
		select t.tgrelid::regclass::text as name from pg_trigger t
		where t.tgfoid = 'private.note_change'::regproc and t.tgrelid <> 'cercle.groups'::regclass
			and split_part(encode(t.tgargs, 'escape'), '\\000', 2) not in ('member', 'own')
			and not exists (
				select from pg_attribute a
				where a.attrelid = t.tgrelid and a.attname = 'group_id' and a.attnotnull
			)
	`;
	expect(groupless, 'a row names its group, or is one').toEqual([]);
	const own = await cercle.owner<{ name: string }[]>`
		select distinct split_part(encode(tgargs, 'escape'), '\\000', 1) as name from pg_trigger
		where tgfoid = 'private.note_change'::regproc and split_part(encode(tgargs, 'escape'), '\\000', 2) = 'own'
		order by 1
	`;
	expect(own.map(({ name }) => name)).toEqual([...UNNAMED].sort());
});
