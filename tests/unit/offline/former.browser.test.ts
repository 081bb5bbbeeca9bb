import { Account } from '#lib/offline/account.ts';
import { Vault } from '#lib/offline/vault.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Browser, type NoteDevice } from './browser.ts';
import { accountsOnDisk, databases, openRaw } from './disk.ts';
import type { Server } from './server.ts';

let server: Server;
let browser: Browser;

beforeEach(() => {
	browser = new Browser();
	server = browser.server;
});

afterEach(async () => {
	vi.restoreAllMocks();
	await browser.end();
});

test('with nothing unsent, what the former account kept here is erased at once', async () => {
	server.write('n', ['private']);
	const device = browser.tab();
	await device.open('anne');
	await device.write('append', { note: 'n', text: 'sent' });
	await device.sync();
	await vi.waitFor(() => expect(device.pending).toEqual([]));
	await device.open('bela');
	await vi.waitFor(async () => expect(await accountsOnDisk()).toEqual(['bela']));
	expect(device.former.accounts).toEqual([]);
	expect(await browser.installations[0]?.accounts()).toEqual(['bela']);
});

test('what the former account did not send is kept, counted, and sent by that account only', async () => {
	const device = browser.tab();
	server.write('m', ['private']);
	await device.open('anne');
	await device.sync();
	browser.cut();
	await device.write('append', { note: 'n', text: 'by anne' });
	await device.keep('note', 'typed by anne');
	await device.open('bela');
	await vi.waitFor(() => expect(device.former.accounts).toEqual([{ id: 'anne', unsent: 2 }]));
	expect(device.view).toEqual({});
	expect(device.draft('note')).toBeNull();
	const left = new Account('anne', browser.installations[0]!.vault);
	expect((await left.read()).tables).toEqual({});
	await left.close();
	server.trouble = [];
	await device.sync();
	expect(server.applied).toEqual([]);
	await device.open('anne');
	expect(device.draft('note')).toBe('typed by anne');
	await device.sync();
	await vi.waitFor(() => expect(server.applied).toEqual(['by anne']));
	await vi.waitFor(async () => expect(await accountsOnDisk()).toEqual(['anne']));
	expect(device.former.accounts).toEqual([]);
});

test.each([
	[
		'a refused change',
		(device: NoteDevice) => device.write('forbidden', { note: 'n', text: 'no' })
	],
	['a draft', (device: NoteDevice) => device.keep('note', 'typed')]
])('%s alone keeps a former account here', async (_, leave) => {
	const device = browser.tab();
	await device.open('anne');
	await leave(device);
	await device.sync();
	await vi.waitFor(() => expect(device.pending).toEqual([]));
	await device.open('bela');
	await vi.waitFor(() => expect(device.former.accounts).toEqual([{ id: 'anne', unsent: 1 }]));
});

test('the last keystrokes before the account changes are kept with it', async () => {
	const device = browser.tab();
	await device.open('anne');
	const typed = device.keep('note', 'to the last key');
	await device.open('bela');
	await typed;
	await device.open('anne');
	expect(device.draft('note')).toBe('to the last key');
});

test('erased when asked: nothing of the former account is left, all of the current one is', async () => {
	const device = browser.tab();
	browser.cut();
	await device.open('anne');
	await device.write('append', { note: 'n', text: 'by anne' });
	await device.open('bela');
	await device.write('append', { note: 'n', text: 'by bela' });
	await vi.waitFor(() => expect(device.former.accounts).toHaveLength(1));
	await device.former.erase('bela');
	await device.former.erase('anne');
	expect(device.former.accounts).toEqual([]);
	expect(await accountsOnDisk()).toEqual(['bela']);
	expect(device.pending).toHaveLength(1);
});

test('signing out erases the current account alone: a former one still finds its changes', async () => {
	const device = browser.tab();
	browser.cut();
	await device.open('anne');
	await device.write('append', { note: 'n', text: 'by anne' });
	await device.open('bela');
	await device.wipe();
	expect(await accountsOnDisk()).toEqual(['anne']);
	expect(await device.resume()).toBe(false);
	await device.open('carla');
	await vi.waitFor(() => expect(device.former.accounts).toEqual([{ id: 'anne', unsent: 1 }]));
});

test('killed before the former account was erased: the next start does it', async () => {
	const device = browser.tab();
	await device.open('anne');
	await device.sync();
	vi.spyOn(device.former, 'tidy').mockResolvedValue();
	await device.open('bela');
	await device.sync();
	await device.close();
	expect(await accountsOnDisk()).toEqual(['anne', 'bela']);
	await browser.tab().resume();
	await vi.waitFor(async () => expect(await accountsOnDisk()).toEqual(['bela']));
});

test('entered before former accounts were listed: it is found all the same', async () => {
	const device = browser.tab();
	await device.open('anne');
	await browser.installations[0]?.forget('anne');
	await device.open('bela');
	await vi.waitFor(async () => expect(await accountsOnDisk()).toEqual(['bela']));
});

test('a database that a newer app wrote is not touched, whatever it holds', async () => {
	const device = browser.tab();
	await device.open('anne');
	await device.close();
	(await openRaw('cercle-anne', 99)).close();
	await device.open('bela');
	await device.close();
	expect(await databases()).toContain('cercle-anne');
	expect(await browser.installations[0]?.accounts()).toContain('anne');
});

test('something written while the database is looked at is not erased', async () => {
	const vaults = [new Vault(), new Vault()] as const;
	const [account, elsewhere] = [new Account('anne', vaults[0]), new Account('anne', vaults[1])];
	const operation = { kind: 'append', args: null, base: null, madeAt: 0 };
	const erase = () => account.eraseIfSent();
	await Promise.all([erase(), elsewhere.add(operation), erase()]);
	expect(await erase()).toBe(false);
	expect(await account.unsent()).toBe(1);
	await account.close();
	await elsewhere.close();
	for (const vault of vaults) await vault.close();
});
