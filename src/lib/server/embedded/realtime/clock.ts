/** Where the gateway takes its time from; tests bring one that they turn by hand. */
export interface Clock {
	/** Milliseconds since the epoch. */
	now(): number;
	/** Runs `act` once after `delay` milliseconds; the answer cancels it. */
	after(delay: number, act: () => void): () => void;
}

/** The machine's own clock; its timers do not keep the process alive. */
export const systemClock: Clock = {
	now: () => Date.now(),
	after(delay, act) {
		const timer = setTimeout(act, delay);
		timer.unref();
		return () => clearTimeout(timer);
	}
};

/** Runs `act` every `period` milliseconds until the answer is called. */
export function every(clock: Clock, period: number, act: () => void): () => void {
	let cancel = clock.after(period, tick);
	function tick() {
		cancel = clock.after(period, tick);
		act();
	}
	return () => cancel();
}
