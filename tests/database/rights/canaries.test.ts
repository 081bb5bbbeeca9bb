import { expect, test } from 'vitest';
import { playFuzz } from '../../support/fuzz/play.ts';
import { connected } from '../../support/server.ts';

const cercle = connected();

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
