import { describe, expect, test } from 'vitest';
import type { View } from '#lib/data/view.ts';
import { history, isErasable } from '#routes/(app)/actions/[id]/history.ts';
import { action, groupOf, session } from '../../group-view.ts';

const event = (id: string, kind: string, at: string, columns: object = {}) => ({
	...{ id, action_id: 'x', kind, at, by_id: 'a', session_id: null, outcome: null, choice: null },
	...{ title: 'Appeler', due_on: '2026-11-26', carries: 0, line: '' },
	...columns
});
const review = (id: string, session_id: string, columns: object = {}) => ({
	...{ id, group_id: 'g', action_id: 'x', session_id, outcome: 'not_done', line: '' },
	...{ reviewed_by: 'b', reviewed_at: '2026-02-10T18:00:00Z' },
	...columns
});

function told(view: View, waiting: { kind: string; args: unknown; madeAt: number }[] = []) {
	const [row] = view.actions;
	return row ? history(view, row, waiting) : [];
}

describe('an action’s history', () => {
	const view = groupOf(['a', 'b'], {
		actions: [action('x', { born_in: 's1' })],
		sessions: [session('s1'), session('s2'), session('s3')],
		reviews: [review('r', 's2', { line: 'Pas le temps.' })],
		action_events: [
			event('e4', 'carried', '2026-02-10T20:00:00Z', {
				...{ carries: 1, session_id: 's3', by_id: 'b', title: 'Rappeler' }
			}),
			event('e3', 'edited', '2026-01-20T08:00:00Z', { title: 'Rappeler' }),
			event('e1', 'taken', '2026-01-10T08:00:00Z'),
			event('e2', 'told', '2026-01-15T08:00:00Z', { outcome: 'partly', line: 'Un sur deux.' })
		]
	});

	test('holds events and reviews in the order of time, whatever the order of the rows', () => {
		expect(told(view).map(({ kind, session }) => [kind, session?.id ?? null])).toEqual([
			['taken', 's1'],
			['told', null],
			['edited', null],
			['reviewed', 's2'],
			['carried', 's3']
		]);
	});

	test('says what an edit changed: the old words and the new', () => {
		const [, , edited] = told(view);
		expect(edited).toMatchObject({ title: { from: 'Appeler', to: 'Rappeler' }, due: null });
	});

	test('says who reviewed it, and their line', () => {
		const reviewed = told(view).find(({ kind }) => kind === 'reviewed');
		expect(reviewed).toMatchObject({ outcome: 'not_done', line: 'Pas le temps.', by: 'b' });
	});

	test('what waits on this device comes last, compared with the words before it', () => {
		const changes = { title: 'Écrire' };
		const waiting = [
			{ kind: 'action.edit', args: { id: 'x', changes }, madeAt: 1 },
			{ kind: 'action.edit', args: { id: 'y', changes }, madeAt: 2 },
			{ kind: 'action.tell', args: { id: 'x', changes: { outcome: 'done', line: '' } }, madeAt: 3 },
			{ kind: 'actions.order', args: { ids: ['x'] }, madeAt: 4 }
		];
		expect(told(view, waiting).slice(5)).toMatchObject([
			{ kind: 'edited', pending: true, title: { from: 'Rappeler', to: 'Écrire' } },
			{ kind: 'told', pending: true, outcome: 'done' }
		]);
	});

	test('a review not yet sent stands at the end, with the time of this device', () => {
		const args = { action_id: 'x', session_id: 's2', outcome: 'done', line: '' };
		const chapters = told(view, [{ kind: 'review.record', args, madeAt: 9e12 }]);
		expect(chapters.at(-1)).toMatchObject({ kind: 'reviewed', pending: true, at: 9e12 });
		expect(chapters).toHaveLength(5);
	});

	test('a decision not yet sent says what it changes', () => {
		const args = {
			id: 'x',
			choice: 'reshape',
			title: 'Plus petit',
			due_on: '2026-12-17',
			line: ''
		};
		const [last] = told(view, [{ kind: 'action.decide', args, madeAt: 1 }]).slice(-1);
		expect(last).toMatchObject({
			...{ kind: 'decided', choice: 'reshape', pending: true },
			title: { from: 'Rappeler', to: 'Plus petit' },
			due: { from: '2026-11-26', to: '2026-12-17' }
		});
	});
});

test('an action that is not sent yet begins with being taken', () => {
	const view = groupOf([], { actions: [action('x')] });
	expect(told(view)).toMatchObject([{ kind: 'taken', session: null, hidden: false, title: null }]);
	const [taken] = told(view, [{ kind: 'action.add', args: { id: 'x' }, madeAt: 5 }]);
	expect(taken).toMatchObject({ kind: 'taken', pending: true, at: 5 });
});

test('a session that is not visible to the reader leaves its chapter without a date', () => {
	const view = groupOf([], { actions: [action('x', { born_in: 'before-they-joined' })] });
	expect(told(view)).toMatchObject([{ kind: 'taken', session: null, hidden: true }]);
});

test('an action may be erased until a session has spoken of it', () => {
	const erasable = (columns: Record<string, unknown>, tables = {}) => {
		const view = groupOf([], { actions: [action('x', columns)], ...tables });
		const [row] = view.actions;
		return row && isErasable(view, row);
	};
	expect(erasable({})).toBe(true);
	expect(erasable({ carries: 1 })).toBe(false);
	expect(erasable({}, { reviews: [review('r', 's2')] })).toBe(false);
	const carried = [event('e', 'carried', '2026-02-10T20:00:00Z', { carries: 3 })];
	expect(erasable({}, { action_events: carried }), 'reshaped since').toBe(false);
});
