import { describe, expect, test } from 'vitest';
import { conflicts, refusedOf, rewriting, subjectOf } from '#routes/(app)/actions/conflict.ts';
import { action, groupOf } from '../session/group-view.ts';

const edit = (changes: object, columns: object = {}) => ({
	...{ kind: 'action.edit', args: { id: 'x', changes }, refusal: { code: 'CR010' } },
	...columns
});
const [row] = groupOf([], {
	actions: [action('x', { title: 'Appeler', due_on: '2026-11-26' })]
}).actions;
if (!row) throw new Error('no action');

describe('two versions of an action', () => {
	test('are shown field by field: the last writing here beside what is there now', () => {
		const refused = [edit({ title: 'Un', due_on: '2026-12-01' }), edit({ title: 'Deux' })];
		expect(conflicts(refused, 'actions', row)).toEqual([
			{ field: 'title', mine: 'Deux', theirs: 'Appeler' },
			{ field: 'due_on', mine: '2026-12-01', theirs: '2026-11-26' }
		]);
	});

	test('that became the same are no conflict', () => {
		expect(conflicts([edit({ title: 'Appeler', goal_id: null })], 'actions', row)).toEqual([]);
	});

	test('what cannot be read is no version', () => {
		for (const args of [null, 'text', { id: 'x' }, { id: 'x', changes: { title: 3 } }]) {
			expect(conflicts([{ ...edit({}), args }], 'actions', row)).toEqual([]);
		}
	});

	test('mine is written again on top of what is there now', () => {
		const mine = { field: 'title', mine: 'Deux', theirs: 'Appeler' };
		expect(rewriting('actions', row, mine)).toEqual({
			...{ kind: 'action.edit', args: { id: 'x', changes: { title: 'Deux' } } },
			base: { title: 'Appeler' }
		});
	});
});

test('only a meeting of two writings is compared; other refusals are not', () => {
	const other = edit({ title: 'Un' }, { refusal: { code: 'CR005' } });
	const elsewhere = edit({}, { args: { id: 'y', changes: {} } });
	const mine = edit({ title: 'Un' });
	expect(refusedOf([other, elsewhere, mine], 'actions', 'x')).toEqual([mine]);
	expect(subjectOf(mine)).toEqual({ table: 'actions', id: 'x' });
	expect(subjectOf(edit({ title: 'Un' }, { kind: 'goal.edit' }))).toMatchObject({ table: 'goals' });
	for (const it of [other, edit({}, { kind: 'action.tell' })]) expect(subjectOf(it)).toBeNull();
});
