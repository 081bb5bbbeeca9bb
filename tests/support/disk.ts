/** One record of a browser's databases, opened with the key that the browser keeps. */
export interface StoredRecord {
	database: string;
	store: string;
	key: IDBValidKey;
	value: unknown;
}

declare global {
	interface Window {
		/** What stands in this browser's databases. */
		readonly disk: {
			/** All of it as it lies there. */
			raw(version?: number): Promise<StoredRecord[]>;
			/** All of it; what is sealed is opened. A `version`: as a newer release opens an account's. */
			read(version?: number): Promise<StoredRecord[]>;
			/** Puts another value into a record, sealed as the app seals it; null removes the record. */
			replace(kept: StoredRecord, value: unknown): Promise<void>;
		};
	}
}

/** Runs before the page: gives the tests what the app itself does not show. */
export function openDisk(): void {
	const NONCE = 12;
	const isAccount = (name: string) => /^cercle-[0-9a-f-]{36}$/.test(name);
	const place = (database: string, store: string) => ({
		name: 'AES-GCM',
		additionalData: new TextEncoder().encode(`${database}/${store}`)
	});

	function answered<T>(request: IDBRequest<T>): Promise<T> {
		return new Promise((done, failed) => {
			request.onsuccess = () => done(request.result);
			request.onerror = () => failed(request.error);
		});
	}

	/** A database, by the name that the app knows it by, and where it lies. */
	interface Lying {
		database: string;
		place: string;
		factory: IDBFactory;
		name: string;
	}

	/** Every database, whatever place it lies at (src/lib/offline/place.ts). */
	async function everywhere(): Promise<Lying[]> {
		const found: Lying[] = [];
		const parts = (name: string) => /^(?:([bs][0-9a-f]{8})_)?(.*)$/.exec(name) ?? [];
		for (const { name = '' } of await indexedDB.databases()) {
			const [, place = '', database = name] = parts(name);
			found.push({ database, place, factory: indexedDB, name });
		}
		const buckets = Reflect.get(navigator, 'storageBuckets');
		for (const bucket of (await buckets?.keys()) ?? []) {
			const [, place = ''] = parts(bucket);
			const factory: IDBFactory = (await buckets.open(bucket)).indexedDB;
			for (const { name = '' } of await factory.databases()) {
				found.push({ database: name, place, factory, name });
			}
		}
		return found;
	}

	async function recordsOf({ factory, name, database }: Lying, version?: number) {
		const found: StoredRecord[] = [];
		const opened = await answered(
			isAccount(database) ? factory.open(name, version) : factory.open(name)
		);
		for (const store of opened.objectStoreNames) {
			const from = opened.transaction(store).objectStore(store);
			const [keys, records] = await Promise.all([
				answered(from.getAllKeys()),
				answered(from.getAll())
			]);
			keys.forEach((at, index) => {
				found.push({ database, store, key: at, value: records[index]?.value });
			});
		}
		opened.close();
		return found;
	}

	/** The databases of now, and the one that never moves. */
	async function ofNow(): Promise<Lying[]> {
		const all = await everywhere();
		const facts = all.find(({ database }) => database === 'cercle');
		const known = facts ? await recordsOf(facts) : [];
		const now = known.find(({ key: at }) => at === 'place')?.value ?? '';
		return all.filter(({ database, place }) => database === 'cercle' || place === now);
	}

	async function key(): Promise<CryptoKey | null> {
		const keys = (await ofNow()).find(({ database }) => database === 'cercle-keys');
		const [kept] = keys ? await recordsOf(keys) : [];
		return (kept?.value as { key?: CryptoKey } | undefined)?.key ?? null;
	}

	async function contents(of: Lying[], version?: number): Promise<StoredRecord[]> {
		const found: StoredRecord[] = [];
		for (const one of of.filter(({ database }) => database !== 'cercle-keys')) {
			found.push(...(await recordsOf(one, version)));
		}
		// Where everything is, which is nothing of anybody.
		const plain = ['place', 'bare'];
		return found.filter(({ database, key: at }) => {
			return database !== 'cercle' || !plain.includes(String(at));
		});
	}

	/** Nothing moves while it is looked at. */
	async function still<T>(work: () => Promise<T>): Promise<T> {
		if (!('locks' in navigator)) return work();
		return navigator.locks.request('cercle-place', { mode: 'shared' }, work);
	}

	const raw = (version?: number) => still(async () => contents(await everywhere(), version));

	async function opened(version?: number): Promise<StoredRecord[]> {
		const by = await key();
		const unsealed = async (kept: StoredRecord) => {
			if (!by || !(kept.value instanceof Uint8Array)) return kept;
			const sealed = kept.value as Uint8Array<ArrayBuffer>;
			const how = { ...place(kept.database, kept.store), iv: sealed.slice(0, NONCE) };
			const text = await crypto.subtle.decrypt(how, by, sealed.slice(NONCE));
			return { ...kept, value: JSON.parse(new TextDecoder().decode(text)) };
		};
		return Promise.all((await contents(await ofNow(), version)).map(unsealed));
	}

	async function put({ database, store, key: at }: StoredRecord, value: unknown): Promise<void> {
		const by = await key();
		if (!by) throw new Error('this browser has sealed nothing yet');
		const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
		const text = new TextEncoder().encode(JSON.stringify(value));
		const sealed = await crypto.subtle.encrypt({ ...place(database, store), iv: nonce }, by, text);
		const lying = (await ofNow()).find((one) => one.database === database);
		if (!lying) throw new Error(`no ${database} here`);
		const opened = await answered(lying.factory.open(lying.name));
		const into = opened.transaction(store, 'readwrite').objectStore(store);
		const kept = await answered(into.get(at));
		const whole = new Uint8Array([...nonce, ...new Uint8Array(sealed)]);
		if (value === null) await answered(into.delete(at));
		else await answered(into.put({ ...kept, value: whole }, at));
		opened.close();
	}

	const read = (version?: number) => still(() => opened(version));
	const replace = (kept: StoredRecord, value: unknown) => still(() => put(kept, value));
	Object.assign(window, { disk: { raw, read, replace } });
}

/** Runs in the page: all that this browser keeps, opened, as text. */
export async function stored(version: number | null): Promise<string> {
	return JSON.stringify(await window.disk.read(version ?? undefined));
}
