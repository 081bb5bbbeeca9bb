import { SealedStore } from '#lib/offline/sealed-store.ts';
import { Vault } from '#lib/offline/vault.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDB } from 'idb';
import { openRaw, wipeDisk } from './disk.ts';
import { openTab } from './tab.ts';

const schema = { version: 1, stores: ['notes', 'facts'] };
const strict = { durability: 'strict' } as const;
let vault: Vault;
let notes: SealedStore;

beforeEach(() => {
	vault = new Vault();
	notes = new SealedStore('test-notes', schema, { vault, sealed: ['notes'] });
});

afterEach(async () => {
	vi.unstubAllGlobals();
	await notes.close();
	await vault.close();
	await wipeDisk();
});

/** All bytes of a database as they are on disk, read as text. */
async function bytes(name: string): Promise<string> {
	const database = await openDB(name);
	const stores = [...database.objectStoreNames];
	const values = (await Promise.all(stores.map((store) => database.getAll(store)))).flat();
	database.close();
	const decoder = new TextDecoder();
	return JSON.stringify(values, (_, value: unknown) =>
		value instanceof Uint8Array || value instanceof ArrayBuffer ? decoder.decode(value) : value
	);
}

async function read(database: SealedStore): Promise<unknown[]> {
	const [entries = []] = await database.read(['notes']);
	return entries.map(({ value }) => value);
}

test('what is sealed is nowhere on disk in the clear, and comes back as it was', async () => {
	const note = { text: 'Ça reste entre nous', list: [1, null, true] };
	await notes.write([{ store: 'notes', key: 'a', put: note, mark: 7 }], strict);
	await notes.write([{ store: 'facts', key: 'a', put: 'seen by all' }], strict);
	expect(await bytes('test-notes')).toContain('seen by all');
	expect(await bytes('test-notes')).not.toContain('entre nous');
	expect(await notes.read(['notes'])).toEqual([[{ key: 'a', value: note, mark: 7 }]]);
});

test('the key is one that no script can read, on disk and in use', async () => {
	const used: CryptoKey[] = [];
	const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
	vi.spyOn(crypto.subtle, 'encrypt').mockImplementation((how, key, data) => {
		used.push(key);
		return encrypt(how, key, data);
	});
	await notes.write([{ store: 'notes', key: 'a', put: 'typed' }], strict);
	vi.restoreAllMocks();
	const database = await openRaw('cercle-keys');
	const kept = await database.get('keys', 'key');
	database.close();
	expect(Object.keys(kept.value), 'nothing to make it from').toEqual(['key']);
	const keys = [...used, kept.value.key];
	expect(keys).toHaveLength(2);
	for (const key of keys) {
		expect(key.extractable).toBe(false);
		await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
		// One that unwraps gives any script its content as a key that can be exported.
		expect(key.usages.toSorted()).toEqual(['decrypt', 'encrypt']);
	}
});

test('the same text is sealed differently each time, and opens nowhere else', async () => {
	const twice = [await vault.seal('here', 'text'), await vault.seal('here', 'text')];
	expect(twice[0]).not.toEqual(twice[1]);
	expect(await vault.open('here', twice[0])).toBe('text');
	expect(await vault.open('elsewhere', twice[0])).toBeUndefined();
	const bent = (twice[0] as Uint8Array).slice();
	bent[bent.length - 1]! ^= 1;
	expect(await vault.open('here', bent)).toBeUndefined();
	expect(await vault.open('here', new Uint8Array(3))).toBeUndefined();
});

test('two tabs that start at once have one key, and a later start has it too', async () => {
	const tab = await openTab();
	const others = [new tab.Vault(), new Vault()];
	const [mine, theirs] = await Promise.all([
		vault.seal('here', 'mine'),
		others[0]!.seal('here', 'theirs')
	]);
	expect(await others[1]!.open('here', mine)).toBe('mine');
	expect(await others[1]!.open('here', theirs)).toBe('theirs');
	for (const other of others) await other.close();
	tab.kill();
});

test('a record sealed by a lost key is damaged, not an error; another key takes over', async () => {
	await notes.write([{ store: 'notes', key: 'a', put: 'lost' }], strict);
	await vault.close();
	const keys = await openRaw('cercle-keys');
	await keys.clear('keys');
	keys.close();
	const anew = new Vault();
	const later = new SealedStore('test-notes', schema, { vault: anew, sealed: ['notes'] });
	await later.write([{ store: 'notes', key: 'b', put: 'found' }], strict);
	expect(await read(later)).toEqual([undefined, 'found']);
	await later.close();
	await anew.close();
});

test('what an earlier version kept in the clear is still read', async () => {
	const earlier = new SealedStore('test-notes', schema);
	await earlier.write([{ store: 'notes', key: 'a', put: { text: 'of before' } }], strict);
	await earlier.close();
	expect(await read(notes)).toEqual([{ text: 'of before' }]);
});

test('a long text does not let a short one after it pass', async () => {
	const long = 'x'.repeat(3_000_000);
	void notes.write([{ store: 'notes', key: 'a', put: long }], strict);
	void notes.write([{ store: 'notes', key: 'a', put: 'short' }], strict);
	expect(await read(notes)).toEqual(['short']);
});

test('a write asked for before the close is kept', async () => {
	const written = notes.write([{ store: 'notes', key: 'a', put: 'last' }], strict);
	await notes.close();
	await written;
	const later = new SealedStore('test-notes', schema, { vault, sealed: ['notes'] });
	expect(await read(later)).toEqual(['last']);
	await later.close();
	await expect(notes.read(['notes'])).rejects.toMatchObject({ code: 'closed' });
});
