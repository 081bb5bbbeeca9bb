import { deleteDB, openDB, type IDBPDatabase } from 'idb';
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

/** The stores each schema version adds; a database's version is the length of its list. */
export type Schema = readonly (readonly string[])[];

/** How long an open waits for a tab that holds an older version, in ms. */
const patience = 5_000;

/**
 * One IndexedDB database. Opened at first use and again after the browser dropped the connection.
 * `write` and `read` are the only two places where values go to and come from disk: encryption at
 * rest belongs there, before a transaction opens and after it ended.
 */
export class Database {
	readonly name: string;
	readonly #schema: Schema;
	readonly #onclose: (code: StorageCode) => void;
	#connection: Promise<IDBPDatabase> | null = null;
	#closed: StorageCode | null = null;

	/** `onclose` is called when another tab upgrades (`outdated`) or deletes (`closed`) it. */
	constructor(name: string, schema: Schema, onclose: (code: StorageCode) => void = () => {}) {
		this.name = name;
		this.#schema = schema;
		this.#onclose = onclose;
	}

	/** Every record of the given stores in key order, as they were at one moment. */
	async read(stores: readonly string[]): Promise<Entry[][]> {
		return this.#attempt(async (connection) => {
			const transaction = connection.transaction([...stores], 'readonly');
			const pairs = stores.map((name) => {
				const store = transaction.objectStore(name);
				return Promise.all([store.getAllKeys(), store.getAll()]);
			});
			const [read] = await Promise.all([Promise.all(pairs), transaction.done]);
			return read.map(([keys, values]) =>
				keys.map((key, index) => ({ key, ...asStored(values[index]) }))
			);
		});
	}

	/**
	 * All changes or none, in order. The result is the key of each record that was added or put, null
	 * for other changes; null as a whole when `expect` or `empty` did not hold and nothing was written.
	 * Throws StorageError.
	 */
	async write(
		changes: readonly Change[],
		options: WriteOptions
	): Promise<readonly (IDBValidKey | null)[] | null> {
		return this.#attempt(async (connection) => {
			const { expect, empty = [], durability } = options;
			const stores = new Set(changes.map((change) => change.store));
			if (expect) stores.add(expect.store);
			const transaction = connection.transaction([...stores], 'readwrite', { durability });
			const ended = transaction.done;
			// The first failing request is the one reported; this keeps the abort itself quiet.
			ended.catch(() => {});
			try {
				if (expect) {
					const found = await transaction.objectStore(expect.store).get(expect.key);
					if (asStored(found).mark !== expect.mark) {
						await ended;
						return null;
					}
				}
				for (const store of empty) {
					if ((await transaction.objectStore(store).count()) === 0) continue;
					await ended;
					return null;
				}
				const requests = changes.map(async (change) => {
					const store = transaction.objectStore(change.store);
					if ('clear' in change) await store.clear();
					if ('remove' in change) await store.delete(change.remove);
					if ('clear' in change || 'remove' in change) return null;
					if ('instead' in change && change.instead !== undefined) {
						if ((await store.get(change.instead)) === undefined) return null;
						await store.delete(change.instead);
					}
					if ('add' in change) return store.add(toStored(change.add, change.mark));
					if ('put' in change) return store.put(toStored(change.put, change.mark), change.key);
					const found = await store.get(change.key);
					if (found === undefined) return null;
					return store.put({ ...asStored(found), mark: change.mark }, change.key);
				});
				const keys = await Promise.all(requests);
				await ended;
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

	/** Lets go of the connection for good; later calls throw `closed`. */
	async close(): Promise<void> {
		await this.#close('closed');
	}

	/**
	 * Empties the database, then deletes it. A tab that is frozen may delay the deletion, never the
	 * emptying. The object cannot be used afterwards. False, and nothing done, when one of the stores
	 * `unless` holds a record. Throws StorageError.
	 */
	async erase(unless: readonly string[] = []): Promise<boolean> {
		const clears = this.#schema.flat().map((store) => ({ store, clear: true }) as const);
		let emptied = false;
		try {
			const written = await this.write(clears, { durability: 'strict', empty: unless });
			if (written === null) return false;
			emptied = true;
		} catch (error) {
			// A damaged database cannot be emptied but can still be deleted, if it may hold anything.
			if (unless.length > 0) throw error;
		}
		await this.close();
		await new Promise<void>((resolve, reject) => {
			const blocked = () => (emptied ? resolve() : reject(new StorageError('blocked')));
			deleteDB(this.name, { blocked }).then(resolve, (error) => reject(storageError(error)));
		});
		return true;
	}

	async #attempt<T>(work: (connection: IDBPDatabase) => Promise<T>): Promise<T> {
		try {
			const connection = await this.#connect();
			try {
				return await work(connection);
			} catch (error) {
				// The connection was lost between two calls (seen on iOS after a long sleep).
				if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error;
				this.#connection = null;
				return await work(await this.#connect());
			}
		} catch (error) {
			throw storageError(error);
		}
	}

	#connect(): Promise<IDBPDatabase> {
		if (this.#closed) throw new StorageError(this.#closed);
		if (this.#connection) return this.#connection;
		const connection = this.#open();
		this.#connection = connection;
		connection.catch(() => {
			if (this.#connection === connection) this.#connection = null;
		});
		return connection;
	}

	async #open(): Promise<IDBPDatabase> {
		const tooLong = Promise.withResolvers<never>();
		let timer: ReturnType<typeof setTimeout> | undefined;
		let abandoned = false;
		const opening = openDB(this.name, this.#schema.length, {
			upgrade: (connection, from) => {
				for (const stores of this.#schema.slice(from)) {
					for (const store of stores) connection.createObjectStore(store, { autoIncrement: true });
				}
			},
			blocked: () => {
				timer = setTimeout(() => {
					abandoned = true;
					tooLong.reject(new StorageError('blocked'));
				}, patience);
			},
			blocking: (_current, wanted) => {
				void this.#close(wanted === null ? 'closed' : 'outdated', true);
			},
			terminated: () => {
				this.#connection = null;
			}
		});
		// An open that comes through after we gave up must not keep others waiting.
		opening.then(
			(connection) => abandoned && connection.close(),
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
		if (tell) this.#onclose(code);
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
