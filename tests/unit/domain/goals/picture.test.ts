import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outcomes } from '#lib/domain/actions/action.ts';
import { markOf, marks, serving, sharedBy, tally } from '#lib/domain/goals/picture.ts';
import { actionOf } from '../../../support/action.ts';
import { goalOf } from '../../../support/goal.ts';

describe('the mark of an action', () => {
	test.each([
		['done', 'done', 'kept'],
		['done', null, 'kept'],
		['dropped', 'dropped', 'missed'],
		['dropped', 'partly', 'missed'],
		['open', null, 'open'],
		['open', 'partly', 'partly'],
		['open', 'not_done', 'missed']
	] as const)('%s, last word %s: %s', (status, outcome, mark) => {
		expect(markOf({ status, outcome })).toBe(mark);
	});

	test('changes at once when the action is done', () => {
		const goal = goalOf({ id: 'goal' });
		const action = actionOf({ goalId: 'goal' });
		expect(serving([action], goal).map(({ mark }) => mark)).toEqual(['open']);
		const done = { ...action, status: 'done' as const };
		expect(serving([done], goal).map(({ mark }) => mark)).toEqual(['kept']);
	});
});

test('only actions of the goal and of its owner serve it, in the order they fall due', () => {
	const late = actionOf({ id: 'late', goalId: 'goal', dueOn: '2026-12-17' });
	const soon = actionOf({ id: 'soon', goalId: 'goal', dueOn: '2026-11-26' });
	const other = actionOf({ id: 'other', goalId: 'another' });
	const foreign = actionOf({ id: 'foreign', goalId: 'goal', ownerId: 'bo' });
	const shown = serving([late, other, foreign, soon], goalOf({ id: 'goal' }));
	expect(shown.map(({ action }) => action.id)).toEqual(['soon', 'late']);
});

test('the words count each mark that occurs, and no other', () => {
	expect(tally(['open', 'kept', 'open'])).toEqual([
		{ mark: 'kept', count: 1 },
		{ mark: 'open', count: 2 }
	]);
	expect(tally([])).toEqual([]);
});

describe('what the members share', () => {
	const people = [{ id: 'ada' }, { id: 'bo' }, { id: 'cy' }];

	test('a private goal is never in it, not even for its owner', () => {
		expect(sharedBy([goalOf({ shared: false })], 2026, people)).toEqual([]);
	});

	test('the whole year comes before its quarters', () => {
		const autumn = goalOf({ id: 'q', title: 'A', quarter: 4, stage: 'consolidate' });
		const year = goalOf({ id: 'y', title: 'Z', quarter: null, stage: null });
		const [first] = sharedBy([autumn, year], 2026, people);
		expect(first?.goals.map(({ id }) => id)).toEqual(['y', 'q']);
	});

	const goals = fc.array(
		fc
			.record({
				id: fc.uuid(),
				ownerId: fc.constantFrom('ada', 'bo', 'cy', 'left'),
				title: fc.string(),
				year: fc.constantFrom(2025, 2026),
				quarter: fc.constantFrom(null, 1, 2, 3, 4),
				shared: fc.boolean(),
				status: fc.constantFrom('open' as const, 'reached' as const, 'dropped' as const)
			})
			.map(goalOf)
	);
	const actions = fc.array(
		fc
			.record({
				id: fc.uuid(),
				status: fc.constantFrom('open' as const, 'done' as const, 'dropped' as const),
				outcome: fc.option(fc.constantFrom(...outcomes))
			})
			.map((changes) => actionOf({ goalId: 'goal', ...changes }))
	);

	test('is exactly the shared goals of the year of who belongs to the group', () => {
		fc.assert(
			fc.property(goals, (all) => {
				const shown = sharedBy(all, 2026, people).flatMap((sharer) => sharer.goals);
				const due = all.filter(
					({ shared, year, ownerId }) => shared && year === 2026 && ownerId !== 'left'
				);
				expect(new Set(shown)).toEqual(new Set(due));
				expect(shown).toHaveLength(due.length);
			})
		);
	});

	test('keeps the people in the order given, whatever they did: nothing ranks them', () => {
		fc.assert(
			fc.property(goals, fc.shuffledSubarray(people, { minLength: 3 }), (all, given) => {
				const order = sharedBy(all, 2026, given).map(({ person }) => person.id);
				const ended = all.map((goal) => ({ ...goal, status: 'reached' as const }));
				expect(order).toEqual(given.map(({ id }) => id).filter((id) => order.includes(id)));
				expect(sharedBy(ended, 2026, given).map(({ person }) => person.id)).toEqual(order);
			})
		);
	});

	test('every action that serves a goal has one mark, and the words count each of them once', () => {
		fc.assert(
			fc.property(actions, (all) => {
				const shown = serving(all, goalOf({ id: 'goal' })).map(({ mark }) => mark);
				expect(shown).toHaveLength(all.length);
				const counted = tally(shown);
				expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
				expect(counted.map(({ mark }) => mark)).toEqual(
					marks.filter((mark) => shown.includes(mark))
				);
			})
		);
	});
});
