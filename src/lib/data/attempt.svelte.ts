import { codeOf } from './failure.ts';

/** Something a member asks of this device or the server: under way or not, and why it failed. */
export class Attempt {
	#running = $state(0);
	#failed = $state<string | null>(null);

	get busy(): boolean {
		return this.#running > 0;
	}

	/** Why the last try failed, as a code (`codeOf`); null: it did not, or another is under way. */
	get failed(): string | null {
		return this.#failed;
	}

	/**
	 * Runs `work`. True: done. False: see `failed`. Never rejects. It clears the former failure
	 * first, so that the same refusal shows again.
	 */
	try(work: () => unknown): Promise<boolean> {
		this.#failed = null;
		return this.#run(work);
	}

	/** As `try`, at every keystroke: what failed before stays in sight until one is kept. */
	keep(work: () => unknown): Promise<boolean> {
		return this.#run(work);
	}

	/** Forgets why the last try failed: a member who opens the form again begins anew. */
	forget(): void {
		this.#failed = null;
	}

	async #run(work: () => unknown): Promise<boolean> {
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
}
