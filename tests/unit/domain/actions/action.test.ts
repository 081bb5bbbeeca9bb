import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Action, byDue, byOwner, mine, mustDecide } from '#lib/domain/actions/action.ts';

const action = (id: string, changes: Partial<Action> = {}): Action => ({
	id,
	groupId: 'g',
	ownerId: 'ada',
	title: 'Déléguer l’astreinte',
	dueOn: '2026-11-26',
	status: 'open',
	bornIn: null,
	dueIn: null,
	carries: 0,
	version: 1,
	...changes
});
const ids = (actions: Action[]) => actions.map(({ id }) => id);

describe('deciding', () => {
	test.each([
		[2, 'open', false],
		[3, 'open', true],
		[7, 'open', true],
		[3, 'done', false],
		[3, 'dropped', false]
	] as const)('carried %d times and %s: the owner must decide is %s', (carries, status, must) => {
		expect(mustDecide(action('a', { carries, status }))).toBe(must);
	});
});

describe('the order of actions', () => {
	test('what falls due first comes first, then what was carried most', () => {
		const list = [
			action('later', { dueOn: '2027-01-05' }),
			action('plain'),
			action('carried', { carries: 2 })
		];
		expect(ids(byDue(list))).toEqual(['carried', 'plain', 'later']);
	});

	test('the order does not depend on the order given, and the list given is untouched', () => {
		const any = fc.uniqueArray(
			fc.record({
				id: fc.uuid(),
				carries: fc.nat(3),
				due: fc.constantFrom('2026-01-01', '2027-01-01')
			}),
			{ selector: ({ id }) => id, maxLength: 8 }
		);
		fc.assert(
			fc.property(any, (rows) => {
				const list = rows.map(({ id, carries, due }) => action(id, { carries, dueOn: due }));
				const given = [...list];
				expect(byDue(list.toReversed())).toEqual(byDue(list));
				expect(list).toEqual(given);
			})
		);
	});
});

describe('whose actions', () => {
	const list = [
		action('b2', { ownerId: 'bo', dueOn: '2026-12-01' }),
		action('a1'),
		action('b1', { ownerId: 'bo' }),
		action('a0', { status: 'done', dueOn: '2026-10-01' })
	];

	test('mine are those I own, the finished ones too', () => {
		expect(ids(mine(list, 'ada'))).toEqual(['a0', 'a1']);
		expect(mine(list, 'nobody')).toEqual([]);
	});

	test('each owner has their actions in the order they fall due', () => {
		const owners = byOwner(list);
		expect([...owners.keys()]).toEqual(['bo', 'ada']);
		expect(ids(owners.get('bo')!)).toEqual(['b1', 'b2']);
	});

	test('no action is lost between the owners', () => {
		const all = [...byOwner(list).values()].flat();
		expect(ids(all).toSorted()).toEqual(ids(list).toSorted());
	});
});
