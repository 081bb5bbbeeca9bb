import { describe, expect, test } from 'vitest';
import { dispute, disputed, refusedOf, rewritten } from '#lib/changes/action-conflict.ts';
import { action, groupOf } from '../group-view.ts';

const edit = (changes: object, base: object | null = null, columns: object = {}) => ({
	...{ kind: 'action.edit', args: { id: 'x', changes }, base, sequence: 1 },
	refusal: { code: 'CR010' },
	...columns
});
const [row] = groupOf([], {
	actions: [action('x', { title: 'Appeler', due_on: '2026-11-26' })]
}).actions;
if (!row) throw new Error('no action');
const shown = (...refused: ReturnType<typeof edit>[]) => dispute(refused, row);

describe('two versions of an action', () => {
	test('are shown field by field: the last writing here beside what is there now', () => {
		const seen = { title: 'Vieux', due_on: '2026-01-01' };
		const refused = [edit({ title: 'Un', due_on: '2026-12-01' }, seen), edit({ title: 'Deux' })];
		expect(shown(...refused)).toEqual({
			conflicts: [
				{ field: 'title', mine: 'Deux', theirs: 'Appeler' },
				{ field: 'due_on', mine: '2026-12-01', theirs: '2026-11-26' }
			],
			safe: {}
		});
	});

	test('a field that only this device changed asks nothing, and is not lost', () => {
		const seen = { title: 'Vieux', partner_id: null };
		expect(shown(edit({ title: 'Un', partner_id: 'b' }, seen))).toEqual({
			conflicts: [{ field: 'title', mine: 'Un', theirs: 'Appeler' }],
			safe: { partner_id: 'b' }
		});
	});

	test('written twice here, what counts as seen is what was there before the first', () => {
		const twice = [
			edit({ title: 'Un' }, { title: 'Vieux' }),
			edit({ title: 'Deux' }, { title: 'Un' })
		];
		expect(shown(...twice).conflicts).toMatchObject([{ mine: 'Deux' }]);
		const back = [
			edit({ title: 'Un' }, { title: 'Appeler' }),
			edit({ title: 'Deux' }, { title: 'Un' })
		];
		expect(shown(...back)).toEqual({ conflicts: [], safe: { title: 'Deux' } });
	});

	test('that became the same are no conflict', () => {
		expect(shown(edit({ title: 'Appeler', goal_id: null }))).toEqual({ conflicts: [], safe: {} });
	});

	test('what cannot be read is no version, and is not taken away as one', () => {
		for (const args of [null, 'text', { id: 'x' }, { id: 'x', changes: { title: 3 } }]) {
			expect(refusedOf([{ ...edit({}), args }], 'x')).toEqual([]);
			expect(dispute([{ ...edit({}), args }], row)).toEqual({ conflicts: [], safe: {} });
		}
	});

	test('mine is written again, alone', () => {
		expect(rewritten({ field: 'title', mine: 'Un', theirs: 'Deux' })).toEqual({ title: 'Un' });
		expect(rewritten({ field: 'goal_id', mine: null, theirs: 'g' })).toEqual({ goal_id: null });
	});
});

test('only a meeting of two edits is compared; other refusals are not', () => {
	const mine = edit({ title: 'Un' });
	const elsewhere = edit({}, null, { args: { id: 'y', changes: {} } });
	expect(refusedOf([elsewhere, mine], 'x')).toEqual([mine]);
	expect(disputed(edit({ title: 'Un' }, null, { refusal: { code: 'CR005' } }))).toBeNull();
	expect(disputed(edit({}, null, { kind: 'action.tell' }))).toBeNull();
});
