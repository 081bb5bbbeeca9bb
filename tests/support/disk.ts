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

	async function key(): Promise<CryptoKey | null> {
		const names = (await indexedDB.databases()).map(({ name }) => name);
		if (!names.includes('cercle-keys')) return null;
		const database = await answered(indexedDB.open('cercle-keys'));
		const kept = await answered(database.transaction('keys').objectStore('keys').get('key'));
		database.close();
		if (!kept?.value.by) return null;
		const { wrapped, nonce, by } = kept.value;
		const how = { name: 'AES-GCM', iv: nonce };
		const uses = ['encrypt', 'decrypt'] as const;
		return crypto.subtle.unwrapKey('raw', wrapped, by, how, 'AES-GCM', false, uses);
	}

	async function raw(version?: number): Promise<StoredRecord[]> {
		const found: StoredRecord[] = [];
		const names = (await indexedDB.databases()).map(({ name = '' }) => name);
		for (const name of names.filter((one) => one !== 'cercle-keys')) {
			const opening = isAccount(name) ? indexedDB.open(name, version) : indexedDB.open(name);
			const database = await answered(opening);
			for (const store of database.objectStoreNames) {
				const from = database.transaction(store).objectStore(store);
				const [keys, records] = await Promise.all([
					answered(from.getAllKeys()),
					answered(from.getAll())
				]);
				keys.forEach((at, index) => {
					found.push({ database: name, store, key: at, value: records[index]?.value });
				});
			}
			database.close();
		}
		return found;
	}

	async function read(version?: number): Promise<StoredRecord[]> {
		const by = await key();
		const opened = async (kept: StoredRecord) => {
			if (!by || !(kept.value instanceof Uint8Array)) return kept;
			const sealed = kept.value as Uint8Array<ArrayBuffer>;
			const how = { ...place(kept.database, kept.store), iv: sealed.slice(0, NONCE) };
			const text = await crypto.subtle.decrypt(how, by, sealed.slice(NONCE));
			return { ...kept, value: JSON.parse(new TextDecoder().decode(text)) };
		};
		return Promise.all((await raw(version)).map(opened));
	}

	async function replace(
		{ database, store, key: at }: StoredRecord,
		value: unknown
	): Promise<void> {
		const by = await key();
		if (!by) throw new Error('this browser has sealed nothing yet');
		const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
		const text = new TextEncoder().encode(JSON.stringify(value));
		const sealed = await crypto.subtle.encrypt({ ...place(database, store), iv: nonce }, by, text);
		const opened = await answered(indexedDB.open(database));
		const into = opened.transaction(store, 'readwrite').objectStore(store);
		const kept = await answered(into.get(at));
		const whole = new Uint8Array([...nonce, ...new Uint8Array(sealed)]);
		if (value === null) await answered(into.delete(at));
		else await answered(into.put({ ...kept, value: whole }, at));
		opened.close();
	}

	Object.assign(window, { disk: { raw, read, replace } });
}

/** Runs in the page: all that this browser keeps, opened, as text. */
export async function stored(version: number | null): Promise<string> {
	return JSON.stringify(await window.disk.read(version ?? undefined));
}
