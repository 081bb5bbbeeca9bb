import { openDB } from 'idb';

/** What the build before places left in a browser. */
export interface FormerPhone {
	/** The code asked for when the app starts. */
	code?: string;
	/** What waits in anne's queue; numbers 1 and 2 were sent before. */
	waiting: string[];
	draft: string;
	session: string;
}

const AES = { name: 'AES-GCM', length: 256 };

/** Leaves all that as that build did: in the default store, its key wrapped by another one. */
export async function leaveFormer({ code, waiting, draft, session }: FormerPhone): Promise<void> {
	const key = await crypto.subtle.generateKey(AES, true, ['encrypt', 'decrypt']);
	await keep('cercle-keys', 1, { keys: [['key', await wrapped(key, code)]] });
	const sealed = (place: string, value: unknown) => seal(key, place, value);
	await keep('cercle', 1, {
		device: [
			['account', { value: 'anne', mark: null }],
			[['kept', 'anne'], { value: true, mark: null }]
		],
		auth: [['session', { value: await sealed('cercle/auth', session), mark: null }]]
	});
	const operations = waiting.map(async (text, at) => {
		const operation = { kind: 'append', args: { note: 'n', text }, base: null, madeAt: 0 };
		const value = await sealed('cercle-anne/operations', operation);
		return [at + 3, { value, mark: { tries: 0, refusal: null } }] as const;
	});
	await keep('cercle-anne', 2, {
		tables: [['notes', { value: await sealed('cercle-anne/tables', []), mark: null }]],
		operations: await Promise.all(operations),
		drafts: [['note', { value: await sealed('cercle-anne/drafts', draft), mark: null }]],
		meta: [['client', { value: await sealed('cercle-anne/meta', 'client-1'), mark: 'made' }]]
	});
}

async function keep(
	name: string,
	version: number,
	stores: Record<string, readonly (readonly [IDBValidKey, unknown])[]>
): Promise<void> {
	const database = await openDB(name, version, {
		upgrade(made) {
			for (const store of Object.keys(stores))
				made.createObjectStore(store, { autoIncrement: true });
		}
	});
	for (const [store, records] of Object.entries(stores)) {
		for (const [key, record] of records) await database.put(store, record, key);
	}
	database.close();
}

async function seal(key: CryptoKey, place: string, value: unknown): Promise<Uint8Array> {
	const iv = crypto.getRandomValues(new Uint8Array(12));
	const additionalData = new TextEncoder().encode(place);
	const text = new TextEncoder().encode(JSON.stringify(value));
	const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, text);
	return new Uint8Array([...iv, ...new Uint8Array(sealed)]);
}

async function wrapped(key: CryptoKey, code: string | undefined): Promise<unknown> {
	const nonce = crypto.getRandomValues(new Uint8Array(12));
	const how = { name: 'AES-GCM', iv: nonce };
	const uses = ['wrapKey', 'unwrapKey'] as const;
	if (code === undefined) {
		const by = await crypto.subtle.generateKey(AES, false, uses);
		const value = { wrapped: await crypto.subtle.wrapKey('raw', key, by, how), nonce, by };
		return { value, mark: 0 };
	}
	const salt = crypto.getRandomValues(new Uint8Array(16));
	const rounds = 1_000;
	const bytes = new TextEncoder().encode(code);
	const base = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveKey']);
	const derive = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds };
	const by = await crypto.subtle.deriveKey(derive, base, AES, false, uses);
	const value = { wrapped: await crypto.subtle.wrapKey('raw', key, by, how), nonce, salt, rounds };
	return { value, mark: 0 };
}
