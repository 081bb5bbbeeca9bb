import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	code,
	foundGroup,
	given,
	type Group,
	hashOf,
	invite,
	joinGroup,
	leave,
	rowsOf
} from '../people.ts';

const cercle = connected();
let ada: Person;
let group: Group;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
});

const accept = ({ client }: Person, token: unknown) => client.rpc('accept_invitation', { token });
const read = ({ client }: Person, token: unknown) => client.rpc('read_invitation', { token });
const ask = (by: Person, email: unknown, token_hash: unknown = hashOf(randomUUID())) =>
	by.client.rpc('invite', { group_id: group.id, email, token_hash });

async function members(of: Group = group): Promise<number> {
	const [row] = await cercle.owner`
		select count(*)::int as n from memberships where group_id = ${of.id} and left_at is null
	`;
	return row?.n as number;
}

/** Refused with this code by both calls, and nobody joined. */
async function isRefused(person: Person, token: unknown, expected: string): Promise<void> {
	const before = await members();
	expect([code(await read(person, token)), code(await accept(person, token))]).toEqual([
		expected,
		expected
	]);
	expect(await members()).toBe(before);
}

/** Changes the invitation of this token as time or an accident would. */
async function age(token: string, change: { expires_at?: Date; revoked_at?: Date }) {
	await cercle.owner`
		update invitations set ${cercle.owner(change)}
		where token_hash = decode(${hashOf(token)}, 'hex')
	`;
}

describe('an invitation', () => {
	test('shows who it is for the group’s name, who invites and the charter, and no more', async () => {
		const bob = await cercle.signIn('Bob');
		const token = await invite(ada, group.id, bob.email);
		expect(given(await read(bob, token))).toEqual({
			group_id: group.id,
			group_name: 'Les Quais',
			invited_by: 'Ada',
			charter: 'What is said here stays.',
			accepted: false
		});
		expect(await rowsOf(bob)).not.toHaveProperty('groups');
	});

	test('is accepted once, however often it is sent', async () => {
		const small = await foundGroup(ada);
		const bob = await cercle.signIn('Bob');
		const token = await invite(ada, small.id, bob.email);
		for (let turn = 0; turn < 2; turn++) expect((await accept(bob, token)).data).toBe(small.id);
		expect(await members(small)).toBe(2);
		expect(given(await read(bob, token)).accepted).toBe(true);
	});

	test('finds its person whatever the case of the address', async () => {
		const bob = await cercle.signIn('Bob');
		const small = await foundGroup(ada);
		const token = await invite(ada, small.id, ` ${bob.email.toUpperCase()} `);
		expect(code(await accept(bob, token))).toBeNull();
		const carol = await cercle.signIn('Carol');
		await cercle.owner`
			update auth.users set email = ${carol.email.toUpperCase()} where id = ${carol.id}
		`;
		expect(code(await accept(carol, await invite(ada, small.id, carol.email)))).toBeNull();
	});

	test('of somebody else is as unknown as none', async () => {
		const eve = await cercle.signIn('Eve');
		const token = await invite(ada, group.id, (await cercle.signIn('Bob')).email);
		for (const foreign of [token, 'nothing', '', null]) await isRefused(eve, foreign, 'CR007');
	});

	test('is not opened by an address that was never confirmed', async () => {
		const bob = await cercle.signIn('Bob');
		const token = await invite(ada, group.id, bob.email);
		await cercle.owner`update auth.users set email_confirmed_at = null where id = ${bob.id}`;
		await isRefused(bob, token, 'CR007');
	});

	test('is over when it expired', async () => {
		const bob = await cercle.signIn('Bob');
		const token = await invite(ada, group.id, bob.email);
		await age(token, { expires_at: new Date(Date.now() - 1000) });
		await isRefused(bob, token, 'CR008');
	});

	test('lasts two weeks', async () => {
		const token = await invite(ada, group.id, `${randomUUID()}@test.example`);
		const [row] = await cercle.owner`
			select extract(day from expires_at - created_at)::int as days from invitations
			where token_hash = decode(${hashOf(token)}, 'hex')
		`;
		expect(row).toEqual({ days: 14 });
	});

	test('is over when it was taken back', async () => {
		const bob = await cercle.signIn('Bob');
		const token = await invite(ada, group.id, bob.email);
		const [row] = await ada.sql(
			(sql) => sql`select id from invitations where email = ${bob.email}`
		);
		const invitation_id = row!.id as string;
		const takeBack = () => ada.client.rpc('revoke_invitation', { invitation_id });
		expect(code(await takeBack())).toBeNull();
		expect(code(await takeBack())).toBe('CR001');
		await isRefused(bob, token, 'CR008');
	});

	test('is over when a newer one replaced it, which works', async () => {
		const bob = await cercle.signIn('Bob');
		const small = await foundGroup(ada);
		const first = await invite(ada, small.id, bob.email);
		const second = await invite(ada, small.id, bob.email);
		await isRefused(bob, first, 'CR008');
		expect(code(await accept(bob, second))).toBeNull();
	});

	test('used by one is of no use to who left and comes back', async () => {
		const small = await foundGroup(ada);
		const bob = await cercle.signIn('Bob');
		const token = await invite(ada, small.id, bob.email);
		given(await accept(bob, token));
		await leave(cercle, small.id, bob);
		expect(code(await accept(bob, token))).toBe('CR008');
		// Nor does it show the charter of today to somebody who is out.
		expect(code(await read(bob, token))).toBe('CR008');
		expect(await members(small)).toBe(1);
	});

	test('cannot be taken back by somebody outside', async () => {
		const eve = await cercle.signIn('Eve');
		const email = `${randomUUID()}@test.example`;
		await invite(ada, group.id, email);
		const [row] = await cercle.owner`select id from invitations where email = ${email}`;
		const answer = await eve.client.rpc('revoke_invitation', { invitation_id: row?.id });
		expect(code(answer)).toBe('CR001');
		expect(await cercle.owner`select revoked_at from invitations where email = ${email}`).toEqual([
			{ revoked_at: null }
		]);
		await ada.client.rpc('revoke_invitation', { invitation_id: row?.id });
	});

	test('of somebody who left since is over with their membership', async () => {
		const small = await foundGroup(ada);
		const eve = await joinGroup(cercle, small, 'Eve');
		const friend = await cercle.signIn('Friend');
		const token = await invite(eve, small.id, friend.email, cercle);
		await leave(cercle, small.id, eve);
		expect(code(await read(friend, token))).toBe('CR008');
		expect(code(await accept(friend, token))).toBe('CR008');
		expect(await members(small)).toBe(1);
	});

	test('to somebody who was a member then, and left since, is over too', async () => {
		const small = await foundGroup(await cercle.signIn('Ada'));
		const eve = await joinGroup(cercle, small, 'Eve');
		const token = await invite(small.founder, small.id, eve.email);
		await leave(cercle, small.id, eve);
		expect(code(await accept(eve, token))).toBe('CR008');
		expect(await members(small)).toBe(1);
	});
});

describe('inviting', () => {
	test.each([
		['no address', ''],
		['a missing address', null],
		['half an address', 'bob@'],
		['an address with a space', 'bob smith@test.example'],
		['two addresses', 'a@test.example,b@test.example c@test.example'],
		['an address too long', `${'x'.repeat(250)}@test.example`],
		['an address with a control character', 'b\u0000ob@test.example'],
		['an address that reads backwards', 'bob\u202e@test.example']
	])('%s is refused', async (_, email) => {
		expect(code(await ask(ada, email))).toMatch(/^(CR005|22|23)/);
	});

	test.each([
		['missing', null],
		['too short', 'ab'.repeat(31)],
		['not hexadecimal', 'xy'.repeat(32)],
		['too long', 'ab'.repeat(33)]
	])('with a token hash that is %s is refused', async (_, hash) => {
		expect(code(await ask(ada, `${randomUUID()}@test.example`, hash))).toMatch(/^(CR005|22|23)/);
	});

	test('too often in a day is refused', async () => {
		const busy = await cercle.signIn('Busy');
		const small = await foundGroup(busy);
		await cercle.owner`
			insert into invitations (group_id, email, token_hash, invited_by, revoked_at)
			select ${small.id}, n || '@test.example', sha256((${small.id} || n)::bytea), ${busy.id}, now()
			from generate_series(1, 29) n
		`;
		await invite(busy, small.id, 'thirtieth@test.example');
		const answer = await busy.client.rpc('invite', {
			...{ group_id: small.id, email: 'one-more@test.example', token_hash: hashOf(randomUUID()) }
		});
		expect(code(answer)).toBe('CR009');
	});
});

describe('a group of eight', () => {
	test('has no place for a ninth: members and open invitations count', async () => {
		const full = await foundGroup(ada);
		const tokens: [Person, string][] = [];
		for (let turn = 0; turn < 7; turn++) {
			const person = await cercle.signIn('Guest');
			tokens.push([person, await invite(ada, full.id, person.email)]);
		}
		const ninth = () =>
			ada.client.rpc('invite', {
				...{ group_id: full.id, email: 'ninth@test.example', token_hash: hashOf(randomUUID()) }
			});
		expect(code(await ninth())).toBe('CR006');
		// One that expired frees its place; its person is then invited again in vain.
		await age(tokens[6]![1], { expires_at: new Date(Date.now() - 1000) });
		expect(code(await ninth())).toBeNull();
		for (const [person, token] of tokens.slice(0, 6)) given(await accept(person, token));
		expect(await members(full)).toBe(7);
		expect(code(await ninth())).toBeNull();
	});

	test('takes one of two who come at the same moment for the last place', async () => {
		const full = await foundGroup(ada);
		const guests = await Promise.all(Array.from({ length: 8 }, () => cercle.signIn('Guest')));
		const tokens: string[] = [];
		for (const guest of guests.slice(0, 7)) tokens.push(await invite(ada, full.id, guest.email));
		// An eighth invitation, as a moment in which one had expired would leave it.
		const token = randomUUID();
		await cercle.owner`
			insert into invitations (group_id, email, token_hash, invited_by)
			values (${full.id}, ${guests[7]!.email}, decode(${hashOf(token)}, 'hex'), ${ada.id})
		`;
		tokens.push(token);
		for (let turn = 0; turn < 6; turn++) given(await accept(guests[turn]!, tokens[turn]!));
		const answers = await Promise.all([
			accept(guests[6]!, tokens[6]!),
			accept(guests[7]!, tokens[7]!)
		]);
		expect(answers.map(code).sort()).toEqual(['CR006', null]);
		expect(await members(full)).toBe(8);
	});
});
