import { fresh, type Kept, keySchema, openedBy, random, sealedBy } from './key.ts';
import { answered, ended } from './indexed-db.ts';
import { hold, type Place } from './place.ts';
import { SealedStore, type Change } from './sealed-store.ts';
import { buckets, MOVING, PATIENCE, removeFrom, shelf, type Shelf } from './shelf.ts';
import { StorageError, storageError } from './storage-error.ts';
import { isWrapped, unwrapped } from './wrapped.ts';

/** Another key than the one that seals everything now. */
export interface Rekeying {
	/** The one of now; null: nothing is sealed. */
	readonly from: CryptoKey | null;
	readonly to: CryptoKey;
	/** What is kept of it. */
	readonly kept: Kept;
	/** More facts, noted with the new place. */
	readonly facts?: readonly Change[];
	/** Called once it seals everything, before anybody else looks. */
	done?(): void;
}

/** A database taken out of its place. */
interface Content {
	readonly version: number;
	readonly stores: readonly Taken[];
}

interface Taken {
	readonly name: string;
	readonly records: readonly (readonly [key: IDBValidKey, record: unknown])[];
	/** The number that the next record without a key gets. */
	readonly next: number;
}

const KEYS = 'cercle-keys';
/** The fact that the default store once held what is to leave no bytes behind. */
const BARE = 'bare';
const AUTH = 'cercle-auth';

/**
 * Brings all databases of this browser to another place, `anew` under another key: copies them,
 * switches the one record that says where they are, deletes. Ended at any step, exactly one of the
 * two opens, and it has everything. False, and nothing done, when they moved from `seen` since.
 * @throws StorageError, and then nothing has moved.
 */
export function move(place: Place, seen: string, anew: Rekeying | null = null): Promise<boolean> {
	return hold('exclusive', async () => {
		const from = await place.name();
		if (from !== seen) return false;
		await sweep(from);
		const to = freshName();
		try {
			const brought = await copy(place, from, to, anew);
			const more = brought && from === '' ? [{ store: 'device', key: BARE, put: true }] : [];
			await point(place, to, [...(anew?.facts ?? []), ...more]);
		} catch (error) {
			// Its half may fill the disk.
			await sweep(await place.name()).catch(() => {});
			throw storageError(error);
		}
		anew?.done?.();
		// All is moved, whatever comes of this: the next start deletes what it left.
		await sweep(to).catch(() => {});
		return true;
	});
}

/** Whether there was anything. */
async function copy(
	place: Place,
	from: string,
	to: string,
	anew: Rekeying | null
): Promise<boolean> {
	const brought = new Set<string>();
	const others = (await databasesAt(from)).filter((database) => database !== KEYS);
	// The key first: a tab that asks for it from now on waits, and gets the one of the other place.
	for (const database of [KEYS, ...others]) {
		const content = await taken(await shelf(from, database));
		if (!content) continue;
		brought.add(database);
		if (anew && database === KEYS) continue;
		await put(await shelf(to, database), await resealed(database, content, anew));
	}
	if (from === '' && !brought.has(AUTH) && (await bringSignIn(place, to, anew))) brought.add(AUTH);
	if (anew) await putKey(await shelf(to, KEYS), anew.kept);
	return brought.size > 0;
}

/**
 * Leaves all databases of this browser behind, and deletes them. Works locked. True: something of
 * them may still stand in the default store, of which only the browser can erase it.
 */
export function startAfresh(place: Place): Promise<boolean> {
	return hold('exclusive', async () => {
		const [facts = []] = await place.facts.read(['device']);
		const bare = (await place.name()) === '' || facts.some(({ key }) => key === BARE);
		const to = freshName();
		await point(place, to, [{ store: 'device', remove: 'renewals' }]);
		place.onmove();
		await sweep(to);
		return bare || !buckets();
	});
}

/**
 * Leaves a place from which something was taken, and deletes what a move that was cut off left
 * behind. @throws StorageError.
 */
export async function tidy(place: Place): Promise<void> {
	if (!('locks' in navigator)) return;
	const [facts = []] = await place.facts.read(['device']);
	if (facts.some(({ key }) => key === 'worn')) await move(place, await place.name());
	else await hold('exclusive', async () => sweep(await place.name()));
}

/**
 * Chooses the first place of this browser. What lies in the default store comes along, if it opens
 * without a code; otherwise it waits until the code is given (`lock.ts`).
 */
export async function settle(place: Place): Promise<void> {
	// Nothing ever moves without locks; nor is anything sealed there.
	if (!('locks' in navigator)) return;
	const keys = new SealedStore(KEYS, keySchema);
	const [[entry] = []] = await keys.read(['keys']);
	await keys.close();
	const to = await fresh();
	const kept = entry?.value as Kept | undefined;
	let from: CryptoKey | null = null;
	if (kept && 'key' in kept) from = kept.key;
	else if (kept && isWrapped(kept) && kept.by) from = await unwrapped(kept, kept.by);
	else if (kept) return;
	await move(place, '', { from, to, kept: { key: to } });
}

function freshName(): string {
	const number = Array.from(random(4), (byte) => byte.toString(16).padStart(2, '0')).join('');
	return `${buckets() ? 'b' : 's'}${number}`;
}

async function point(place: Place, to: string, facts: readonly Change[] = []): Promise<void> {
	const changes: Change[] = [
		{ store: 'device', key: 'place', put: to },
		{ store: 'device', remove: 'worn' },
		{ store: 'auth', clear: true },
		...facts
	];
	await place.facts.write(changes, { durability: 'strict' });
	place.worn = false;
}

/** All that is there: the place and the name of each database. */
async function listed(): Promise<{ place: string; database: string; bucket: boolean }[]> {
	const inDefault = (await indexedDB.databases()).map(({ name = '' }) => name);
	const found = (name: string, bucket: boolean) => {
		const parts = /^(?:([bs][0-9a-f]{8})_)?(cercle-.+)$/.exec(name);
		return parts?.[2] ? [{ place: parts[1] ?? '', database: parts[2], bucket }] : [];
	};
	return [
		...inDefault.flatMap((name) => found(name, false)),
		...((await buckets()?.keys()) ?? []).flatMap((name) => found(name, true))
	];
}

async function databasesAt(place: string): Promise<string[]> {
	return (await listed()).filter((one) => one.place === place).map(({ database }) => database);
}

/** Deletes whatever is not at the place of now. */
async function sweep(now: string): Promise<void> {
	for (const { place, database, bucket } of await listed()) {
		if (place === now) continue;
		if (bucket) await buckets()?.delete(`${place}_${database}`);
		else await removeFrom(await shelf(place, database), true);
	}
}

/** Everything in a database that nobody has open any more; null: there is nothing. */
async function taken({ factory, name }: Shelf): Promise<Content | null> {
	await clearOut(factory, name);
	const connection = await answered(factory.open(name));
	try {
		const names = [...connection.objectStoreNames];
		if (names.length === 0) return null;
		const transaction = connection.transaction(names, 'readwrite');
		const stores = await Promise.all(
			names.map(async (store): Promise<Taken> => {
				const from = transaction.objectStore(store);
				const [keys, records] = await Promise.all([
					answered(from.getAllKeys()),
					answered<unknown[]>(from.getAll())
				]);
				const next = Number(await answered(from.add(null)));
				return { name: store, next, records: keys.map((key, at) => [key, records[at]] as const) };
			})
		);
		// The number it gave is taken back.
		transaction.abort();
		return stores.every(({ records }) => records.length === 0)
			? null
			: { version: connection.version, stores };
	} finally {
		connection.close();
	}
}

/** Has every tab close its connection: asks for a version that none has, and gives it up. */
async function clearOut(factory: IDBFactory, name: string): Promise<void> {
	const request = factory.open(name, MOVING);
	request.onupgradeneeded = () => request.transaction?.abort();
	const late = Promise.withResolvers<never>();
	const refuse = () => late.reject(new StorageError('blocked'));
	let timer: ReturnType<typeof setTimeout> | undefined;
	request.onblocked = () => (timer = setTimeout(refuse, PATIENCE));
	await Promise.race([answered(request).catch(() => null), late.promise]);
	clearTimeout(timer);
}

/** Puts it where nothing is yet. */
async function put({ factory, name }: Shelf, { version, stores }: Content): Promise<void> {
	const request = factory.open(name, version);
	request.onupgradeneeded = () => {
		for (const store of stores) {
			request.result.createObjectStore(store.name, { autoIncrement: true });
		}
	};
	const connection = await answered(request);
	try {
		const names = stores.map((store) => store.name);
		const transaction = connection.transaction(names, 'readwrite', { durability: 'strict' });
		const kept = ended(transaction);
		// A request that fails is reported first.
		kept.catch(() => {});
		for (const { name: store, records, next } of stores) {
			const into = transaction.objectStore(store);
			// Numbers are never given twice: the server knows operations by them.
			if (next > 1) into.put(null, next - 1);
			if (next > 1) into.delete(next - 1);
			for (const [key, record] of records) into.put(record, key);
		}
		await kept;
	} finally {
		connection.close();
	}
}

async function resealed(
	database: string,
	{ version, stores }: Content,
	anew: Rekeying | null,
	formerly = database
): Promise<Content> {
	if (!anew) return { version, stores };
	const each = async ({ name, records, next }: Taken): Promise<Taken> => ({
		name,
		next,
		records: await Promise.all(
			records.map(async ([key, record]) => {
				const before = typeof record === 'object' && record && 'value' in record ? record : null;
				const value = await openedBy(anew.from, `${formerly}/${name}`, before?.value);
				// What nobody can open stays in its place in the queue, as damaged as it was.
				const sealed = await sealedBy(anew.to, `${database}/${name}`, value ?? null);
				return [key, { ...before, value: sealed }] as const;
			})
		)
	});
	return { version, stores: await Promise.all(stores.map(each)) };
}

/** Where builds before places kept the sign-in, there may be one. */
async function bringSignIn(place: Place, to: string, anew: Rekeying | null): Promise<boolean> {
	const [entries = []] = await place.facts.read(['auth']);
	if (entries.length === 0) return false;
	const records = entries.map(({ key, ...record }) => [key, record] as const);
	const content = { version: 1, stores: [{ name: 'auth', next: 1, records }] };
	await put(await shelf(to, AUTH), await resealed(AUTH, content, anew, 'cercle'));
	return true;
}

async function putKey(to: Shelf, kept: Kept): Promise<void> {
	const records = [['key', { value: kept, mark: 0 }] as const];
	await put(to, { version: keySchema.version, stores: [{ name: 'keys', next: 1, records }] });
}
