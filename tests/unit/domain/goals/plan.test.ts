import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byTitle, planOf, quarterOf, yearsOf } from '#lib/domain/goals/plan.ts';
import { goalOf } from '../../../support/goal.ts';

test.each([
	['2026-01-01', 1],
	['2026-03-31', 1],
	['2026-04-01', 2],
	['2026-09-30', 3],
	['2026-10-01', 4],
	['2026-12-31', 4]
])('%s is in quarter %d', (day, quarter) => {
	expect(quarterOf(day)).toBe(quarter);
});

describe('the plan of a year', () => {
	const ids = (goals: readonly { id: string }[]) => goals.map(({ id }) => id);

	test('has the goals of the whole year, and those of each quarter, also of an empty one', () => {
		const year = goalOf({ id: 'y', quarter: null, stage: null });
		const autumn = goalOf({ id: 'q', quarter: 4, stage: 'consolidate' });
		const plan = planOf([autumn, year, goalOf({ id: 'old', year: 2025 })], 2026);
		expect(ids(plan.whole)).toEqual(['y']);
		expect(plan.quarters.map(({ goals }) => ids(goals))).toEqual([[], [], [], ['q']]);
	});

	test('orders by title, so that nothing jumps when a goal is sent, reached or dropped', () => {
		const a = goalOf({ id: '1', title: 'Apprendre' });
		const e = goalOf({ id: '2', title: 'Écrire' });
		const f = goalOf({ id: '3', title: 'Finir', status: 'reached' });
		expect(ids(byTitle([f, e, a]))).toEqual(['1', '2', '3']);
	});

	test('loses no goal of its year and shows none twice', () => {
		const goal = fc
			.record({
				id: fc.uuid(),
				title: fc.string(),
				year: fc.constantFrom(2025, 2026),
				quarter: fc.constantFrom(null, 1, 2, 3, 4)
			})
			.map(goalOf);
		const goals = fc.uniqueArray(goal, { selector: ({ id }) => id });
		fc.assert(
			fc.property(goals, (all) => {
				const { whole, quarters } = planOf(all, 2026);
				const shown = ids([...whole, ...quarters.flatMap(({ goals: own }) => own)]);
				const own = ids(all.filter(({ year }) => year === 2026));
				expect(shown.toSorted()).toEqual(own.toSorted());
			})
		);
	});
});

test('the years that hold a goal can be opened, this one and the next always', () => {
	expect(yearsOf([], 2026)).toEqual({ first: 2026, last: 2027 });
	expect(yearsOf([goalOf({ year: 2024 })], 2026)).toEqual({ first: 2024, last: 2027 });
	expect(yearsOf([goalOf({ year: 2030 })], 2026)).toEqual({ first: 2026, last: 2030 });
});
