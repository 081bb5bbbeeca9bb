import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expand } from '#lib/domain/agenda/expand.ts';
import { named } from '#lib/domain/formats/builtin.ts';
import { type Instant, later, millis, minutes, parseInstant } from '#lib/domain/time.ts';
import { cost, projectedEnd } from '#lib/domain/timer/lateness.ts';
import type { RoomState } from '#lib/domain/timer/state.ts';

const at = (iso: string) => parseInstant(iso)!;
const segments = expand(named('mastermind')!, { members: [], presenters: ['ada'] });
const begin = at('2026-11-26T18:30:00+01:00');
const plannedEnd = at('2026-11-26T20:30:00+01:00');

const during = (position: number, startedAt: Instant): RoomState => ({
	position,
	startedAt,
	planned: minutes(segments[position]!.minutes),
	added: millis(0),
	pausedAt: null,
	paused: millis(0),
	version: 1,
	facilitatorId: 'ada'
});
/** The challenge, segment 2, started in time at 19:00: it should end at 19:20. */
const challenge = during(2, at('2026-11-26T19:00:00+01:00'));

describe('the projected end', () => {
	test('before the start it is the whole agenda from now', () => {
		const idle = { ...during(0, begin), position: null, startedAt: null };
		expect(projectedEnd(idle, segments, begin)).toBe(plannedEnd);
	});

	test('a session on time ends when planned, at any moment of a segment', () => {
		for (const count of [0, 7, 20]) {
			const now = later(at('2026-11-26T19:00:00+01:00'), minutes(count));
			expect(projectedEnd(challenge, segments, now)).toBe(plannedEnd);
		}
	});

	test('overtime moves the end by as much', () => {
		const now = at('2026-11-26T19:23:00+01:00');
		expect(projectedEnd(challenge, segments, now)).toBe(at('2026-11-26T20:33:00+01:00'));
	});

	test('a pause moves the end while it lasts', () => {
		const paused = { ...challenge, pausedAt: at('2026-11-26T19:10:00+01:00') };
		const now = at('2026-11-26T19:14:00+01:00');
		expect(projectedEnd(paused, segments, now)).toBe(at('2026-11-26T20:34:00+01:00'));
	});

	test('in the last segment only what remains of it counts', () => {
		const closing = during(6, at('2026-11-26T20:25:00+01:00'));
		const end = projectedEnd(closing, segments, at('2026-11-26T20:28:00+01:00'));
		expect(end).toBe(plannedEnd);
	});
});

describe('what the lateness costs', () => {
	test('a session on time or early costs nothing', () => {
		expect(cost(challenge, segments, at('2026-11-26T19:20:00+01:00'), plannedEnd)).toBeNull();
		const early = during(3, at('2026-11-26T19:10:00+01:00'));
		expect(cost(early, segments, at('2026-11-26T19:12:00+01:00'), plannedEnd)).toBeNull();
	});

	test('2:58 over is priced as three minutes of the discussion, or an end three minutes later', () => {
		const now = at('2026-11-26T19:22:58+01:00');
		const price = cost(challenge, segments, now, plannedEnd);
		expect(price).toMatchObject({ late: 3, end: at('2026-11-26T20:32:58+01:00') });
		expect(price?.shrink).toEqual({
			minutes: [5, 25, 20, 37, 10, 15, 5],
			cuts: [{ position: 3, from: 40, to: 37 }],
			end: at('2026-11-26T20:29:58+01:00')
		});
	});

	test('a few seconds late have no price: nobody is asked to give up a minute for them', () => {
		const now = (second: number) => later(at('2026-11-26T19:20:00+01:00'), millis(second * 1000));
		expect(cost(challenge, segments, now(29), plannedEnd)).toBeNull();
		expect(cost(challenge, segments, now(30), plannedEnd)?.late).toBe(1);
	});

	test('an extension is priced before it is spent', () => {
		const extended = { ...challenge, added: minutes(7) };
		const price = cost(extended, segments, at('2026-11-26T19:05:00+01:00'), plannedEnd);
		expect(price?.shrink?.cuts).toEqual([{ position: 3, from: 40, to: 33 }]);
		expect(price?.end).toBe(at('2026-11-26T20:37:00+01:00'));
	});

	test('a segment at its least is passed over for those that can give', () => {
		const stiff = segments.map((one) => (one.position === 3 ? { ...one, least: 40 } : one));
		const price = cost(challenge, stiff, at('2026-11-26T19:22:00+01:00'), plannedEnd);
		expect(price?.shrink?.cuts).toEqual([{ position: 5, from: 15, to: 13 }]);
	});

	test('segments give down to their least, and the rest is told as a later end', () => {
		const price = cost(challenge, segments, at('2026-11-26T20:00:00+01:00'), plannedEnd);
		expect(price?.late).toBe(40);
		const least = segments.map(({ least, minutes }, index) => (index > 2 ? least : minutes));
		expect(price?.shrink?.minutes).toEqual(least);
		const saved = price!.shrink!.cuts.reduce((sum, { from, to }) => sum + from - to, 0);
		expect(price?.shrink?.end).toBe(later(plannedEnd, minutes(40 - saved)));
		expect(saved).toBeLessThan(40);
	});

	test('a segment to come may be left out, the last one never', () => {
		const price = cost(challenge, segments, at('2026-11-26T19:22:00+01:00'), plannedEnd);
		expect(price?.drops.map(({ position }) => position)).toEqual([3, 4, 5]);
		expect(price?.drops[1]).toEqual({
			position: 4,
			minutes: [5, 25, 20, 40, 0, 15, 5],
			cuts: [{ position: 4, from: 10, to: 0 }],
			end: at('2026-11-26T20:22:00+01:00')
		});
	});

	test('what is left out already takes no time and gives none', () => {
		const without = segments.map((one) => (one.position === 3 ? { ...one, minutes: 0 } : one));
		const price = cost(challenge, without, at('2026-11-26T20:02:00+01:00'), plannedEnd);
		expect(price?.late).toBe(2);
		expect(price?.shrink?.minutes[3]).toBe(0);
		expect(price?.drops.map(({ position }) => position)).toEqual([4, 5]);
	});

	test('when nothing can shrink the only price is the later end', () => {
		const closing = during(6, at('2026-11-26T20:25:00+01:00'));
		const now = at('2026-11-26T20:31:00+01:00');
		const price = cost(closing, segments, now, plannedEnd);
		expect(price).toEqual({ late: 1, end: now, shrink: null, drops: [] });
	});

	test('the rows may come in any order', () => {
		const now = at('2026-11-26T19:22:58+01:00');
		const shuffled = segments.toReversed();
		expect(cost(challenge, shuffled, now, plannedEnd)).toEqual(
			cost(challenge, segments, now, plannedEnd)
		);
	});

	test('no cut goes under the least, nor ends the session over half a minute early', () => {
		fc.assert(
			fc.property(fc.nat(6), fc.nat(120 * 60), (position, spent) => {
				const state = during(position, begin);
				const price = cost(state, segments, later(begin, millis(spent * 1000)), plannedEnd);
				if (!price?.shrink) return;
				for (const { from, to, position: cutAt } of price.shrink.cuts) {
					expect(cutAt).toBeGreaterThan(position);
					expect(to).toBeGreaterThanOrEqual(segments[cutAt]!.least);
					expect(to).toBeLessThan(from);
				}
				expect(price.shrink.end).toBeGreaterThanOrEqual(plannedEnd - 30_000);
			})
		);
	});
});
