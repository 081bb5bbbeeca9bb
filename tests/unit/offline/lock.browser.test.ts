import { Account } from '#lib/offline/account.ts';
import { hasLock, lock, open, TRIES, unlock } from '#lib/offline/lock.ts';
import { startAfresh } from '#lib/offline/move.ts';
import { Vault } from '#lib/offline/vault.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { wipeDisk } from './disk.ts';
import { openTab } from './tab.ts';

const CODE = 'ardoise 47';
let vault: Vault;
const vaults: Vault[] = [];

/** The app started anew on this browser. */
function start(): Vault {
	const made = new Vault();
	vaults.push(made);
	return made;
}

beforeEach(async () => {
	vault = start();
	await keep(vault, 'private');
});

/** Types something in the page of this vault. */
async function keep(by: Vault, text: string): Promise<void> {
	const account = new Account('anne', by);
	try {
		await account.drafts.keep('note', text);
	} finally {
		await account.close();
	}
}

/** What was typed, as the page of this vault reads it. */
async function typed(by: Vault): Promise<string | null> {
	const account = new Account('anne', by);
	try {
		await account.drafts.load();
		return account.drafts.text('note');
	} finally {
		await account.close();
	}
}

afterEach(async () => {
	vi.restoreAllMocks();
	for (const made of vaults.splice(0)) await made.close();
	await wipeDisk();
});

test('with a code nothing opens before it is given, and then all that was sealed before', async () => {
	expect(await hasLock(vault)).toBe(false);
	expect(await lock(vault, CODE)).toBe(true);
	expect(await typed(vault), 'open in this page as it was').toBe('private');
	const later = start();
	expect(await hasLock(later)).toBe(true);
	await expect(typed(later)).rejects.toMatchObject({ code: 'locked' });
	await expect(keep(later, 'more')).rejects.toMatchObject({ code: 'locked' });
	expect(await open(later, CODE)).toHaveProperty('key');
	expect(await typed(later)).toBe('private');
});

test('the key stays out of reach of scripts, also when a code gave it', async () => {
	await lock(vault, CODE);
	const opened = await open(start(), CODE);
	if (!('key' in opened)) throw new Error('not opened');
	expect(opened.key.extractable).toBe(false);
	await expect(crypto.subtle.exportKey('raw', opened.key)).rejects.toThrow();
});

test('a wrong code opens nothing and counts; a right one starts the count anew', async () => {
	await lock(vault, CODE);
	const later = start();
	expect(await open(later, 'ardoise 48')).toEqual({ left: TRIES - 1 });
	expect(await unlock(later, '')).toEqual({ left: TRIES - 2 });
	await expect(typed(later)).rejects.toMatchObject({ code: 'locked' });
	expect(await open(later, CODE)).toHaveProperty('key');
	expect(await open(later, 'ardoise 48')).toEqual({ left: TRIES - 1 });
});

test('after ten wrong codes in a row the right one does not open either, after a restart neither', async () => {
	await lock(vault, CODE);
	for (let left = TRIES - 1; left >= 0; left--) expect(await open(start(), 'no')).toEqual({ left });
	expect(await open(start(), CODE)).toEqual({ left: 0 });
	expect(await unlock(start(), CODE)).toEqual({ left: 0 });
});

test('a page that is killed during a try has made it', async () => {
	await lock(vault, CODE);
	const tab = await openTab();
	const other = new tab.Vault();
	const begun = Promise.withResolvers<null>();
	const keep = other.keep.bind(other);
	vi.spyOn(other, 'keep').mockImplementation(async (...args) => {
		const kept = await keep(...args);
		begun.resolve(null);
		return kept;
	});
	void open(other, 'no').catch(() => undefined);
	await begun.promise;
	tab.kill();
	expect(await open(start(), 'no')).toEqual({ left: TRIES - 2 });
});

test('tries at the same moment in several tabs all count', async () => {
	await lock(vault, CODE);
	const tries = await Promise.all([1, 2, 3].map(() => open(start(), 'no')));
	const left = tries.map((opened) => ('left' in opened ? opened.left : null));
	expect(left.toSorted()).toEqual([TRIES - 3, TRIES - 2, TRIES - 1]);
});

test('without the code it is not taken away; with it the app opens by itself again', async () => {
	await lock(vault, CODE);
	expect(await unlock(vault, 'no')).toEqual({ left: TRIES - 1 });
	expect(await hasLock(vault)).toBe(true);
	expect(await unlock(start(), CODE)).toHaveProperty('key');
	expect(await hasLock(vault)).toBe(false);
	expect(await typed(start())).toBe('private');
});

test('a second code does not replace the first', async () => {
	await lock(vault, CODE);
	expect(await lock(vault, 'another 1')).toBe(false);
	expect(await open(start(), CODE)).toHaveProperty('key');
});

test('the code is the same whichever way the keyboard composes its letters', async () => {
	await lock(vault, 'é'.normalize('NFC') + 'toile 7');
	expect(await open(start(), 'é'.normalize('NFD') + 'toile 7')).toHaveProperty('key');
});

test('erased, what was sealed stays closed for good, and the next start asks for no code', async () => {
	await lock(vault, CODE);
	await startAfresh(vault.place);
	const later = start();
	expect(await hasLock(later)).toBe(false);
	expect(await typed(later)).toBeNull();
	await keep(later, 'new');
	expect(await typed(later)).toBe('new');
});
