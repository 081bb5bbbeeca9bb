import { expect, test } from 'vitest';
import { goalOptions, partnerOptions } from '#routes/(app)/actions/options.ts';
import { GROUP, groupOf, membership, person } from '../../group-view.ts';

const goal = (id: string, columns: object = {}) => ({
	...{ id, group_id: GROUP, owner_id: 'a', title: id, year: 2026, quarter: null, stage: null },
	...{ measure: '', means: '', reason: '', shared: true, status: 'open', line: '', version: 1 },
	...{ created_at: '2026-01-01T00:00:00Z', ...columns }
});

const view = groupOf(['a', 'b'], {
	profiles: ['a', 'b', 'c'].map((id) => person(id)),
	memberships: [
		...['a', 'b'].map((id) => membership(id)),
		{ ...membership('c'), left_at: '2026-05-01T00:00:00Z' }
	],
	goals: [goal('mine'), goal('ended', { status: 'reached' }), goal('theirs', { owner_id: 'b' })]
});
const ids = (options: { value: string }[]) => options.map(({ value }) => value);

test('an action may serve an open goal of its owner, or the one it serves already', () => {
	expect(ids(goalOptions(view, GROUP, 'a'))).toEqual(['mine']);
	expect(ids(goalOptions(view, GROUP, 'a', 'ended'))).toEqual(['mine', 'ended']);
});

test('another member of today may ask after it; one who left stays where they were', () => {
	expect(ids(partnerOptions(view, GROUP, 'a'))).toEqual(['b']);
	expect(partnerOptions(view, GROUP, 'a', 'c').at(-1)).toEqual({ value: 'c', label: 'c' });
});
