import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	type Instant,
	instant,
	later,
	type Millis,
	millis,
	minutes,
	parseInstant
} from '#lib/domain/time.ts';
import { digits } from '#lib/domain/timer/digits.ts';
import { elapsed, isOver, phase, remaining, type RoomState } from '#lib/domain/timer/state.ts';

const at = (iso: string) => parseInstant(iso)!;
const seconds = (count: number) => millis(count * 1000);

const started = (startedAt: Instant, planned: Millis = minutes(20)): RoomState => ({
	position: 2,
	startedAt,
	planned,
	added: millis(0),
	pausedAt: null,
	paused: millis(0),
	version: 3,
	facilitatorId: 'ada'
});

const idle: RoomState = { ...started(instant(0)), position: null, startedAt: null };

/** What the server does to the anchors, as commands are defined. */
const pause = (state: RoomState, now: Instant): RoomState => ({ ...state, pausedAt: now });
const resume = (state: RoomState, now: Instant): RoomState => ({
	...state,
	paused: millis(state.paused + (now - (state.pausedAt ?? now))),
	pausedAt: null
});
const add = (state: RoomState, count: number): RoomState => ({
	...state,
	added: millis(state.added + minutes(count))
});

describe('time left in a segment', () => {
	const start = at('2026-11-26T19:00:00+01:00');

	test('a segment that starts has all its minutes', () => {
		expect(digits(remaining(started(start), start)).text).toBe('20:00');
	});

	test('an estimate of the clock from before the start does not add time', () => {
		expect(remaining(started(start), later(start, millis(-80)))).toBe(minutes(20));
	});

	test('before the session starts nothing has run', () => {
		expect(elapsed(idle, start)).toBe(0);
		expect(remaining(idle, start)).toBe(minutes(20));
		expect(isOver({ ...idle, planned: millis(-1) }, start)).toBe(false);
	});

	test('a pause stops the time, however long it is', () => {
		const paused = pause(started(start), later(start, minutes(5)));
		expect(remaining(paused, later(start, minutes(5)))).toBe(minutes(15));
		expect(remaining(paused, later(start, minutes(500)))).toBe(minutes(15));
	});

	test('after two pauses only the running time has passed', () => {
		let state = pause(started(start), later(start, minutes(5)));
		state = resume(state, later(start, minutes(8)));
		state = pause(state, later(start, minutes(10)));
		state = resume(state, later(start, minutes(30)));
		expect(elapsed(state, later(start, minutes(31)))).toBe(minutes(8));
	});

	test('an extension gives time back and a cut takes it', () => {
		const now = later(start, minutes(19));
		expect(remaining(add(started(start), 3), now)).toBe(minutes(4));
		expect(remaining(add(started(start), -3), now)).toBe(minutes(-2));
	});

	test('an extension during overtime ends the overtime', () => {
		const now = later(start, minutes(21));
		expect(isOver(started(start), now)).toBe(true);
		expect(isOver(add(started(start), 2), now)).toBe(false);
	});

	test('overtime is counted and cuts nobody', () => {
		const now = later(start, seconds(20 * 60 + 178));
		expect(digits(remaining(started(start), now))).toEqual({ sign: '+', text: '2:58' });
		expect(isOver(started(start), now)).toBe(true);
	});

	test('midnight is a moment like any other', () => {
		const late = started(at('2026-11-26T23:50:00+01:00'));
		expect(remaining(late, at('2026-11-27T00:05:00+01:00'))).toBe(minutes(5));
		expect(remaining(late, at('2026-11-27T00:12:00+01:00'))).toBe(minutes(-2));
	});

	test('the night the clocks go back gives no hour to a segment', () => {
		const state = started(at('2026-10-25T02:50:00+02:00'));
		expect(remaining(state, at('2026-10-25T02:05:00+01:00'))).toBe(minutes(5));
	});

	test('the night the clocks go forward takes no hour from a segment', () => {
		const state = started(at('2027-03-28T01:50:00+01:00'));
		expect(remaining(state, at('2027-03-28T03:05:00+02:00'))).toBe(minutes(5));
	});

	test('a pause across the change of the hour stops the time as any pause does', () => {
		const before = pause(started(at('2026-10-25T02:30:00+02:00')), at('2026-10-25T02:40:00+02:00'));
		const after = resume(before, at('2026-10-25T02:10:00+01:00'));
		expect(remaining(after, at('2026-10-25T02:15:00+01:00'))).toBe(minutes(5));
	});

	test('for any story of pauses and extensions, time passed and time left make the time given', () => {
		const step = fc.record({
			run: fc.nat(600_000),
			pause: fc.nat(600_000),
			add: fc.integer({ min: -5, max: 5 })
		});
		fc.assert(
			fc.property(fc.array(step, { maxLength: 6 }), fc.nat(600_000), (steps, last) => {
				let now: Instant = start;
				let state = started(start);
				for (const { run, pause: length, add: count } of steps) {
					now = later(now, millis(run));
					state = pause(state, now);
					now = later(now, millis(length));
					state = add(resume(state, now), count);
				}
				now = later(now, millis(last));
				const ran = steps.reduce((sum, one) => sum + one.run, last);
				const given = steps.reduce((sum, one) => sum + minutes(one.add), Number(minutes(20)));
				expect(elapsed(state, now)).toBe(ran);
				expect(remaining(state, now)).toBe(given - ran);
			})
		);
	});
});

describe('the phase of the clock', () => {
	const start = at('2026-11-26T19:00:00Z');
	const phaseAfter = (count: number, state = started(start)) =>
		phase(state, later(start, seconds(count)));

	test('nothing runs before the start', () => {
		expect(phase(idle, start)).toBe('idle');
	});

	test.each([
		[0, 'running'],
		[19 * 60 - 1, 'running'],
		[19 * 60, 'warning'],
		[20 * 60, 'warning'],
		[20 * 60 + 0.001, 'over']
	])('%d s into 20 minutes it is %s', (count, expected) => {
		expect(phaseAfter(count)).toBe(expected);
	});

	test('a pause is shown as a pause, in overtime too', () => {
		const state = pause(started(start), later(start, minutes(22)));
		expect(phase(state, later(start, minutes(40)))).toBe('paused');
		expect(isOver(state, later(start, minutes(40)))).toBe(true);
	});
});
