import { type StorageCode, storageError } from './storage-error.ts';

/** Something a member asks this device to do: whether it is under way, and why it was not done. */
export class Attempt {
	#running = $state(0);
	#failed = $state<StorageCode | null>(null);

	get busy(): boolean {
		return this.#running > 0;
	}

	/** Why the last try failed, until one succeeds; null: it did not. */
	get failed(): StorageCode | null {
		return this.#failed;
	}

	/** Runs `work`. True: done. False: see `failed`. Never rejects. */
	async try(work: () => unknown): Promise<boolean> {
		this.#running++;
		try {
			await work();
			this.#failed = null;
			return true;
		} catch (error) {
			this.#failed = storageError(error).code;
			return false;
		} finally {
			this.#running--;
		}
	}

	/** Forgets why the last try failed: whoever looks now begins anew. */
	forget(): void {
		this.#failed = null;
	}
}
