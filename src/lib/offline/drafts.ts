import type { Change, SealedStore } from './sealed-store.ts';

/** The store of the account's database that holds typed text, keyed by the page's own key. */
export const DRAFT_STORE = 'drafts';

/**
 * Text being typed, kept at every keystroke so that a reload, a crash or an update gives it back.
 * Reading is synchronous: all drafts are in memory from the moment the account is open.
 */
export class Drafts {
	readonly #database: SealedStore;
	/** Another map at each change. */
	#texts: ReadonlyMap<string, string> = new Map();
	readonly #dirty = new Set<string>();
	#flushing: Promise<void> | null = null;

	constructor(database: SealedStore) {
		this.#database = database;
	}

	/** Reads what is kept, and again when another tab changed it. @throws StorageError. */
	async load(): Promise<void> {
		await this.flush().catch(() => {});
		const before = this.#texts;
		const [entries = []] = await this.#database.read([DRAFT_STORE]);
		// Typed or saved since: what was read is old.
		if (this.#texts !== before) return this.load();
		// What a full disk did not take is in memory alone.
		if (this.#dirty.size > 0) return;
		const texts = new Map<string, string>();
		for (const { key, value } of entries) {
			if (typeof key === 'string' && typeof value === 'string') texts.set(key, value);
		}
		this.#texts = texts;
	}

	/** The names of all that is kept. */
	get keys(): string[] {
		return [...this.#texts.keys()];
	}

	/** The kept text, or null. */
	text(key: string): string | null {
		return this.#texts.get(key) ?? null;
	}

	/**
	 * Keeps `text`; an empty one is forgotten. Keystrokes that come while the disk is busy share one
	 * write. Resolves when the latest text is on disk. @throws StorageError.
	 */
	keep(key: string, text: string): Promise<void> {
		this.#set(key, text);
		this.#dirty.add(key);
		return this.flush();
	}

	/** Resolves when all that was typed is on disk. */
	flush(): Promise<void> {
		this.#flushing ??= this.#flush().finally(() => (this.#flushing = null));
		return this.#flushing;
	}

	/** The change that removes a draft, to be part of the transaction that saves its text. */
	dropping(key: string): Change {
		return { store: DRAFT_STORE, remove: key };
	}

	/** To be called once `dropping` is on disk. */
	dropped(key: string): void {
		this.#set(key, '');
		this.#dirty.delete(key);
	}

	#set(key: string, text: string): void {
		const texts = new Map(this.#texts).set(key, text);
		if (text === '') texts.delete(key);
		this.#texts = texts;
	}

	async #flush(): Promise<void> {
		while (this.#dirty.size > 0) {
			const keys = [...this.#dirty];
			this.#dirty.clear();
			const changes = keys.map((key): Change => {
				const put = this.#texts.get(key);
				return put === undefined ? this.dropping(key) : { store: DRAFT_STORE, key, put };
			});
			try {
				await this.#database.write(changes, { durability: 'relaxed' });
			} catch (error) {
				// Still in memory, so the next keystroke tries again.
				for (const key of keys) this.#dirty.add(key);
				throw error;
			}
		}
	}
}
