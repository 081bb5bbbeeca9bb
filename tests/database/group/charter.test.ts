import { beforeEach, describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	code,
	foundGroup,
	given,
	type Group,
	joinGroup,
	openSession,
	type Plan,
	planFor,
	roomOf,
	rowsOf,
	sign
} from '../people.ts';

const cercle = connected();
let group: Group;
let ada: Person;
/** Bob signed the first version; Ada wrote a second one while a session lives. */
let bob: Person;
let plan: Plan;
let action: string;
let calendar: string;

beforeEach(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	plan = planFor(group, { presenters: [ada.id] });
	await openSession(ada, plan);
	await roomOf(bob, plan.id);
	action = await addAction(bob, group.id);
	calendar = given(await bob.client.rpc('open_calendar')) as string;
	const args = { group_id: group.id, body: 'Louder.', expected_version: 1 };
	given(await ada.client.rpc('write_charter', args));
});

const content = [
	...['sessions', 'segments', 'attendances', 'room_states', 'room_commands', 'challenges'],
	...['challenge_notes', 'actions', 'action_events']
];

describe('a new version of the charter, until it is signed', () => {
	test.each(content)('hides %s, also what one wrote oneself', async (table) => {
		const { owner } = cercle;
		const key =
			table === 'sessions' ? 'id' : table.startsWith('action') ? 'group_id' : 'session_id';
		const value = key === 'group_id' ? group.id : plan.id;
		const held = await owner`select from ${owner(table)} where ${owner(key)} = ${value}`;
		expect(held.length).toBeGreaterThan(0);
		const rows = () =>
			bob.sql((sql) => sql`select from ${sql(table)} where ${sql(key)} = ${value}`);
		expect(await rows()).toEqual([]);
		await sign(bob, group.id);
		expect(await rows()).toHaveLength(held.length);
	});

	test('leaves the name of the group, both charters and one’s own signature', async () => {
		const shown = Object.entries(await rowsOf(bob));
		expect(Object.fromEntries(shown.map(([name, rows]) => [name, rows.length]))).toEqual({
			...{ profiles: 1, groups: 1, memberships: 1, charters: 2, signatures: 1 }
		});
	});

	test('answers no call for content', async () => {
		const { client } = bob;
		const answers = [
			await client.rpc('room_snapshot', { session_id: plan.id }),
			await client.rpc('floor_command', { session_id: plan.id, command: 'raise', args: {} }),
			await client.rpc('signal_facilitator', { session_id: plan.id, kind: 'pause' }),
			await client.rpc('plan_session', { plan: planFor(group), expected_version: 0 })
		];
		expect(answers.map(code)).toEqual(answers.map(() => 'CR001'));
		const changes = { title: 'Call them' };
		expect(await applyOne(bob, 'action.edit', { id: action, changes })).toBe('CR001');
	});

	test('opens no live topic', async () => {
		const topics = (of: Person) =>
			of.sql(async (sql) => [...(await sql`select private.my_topics() as topic`)]);
		expect(await topics(ada)).toHaveLength(1);
		expect(await topics(bob)).toEqual([]);
	});

	test('shows no date in the calendar', async () => {
		const read = async () =>
			given(await cercle.anonymous().rpc('read_calendar', { token: calendar })) as unknown[];
		expect(await read()).toEqual([]);
		await sign(bob, group.id);
		expect(await read()).toHaveLength(1);
	});
});
