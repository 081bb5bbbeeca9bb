import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Action, outcomes, type Outcome, type Review } from '#lib/domain/actions/action.ts';
import { carryOver } from '#lib/domain/actions/carry.ts';
import { instant } from '#lib/domain/time.ts';
import { actionOf } from '../../../support/action.ts';

const november = { id: 'november', date: '2026-11-26', earlier: ['october'] };
const december = { id: 'december', date: '2026-12-17', earlier: ['october', 'november'] };
const january = { id: 'january', date: '2027-01-21' };

const action = (changes: Partial<Action> = {}) =>
	actionOf({ dueOn: november.date, bornIn: 'october', dueIn: november.id, ...changes });
const review = (outcome: Outcome, changes: Partial<Review> = {}): Review => ({
	id: 'r',
	actionId: 'a',
	sessionId: november.id,
	outcome,
	line: '',
	reviewedBy: 'ada',
	reviewedAt: instant(1_790_000_000_000),
	...changes
});
const after = (one: Action, reviews: Review[] = []) =>
	carryOver([one], reviews, november, december)[0];

describe('an action at the close of a session', () => {
	test.each(['partly', 'not_done'] as const)('%s is carried with its count', (outcome) => {
		const carried = after(action({ carries: 1 }), [review(outcome)]);
		expect(carried).toEqual(
			action({ outcome, carries: 2, dueIn: december.id, dueOn: december.date })
		);
	});

	test('without a review it is carried all the same', () => {
		expect(after(action())).toMatchObject({ carries: 1, dueIn: december.id });
	});

	test.each(['done', 'dropped'] as const)('%s is over and not carried', (outcome) => {
		expect(after(action(), [review(outcome)])).toEqual(action({ status: outcome, outcome }));
		expect(after(action({ status: outcome }))).toEqual(action({ status: outcome }));
	});

	test('taken in this session it waits for the next without a carry', () => {
		const taken = action({ bornIn: november.id, dueIn: null, dueOn: december.date });
		expect(after(taken)).toEqual({ ...taken, dueIn: december.id });
		expect(after({ ...taken, dueOn: november.date })?.carries).toBe(0);
	});

	test('taken between two sessions and due by this one it is carried', () => {
		expect(after(action({ bornIn: null, dueIn: null }))?.carries).toBe(1);
	});

	test('due on a later day it is followed at the next session without a carry', () => {
		const far = action({ dueOn: '2027-06-30' });
		expect(after(far)).toEqual({ ...far, dueIn: december.id });
	});

	test('due in another session it is left alone', () => {
		const other = action({ dueIn: 'january' });
		expect(after(other)).toEqual(other);
	});

	test('that waited for an earlier session which was never held goes on with a carry', () => {
		const stranded = after(action({ dueIn: 'october' }));
		expect(stranded).toMatchObject({ carries: 1, dueIn: december.id, dueOn: december.date });
	});

	test('a review of another session or of another action settles nothing', () => {
		const elsewhere = [
			review('done', { sessionId: 'october' }),
			review('dropped', { actionId: 'b' })
		];
		expect(after(action(), elsewhere)).toMatchObject({ status: 'open', carries: 1 });
	});
});

describe('for any actions and reviews', () => {
	const any = fc.record({
		outcome: fc.option(fc.constantFrom(...outcomes)),
		changes: fc.record({
			status: fc.constantFrom('open' as const, 'done' as const, 'dropped' as const),
			dueOn: fc.constantFrom('2026-10-01', november.date, '2027-06-30'),
			bornIn: fc.constantFrom(null, 'october', november.id),
			dueIn: fc.constantFrom(null, november.id),
			carries: fc.nat(5)
		})
	});
	const story = fc.array(any, { maxLength: 10 }).map((rows) => ({
		actions: rows.map(({ changes }, index) => action({ id: `a${index}`, ...changes })),
		reviews: rows.flatMap(({ outcome }, index) =>
			outcome ? [review(outcome, { actionId: `a${index}` })] : []
		)
	}));

	test('no open action is lost: each is over by its review or waits for the next session', () => {
		fc.assert(
			fc.property(story, ({ actions, reviews }) => {
				const carried = carryOver(actions, reviews, november, december);
				expect(carried.map(({ id }) => id)).toEqual(actions.map(({ id }) => id));
				for (const one of carried) {
					if (one.status === 'open') expect(one.dueIn).toBe(december.id);
				}
			})
		);
	});

	test('what is over is never carried, and counts go up by one at most, never down', () => {
		fc.assert(
			fc.property(story, ({ actions, reviews }) => {
				const carried = carryOver(actions, reviews, november, december);
				for (const [index, one] of carried.entries()) {
					const more = one.carries - actions[index]!.carries;
					expect(one.status === 'open' ? [0, 1] : [0]).toContain(more);
					if (actions[index]!.status !== 'open') expect(one).toEqual(actions[index]);
				}
			})
		);
	});

	test('an action left unfinished through sessions counts each of them', () => {
		const once = carryOver([action()], [], november, december);
		const twice = carryOver(once, [], december, january);
		expect(twice[0]).toMatchObject({ carries: 2, dueIn: january.id, dueOn: january.date });
	});

	test('the reviews of a closed session settle nothing at the next one', () => {
		const once = carryOver([action()], [review('partly')], november, december);
		expect(carryOver(once, [review('done')], december, january)[0]?.status).toBe('open');
	});
});
