import { expect, test } from 'vitest';
import { playFuzz } from '../../support/fuzz/play.ts';
import { connected } from '../../support/server.ts';

const cercle = connected();

// Ten thousand of them: npm run bench:canaries.
test('whatever others ask, nothing of the group comes back, nor of before or between to who joined since', async () => {
	const seed = Math.floor(Math.random() * 1_000_000);
	const { calls, answered, refused, joins, inside } = await playFuzz(cercle, {
		...{ calls: 600, seed, delay: 5 }
	});
	expect(calls).toBe(600);
	expect(answered).toBeGreaterThan(100);
	expect(refused).toBeGreaterThan(50);
	expect(joins).toBeGreaterThan(0);
	expect(inside).toBeGreaterThan(0);
});
