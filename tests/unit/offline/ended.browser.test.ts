import { Account } from '#lib/offline/account.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Browser, type NoteDevice } from './browser.ts';
import { accountsOnDisk } from './disk.ts';
import type { Server } from './server.ts';

let server: Server;
let browser: Browser;

/** A phone that has read a note and holds a token; then its session is ended on the server. */
async function signedOut(): Promise<NoteDevice> {
	server.write('n', ['private']);
	const device = browser.tab();
	await device.open('anne');
	await device.sync();
	expect(device.view).toEqual({ n: ['private'] });
	await browser.installations[0]!.auth.setItem('session', 'token');
	server.end();
	return device;
}

beforeEach(() => {
	browser = new Browser();
	server = browser.server;
});

afterEach(async () => {
	vi.restoreAllMocks();
	await browser.end();
});

test('a session that was ended: at the next contact rows and tokens are gone, in every tab', async () => {
	const device = await signedOut();
	const other = browser.tab();
	await other.open('anne');
	void device.sync();
	await vi.waitFor(() => expect(device.account).toBeNull());
	expect(device.view).toBeNull();
	await vi.waitFor(async () => expect(await accountsOnDisk()).toEqual([]));
	await vi.waitFor(() => expect(other.view).toBeNull());
	const [installation] = browser.installations;
	expect(await installation!.auth.getItem('session')).toBeNull();
	expect(await installation!.account()).toBeNull();
	expect(await device.resume()).toBe(false);
});

test('what was not sent waits for its member, without a row beside it, and is sent once they return', async () => {
	const device = await signedOut();
	await device.keep('note', 'typed');
	await device.write('append', { note: 'n', text: 'unsent' });
	await vi.waitFor(() => expect(device.account).toBeNull());
	await vi.waitFor(() => expect(device.former.accounts).toEqual([{ id: 'anne', unsent: 2 }]));
	const left = new Account('anne', browser.installations[0]!.vault);
	const { tables, operations, completeAt } = await left.read();
	await left.close();
	expect([tables, completeAt]).toEqual([{}, null]);
	expect(operations).toHaveLength(1);

	server.signedIn = true;
	server.onpull = server.onpush = () => Promise.resolve();
	await device.open('anne');
	expect(device.draft('note')).toBe('typed');
	await device.sync();
	await vi.waitFor(() => expect(device.view).toEqual({ n: ['private', 'unsent'] }));
	expect(server.applied).toEqual(['unsent']);
});

test('a page that asks for its account meanwhile does not bring it back', async () => {
	const device = await signedOut();
	const asked = Promise.withResolvers<boolean>();
	const strip = Account.prototype.strip;
	vi.spyOn(Account.prototype, 'strip').mockImplementation(async function (this: Account) {
		asked.resolve(device.resume());
		// As long as a read of the disk takes.
		await this.queue();
		return strip.call(this);
	});
	void device.sync();
	expect(await asked.promise).toBe(false);
	expect(device.account).toBeNull();
});

test('the device says that it was signed out, until somebody signs in or out', async () => {
	const device = await signedOut();
	expect(await device.ended()).toBe(false);
	void device.sync();
	await vi.waitFor(async () => expect(await device.ended()).toBe(true));
	await device.open('bela');
	expect(await device.ended()).toBe(false);
});

test('a server that is away ends nothing', async () => {
	const device = await signedOut();
	server.onpull = () => Promise.resolve();
	server.trouble = ['lost request', 'server error'];
	await device.sync();
	await device.sync();
	expect(device.view).toEqual({ n: ['private'] });
});
