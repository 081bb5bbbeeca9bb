import type { Clock } from './clock.ts';

/** Counts calls in windows of fixed length, to refuse the ones too many. */
export class Rate {
	readonly #clock: Clock;
	readonly #limit: number;
	readonly #window: number;
	#count = 0;
	#until = 0;

	/** At most `limit` calls in `window` milliseconds. */
	constructor(clock: Clock, limit: number, window: number) {
		this.#clock = clock;
		this.#limit = limit;
		this.#window = window;
	}

	/** Counts one call; false when it is one too many. */
	allows(): boolean {
		const now = this.#clock.now();
		if (now >= this.#until) {
			this.#until = now + this.#window;
			this.#count = 0;
		}
		this.#count += 1;
		return this.#count <= this.#limit;
	}
}
