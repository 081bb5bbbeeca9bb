import { remember, remembered } from './remembered.ts';

/** What of `navigator.storage` this needs. */
type Storage = Pick<StorageManager, 'persist' | 'persisted'>;

const KEY = 'storage-asked';

/**
 * The browser's promise not to erase what is kept here. Some browsers put the question to the member:
 * it is asked once, when there is something to keep, and once more after the app was installed, since
 * most promise it to an installed app only.
 */
export class Persistence {
	readonly #storage: Storage | null;
	#kept = $state<boolean | null>(null);
	#asked = $state(remembered(KEY));

	/** `storage` is null where the browser has none (an insecure address). */
	constructor(storage: Storage | null = 'storage' in navigator ? navigator.storage : null) {
		this.#storage = storage;
	}

	/** True: promised; false: it may erase; null: it has not answered yet. */
	get kept(): boolean | null {
		return this.#kept;
	}

	/** Whether something was ever saved on this device. */
	get used(): boolean {
		return this.#asked !== null;
	}

	/** Reads what was promised before; asks nobody. */
	async look(): Promise<void> {
		const kept = await this.#storage?.persisted().catch(() => false);
		this.#kept ??= kept ?? false;
	}

	/** To be called after each save; only the first one asks. */
	async saved(installed: boolean): Promise<void> {
		const where = installed ? 'app' : 'tab';
		if (this.#asked === 'app' || this.#asked === where) return;
		this.#asked = where;
		remember(KEY, where);
		const kept = await this.#storage?.persist().catch(() => false);
		this.#kept = kept ?? false;
	}
}
