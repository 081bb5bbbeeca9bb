import { answered, ended } from './indexed-db.ts';
import { MOVING, PATIENCE, removeFrom, type Shelf, type Shelves } from './shelf.ts';
import { StorageError, storageError, type StorageCode } from './storage-error.ts';

export type Key = string | number | string[];

/**
 * What a record is on disk. `value` is content. `mark` is bookkeeping without content, which a
 * transaction may compare or replace without looking into the value.
 */
interface Stored {
	value: unknown;
	mark: unknown;
}

/** A record read back; `mark` is null when none was given. */
export interface Entry extends Stored {
	key: IDBValidKey;
}

/**
 * One step of a transaction. A `mark` step and one that adds `instead` of a record do nothing when
 * that record is gone.
 */
export type Change =
	| { store: string; add: unknown; mark?: unknown; instead?: Key }
	| { store: string; key: Key; put: unknown; mark?: unknown }
	| { store: string; key: Key; mark: unknown }
	| { store: string; remove: Key }
	| { store: string; clear: true };

export interface WriteOptions {
	/** `strict` resolves only when the operating system was told to flush to the medium. */
	durability: 'strict' | 'relaxed';
	/** Write only if this record's mark (null when absent) still equals `mark`. */
	expect?: { store: string; key: Key; mark: unknown };
	/** Write only if these stores, which it writes to, hold no record. */
	empty?: readonly string[];
}

/** What a database consists of since this version: an older one gains and loses stores. */
export interface Schema {
	readonly version: number;
	readonly stores: readonly string[];
}

/** Seals values and opens them again; `place` says where a value is kept. */
export interface Seal {
	seal(place: string, value: unknown): Promise<unknown>;
	/** Undefined for what cannot be opened. */
	open(place: string, stored: unknown): Promise<unknown>;
}

export interface StoreOptions {
	/** Says where it lies; without it, in the default store. */
	place?: Shelves;
	/** Seals the content of the stores it is given, or of all. */
	vault?: Seal;
	sealed?: readonly string[];
	/**
	 * Called when another tab upgrades (`outdated`) or deletes (`closed`) the database. Without it, a
	 * deleted one is opened anew.
	 */
	onclose?: ((code: StorageCode) => void) | undefined;
}

/** How often a lost connection is opened again for one call. */
const TRIES = 5;

/**
 * One IndexedDB database. Opened at first use and again after the browser dropped the connection.
 * `write` and `read` are the only two places where values go to and come from disk: with a vault
 * they are sealed before a transaction opens and opened after it ended.
 */
export class SealedStore {
	readonly name: string;
	readonly #schema: Schema;
	readonly #place: Shelves | undefined;
	readonly #vault: Seal | undefined;
	readonly #sealed: readonly string[];
	readonly #onclose: ((code: StorageCode) => void) | undefined;
	#connection: Promise<IDBDatabase> | null = null;
	/** The same, once it is open. */
	#live: IDBDatabase | null = null;
	#closed: StorageCode | null = null;
	#turn: Promise<unknown> = Promise.resolve();

	constructor(name: string, schema: Schema, options: StoreOptions = {}) {
		const { place, vault, sealed = schema.stores, onclose } = options;
		this.name = name;
		this.#schema = schema;
		this.#place = place;
		this.#vault = vault;
		this.#sealed = sealed;
		this.#onclose = onclose;
	}

	/** Every record of the given stores in key order, as they were at one moment. */
	async read(stores: readonly string[]): Promise<Entry[][]> {
		const nothing = () => Promise.resolve();
		const { found, by } = await this.#attempt(nothing, async (connection) => {
			const transaction = connection.transaction([...stores], 'readonly');
			const pairs = stores.map((name) => {
				const store = transaction.objectStore(name);
				return Promise.all([answered(store.getAllKeys()), answered<unknown[]>(store.getAll())]);
			});
			const [read] = await Promise.all([Promise.all(pairs), ended(transaction)]);
			const found = read.map(([keys, values]) =>
				keys.map((key, index) => ({ key, ...asStored(values[index]) }))
			);
			return { found, by: connection };
		});
		const opened = await Promise.all(
			found.map((entries, index) => this.#opened(stores[index] ?? '', entries))
		);
		// It moved while it was opened, under another key perhaps.
		return this.#vault && this.#live !== by && !this.#closed ? this.read(stores) : opened;
	}

	/**
	 * All changes or none, in order. The result is the key of each record that was added or put, null
	 * for other changes; null as a whole when `expect` or `empty` did not hold and nothing was
	 * written.
	 * @throws StorageError.
	 */
	async write(
		changes: readonly Change[],
		options: WriteOptions
	): Promise<readonly (IDBValidKey | null)[] | null> {
		const { expect, empty = [], durability } = options;
		const sealing = () => Promise.all(changes.map((change) => this.#seal(change)));
		return this.#attempt(sealing, async (connection, sealed) => {
			const stores = new Set(changes.map((change) => change.store));
			if (expect) stores.add(expect.store);
			const transaction = connection.transaction([...stores], 'readwrite', { durability });
			const kept = ended(transaction);
			// The first failing request is the one reported; this keeps the abort itself quiet.
			kept.catch(() => {});
			try {
				if (expect) {
					const found: unknown = await answered(
						transaction.objectStore(expect.store).get(expect.key)
					);
					if (asStored(found).mark !== expect.mark) {
						await kept;
						return null;
					}
				}
				for (const store of empty) {
					if ((await answered(transaction.objectStore(store).count())) === 0) continue;
					await kept;
					return null;
				}
				const requests = sealed.map(async (change) => {
					const store = transaction.objectStore(change.store);
					if ('clear' in change) await answered(store.clear());
					if ('remove' in change) await answered(store.delete(change.remove));
					if ('clear' in change || 'remove' in change) return null;
					if ('instead' in change && change.instead !== undefined) {
						if ((await answered(store.get(change.instead))) === undefined) return null;
						await answered(store.delete(change.instead));
					}
					if ('add' in change) return answered(store.add(toStored(change.add, change.mark)));
					if ('put' in change) {
						return answered(store.put(toStored(change.put, change.mark), change.key));
					}
					const found: unknown = await answered(store.get(change.key));
					if (found === undefined) return null;
					return answered(store.put({ ...asStored(found), mark: change.mark }, change.key));
				});
				const keys = await Promise.all(requests);
				await kept;
				return keys;
			} catch (error) {
				try {
					transaction.abort();
				} catch {
					// It ended by itself: the reason is the error in hand.
				}
				throw error;
			}
		});
	}

	/**
	 * Removes every record; false, and nothing removed, when one of the stores `unless` holds one.
	 * @throws StorageError.
	 */
	async empty(unless: readonly string[] = []): Promise<boolean> {
		const clears = this.#schema.stores.map((store) => ({ store, clear: true }) as const);
		return (await this.write(clears, { durability: 'strict', empty: unless })) !== null;
	}

	/** Closes the connection for good; later calls throw `closed`. */
	close(): Promise<void> {
		const closed = this.#turn.then(() => this.#close('closed'));
		this.#turn = closed;
		return closed;
	}

	/**
	 * Empties the database, then deletes it. A tab that is frozen may delay the deletion, never the
	 * emptying. The object cannot be used afterwards. @throws StorageError.
	 */
	async erase(): Promise<void> {
		// A damaged database cannot be emptied but can still be deleted.
		const emptied = await this.empty().catch(() => false);
		await this.close();
		await this.#where((shelf) => removeFrom(shelf, emptied));
	}

	/**
	 * Begins the work in turn: what is asked for later begins later, however long the preparation
	 * (the sealing) takes. It may overlap with the work begun earlier.
	 */
	async #attempt<P, T>(
		prepare: () => Promise<P>,
		work: (connection: IDBDatabase, prepared: P) => Promise<T>
	): Promise<T> {
		let used: IDBDatabase | null = null;
		const begin = async () => {
			// In this order: what is sealed before a move is never written after it.
			used = await this.#connect();
			return { done: work(used, await prepare()) };
		};
		let begun = this.#turn.then(begin);
		this.#turn = begun.catch(() => {});
		for (let tries = 1; ; tries++) {
			try {
				const { done } = await begun;
				return await done;
			} catch (error) {
				// It moved, or the connection was lost between two calls (seen on iOS after a long sleep).
				const lost = error instanceof DOMException && error.name === 'InvalidStateError';
				if (!lost || tries > TRIES) throw storageError(error);
				if (this.#live === used) this.#connection = null;
				begun = begin();
			}
		}
	}

	async #seal(change: Change): Promise<Change> {
		const { store } = change;
		if (!this.#vault || !this.#sealed.includes(store)) return change;
		const place = `${this.name}/${store}`;
		if ('add' in change) return { ...change, add: await this.#vault.seal(place, change.add) };
		if ('put' in change) return { ...change, put: await this.#vault.seal(place, change.put) };
		return change;
	}

	async #opened(store: string, entries: readonly Entry[]): Promise<Entry[]> {
		const vault = this.#vault;
		if (!vault || !this.#sealed.includes(store)) return [...entries];
		const place = `${this.name}/${store}`;
		const open = async (entry: Entry) => ({
			...entry,
			value: await vault.open(place, entry.value)
		});
		return Promise.all(entries.map(open));
	}

	#connect(): Promise<IDBDatabase> {
		if (this.#closed) throw new StorageError(this.#closed);
		if (this.#connection) return this.#connection;
		const connection = this.#where((shelf) => this.#open(shelf));
		this.#connection = connection;
		connection.catch(() => {
			if (this.#connection === connection) this.#connection = null;
		});
		return connection;
	}

	#where<T>(work: (shelf: Shelf) => Promise<T>): Promise<T> {
		if (this.#place) return this.#place.enter(this.name, work);
		return work({ factory: indexedDB, name: this.name, bucket: null });
	}

	async #open({ factory, name }: Shelf): Promise<IDBDatabase> {
		const { version, stores } = this.#schema;
		const request = factory.open(name, version);
		request.onupgradeneeded = () => {
			const { result } = request;
			const former = [...result.objectStoreNames];
			for (const store of former) if (!stores.includes(store)) result.deleteObjectStore(store);
			for (const store of stores) {
				if (!former.includes(store)) result.createObjectStore(store, { autoIncrement: true });
			}
		};
		const opening = answered(request);
		const tooLong = Promise.withResolvers<never>();
		let abandoned = false;
		const giveUp = () => {
			abandoned = true;
			tooLong.reject(new StorageError('blocked'));
		};
		// One that waits behind another that is blocked is not told.
		let timer = setTimeout(giveUp, 3 * PATIENCE);
		request.onblocked = () => {
			clearTimeout(timer);
			timer = setTimeout(giveUp, PATIENCE);
		};
		opening.then(
			(connection) => {
				// An open that comes through after we gave up must not keep others waiting.
				if (abandoned) return connection.close();
				this.#live = connection;
				const lost = () => {
					this.#connection = this.#live = null;
					this.#place?.onmove();
				};
				connection.onclose = lost;
				connection.onversionchange = ({ newVersion }) => {
					if (newVersion === MOVING || (newVersion === null && !this.#onclose)) {
						connection.close();
						lost();
					} else void this.#close(newVersion === null ? 'closed' : 'outdated', true);
				};
			},
			() => {}
		);
		try {
			return await Promise.race([opening, tooLong.promise]);
		} finally {
			clearTimeout(timer);
		}
	}

	async #close(code: StorageCode, tell = false): Promise<void> {
		if (this.#closed) return;
		this.#closed = code;
		const connection = await this.#connection?.catch(() => null);
		connection?.close();
		if (tell) this.#onclose?.(code);
	}
}

function toStored(value: unknown, mark: unknown = null): Stored {
	return { value, mark };
}

/** Records are ours, yet an older or damaged one must not break the reader. */
function asStored(record: unknown): Stored {
	if (typeof record !== 'object' || record === null) return { value: undefined, mark: null };
	return {
		value: 'value' in record ? record.value : undefined,
		mark: 'mark' in record ? record.mark : null
	};
}
