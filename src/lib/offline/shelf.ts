import { answered } from './indexed-db.ts';
import { StorageError, storageError } from './storage-error.ts';

/** Where a database lies; `bucket` is deleted with it. */
export interface Shelf {
	readonly factory: IDBFactory;
	readonly name: string;
	readonly bucket: string | null;
}

/** Says where databases lie, which may change. */
export interface Shelves {
	/** Works with a database where it is; nothing moves in the meantime. @throws StorageError. */
	enter<T>(database: string, work: (shelf: Shelf) => Promise<T>): Promise<T>;
	/** To be called when a database is about to be elsewhere. */
	onmove(): void;
}

/** Storage Buckets: in Chromium; not in TypeScript's library yet. */
interface Buckets {
	open(name: string, options: { persisted: boolean }): Promise<{ readonly indexedDB: IDBFactory }>;
	delete(name: string): Promise<void>;
	keys(): Promise<string[]>;
}

/** No database has this version: asked for, it tells all tabs that the database moves. */
export const MOVING = Number.MAX_SAFE_INTEGER;
/** How long another tab may be in the way, in ms. */
export const PATIENCE = 5_000;

/** None where the browser has none: then everything lies in the default store. */
export function buckets(): Buckets | null | undefined {
	return Reflect.get(navigator, 'storageBuckets');
}

/**
 * Where a database lies at a place: in a bucket of its own, if the name of the place begins with b;
 * else in the default store. @throws StorageError.
 */
export async function shelf(place: string, database: string): Promise<Shelf> {
	const name = place ? `${place}_${database}` : database;
	if (!place.startsWith('b')) return { factory: indexedDB, name, bucket: null };
	// Each time: the browser may promise by now what it did not before.
	const bucket = await buckets()?.open(name, { persisted: true });
	if (!bucket) throw new StorageError('unavailable');
	return { factory: bucket.indexedDB, name: database, bucket: name };
}

/**
 * Deletes a database, and the bucket it lies in. One that is `emptied` does not wait for a tab that
 * has it open. @throws StorageError.
 */
export async function removeFrom(
	{ factory, name, bucket }: Shelf,
	emptied: boolean
): Promise<void> {
	const deleting = factory.deleteDatabase(name);
	await new Promise<void>((done, failed) => {
		deleting.onblocked = () => (emptied ? done() : failed(new StorageError('blocked')));
		answered(deleting).then(
			() => done(),
			(error: unknown) => failed(storageError(error))
		);
	});
	if (bucket !== null) await buckets()?.delete(bucket);
}
