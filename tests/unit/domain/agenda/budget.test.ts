import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budget, fit } from '#lib/domain/agenda/budget.ts';
import { expand } from '#lib/domain/agenda/expand.ts';
import { numbered, type Segment } from '#lib/domain/agenda/segment.ts';
import { builtin, named } from '#lib/domain/formats/builtin.ts';

const people = { members: ['ada', 'bo', 'cy', 'di', 'ed', 'flo', 'guy'], presenters: ['ada'] };
const two = { ...people, presenters: ['ada', 'bo'] };
const mastermind = expand(named('mastermind')!, people);

const base = mastermind[0]!;
const plan = fc
	.array(
		fc
			.record({ least: fc.integer({ min: 1, max: 60 }), slack: fc.nat(60) })
			.map(({ least, slack }): Segment => ({ ...base, least, minutes: least + slack })),
		{ maxLength: 12 }
	)
	.map(numbered);

describe('the time budget', () => {
	test.each([
		['mastermind', 120],
		['mastermind-two-cases', 120],
		['wise-crowds', 105],
		['codev', 90],
		['mentoring', 60],
		['mentoring-external', 45],
		['reverse-mentoring', 60],
		['group-mentoring', 60],
		['troika', 36],
		['clearness', 95],
		['lean-coffee', 60],
		['round-table', 90],
		['experience-report', 90]
	])('%s fills its %d minutes exactly', (key, length) => {
		const format = named(key)!;
		const presenters = people.members.slice(0, format.presenters);
		const segments = expand(format, { ...people, presenters });
		expect(budget(segments, length)).toEqual({
			planned: length,
			available: length,
			over: 0,
			spare: 0
		});
	});

	test('the documented case twice in two hours is over by 70 minutes', () => {
		expect(budget(expand(named('mastermind')!, two), 120).over).toBe(70);
	});

	test('a shorter plan has spare minutes', () => {
		expect(budget(mastermind, 150)).toMatchObject({ over: 0, spare: 30 });
	});

	test('a plan is never both over and short of the session', () => {
		fc.assert(
			fc.property(plan, fc.integer({ min: 15, max: 480 }), (segments, length) => {
				const { planned, available, over, spare } = budget(segments, length);
				expect(Math.min(over, spare)).toBe(0);
				expect(planned).toBe(available + over - spare);
			})
		);
	});
});

describe('what to cut', () => {
	test('the longest slack gives first', () => {
		const fitted = fit(mastermind, 115);
		expect(fitted).toEqual({ fits: true, minutes: [5, 25, 20, 35, 10, 15, 5] });
	});

	test('between equals the later segment gives', () => {
		const equal = numbered([1, 2].map(() => ({ ...base, minutes: 10, least: 5 })));
		expect(fit(equal, 19)).toEqual({ fits: true, minutes: [10, 9] });
	});

	test('a plan that cannot fit says by how many minutes', () => {
		// Two cases at their shortest: 3 + 15 + 2 × (15 + 25 + 5) + 8 + 3 = 119.
		const segments = expand(named('mastermind')!, two);
		expect(fit(segments, 119)).toMatchObject({ fits: true });
		expect(fit(segments, 117)).toEqual({ fits: false, short: 2 });
	});

	test.each(builtin)('$key is left as it is when it fits', (format) => {
		const segments = expand(format, people);
		const planned = segments.map((segment) => segment.minutes);
		expect(fit(segments, 480)).toEqual({ fits: true, minutes: planned });
	});

	test('a cut plan is exactly as long as the session and no segment goes under its least', () => {
		fc.assert(
			fc.property(plan, fc.integer({ min: 15, max: 480 }), (segments, length) => {
				const { planned } = budget(segments, length);
				const shortest = segments.reduce((sum, { least }) => sum + least, 0);
				const fitted = fit(segments, length);
				if (!fitted.fits) {
					expect(fitted.short).toBe(shortest - length);
					return;
				}
				const sum = fitted.minutes.reduce((total, one) => total + one, 0);
				expect(sum).toBe(Math.min(planned, length));
				for (const [index, segment] of segments.entries()) {
					expect(fitted.minutes[index]).toBeGreaterThanOrEqual(segment.least);
					expect(fitted.minutes[index]).toBeLessThanOrEqual(segment.minutes);
				}
			})
		);
	});
});
