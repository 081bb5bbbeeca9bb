import { expect, test } from 'vitest';
import { inOrder, moved } from '#routes/(app)/actions/arrange.ts';
import { actionOf } from '../../../support/action.ts';

test('a row moves one place within its part and stops at its ends', () => {
	expect(moved(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c']);
	expect(moved(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b']);
	expect(moved(['a', 'b', 'c'], 'a', -1)).toEqual(['a', 'b', 'c']);
	expect(moved(['a', 'b', 'c'], 'c', 1)).toEqual(['a', 'b', 'c']);
	expect(moved(['a'], 'z', 1)).toEqual(['a']);
});

test('what came meanwhile follows; what went is left out', () => {
	const rows = ['a', 'b', 'c'].map((id) => actionOf({ id }));
	expect(inOrder(rows, ['c', 'gone', 'a']).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
});
