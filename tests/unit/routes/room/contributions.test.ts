import { expect, test } from 'vitest';
import type { Row } from '#lib/data/rows.ts';
import { viewer } from '#lib/data/view.ts';
import { instant } from '#lib/domain/time.ts';
import { givenTo, groups, putBack } from '#routes/(app)/room/[id]/contributions.ts';

const empty = viewer()({});

function given(id: string, at: number, changes: Partial<Row<'contributions'>> = {}) {
	return {
		...{ id, sessionId: 's', challengeId: 'c', authorId: 'ana', kind: 'question' as const },
		...{ text: id, madeAt: instant(at) },
		...changes
	};
}

test('contributions come in the order in which they were made, those of one moment by id', () => {
	const contributions = [given('b', 2), given('c', 1), given('a', 2)];
	const ids = givenTo({ ...empty, contributions }, 'c').map(({ id }) => id);
	expect(ids).toEqual(['c', 'a', 'b']);
});

test('what was taken back is not shown, nor what was given to another challenge', () => {
	const contributions = [given('a', 1, { text: '' }), given('b', 2, { challengeId: 'other' })];
	expect(givenTo({ ...empty, contributions }, 'c')).toEqual([]);
});

test('every kind has its place in the list', () => {
	const kinds = groups.map(({ kind }) => kind);
	expect(new Set(kinds)).toEqual(new Set(['question', 'experience', 'advice', 'offer']));
});

test('words taken back never replace what is being typed', () => {
	expect(putBack('', 'Qui ?')).toBe('Qui ?');
	expect(putBack('Je tape \n', 'Qui ?')).toBe('Je tape\nQui ?');
});
