import { storageError, type StorageCode } from './storage-error.ts';

/** What a typed text needs of the device. */
export interface Keeper {
	draft(key: string): string | null;
	keep(key: string, text: string): Promise<void>;
}

/** A text that somebody types and sends: kept on the device at every keystroke until it has arrived. */
export class Draft {
	readonly #keeper: Keeper;
	readonly #key: string;
	#text = $state('');
	#problem = $state.raw<StorageCode | null>(null);

	/** `first`: what stands there when nothing was kept. */
	constructor(keeper: Keeper, key: string, first = '') {
		this.#keeper = keeper;
		this.#key = key;
		this.#text = keeper.draft(key) ?? first;
	}

	get text(): string {
		return this.#text;
	}

	set text(text: string) {
		this.#text = text;
		void this.#keep(text);
	}

	/** Why the device does not keep what is typed; null: it does. */
	get problem(): StorageCode | null {
		return this.#problem;
	}

	/** Once the text has arrived or is given up. What a full device cannot forget is no failure. */
	forget(): Promise<void> {
		return this.#keep('');
	}

	async #keep(text: string): Promise<void> {
		try {
			await this.#keeper.keep(this.#key, text);
			this.#problem = null;
		} catch (error) {
			this.#problem = storageError(error).code;
		}
	}
}
