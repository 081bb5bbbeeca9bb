import { Place } from '#lib/offline/place.ts';
import { buckets, shelf } from '#lib/offline/shelf.ts';
import { deleteDB, wrap, type IDBPDatabase } from 'idb';

/** What builds before places would have found, and places that are none of now. */
const PLACE = /^[bs][0-9a-f]{8}_/;

/** The names of all databases of this browser wherever they lie, in order. */
export async function databases(): Promise<string[]> {
	const names = (await indexedDB.databases()).map(({ name = '' }) => name);
	return [...names, ...((await buckets()?.keys()) ?? [])]
		.map((name) => name.replace(PLACE, ''))
		.toSorted();
}

/** The places at which anything lies, in order. */
export async function places(): Promise<string[]> {
	const names = (await indexedDB.databases()).map(({ name = '' }) => name);
	const found = [...names, ...((await buckets()?.keys()) ?? [])]
		.filter((name) => name !== 'cercle')
		.map((name) => PLACE.exec(name)?.[0].slice(0, -1) ?? '');
	return [...new Set(found)].toSorted();
}

/** Leaves nothing in this browser. */
export async function wipeDisk(): Promise<void> {
	for (const { name = '' } of await indexedDB.databases()) await deleteDB(name);
	for (const name of (await buckets()?.keys()) ?? []) await buckets()?.delete(name);
}

/** A database as it lies at the place of now; a `version`: as another release opens it. */
export async function openRaw(name: string, version?: number): Promise<IDBPDatabase> {
	const place = new Place(() => Promise.resolve());
	const { factory, name: at } = await shelf(await place.name(), name);
	await place.facts.close();
	return wrap(factory.open(at, version)) as unknown as Promise<IDBPDatabase>;
}

/** The accounts of which there is any record on disk. */
export async function accountsOnDisk(): Promise<string[]> {
	const names = (await databases()).filter((name) => /^cercle-(?!keys$|auth$)/.test(name));
	const counts = await Promise.all(names.map(records));
	return names.filter((_, at) => counts[at] !== 0).map((name) => name.slice('cercle-'.length));
}

async function records(name: string): Promise<number> {
	const database = await openRaw(name);
	const stores = [...database.objectStoreNames];
	const counts = await Promise.all(stores.map((store) => database.count(store)));
	database.close();
	return counts.reduce((sum, count) => sum + count, 0);
}
