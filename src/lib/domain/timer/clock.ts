import { type Instant, instant, type Millis, millis } from '#lib/domain/time.ts';

/**
 * One round trip to the server. `sent` and `received` are read from the phone's own steady clock
 * (milliseconds, any origin); `server` is what the server's clock said in between.
 */
export type Sample = { sent: number; received: number; server: Instant };

/** What to add to the phone's clock to read the server's, and how far that may be wrong. */
export type Estimate = { offset: Millis; error: Millis };

/** Beyond this the displayed clock jumps: catching up slowly would show a wrong time for long. */
export const STEP = millis(500);

/** Share of passing time by which the displayed clock may run fast or slow while it catches up:
 *  half a second is caught in five, and digits never go backwards. */
const RATE = 0.1;

/**
 * The server's clock from round trips: the quickest one wins, since its answer had the least time
 * to grow old; the true offset is within half of its duration. Null without a usable sample.
 */
export function estimate(samples: readonly Sample[]): Estimate | null {
	let best: Sample | null = null;
	for (const sample of samples) {
		if (!(trip(sample) >= 0)) continue;
		if (!best || trip(sample) < trip(best)) best = sample;
	}
	if (!best) return null;
	const middle = best.sent + trip(best) / 2;
	return { offset: millis(best.server - middle), error: millis(trip(best) / 2) };
}

/**
 * The offset to display after `elapsed`: it jumps to the target from more than STEP away, otherwise
 * it approaches by a tenth of the time elapsed and never goes past it.
 */
export function slew(current: Millis, target: Millis, elapsed: Millis): Millis {
	const gap = target - current;
	if (Math.abs(gap) > STEP) return target;
	const most = Math.max(0, elapsed) * RATE;
	return Math.abs(gap) <= most ? target : millis(current + Math.sign(gap) * most);
}

/** The server's time when the phone's steady clock reads `local`. */
export function serverTime(offset: Millis, local: number): Instant {
	return instant(local + offset);
}

function trip(sample: Sample): number {
	return sample.received - sample.sent;
}
