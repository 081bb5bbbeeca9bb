import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	type Action,
	byDue,
	byOwner,
	byRank,
	mine,
	mustDecide
} from '#lib/domain/actions/action.ts';
import { actionOf } from '../../../support/action.ts';

const action = (id: string, changes: Partial<Action> = {}) => actionOf({ id, ...changes });
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

	test('is asked again at the carry after the one it was decided at, and not before', () => {
		expect(mustDecide(action('a', { carries: 3, decidedCarries: 3 }))).toBe(false);
		expect(mustDecide(action('a', { carries: 4, decidedCarries: 3 }))).toBe(true);
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

describe('the owner’s own order', () => {
	test('comes first; what is not in it follows as it falls due', () => {
		const rows = [
			action('late', { dueOn: '2026-10-01' }),
			action('second', { rank: 2, dueOn: '2026-09-01' }),
			action('later', { dueOn: '2026-12-01' }),
			action('first', { rank: 1, dueOn: '2027-01-01' })
		];
		expect(ids(byRank(rows))).toEqual(['first', 'second', 'late', 'later']);
	});

	test('of any actions is an order of the same actions, whatever they come in', () => {
		const rank = fc.option(fc.integer({ min: 1, max: 4 }));
		fc.assert(
			fc.property(fc.array(rank, { maxLength: 12 }), (ranks) => {
				const rows = ranks.map((place, index) => action(`a${index}`, { rank: place }));
				const sorted = byRank(rows);
				expect(ids(byRank(rows.toReversed()))).toEqual(ids(sorted));
				expect(ids(sorted).toSorted()).toEqual(ids(rows).toSorted());
			})
		);
	});
});
