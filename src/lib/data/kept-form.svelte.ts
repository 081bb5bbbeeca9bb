import type { Keeper } from '#lib/offline/draft.svelte.ts';
import { parseKept } from '#lib/offline/kept.ts';
import { Attempt } from './attempt.svelte.ts';

/**
 * A form that somebody fills in and sends: kept on the device at every change, until what it says has
 * arrived.
 */
export class KeptForm<Value extends object> {
	readonly #keeper: Keeper;
	readonly #key: () => string;
	readonly #shape: { parse(value: unknown): Value };
	/** What is in the form; its fields are bound to it. */
	value: Value;
	/** Keeping it on the device, and sending it. */
	readonly attempt = new Attempt();

	/** `key`: under which name it is kept (draft-keys.ts). `first`: what it says before it begins. */
	constructor(
		keeper: Keeper,
		key: () => string,
		shape: { parse(value: unknown): Value },
		first: Value
	) {
		this.#keeper = keeper;
		this.#key = key;
		this.#shape = shape;
		this.value = $state(first);
	}

	/** Begins anew: what was typed before comes back, else `first`. */
	begin(first: Value): void {
		this.value = parseKept(this.#shape, this.#keeper.draft(this.#key())) ?? first;
		this.attempt.forget();
	}

	/** To be called at every change. */
	keep(): void {
		void this.attempt.keep(() => this.#keeper.keep(this.#key(), JSON.stringify(this.value)));
	}

	/** Forgets what was typed: it changes nothing. Throws StorageError. */
	drop(): Promise<void> {
		return this.#keeper.keep(this.#key(), '');
	}

	/**
	 * Sends it; false: see `attempt.failed`. `work` is given the name of the draft, to drop it in the
	 * transaction that keeps the change.
	 */
	send(work: (draft: string) => unknown): Promise<boolean> {
		return this.attempt.try(() => work(this.#key()));
	}
}
