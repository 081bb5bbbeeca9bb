import { openDB } from 'idb';

/** The names of all databases of this browser, in order. */
export async function databases(): Promise<string[]> {
	return (await indexedDB.databases()).map(({ name = '' }) => name).toSorted();
}

/** The accounts of which there is any record on disk. */
export async function accountsOnDisk(): Promise<string[]> {
	const names = (await databases()).filter((name) => /^cercle-(?!keys)/.test(name));
	const counts = await Promise.all(names.map(records));
	return names.filter((_, at) => counts[at] !== 0).map((name) => name.slice('cercle-'.length));
}

async function records(name: string): Promise<number> {
	const database = await openDB(name);
	const stores = [...database.objectStoreNames];
	const counts = await Promise.all(stores.map((store) => database.count(store)));
	database.close();
	return counts.reduce((sum, count) => sum + count, 0);
}
