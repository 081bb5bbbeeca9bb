import { Account } from '#lib/offline/account.ts';
import { lock, unlock } from '#lib/offline/lock.ts';
import type { Tables } from '#lib/offline/replica.ts';
import { SHELL_CACHES } from '#lib/offline/shell.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Browser } from './browser.ts';
import { databases, openRaw, places } from './disk.ts';
import { FakePlatform } from './fake-platform.ts';
import type { Server } from './server.ts';

let server: Server;
let browser: Browser;

/** Reads notes with a text only. */
function legible(tables: Tables) {
	const { notes = [] } = tables;
	const read = notes.filter(({ texts }) => Array.isArray(texts) && texts.length > 0);
	return { rows: { notes: read }, whole: read.length === notes.length };
}

/** Damages a note on the disk of anne's phone; its stamp stays. */
async function tear(id: string): Promise<void> {
	const { vault } = browser.installations[0]!;
	const database = await openRaw('cercle-anne');
	const place = 'cercle-anne/tables';
	const { value, mark } = await database.get('tables', 'notes');
	const rows = (await vault.open(place, value)) as [number, { id: string }][];
	const torn = rows.map(([stamp, row]) => [stamp, row.id === id ? { id } : row]);
	await database.put('tables', { value: await vault.seal(place, torn), mark }, 'notes');
	database.close();
}

beforeEach(() => {
	browser = new Browser();
	server = browser.server;
});

afterEach(async () => {
	vi.restoreAllMocks();
	await browser.end();
});

test('what is written is kept while the code that shows it is missing, and shown once it is there', async () => {
	const { folding } = browser;
	browser.folding = () => Promise.reject(new TypeError('no way to get it'));
	browser.cut();
	const device = browser.tab();
	await device.open('anne');
	await device.write('append', { note: 'n', text: 'a' });
	expect(device).toMatchObject({ view: {}, pending: [], problem: 'broken' });
	browser.folding = folding;
	await device.sync();
	expect(device).toMatchObject({ view: { n: ['a'] }, pending: [{ kind: 'append' }] });
});

test('a write shows at once, and the screen never flickers back while it is confirmed', async () => {
	const device = browser.tab();
	const seen: string[] = [];
	const stop = $effect.root(() => {
		$effect.pre(() => {
			seen.push(JSON.stringify(device.view?.n ?? null));
		});
	});
	await device.open('anne');
	await device.write('append', { note: 'n', text: 'a' });
	await device.sync();
	await device.write('append', { note: 'n', text: 'b' });
	await device.sync();
	await vi.waitFor(() => expect(device.pending).toEqual([]));
	stop();
	expect(seen.filter((view, index) => view !== seen[index - 1])).toEqual([
		'null',
		'["a"]',
		'["a","b"]'
	]);
});

test('reloaded offline, the last rows and what was written are on the screen', async () => {
	server.write('n', ['before']);
	const device = browser.tab();
	await device.open('anne');
	await device.sync();
	server.trouble = Array.from({ length: 9 }, () => 'lost request' as const);
	await device.write('append', { note: 'n', text: 'offline' });
	await device.close();
	expect(device.view).toBeNull();
	const reloaded = browser.tab();
	expect(await reloaded.resume()).toBe(true);
	expect(reloaded.view).toEqual({ n: ['before', 'offline'] });
	expect(reloaded.pending).toHaveLength(1);
	expect(reloaded.completeAt).toBe(1_000_000);
});

test('up to date is as of the last look at all tables, not at those that a signal named', async () => {
	const platform = new FakePlatform();
	const device = browser.tab(platform);
	await device.open('anne');
	await device.sync();
	platform.wallClock += 5_000;
	server.write('n', ['named']);
	await device.sync(['notes']);
	expect(device.view).toEqual({ n: ['named'] });
	expect(device.completeAt).toBe(1_000_000);
	await device.sync();
	expect(device.completeAt).toBe(1_005_000);
});

test('two tabs: a look of one at some tables tells the other that the server is there', async () => {
	const [one, other] = [browser.tab(), browser.tab()];
	await one.open('anne');
	await one.sync();
	await other.open('anne');
	await other.sync();
	server.trouble = ['lost request'];
	await other.sync();
	expect(other.connectivity).toBe('unreachable');
	await one.sync(['notes']);
	await vi.waitFor(() => expect(other.connectivity).toBe('online'));
});

test('a refused write leaves the screen, waits with its reason, and can be taken back', async () => {
	const device = browser.tab();
	await device.open('anne');
	const sequence = await device.write('forbidden', { note: 'n', text: 'no' });
	await device.sync();
	await vi.waitFor(() => expect(device.refused).toHaveLength(1));
	expect(device.refused[0]).toMatchObject({ sequence, refusal: { code: 'CR001' } });
	expect(device.pending).toEqual([]);
	expect(await device.retry(sequence)).toBe(sequence + 1);
	await device.sync();
	await vi.waitFor(() => expect(device.refused).toHaveLength(1));
	await device.withdraw(sequence + 1);
	expect(device.refused).toEqual([]);
});

test('an operation of a kind the server does not know stays to be seen, and can be taken back', async () => {
	const device = browser.tab();
	await device.open('anne');
	const sequence = await device.write('of a later release', { note: 'n', text: 'early' });
	await device.write('append', { note: 'n', text: 'behind it' });
	await device.sync();
	await vi.waitFor(() => expect(device.view).toEqual({ n: ['behind it'] }));
	expect(device.pending).toEqual([]);
	expect(device.refused).toMatchObject([
		{ sequence, args: { text: 'early' }, refusal: { code: 'CR005' } }
	]);
	await device.close();
	await device.open('anne');
	expect(device.refused).toHaveLength(1);
	await device.withdraw(sequence);
	expect(device.refused).toEqual([]);
});

test('two tabs: what one writes shows in the other', async () => {
	const [one, other] = [browser.tab(), browser.tab()];
	await one.open('anne');
	await other.open('anne');
	await one.write('append', { note: 'n', text: 'a' });
	await vi.waitFor(() => expect(other.view).toEqual({ n: ['a'] }));
	await other.write('append', { note: 'n', text: 'b' });
	await vi.waitFor(() => expect(one.view).toEqual({ n: ['a', 'b'] }));
});

test('account change: another account sees nothing of the first, whose writes wait for it', async () => {
	server.trouble = Array.from({ length: 9 }, () => 'lost request' as const);
	const device = browser.tab();
	await device.open('anne');
	await device.write('append', { note: 'n', text: 'by anne' });
	await device.keep('note', 'typed by anne');
	await device.open('bela');
	expect(device.view).toEqual({});
	expect(device.pending).toEqual([]);
	expect(device.draft('note')).toBeNull();
	server.trouble = [];
	await device.sync();
	expect(server.applied).toEqual([]);
	await device.wipe();
	await device.open('anne');
	expect(device.draft('note')).toBe('typed by anne');
	await device.sync();
	expect(server.applied).toHaveLength(1);
});

test('account change in one tab: the other tab stops showing the former account', async () => {
	const [one, other] = [browser.tab(), browser.tab()];
	server.write('n', ['private']);
	await one.open('anne');
	await other.open('anne');
	await other.sync();
	await one.open('bela');
	await vi.waitFor(() => expect(other.account).toBeNull());
	expect(other.view).toBeNull();
	await expect(other.write('append', {})).rejects.toMatchObject({ code: 'closed' });
});

test('another tab signs in while this one opens the same account: it stays open', async () => {
	const [one, other] = [browser.tab(), browser.tab()];
	await one.open('anne');
	const followed = other.follow();
	await other.open('anne');
	await followed;
	expect(other.account).toBe('anne');
	expect(other.view).toEqual({});
});

test('a slow read that ends after the account was closed shows nothing of it', async () => {
	const device = browser.tab();
	await device.open('anne');
	await device.sync();
	server.write('n', ['private']);
	const reading = Promise.withResolvers<null>();
	const goOn = Promise.withResolvers<null>();
	const read = vi.spyOn(Account.prototype, 'read').mockImplementationOnce(async function (
		this: Account
	) {
		const contents = await this.read();
		reading.resolve(null);
		await goOn.promise;
		return contents;
	});
	void device.sync();
	await reading.promise;
	await device.close();
	goOn.resolve(null);
	await read.mock.results[0]?.value;
	await Promise.resolve();
	expect(device.view).toBeNull();
});

test('wipe leaves nothing: no rows, no queue, no session, no foreign cache, in no tab', async () => {
	const [one, other] = [browser.tab(), browser.tab()];
	server.write('n', ['private']);
	await one.open('anne');
	await other.open('anne');
	await one.sync();
	await browser.installations[0]!.auth.setItem('session', 'token');
	await one.keep('note', 'typed');
	await caches.open('left by mistake');
	for (const name of SHELL_CACHES) await caches.open(name);
	await one.wipe();
	// The other tab may be reading: then the database is emptied now and gone a moment later.
	await vi.waitFor(async () => {
		expect(await databases()).toEqual(['cercle']);
	});
	expect(await browser.installations[0]!.auth.getItem('session')).toBeNull();
	expect(await browser.installations[0]!.account()).toBeNull();
	expect((await caches.keys()).toSorted()).toEqual([...SHELL_CACHES].toSorted());
	for (const name of SHELL_CACHES) await caches.delete(name);
	await vi.waitFor(() => expect(other.view).toBeNull());
	expect(await one.resume()).toBe(false);
	expect(localStorage).toHaveLength(0);
});

test('one unreadable row hides no other, and comes back as the server has it', async () => {
	server.write('n', ['kept']);
	server.write('torn', ['whole again']);
	const device = browser.tab();
	await device.open('anne');
	await device.sync();
	await device.close();
	await tear('torn');
	browser.parse = legible;
	server.trouble = ['lost request'];
	await device.open('anne');
	expect(device.view).toEqual({ n: ['kept'] });
	expect(device.completeAt).toBe(1_000_000);
	expect(device.whole).toBe(false);
	await device.sync();
	await vi.waitFor(() => expect(device.view).toEqual({ n: ['kept'], torn: ['whole again'] }));
	expect(device.whole).toBe(true);
});

test('rows of another version of the server: asked for once more, then left for a newer app', async () => {
	server.write('n', ['kept']);
	server.write('later', []);
	browser.parse = legible;
	const device = browser.tab();
	await device.open('anne');
	for (let n = 0; n < 4; n++) await device.sync();
	expect(device.view).toEqual({ n: ['kept'] });
	const anew = server.asked.filter(({ tables }) => Object.keys(tables).length === 0);
	expect(anew).toHaveLength(2);
	await device.close();
	// The newer app reads what is there, also without a network.
	browser.parse = (tables) => ({ rows: tables, whole: true });
	server.trouble = ['lost request'];
	await device.open('anne');
	expect(device.view).toEqual({ n: ['kept'], later: [] });
	await device.sync();
	expect(server.asked.at(-1)?.tables.notes?.snapshot).toBeTruthy();
});

test('a write that could not be kept says so and sends nothing', async () => {
	const device = browser.tab();
	await device.open('anne');
	await device.sync();
	vi.spyOn(console, 'warn').mockImplementation(() => {});
	const attempt = device.write('append', { note: 'n', text: 1n });
	await expect(attempt).rejects.toMatchObject({ name: 'StorageError' });
	expect(device.pending).toEqual([]);
	expect(device.view).toEqual({});
});

test('with a code set and removed in one tab, it goes on; another tab shows nothing until it is given', async () => {
	const [one, other] = [browser.tab(), browser.tab()];
	await one.open('anne');
	await other.open('anne');
	await one.keep('note', 'typed');
	const { vault } = browser.installations[0]!;
	await lock(vault, 'ardoise 47');
	await vi.waitFor(() => expect(other.account).toBeNull());
	await expect(other.resume()).rejects.toMatchObject({ code: 'locked' });
	expect(one.account).toBe('anne');
	await one.keep('note', 'typed behind it');
	await unlock(vault, 'ardoise 47');
	await one.keep('note', 'typed after it');
	// In turn after what the move gave it to do.
	await one.follow();
	expect([one.account, one.problem]).toEqual(['anne', null]);
	await other.resume();
	expect(other.draft('note')).toBe('typed after it');
});

test('rows that the server takes away leave the disk too: what stays is brought to another place', async () => {
	server.write('n', ['stays']);
	server.write('m', ['goes']);
	const [one, other] = [browser.tab(), browser.tab()];
	await one.open('anne');
	await one.keep('note', 'typed');
	await one.sync();
	await other.open('anne');
	const before = await places();
	server.hide('m');
	await one.sync();
	await vi.waitFor(async () => expect(await places()).not.toEqual(before));
	expect(await places()).toHaveLength(1);
	for (const tab of [one, other]) {
		await tab.sync();
		expect(tab).toMatchObject({ account: 'anne', view: { n: ['stays'] }, problem: null });
		expect(tab.draft('note')).toBe('typed');
	}
});
