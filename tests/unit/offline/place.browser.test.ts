import { Account } from '#lib/offline/account.ts';
import { Installation } from '#lib/offline/installation.ts';
import { fresh } from '#lib/offline/key.ts';
import { hasLock, lock, open, TRIES } from '#lib/offline/lock.ts';
import { move, tidy } from '#lib/offline/move.ts';
import { buckets } from '#lib/offline/shelf.ts';
import type { Vault } from '#lib/offline/vault.ts';
import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { databases, openRaw, places, wipeDisk } from './disk.ts';
import { leaveFormer } from './former-build.ts';
import { openTab } from './tab.ts';

const CODE = 'ardoise 47';
const operation = (text: string) => ({
	...{ kind: 'append', args: { note: 'n', text }, base: null, madeAt: 0 }
});
const former = { waiting: ['c', 'd'], draft: 'typed', session: '{"access_token":"t"}' };
const opened: { close(): Promise<void> }[] = [];

// Other files of the same browser leave what is of now: the former build must find nothing.
beforeEach(wipeDisk);
afterEach(async () => {
	vi.useRealTimers();
	vi.restoreAllMocks();
	withBuckets(true);
	await closeAll();
	await wipeDisk();
});

async function closeAll(): Promise<void> {
	for (const one of opened.splice(0).toReversed()) await one.close().catch(() => undefined);
}

/** The app started anew in this browser. */
function start(): { installation: Installation; vault: Vault; account: Account } {
	const installation = new Installation();
	const { vault } = installation;
	const account = new Account('anne', vault);
	opened.push(installation, account);
	return { installation, vault, account };
}

/** All that anne has here, and the number that her next change gets. */
async function contents({ installation, account }: ReturnType<typeof start>) {
	const { operations } = await account.read();
	const waiting = operations.map(({ args }) => (args as { text: string }).text);
	const next = await account.add(operation('next'));
	await account.withdraw(next);
	return {
		...{ waiting, next, draft: account.drafts.text('note') },
		client: await account.client(() => 'made anew'),
		session: await installation.auth.getItem('session'),
		account: await installation.account()
	};
}

const everything = { ...former, next: 5, client: 'client-1', account: 'anne' };

/** Where the browser has no buckets, as Firefox and Safari, and where it has. */
function withBuckets(has: boolean): void {
	if (has) Reflect.deleteProperty(navigator, 'storageBuckets');
	else Object.defineProperty(navigator, 'storageBuckets', { configurable: true, value: null });
}

/** Sets the clock of a browser that ends after so many more looks at its disk. */
function endAfter(steps: number): { ended: boolean; restart(): void } {
	const life = { ended: false, restart: () => vi.restoreAllMocks() };
	const count = () => {
		if (steps-- > 0) return;
		life.ended = true;
		throw new DOMException('the browser ended', 'AbortError');
	};
	const cut = (target: object, names: readonly string[]) => {
		for (const name of names) {
			const real: unknown = Reflect.get(target, name);
			if (typeof real !== 'function') throw new Error(`no ${name}`);
			vi.spyOn(target as Record<string, (...args: unknown[]) => unknown>, name).mockImplementation(
				function (this: unknown, ...args: unknown[]) {
					count();
					return Reflect.apply(real, this, args);
				}
			);
		}
	};
	cut(IDBFactory.prototype, ['open', 'deleteDatabase']);
	cut(IDBDatabase.prototype, ['transaction']);
	const manager = buckets();
	if (manager) cut(Object.getPrototypeOf(manager), ['open', 'delete', 'keys']);
	return life;
}

describe.each([
	['each database in a bucket of its own', true],
	['without buckets, as in Firefox and Safari', false]
])('%s', (_, has) => {
	test('a phone of the build before opens with all it had, and nothing lies where it was', async () => {
		withBuckets(has);
		await leaveFormer(former);
		expect(await contents(start())).toEqual(everything);
		expect(await places()).toEqual([expect.stringMatching(has ? /^b/ : /^s/)]);
		expect(await databases()).toEqual(['cercle', 'cercle-anne', 'cercle-auth', 'cercle-keys']);
		const left = await openDB('cercle');
		expect(await left.getAll('auth')).toEqual([]);
		left.close();
	});

	test('one with a code stays where it is until the code is given, then it is brought along', async () => {
		withBuckets(has);
		await leaveFormer({ ...former, code: CODE });
		const first = start();
		await expect(first.account.read()).rejects.toMatchObject({ code: 'locked' });
		expect(await hasLock(first.vault)).toBe(true);
		expect(await open(first.vault, 'ardoise 48')).toEqual({ left: TRIES - 1 });
		expect(await places()).toEqual(['']);
		expect(await open(first.vault, CODE)).toHaveProperty('key');
		expect(await contents(first)).toEqual(everything);
		expect(await places()).toHaveLength(1);
		expect(await places()).not.toContain('');
		const later = start();
		await expect(later.account.read()).rejects.toMatchObject({ code: 'locked' });
		await open(later.vault, CODE);
		expect(await contents(later)).toEqual({ ...everything, next: 6 });
	});

	test('ended at any step of the bringing over, all is there at the next start, and in one place', async () => {
		let steps = 0;
		for (let ended = true; ended; steps++) {
			withBuckets(has);
			await leaveFormer(former);
			const life = endAfter(steps);
			await start()
				.account.read()
				.catch(() => undefined);
			({ ended } = life);
			life.restart();
			await closeAll();
			expect(await contents(start()), `ended after ${steps} steps`).toEqual(everything);
			await tidy(start().vault.place);
			expect(await places()).toHaveLength(1);
			await closeAll();
			await wipeDisk();
		}
		expect(steps).toBeGreaterThan(20);
	}, 120_000);

	test('ended at any step of a new key, exactly one of the two places opens, with all that was there', async () => {
		let steps = 0;
		for (let ended = true; ended; steps++) {
			withBuckets(has);
			await leaveFormer(former);
			const before = start();
			await contents(before);
			const [at, from, to] = [
				await before.vault.place.name(),
				await before.vault.key(),
				await fresh()
			];
			const life = endAfter(steps);
			await move(before.vault.place, at, { from, to, kept: { key: to } }).catch(() => undefined);
			({ ended } = life);
			life.restart();
			await closeAll();
			const after = start();
			expect(await contents(after), `ended after ${steps} steps`).toEqual({
				...everything,
				next: 6
			});
			const now = await after.vault.place.name();
			await tidy(after.vault.place);
			expect(await places()).toEqual([now]);
			await closeAll();
			await wipeDisk();
		}
		expect(steps).toBeGreaterThan(20);
	}, 120_000);

	test('with a code, all moves: no database of before is left, nor a key that opens it', async () => {
		withBuckets(has);
		const { vault, account } = start();
		await account.drafts.keep('note', 'typed');
		const [before] = await places();
		await lock(vault, CODE);
		const [now, ...others] = await places();
		expect([now === before, others]).toEqual([false, []]);
		const keys = await openRaw('cercle-keys');
		const kept = await keys.get('keys', 'key');
		keys.close();
		expect(Object.keys(kept.value).toSorted()).toEqual(['proof', 'rounds', 'salt']);
	});
});

test('a tab that goes on writing during the move writes to the new place, and loses nothing', async () => {
	const mine = start();
	await mine.account.add(operation('a'));
	const tab = await openTab();
	const theirs = new tab.Account('anne', new tab.Vault());
	await theirs.add(operation('b'));
	const writing = (async () => {
		for (let at = 0; at < 40; at++) await theirs.add(operation(`b${at}`));
	})();
	const { place } = mine.vault;
	for (let at = 0; at < 3; at++) {
		const [from, to] = [await mine.vault.key(), await fresh()];
		const done = () => mine.vault.use(to);
		await move(place, await place.name(), { from, to, kept: { key: to }, done });
	}
	await writing;
	const { operations } = await mine.account.read();
	const numbers = operations.map(({ sequence }) => sequence);
	expect(numbers).toEqual(Array.from({ length: 42 }, (_, at) => at + 1));
	expect(operations.filter(({ refusal }) => refusal !== null)).toEqual([]);
	await theirs.close();
	tab.kill();
});

test('no room to bring a phone of the build before along: all is used where it is, and brought later', async () => {
	await leaveFormer(former);
	const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
		throw new DOMException('full', 'QuotaExceededError');
	});
	const first = start();
	await first.account.read();
	put.mockRestore();
	expect(await contents(first)).toEqual(everything);
	expect(await places()).toEqual(['']);
	await first.installation.auth.setItem('session', 'renewed');
	await closeAll();
	const later = { ...everything, next: 6, session: 'renewed' };
	expect(await contents(start())).toEqual(later);
	expect(await places()).toEqual([expect.stringMatching(/^b/)]);
});

test('a tab that does not let go: nothing moves, it is said, and all goes on once that one is gone', async () => {
	const { vault, account } = start();
	await account.drafts.keep('note', 'typed');
	const before = await places();
	const frozen = await openRaw('cercle-anne');
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	const ticks = async (attempt: Promise<unknown>) => {
		attempt.catch(() => undefined);
		while (vi.getTimerCount() === 0) await indexedDB.databases();
		await vi.runAllTimersAsync();
	};
	const locking = lock(vault, CODE);
	await ticks(locking);
	await expect(locking).rejects.toMatchObject({ code: 'blocked' });
	const keeping = account.drafts.keep('note', 'typed on');
	await ticks(keeping);
	await expect(keeping).rejects.toMatchObject({ code: 'blocked' });
	vi.useRealTimers();
	frozen.close();
	expect(await places()).toEqual(before);
	await account.drafts.keep('note', 'typed on');
	await account.drafts.load();
	expect(account.drafts.text('note')).toBe('typed on');
});

test('a full disk: nothing moves, and what was half copied is gone', async () => {
	const { vault, account } = start();
	await account.drafts.keep('note', 'typed');
	const before = await places();
	const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
		throw new DOMException('full', 'QuotaExceededError');
	});
	await expect(lock(vault, CODE)).rejects.toMatchObject({ code: 'full' });
	put.mockRestore();
	expect(await places()).toEqual(before);
	await account.drafts.load();
	expect(account.drafts.text('note')).toBe('typed');
});
