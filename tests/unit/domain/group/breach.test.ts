import { expect, test } from 'vitest';
import { lapsesAt, votesNeeded } from '#lib/domain/group/breach.ts';
import { instant } from '#lib/domain/time.ts';

test('more than half of those entitled exclude, and never fewer than two', () => {
	expect([1, 2, 3, 4, 5, 6, 7].map(votesNeeded)).toEqual([2, 2, 2, 3, 3, 4, 4]);
});

test('a breach lapses fourteen days after it was raised', () => {
	const raised = instant(Date.UTC(2030, 0, 1, 9));
	expect(lapsesAt(raised)).toBe(Date.UTC(2030, 0, 15, 9));
});
