import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openRecurring } from '#lib/server/recurring.ts';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

const [MINUTE, DAY] = [60_000, 24 * 3_600_000];

test('what failed for want of a database is tried again a minute later, not a day later', async () => {
	const turns: number[] = [];
	const failed: unknown[] = [];
	const began = Date.now();
	const recurring = openRecurring(
		async () => {
			turns.push((Date.now() - began) / MINUTE);
			if (turns.length < 3) throw new Error('away');
		},
		DAY,
		(error) => failed.push(error)
	);
	await vi.advanceTimersByTimeAsync(DAY);
	expect(turns).toEqual([0, 1, 2]);
	expect(failed).toHaveLength(2);
	await vi.advanceTimersByTimeAsync(DAY);
	expect(turns).toHaveLength(4);
	await recurring.close();
});
