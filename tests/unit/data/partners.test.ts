import { expect, test } from 'vitest';
import { accompanied, belongs } from '#lib/data/partners.ts';
import { action, GROUP, groupOf, membership, person } from '../group-view.ts';

const view = groupOf(['a', 'b'], {
	profiles: ['a', 'b', 'c'].map((id) => person(id)),
	memberships: [
		...['a', 'b'].map((id) => membership(id)),
		{ ...membership('c'), left_at: '2026-05-01T00:00:00Z' }
	],
	actions: [
		action('late', { partner_id: 'b', due_on: '2026-01-01' }),
		action('soon', { partner_id: 'b' }),
		action('over', { partner_id: 'b', status: 'done' }),
		action('alone')
	]
});

test('what a member accompanies is open, and in the order it falls due', () => {
	expect(accompanied(view, GROUP, 'b').map(({ id }) => id)).toEqual(['late', 'soon']);
	expect(accompanied(view, GROUP, 'a')).toEqual([]);
});

test('who left a group writes nothing there', () => {
	expect(belongs(view, GROUP, 'a')).toBe(true);
	expect(belongs(view, GROUP, 'c')).toBe(false);
});
