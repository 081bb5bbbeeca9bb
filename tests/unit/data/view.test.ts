import { viewer, whole } from '#lib/data/view.ts';
import { expect, test } from 'vitest';

const [first, second] = ['a1', 'a2'].map((id) => ({
	...{ id, group_id: 'g', owner_id: 'm', title: `Action ${id}`, due_on: '2026-12-01' },
	...{ status: 'open', born_in: null, due_in: null, carries: 0, version: 1 },
	created_at: '2026-11-01T10:00:00Z'
}));
const profile = { id: 'm', name: 'Anne', language: 'fr', erased_at: null };

test('one row that cannot be read hides neither the others of its table nor other tables', () => {
	const kept = {
		actions: [first, { ...second, status: 'of a later release' }],
		profiles: [profile]
	};
	const view = viewer()(kept);
	expect(view.actions.map(({ id }) => id)).toEqual(['a1']);
	expect(view.profiles.map(({ id }) => id)).toEqual(['m']);
	expect(whole(kept, view)).toBe(false);
});

test.each([
	['damaged', null],
	['a text', 'row'],
	['without its columns', { id: 'a2' }],
	['with a date that is none', { ...second, created_at: 'soon' }]
])('a row %s is left out', (_, row) => {
	const kept = { actions: [first, row] };
	expect(viewer()(kept).actions.map(({ id }) => id)).toEqual(['a1']);
});

test('what this version does not know leaves the rest whole', () => {
	const kept = { actions: [{ ...first, mood: 'new' }, second], moods: [{ id: 'x' }] };
	const view = viewer()(kept);
	expect(view.actions).toHaveLength(2);
	expect(whole(kept, view)).toBe(true);
	expect(whole({}, viewer()({}))).toBe(true);
});

test('a row that did not change is not read again, nor a table without one', () => {
	const person = (id: string) => ({ ...profile, id });
	const [ada, bo, other] = [person('ada'), person('bo'), person('bo')];
	const read = viewer();
	const before = read({ profiles: [ada, bo] });
	const after = read({ profiles: [ada, other] });
	expect(after.profiles[0]).toBe(before.profiles[0]);
	expect(after.profiles[1]).not.toBe(before.profiles[1]);
	expect(after.profiles).toEqual(before.profiles);
	expect(after.groups).toBe(before.groups);
});
