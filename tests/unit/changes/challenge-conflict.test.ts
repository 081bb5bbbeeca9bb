import { expect, test } from 'vitest';
import { conflicts, refusedOf } from '#lib/changes/challenge-conflict.ts';
import { challenge, groupOf } from '../group-view.ts';

const [row] = groupOf([], {
	challenges: [challenge('c', { question: 'La leur', tags: ['team_company'] })]
}).challenges;
if (!row) throw new Error('no challenge');

const write = (sequence: number, changes: object, of = 'c') => ({
	...{ sequence, kind: 'challenge.write', args: { id: of, changes } }
});

test('a refused writing stands beside what is saved', () => {
	expect(conflicts([write(1, { question: 'La mienne' })], row)).toEqual([
		{ field: 'question', mine: 'La mienne', theirs: 'La leur', operations: [1] }
	]);
});

test('of several refused writings of a field the last one is mine, and all are settled together', () => {
	const refused = [write(1, { question: 'Une' }), write(2, { question: 'Deux' })];
	expect(conflicts(refused, row)).toEqual([
		{ field: 'question', mine: 'Deux', theirs: 'La leur', operations: [1, 2] }
	]);
});

test('the same text on both sides is no conflict', () => {
	const refused = [write(1, { question: 'La leur', tags: ['team_company'] })];
	expect(conflicts(refused, row)).toEqual([]);
	expect(refusedOf(refused, 'c')).toEqual([1]);
});

test('refusals of other challenges and of other kinds are not shown here', () => {
	const other = { sequence: 2, kind: 'action.edit', args: { id: 'c', changes: { question: 'x' } } };
	expect(conflicts([write(1, { question: 'x' }, 'd'), other], row)).toEqual([]);
});

test('an operation that cannot be read is left aside: it is not settled, and so not taken away', () => {
	for (const args of [null, { id: 'c' }, { id: 'c', changes: { question: 3 } }]) {
		const damaged = [{ sequence: 1, kind: 'challenge.write', args }];
		expect(conflicts(damaged, row)).toEqual([]);
		expect(refusedOf(damaged, 'c')).toEqual([]);
	}
});
