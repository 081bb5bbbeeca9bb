import { codeOf } from './failure.ts';

/** Something a member asks of this device or the server: whether it is under way, and why it was not done. */
export class Attempt {
	#running = $state(0);
	#failed = $state<string | null>(null);

	get busy(): boolean {
		return this.#running > 0;
	}

	/** Why the last try failed, as a code (see `codeOf`), until one succeeds; null: it did not. */
	get failed(): string | null {
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
			this.#failed = codeOf(error);
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
