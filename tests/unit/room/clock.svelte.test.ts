import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { instant } from '#lib/domain/time.ts';
import { Clock } from '#lib/room/clock.svelte.ts';

beforeEach(() => {
	vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 1_000_000 });
});
afterEach(() => vi.useRealTimers());

/** Asks for the time; the answer says `server`, after what happens on the way. */
function ask(clock: Clock, server: number, onTheWay: () => unknown) {
	return clock.timed(
		() => {
			onTheWay();
			return Promise.resolve(instant(server));
		},
		(now) => now
	);
}

test('the first answer gives the time, half its trip later', async () => {
	const clock = new Clock();
	await ask(clock, 5_000_000, () => vi.advanceTimersByTime(40));
	expect(clock.now()).toBe(5_000_020);
});

test('an answer that was under way while the phone slept says nothing of the time', async () => {
	const clock = new Clock();
	await ask(clock, 5_000_000, () => vi.advanceTimersByTime(40));
	// A sleep of ten minutes: the wall clock goes on, the steady one stands still.
	await ask(clock, 4_000_000, () => vi.setSystemTime(1_600_000));
	expect(clock.now()).toBe(5_000_020);
});

test('what a request does before it leaves does not count as its trip', async () => {
	const clock = new Clock();
	await clock.timed(
		(leaving) => {
			// A token is renewed first.
			vi.advanceTimersByTime(200);
			leaving();
			vi.advanceTimersByTime(40);
			return Promise.resolve(instant(5_000_000));
		},
		(now) => now
	);
	expect(clock.now()).toBe(5_000_020);
	expect(clock.error).toBe(20);
});
