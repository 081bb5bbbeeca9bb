import { describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import { addAction, code, foundGroup, type Group } from '../people.ts';

const cercle = connected();

/** A member whose token is good for an hour and whose sign-in was just ended. */
async function ended(): Promise<{ person: Person; group: Group; action: string }> {
	const person = await cercle.signIn('Ada');
	const group = await foundGroup(person);
	const action = await addAction(person, group.id);
	await cercle.owner`delete from auth.sessions where user_id = ${person.id}`;
	return { person, group, action };
}

describe('a sign-in that was ended is refused at once, its token still good for an hour', () => {
	test('it reads no row, though they are there', async () => {
		const { person, group, action } = await ended();
		const rows = await person.sql(async (sql) => [
			await sql`select from profiles`,
			await sql`select from groups where id = ${group.id}`,
			await sql`select from actions where id = ${action}`
		]);
		expect(rows).toEqual([[], [], []]);
		const [held] = await cercle.owner`
			select g.id as group_id, a.id from groups g join actions a on a.group_id = g.id
			where a.id = ${action}
		`;
		expect(held).toEqual({ group_id: group.id, id: action });
	});

	test('it writes no row', async () => {
		const { person, action } = await ended();
		await person.sql((sql) => sql`update actions set title = 'Taken' where id = ${action}`);
		const [held] = await cercle.owner`select title from actions where id = ${action}`;
		expect(held?.title).not.toBe('Taken');
	});

	test('it calls no function', async () => {
		const { person, group } = await ended();
		const { client } = person;
		const id = crypto.randomUUID();
		const answers = [
			await client.rpc('found_group', { id, name: 'Ailleurs', charter: 'Silence.' }),
			await client.rpc('apply_ops', { client_id: id, operations: [] }),
			await client.rpc('write_charter', { group_id: group.id, body: 'No.', expected_version: 1 })
		];
		expect(answers.map(code)).toEqual(['CR013', 'CR013', 'CR013']);
	});

	test('the same person goes on by a sign-in of their own elsewhere', async () => {
		const person = await cercle.signIn('Ada');
		const group = await foundGroup(person);
		await cercle.owner`insert into auth.sessions (id, user_id) values (gen_random_uuid(), ${person.id})`;
		const seen = await person.sql((sql) => sql`select id from groups`);
		expect(seen).toEqual([{ id: group.id }]);
	});

	test('a token that names the sign-in of another reads nothing', async () => {
		const [ada, bob] = [await cercle.signIn('Ada'), await cercle.signIn('Bob')];
		const { id } = await foundGroup(ada);
		expect(await ada.sql((sql) => sql`select id from groups`)).toEqual([{ id }]);
		await cercle.owner`update auth.sessions set user_id = ${bob.id} where user_id = ${ada.id}`;
		expect(await ada.sql((sql) => sql`select id from groups`)).toEqual([]);
	});
});
