import { Account } from './account.ts';
import type { Installation } from './installation.ts';

/** An account that is not open here and left something on this device that no server has. */
export interface FormerAccount {
	readonly id: string;
	/** Changes not sent or refused, and drafts. */
	readonly unsent: number;
}

/**
 * The accounts that were open on this device before the current one. What they sent is erased; what
 * they did not send waits for them without a row beside it; nothing but its number is ever read.
 */
export class Former {
	readonly #installation: Installation;
	#accounts = $state.raw<readonly FormerAccount[]>([]);

	constructor(installation: Installation) {
		this.#installation = installation;
	}

	get accounts(): readonly FormerAccount[] {
		return this.#accounts;
	}

	/** Erases the databases with nothing unsent and counts in the others. Never rejects. */
	async tidy(): Promise<void> {
		const left: FormerAccount[] = [];
		for (const id of await this.#installation.accounts().catch(() => [])) {
			const account = new Account(id, this.#installation.vault);
			try {
				// Asked each time: another tab may sign that very account in.
				if ((await this.#installation.account()) === id) continue;
				if (await account.eraseIfSent()) await this.#installation.forget(id);
				else {
					await account.strip();
					left.push({ id, unsent: await account.unsent() });
				}
			} catch {
				// What cannot be looked into is kept: the next start tries again.
			} finally {
				await account.close();
			}
		}
		this.#accounts = left;
		const { place } = this.#installation.vault;
		await import('./move.ts').then(({ tidy }) => tidy(place)).catch(() => {});
	}

	/** Erases what an account left here, sent or not: ask first. @throws StorageError. */
	async erase(id: string): Promise<void> {
		if ((await this.#installation.account()) === id) return;
		await new Account(id, this.#installation.vault).erase();
		await this.#installation.forget(id);
		this.#accounts = this.#accounts.filter((account) => account.id !== id);
	}
}
