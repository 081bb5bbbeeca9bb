import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	charterInForce,
	code,
	foundGroup,
	given,
	type Group,
	joinGroup,
	rowsOf
} from '../people.ts';

const cercle = connected();

const found = (by: Person, changes: object = {}) =>
	by.client.rpc('found_group', {
		...{ id: randomUUID(), name: 'Les Quais', charter: 'Silence.', ...changes }
	});
const write = (by: Person, group: Group, body: string, expected_version: number | null) =>
	by.client.rpc('write_charter', { group_id: group.id, body, expected_version });
const groupsSeen = async (by: Person) => (await by.sql((sql) => sql`select from groups`)).length;
const peersSeen = async (by: Person) =>
	(await by.sql((sql) => sql`select from memberships`)).length;

describe('founding a group', () => {
	test('makes the founder a member who signed the first charter', async () => {
		const ada = await cercle.signIn('Ada');
		const group = await foundGroup(ada);
		expect(await rowsOf(ada)).toMatchObject({
			groups: [{ id: group.id, name: 'Les Quais', epoch: 1 }],
			memberships: [{ group_id: group.id, member_id: ada.id, left_at: null }],
			charters: [{ id: group.charterId, version: 1 }],
			signatures: [{ charter_id: group.charterId, member_id: ada.id }]
		});
	});

	test('twice with the same id founds one group', async () => {
		const ada = await cercle.signIn('Ada');
		const id = randomUUID();
		for (const name of ['Les Quais', 'Les Ponts']) {
			expect((await found(ada, { id, name })).data).toBe(id);
		}
		expect(await cercle.owner`select name from groups where id = ${id}`).toEqual([
			{ name: 'Les Quais' }
		]);
		expect(await groupsSeen(ada)).toBe(1);
	});

	test('at the same moment with the same id founds one group', async () => {
		const ada = await cercle.signIn('Ada');
		const id = randomUUID();
		await Promise.all([found(ada, { id }), found(ada, { id }), found(ada, { id })]);
		expect(await cercle.owner`select from memberships where group_id = ${id}`).toHaveLength(1);
		expect(await cercle.owner`select from charters where group_id = ${id}`).toHaveLength(1);
	});

	test('with the id of another’s group is refused and lets nobody in', async () => {
		const [ada, eve] = [await cercle.signIn('Ada'), await cercle.signIn('Eve')];
		const { id } = await foundGroup(ada);
		expect(code(await found(eve, { id }))).toBe('CR005');
		expect(await cercle.owner`select member_id from memberships where group_id = ${id}`).toEqual([
			{ member_id: ada.id }
		]);
	});

	test.each([
		['no name', { name: '' }],
		['a name of spaces', { name: '   ' }],
		['a missing name', { name: null }],
		['a name too long', { name: 'x'.repeat(81) }],
		['a name with a control character', { name: 'Les\u0007Quais' }],
		['a name that reads backwards', { name: 'Les\u202eQuais' }],
		['an empty charter', { charter: '' }],
		['a missing charter', { charter: null }],
		['a charter too long', { charter: 'x'.repeat(20_001) }],
		['a missing id', { id: null }],
		['an id that is none', { id: 'les-quais' }]
	])('with %s is refused and founds nothing', async (_, changes) => {
		const ada = await cercle.signIn('Ada');
		expect(code(await found(ada, changes))).toMatch(/^(CR005|22|23)/);
		expect(await groupsSeen(ada)).toBe(0);
	});

	test('a thirteenth time is too many for one person', async () => {
		const ada = await cercle.signIn('Ada');
		for (let turn = 0; turn < 12; turn++) expect(code(await found(ada))).toBeNull();
		expect(code(await found(ada))).toBe('CR009');
		expect(await groupsSeen(ada)).toBe(12);
	});
});

describe('a charter', () => {
	test('opens the group’s content to who signs it, and only then', async () => {
		const ada = await cercle.signIn('Ada');
		const group = await foundGroup(ada);
		const bob = await joinGroup(cercle, group, 'Bob', { sign: false });
		expect(await peersSeen(bob)).toBe(1);
		given(await bob.client.rpc('sign_charter', { charter_id: group.charterId }));
		expect(await peersSeen(bob)).toBe(2);
	});

	test('signed twice keeps the first signature', async () => {
		const ada = await cercle.signIn('Ada');
		const { charterId } = await foundGroup(ada);
		const signatures = () => cercle.owner`select * from signatures where charter_id = ${charterId}`;
		const held = await signatures();
		expect(code(await ada.client.rpc('sign_charter', { charter_id: charterId }))).toBeNull();
		expect(await signatures()).toEqual(held);
	});

	test('written anew closes the content to all who have not signed the new one', async () => {
		const ada = await cercle.signIn('Ada');
		const group = await foundGroup(ada);
		const bob = await joinGroup(cercle, group, 'Bob');
		expect(code(await write(ada, group, 'Silence, please.', 1))).toBeNull();
		expect(await peersSeen(ada)).toBe(2);
		expect(await peersSeen(bob)).toBe(1);
		expect(code(await bob.client.rpc('sign_charter', { charter_id: group.charterId }))).toBe(
			'CR003'
		);
		const charter_id = await charterInForce(bob, group.id);
		expect(code(await bob.client.rpc('sign_charter', { charter_id }))).toBeNull();
		expect(await peersSeen(bob)).toBe(2);
	});

	test.each([0, 2, null])(
		'written over version %j, which is not the last, is refused',
		async (at) => {
			const ada = await cercle.signIn('Ada');
			const group = await foundGroup(ada);
			expect(code(await write(ada, group, 'Silence, please.', at))).toBe('CR003');
			expect(await charterInForce(ada, group.id)).toBe(group.charterId);
		}
	);

	test('written by two at once is written by one', async () => {
		const ada = await cercle.signIn('Ada');
		const group = await foundGroup(ada);
		const bob = await joinGroup(cercle, group, 'Bob');
		const answers = await Promise.all([
			write(ada, group, 'Silence, please.', 1),
			write(bob, group, 'Silence at last.', 1)
		]);
		// The loser either finds a new version or has not signed it.
		const codes = answers.map(code);
		expect(codes.filter((found) => found === null)).toHaveLength(1);
		expect(codes.find((found) => found !== null)).toMatch(/^CR00[13]$/);
	});

	test('of a group one is not in cannot be signed', async () => {
		const [ada, eve] = [await cercle.signIn('Ada'), await cercle.signIn('Eve')];
		const { charterId } = await foundGroup(ada);
		for (const charter_id of [charterId, randomUUID(), null]) {
			expect(code(await eve.client.rpc('sign_charter', { charter_id }))).toBe('CR001');
		}
		expect(await cercle.owner`select from signatures where member_id = ${eve.id}`).toHaveLength(0);
	});
});

describe('a profile', () => {
	test.each([
		['control characters', 'A\u0007da', 'Ada'],
		['characters that turn the text round', 'A\u202eda\u2066', 'Ada'],
		['a new line', 'Ada\nLovelace', 'AdaLovelace'],
		['too many characters', 'é'.repeat(90), 'é'.repeat(80)]
	])('begins with the name of the sign-up, without %s', async (_, name, kept) => {
		const { owner } = cercle;
		const id = randomUUID();
		await owner`
			insert into auth.users (id, email, raw_user_meta_data)
			values (${id}, ${`${id}@test.example`}, ${owner.json({ name, language: 'en' })})
		`;
		expect(await owner`select name, language from profiles where id = ${id}`).toEqual([
			{ name: kept, language: 'en' }
		]);
	});

	test('a name nobody may bear does not stand in the way of a sign-up', async () => {
		const { owner } = cercle;
		const id = randomUUID();
		await owner`
			insert into auth.users (id, email, raw_user_meta_data)
			values (${id}, ${`${id}@test.example`}, ${owner.json({ name: '\u202eada\u0085' })})
		`;
		expect(await owner`select from profiles where id = ${id}`).toHaveLength(1);
	});
});
