import { expect, test } from 'vitest';
import { history } from '#routes/(app)/actions/[id]/history.ts';
import { action, groupOf, session } from '../session/group-view.ts';

const review = (id: string, session_id: string) => ({
	...{ id, group_id: 'g', action_id: 'x', session_id, outcome: 'not_done', line: '' },
	...{ reviewed_by: null, reviewed_at: '2020-01-01T00:00:00Z' }
});

test('an action’s history follows its sessions, whatever the order of the rows', () => {
	const view = groupOf([], {
		actions: [action('x', { born_in: 's1' })],
		sessions: ['s3', 's1', 's2'].map((id) =>
			session(id, { starts_at: `2026-0${id.at(1)}-10T17:00:00Z` })
		),
		reviews: [review('r3', 's3'), review('r2', 's2')]
	});
	const [row] = view.actions;
	const chapters = row ? history(view, row) : [];
	expect(chapters.map(({ id, session }) => [id, session?.id])).toEqual([
		['x', 's1'],
		['r2', 's2'],
		['r3', 's3']
	]);
});

test('a session that is not visible to the reader leaves its chapter without a date', () => {
	const view = groupOf([], {
		actions: [action('x', { born_in: 'before-they-joined' })]
	});
	const [row] = view.actions;
	expect(row && history(view, row)).toEqual([{ id: 'x', session: null, review: null }]);
});
