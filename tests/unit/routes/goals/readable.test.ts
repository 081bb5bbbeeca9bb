import { expect, test } from 'vitest';
import { readable } from '#routes/(app)/goals/[id]/readable.ts';
import { goalOf } from '../../../support/goal.ts';

test('both versions are said in words: a year and its quarter as one time', () => {
	const changes = { year: 2027, quarter: 1, stage: 'assess' as const, reason: '' };
	const lines = readable(changes, goalOf({ quarter: 4, stage: 'consolidate', reason: 'Le bilan' }));
	expect(lines.map(({ mine, theirs }) => [mine, theirs])).toEqual([
		['1er trimestre 2027', '4e trimestre 2026'],
		['Faire le point', 'Consolider'],
		['rien', 'Le bilan']
	]);
});
