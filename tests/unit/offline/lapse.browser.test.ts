import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Browser, type NoteDevice } from './browser.ts';
import { accountsOnDisk } from './disk.ts';
import { FakePlatform } from './fake-platform.ts';
import type { Server } from './server.ts';

const DAY = 86_400_000;
let server: Server;
let platform: FakePlatform;
let browser: Browser;

/** A phone that has read a note, put away without network. */
async function putAway(): Promise<NoteDevice> {
	server.write('n', ['private']);
	const device = browser.tab(platform);
	await device.open('anne');
	await device.sync();
	await browser.installations[0]!.auth.setItem('session', 'token');
	browser.cut();
	return device;
}

beforeEach(() => {
	browser = new Browser();
	server = browser.server;
	platform = new FakePlatform();
});

afterEach(async () => {
	vi.restoreAllMocks();
	await browser.end();
});

test('30 days without contact: at the next start rows and tokens are gone', async () => {
	await (await putAway()).close();
	platform.wallClock += 30 * DAY;
	const kept = browser.tab(platform);
	expect(await kept.resume()).toBe(true);
	expect(kept.view).toEqual({ n: ['private'] });
	await kept.close();
	platform.wallClock += 1;
	const lapsed = browser.tab(platform);
	expect(await lapsed.resume()).toBe(false);
	expect([lapsed.account, lapsed.view]).toEqual([null, null]);
	await vi.waitFor(async () => expect(await accountsOnDisk()).toEqual([]));
	expect(await browser.installations[0]!.auth.getItem('session')).toBeNull();
	expect(await lapsed.ended()).toBe(true);
});

test('an app that stays open for 30 days without contact forgets too, when it wakes', async () => {
	const device = await putAway();
	await device.sync();
	expect(device.view).toEqual({ n: ['private'] });
	platform.wallClock += 30 * DAY + 1;
	void device.sync();
	await vi.waitFor(() => expect(device.account).toBeNull());
	expect(device.view).toBeNull();
	await vi.waitFor(async () => expect(await accountsOnDisk()).toEqual([]));
});

test('what was not sent outlives the 30 days, and goes once its member signed in again', async () => {
	const device = await putAway();
	await device.write('append', { note: 'n', text: 'unsent' });
	await device.close();
	platform.wallClock += 31 * DAY;
	const later = browser.tab(platform);
	expect(await later.resume()).toBe(false);
	await vi.waitFor(() => expect(later.former.accounts).toEqual([{ id: 'anne', unsent: 1 }]));
	server.trouble = [];
	await later.open('anne');
	await later.sync();
	expect(server.applied).toEqual(['unsent']);
	await vi.waitFor(() => expect(later.view).toEqual({ n: ['private', 'unsent'] }));
});

test('who has just signed in is not sent away again for rows that are too old', async () => {
	await (await putAway()).close();
	platform.wallClock += 31 * DAY;
	const device = browser.tab(platform);
	await device.open('anne');
	expect([device.account, device.view]).toEqual(['anne', {}]);
	server.trouble = [];
	await device.sync();
	await vi.waitFor(() => expect(device.view).toEqual({ n: ['private'] }));
});
