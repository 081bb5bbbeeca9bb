import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	apply,
	applyOne,
	code,
	foundGroup,
	type Group,
	joinGroup,
	operation,
	sent
} from '../people.ts';

const cercle = connected();
let ada: Person;
let bob: Person;
let eve: Person;
let group: Group;

beforeAll(async () => {
	[ada, eve] = [await cercle.signIn('Ada'), await cercle.signIn('Eve')];
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
});

const edit = (id: string, changes: object) => operation('action.edit', { id, changes });

async function held(id: string) {
	const [row] = await cercle.owner`select * from actions where id = ${id}`;
	return row;
}

test('replay: a whole batch sent again answers the same and changes nothing', async () => {
	const id = await addAction(ada, group.id);
	const batch = [edit(id, { title: 'One' }), operation('no.such', {}), edit(id, { title: 'Two' })];
	const first = await apply(ada, batch);
	await applyOne(ada, 'action.edit', { id, changes: { title: 'Three' } });
	const before = await held(id);
	expect(await apply(ada, batch)).toEqual(first);
	expect(await apply(ada, batch.toReversed())).toEqual(first.toReversed());
	expect(await held(id)).toEqual(before);
});

test('replay of another member’s operations is judged with one’s own rights', async () => {
	const id = await addAction(ada, group.id);
	const [client, theirs] = [randomUUID(), edit(id, { title: 'Ada’s' })];
	await apply(ada, [theirs], client);
	expect(await apply(eve, [theirs], client)).toMatchObject([{ code: 'CR001' }]);
	expect(await apply(ada, [theirs], client)).toMatchObject([{ code: null }]);
});

test('foreign rows: neither written nor told apart from rows that are not there', async () => {
	const id = await addAction(ada, group.id);
	const before = await held(id);
	for (const kind of ['action.edit', 'action.settle', 'action.tell', 'action.remove']) {
		const changes = { title: 'Eve’s', status: 'done', outcome: 'done', line: '' };
		const asked = { changes };
		const there = await applyOne(eve, kind, { ...asked, id });
		expect([kind, there]).toEqual([
			kind,
			await applyOne(eve, kind, { ...asked, id: randomUUID() })
		]);
	}
	expect(await applyOne(bob, 'action.edit', { id, changes: { title: 'Bob’s' } })).toBe('CR001');
	expect(await held(id)).toEqual(before);
});

test.each(['owner_id', 'group_id', 'version', 'carries', 'removed_at', 'no_such', 'id"; --'])(
	'unknown columns: %s is not written',
	async (column) => {
		const id = await addAction(ada, group.id);
		const before = await held(id);
		const changes = { title: 'With more', [column]: eve.id };
		expect(await applyOne(ada, 'action.edit', { id, changes })).toBe('CR005');
		expect(await held(id)).toEqual(before);
	}
);

test('poisoned operations in the middle do not block what is behind', async () => {
	const id = await addAction(ada, group.id);
	const poison = [
		operation('action.edit', { id, changes: { title: 'x'.repeat(300) } }),
		operation('action.add', { id: 'none' }),
		{ ...operation('action.edit', {}), args: 5 },
		{ ...operation('', {}), kind: null }
	];
	const answers = await apply(ada, [...poison, edit(id, { title: 'Behind' })]);
	expect(answers.map(({ status }) => status)).toEqual([...poison.map(() => 'refused'), 'applied']);
	expect(await held(id)).toMatchObject({ title: 'Behind' });
});

test.each([[-1], [2 ** 63], ['1'], [0.5], [null], [[1]]])(
	'absurd sequences: %j is refused without blocking the others',
	async (sequence) => {
		const id = await addAction(ada, group.id);
		const wrong = { ...edit(id, { title: 'Never' }), sequence };
		const answers = await apply(ada, [wrong, edit(id, { title: 'After' })]);
		expect(answers.map((answer) => answer.code)).toEqual(['CR005', null]);
		expect(await held(id)).toMatchObject({ title: 'After' });
	}
);

test('201 operations, or a client that is none, are refused as a whole', async () => {
	const many = Array.from({ length: 201 }, () => operation('nothing', {}));
	expect(code(await ada.client.rpc('apply_ops', sent(many)))).toBe('CR005');
	const none = await ada.client.rpc('apply_ops', { client_id: null, operations: [] });
	expect(code(none)).toBe('CR005');
	expect(code(await ada.client.rpc('apply_ops', sent([], 'no uuid')))).toBe('22P02');
});

test('a newer client against an older server is told that the function is not there', async () => {
	expect(code(await ada.client.rpc('apply_ops_of_tomorrow', sent([])))).toBe('PGRST202');
});
