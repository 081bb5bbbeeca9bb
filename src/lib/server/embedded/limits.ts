/** How often something may happen: at most `most` times in `window` milliseconds. */
export interface Limit {
	most: number;
	window: number;
}

interface Count {
	taken: number;
	until: number;
}

/** Above this many keys the oldest are forgotten: memory is bounded, whatever is asked. */
const CAPACITY = 50_000;

/** Counts events by key in windows that start with the first event. */
export class Limits {
	#counts = new Map<string, Count>();
	#now: () => number;

	/** `now` gives milliseconds that never go back. */
	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/** Counts one event; false when it is one too many. */
	take(key: string, { most, window }: Limit): boolean {
		const now = this.#now();
		const known = this.#counts.get(key);
		const count = known && known.until > now ? known : { taken: 0, until: now + window };
		count.taken += 1;
		this.#counts.delete(key);
		this.#counts.set(key, count);
		if (this.#counts.size > CAPACITY) this.#forget();
		return count.taken <= most;
	}

	/** Counts one event; the seconds to wait when it is one too many, else null. */
	wait(key: string, limit: Limit): number | null {
		if (this.take(key, limit)) return null;
		const until = this.#counts.get(key)?.until ?? 0;
		return Math.max(1, Math.ceil((until - this.#now()) / 1000));
	}

	clear(key: string): void {
		this.#counts.delete(key);
	}

	#forget(): void {
		// In the order of their last event: the oldest come first.
		for (const key of this.#counts.keys()) {
			if (this.#counts.size <= CAPACITY) return;
			this.#counts.delete(key);
		}
	}
}
