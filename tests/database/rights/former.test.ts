import { beforeEach, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	close,
	foundGroup,
	given,
	type Group,
	joinGroup,
	leave,
	openSession,
	type Plan,
	planFor,
	planSession,
	roomOf,
	rowsOf
} from '../people.ts';

const cercle = connected();
let group: Group;
let ada: Person;
let bob: Person;
let plan: Plan;
/** An action of Bob, who has left since. */
let action: string;

beforeEach(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	plan = planFor(group);
	await openSession(ada, plan);
	action = await addAction(bob, group.id);
	await leave(cercle, group.id, bob);
});

async function his(): Promise<unknown> {
	const [row] = await bob.sql((sql) => sql`select * from actions where id = ${action}`);
	expect(row).toBeDefined();
	return row;
}

test('what a session says of the action of who left does not reach them', async () => {
	const before = await his();
	const said = { outcome: 'dropped', line: 'They are gone, and we know why.' };
	expect(
		await applyOne(ada, 'review.record', {
			...{ group_id: group.id, session_id: plan.id, action_id: action, ...said }
		})
	).toBeNull();
	expect(await cercle.owner`select from reviews where action_id = ${action}`).toHaveLength(1);
	expect(await his()).toEqual(before);
	expect(JSON.stringify(await rowsOf(bob))).not.toContain('we know why');
});

test('nor does the date of the sessions that come after', async () => {
	const before = await his();
	const next = planFor(group, { starts_at: '2030-02-05T18:30:00Z' });
	given(await close(ada, plan.id, (await roomOf(ada, plan.id)).version, next));
	await planSession(ada, planFor(group, { starts_at: '2030-03-05T18:30:00Z' }));
	expect(await his()).toEqual(before);
	expect(JSON.stringify(await rowsOf(bob))).not.toContain('2030-02-05');
});

test('what is theirs is theirs to read and not to write', async () => {
	expect(await his()).toMatchObject({ title: 'Call the bank' });
	const changes = { title: 'Call again' };
	expect(await applyOne(bob, 'action.edit', { id: action, changes })).toBe('CR001');
	expect(await applyOne(bob, 'action.remove', { id: action })).toBe('CR001');
});
