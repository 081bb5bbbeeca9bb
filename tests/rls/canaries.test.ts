import { afterAll, beforeAll, expect, test } from 'vitest';
import { playFuzz } from '../support/fuzz/play.ts';
import { type Connection, connect, type Person } from '../support/server.ts';
import { addAction, foundGroup } from './people.ts';

let cercle: Connection;
beforeAll(() => {
	cercle = connect();
});
afterAll(() => cercle.close());

// Ten thousand of them: npm run bench:canaries.
test('whatever members of another group ask, no word and no id of this one comes back', async () => {
	const seed = Math.floor(Math.random() * 1_000_000);
	const { calls, answered, refused, joins, inside } = await playFuzz(cercle, {
		...{ calls: 400, seed, delay: 5 }
	});
	expect(calls).toBe(400);
	expect(answered).toBeGreaterThan(100);
	expect(refused).toBeGreaterThan(50);
	expect(joins).toBeGreaterThan(0);
	expect(inside).toBeGreaterThan(0);
});

test('counts are of what one may see, never an estimate of what is there', async () => {
	const [owner, other] = [await cercle.signIn('Ada'), await cercle.signIn('Bob')];
	const group = await foundGroup(owner);
	await addAction(owner, group.id, { title: 'A word of this group' });
	await cercle.owner`analyze actions`;
	for (const count of ['planned', 'estimated', 'exact'] as const) {
		const counted = (by: Person) =>
			by.client.from('actions').select('id', { count }).eq('title', 'A word of this group');
		expect([count, (await counted(owner)).count]).toEqual([count, 1]);
		expect([count, (await counted(other)).count]).toEqual([count, 0]);
	}
});
