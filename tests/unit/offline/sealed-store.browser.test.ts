import { afterEach, expect, test, vi } from 'vitest';
import { SealedStore } from '#lib/offline/sealed-store.ts';
import { StorageError } from '#lib/offline/storage-error.ts';
import { openTab } from './tab.ts';

const relaxed = { durability: 'relaxed' } as const;
const opened: SealedStore[] = [];
let count = 0;

const things1 = { version: 1, stores: ['things'] };
const things2 = { version: 2, stores: ['things', 'more'] };

function database(schema = things1, onclose?: (code: string) => void, name?: string) {
	const made = new SealedStore(name ?? `test-database-${count++}`, schema, { onclose });
	opened.push(made);
	return made;
}

afterEach(async () => {
	vi.restoreAllMocks();
	vi.useRealTimers();
	for (const made of opened.splice(0)) await made.erase().catch(() => {});
});

async function values(from: SealedStore): Promise<unknown[]> {
	const [entries = []] = await from.read(['things']);
	return entries.map((entry) => entry.value);
}

test('a transaction that fails in the middle leaves nothing half-written', async () => {
	const things = database();
	await things.write([{ store: 'things', key: 'a', put: 'kept' }], relaxed);
	const attempt = things.write(
		[
			{ store: 'things', clear: true },
			{ store: 'things', key: 'b', put: 'half' },
			{ store: 'things', key: 'c', put: () => 'a function cannot be stored' }
		],
		relaxed
	);
	await expect(attempt).rejects.toMatchObject({ code: 'broken' });
	expect(await values(things)).toEqual(['kept']);
});

test('private mode: a browser that refuses storage gives a typed error, then recovers', async () => {
	const refuse = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
		throw new DOMException('refused', 'SecurityError');
	});
	const things = database();
	await expect(things.read(['things'])).rejects.toMatchObject({ code: 'unavailable' });
	refuse.mockRestore();
	expect(await values(things)).toEqual([]);
});

test('an expected mark that moved stops the write and says so', async () => {
	const things = database();
	const expect1 = { store: 'things', key: 'a', mark: null };
	const first = [{ store: 'things', key: 'a', put: 'first', mark: 1 }];
	expect(await things.write(first, { ...relaxed, expect: expect1 })).toEqual(['a']);
	const second = [{ store: 'things', key: 'a', put: 'second', mark: 1 }];
	expect(await things.write(second, { ...relaxed, expect: expect1 })).toBeNull();
	expect(await values(things)).toEqual(['first']);
});

test('a newer version in another tab closes this one, which says that it is outdated', async () => {
	const name = `test-database-${count++}`;
	const closed = vi.fn();
	const old = database(things1, closed, name);
	await old.write([{ store: 'things', key: 'a', put: 'kept' }], relaxed);
	const newer = database(things2, undefined, name);
	expect(await values(newer)).toEqual(['kept']);
	await vi.waitFor(() => expect(closed).toHaveBeenCalledWith('outdated'));
	await expect(old.read(['things'])).rejects.toMatchObject({ code: 'outdated' });
	const late = database(things1, undefined, name);
	await expect(late.read(['things'])).rejects.toMatchObject({ code: 'outdated' });
});

test('a frozen tab with an older version: the open gives up and leaves no connection', async () => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	const name = `test-database-${count++}`;
	const frozen = await new Promise<IDBDatabase>((resolve) => {
		const request = indexedDB.open(name, 1);
		request.onupgradeneeded = () => request.result.createObjectStore('things');
		request.onsuccess = () => resolve(request.result);
	});
	const asked = new Promise((resolve) => (frozen.onversionchange = resolve));
	const newer = database(things2, undefined, name);
	const attempt = newer.read(['more']);
	attempt.catch(() => {});
	await asked;
	while (vi.getTimerCount() === 0) await new Promise((next) => queueMicrotaskAfterTask(next));
	await vi.runAllTimersAsync();
	await expect(attempt).rejects.toMatchObject({ code: 'blocked' });
	vi.useRealTimers();
	frozen.close();
	expect(await newer.read(['more'])).toEqual([[]]);
});

test('the browser drops the connection: the next call opens it again', async () => {
	const things = database();
	await things.write([{ store: 'things', key: 'a', put: 'kept' }], relaxed);
	const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
	transaction.mockImplementationOnce(() => {
		throw new DOMException('The database connection is closing.', 'InvalidStateError');
	});
	expect(await values(things)).toEqual(['kept']);
});

test('erase does not wait for a frozen tab: the content is gone at once', async () => {
	const things = database();
	await things.write([{ store: 'things', key: 'a', put: 'private' }], relaxed);
	const frozen = await new Promise<IDBDatabase>((resolve) => {
		const request = indexedDB.open(things.name);
		request.onsuccess = () => resolve(request.result);
	});
	await things.erase();
	const left = await new Promise((resolve) => {
		const request = frozen.transaction('things').objectStore('things').getAll();
		request.onsuccess = () => resolve(request.result);
	});
	expect(left).toEqual([]);
	frozen.close();
	await expect(things.read(['things'])).rejects.toThrow(StorageError);
});

test('tab killed in the middle of a write: all of it is there or none of it', async () => {
	const name = `test-database-${count++}`;
	const tab = await openTab();
	const other = new tab.SealedStore(name, things1);
	await other.write([{ store: 'things', key: 'a', put: 'before' }], relaxed);
	const many = Array.from({ length: 2_000 }, (_, index) => index);
	const changes = many.map((index) => ({ store: 'things', key: `n${index}`, put: index }));
	void other.write(changes, relaxed).catch(() => {});
	await other.read(['things']).catch(() => []);
	void other
		.write([{ store: 'things', clear: true }, ...changes.slice(0, 7)], relaxed)
		.catch(() => {});
	tab.kill();
	const things = database(things1, undefined, name);
	const left = await values(things);
	expect([7, 2_001]).toContain(left.length);
});

function queueMicrotaskAfterTask(task: (value: unknown) => void) {
	const channel = new MessageChannel();
	channel.port1.onmessage = task;
	channel.port2.postMessage(null);
}
