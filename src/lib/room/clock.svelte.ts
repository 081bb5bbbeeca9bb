import { estimate, type Sample, serverTime, slew } from '#lib/domain/timer/clock.ts';
import { type Instant, type Millis, millis } from '#lib/domain/time.ts';

/** How many round trips are kept: the shortest of them gives the time. */
const KEPT = 8;
/** Wall clock and monotonic clock that drift apart by more, in ms: one of them was moved. */
const JUMP = 300;

/**
 * The server's clock as this phone knows it. The wall clock of the phone only stands in until the
 * first answer; afterwards the digits follow the server, however wrong the phone is.
 */
export class Clock {
	#samples: Sample[] = [];
	#offset: Millis = millis(Date.now() - performance.now());
	#slewedAt = performance.now();
	#drift = Date.now() - performance.now();
	/** Half the round trip of the best answer; null while the phone's own clock is all there is. */
	#error = $state.raw<Millis | null>(null);
	#target: Millis | null = null;

	get error(): Millis | null {
		return this.#error;
	}

	/** How far the server's clock is ahead of this phone's wall clock, for the debug line. */
	get ahead(): Millis {
		return millis(this.#offset + performance.now() - Date.now());
	}

	/** The server's time. */
	now(): Instant {
		const local = performance.now();
		if (this.#target !== null) {
			this.#offset = slew(this.#offset, this.#target, millis(local - this.#slewedAt));
		}
		this.#slewedAt = local;
		return serverTime(this.#offset, local);
	}

	/**
	 * True once after the phone slept or its wall clock was changed: earlier measurements are void.
	 */
	jumped(): boolean {
		const drift = Date.now() - performance.now();
		const jumped = Math.abs(drift - this.#drift) > JUMP;
		this.#drift = drift;
		if (jumped) this.#samples = [];
		return jumped;
	}

	/**
	 * Measures one request whose answer carries the server's time. The time before `leaving` is
	 * called does not count: a token may have to be renewed first.
	 */
	async timed<T>(
		request: (leaving: () => void) => Promise<T>,
		clockOf: (answer: T) => Instant
	): Promise<T> {
		let sent = performance.now();
		const drift = Date.now() - sent;
		const answer = await request(() => (sent = performance.now()));
		const received = performance.now();
		// The monotonic clock stops during sleep: the trip looks short, its time is old.
		if (Math.abs(Date.now() - received - drift) > JUMP) return answer;
		this.#samples = [...this.#samples, { sent, received, server: clockOf(answer) }].slice(-KEPT);
		const best = estimate(this.#samples);
		if (best) {
			// The first answer replaces the wall clock at once: there is nothing to catch up with.
			if (this.#target === null) this.#offset = best.offset;
			this.#target = best.offset;
			this.#error = best.error;
		}
		return answer;
	}
}
