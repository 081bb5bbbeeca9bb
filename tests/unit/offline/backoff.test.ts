import { backoff } from '#lib/offline/backoff.ts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

test('the pause doubles from one second to five minutes', () => {
	expect([1, 2, 3, 9, 10, 5_000].map((failures) => backoff(failures, 0))).toEqual([
		1_000, 2_000, 4_000, 256_000, 300_000, 300_000
	]);
});

test('chance takes off at most half, so a pause is never none', () => {
	const failures = fc.integer({ min: 1, max: 10_000 });
	const dice = fc.double({ min: 0, max: 1, noNaN: true });
	fc.assert(
		fc.property(failures, dice, (count, chance) => {
			const pause = backoff(count, chance);
			expect(pause).toBeGreaterThanOrEqual(backoff(count, 0) / 2);
			expect(pause).toBeLessThanOrEqual(backoff(count, 0));
		})
	);
});
