import { Account } from '#lib/offline/account.ts';
import { browser } from '#lib/offline/platform.ts';
import { RemoteError } from '#lib/offline/remote.ts';
import { type Listener, Sync } from '#lib/offline/sync.ts';
import { StorageError } from '#lib/offline/storage-error.ts';
import { Vault } from '#lib/offline/vault.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakePlatform } from './fake-platform.ts';
import { fold, noteArgs, Server } from './server.ts';
import { openTab } from './tab.ts';

let account: Account;
let vault: Vault;
let server: Server;
let platform: FakePlatform;
let current: boolean;
const changed = vi.fn();
const syncs: Sync[] = [];

beforeEach(() => {
	vault = new Vault();
	account = new Account(crypto.randomUUID(), vault);
	server = new Server();
	server.account = account.id;
	platform = new FakePlatform();
	current = true;
	changed.mockReset();
});

afterEach(async () => {
	for (const sync of syncs.splice(0)) await sync.stop();
	await account.erase().catch(() => {});
	await vault.close();
});

function loop(remote = server.remote, status: Listener['status'] = () => {}): Sync {
	const listener = { status, changed };
	const sync = new Sync(account, remote, platform, () => Promise.resolve(current), listener);
	syncs.push(sync);
	return sync;
}

async function write(text: string, kind = 'append'): Promise<void> {
	const args = { note: 'n', text };
	await account.add({ kind, args, base: null, madeAt: platform.now() });
}

async function state() {
	const { operations, tables } = await account.read();
	return {
		waiting: operations.filter(({ refusal }) => !refusal).map(({ args }) => noteArgs(args).text),
		refused: operations.filter(({ refusal }) => refusal).map(({ args }) => noteArgs(args).text),
		rows: fold(tables, [])
	};
}

test('what waits is sent in order, then the rows come, in one step', async () => {
	await write('a');
	await write('b');
	await loop().poke();
	expect(server.requests).toEqual(['push', 'pull']);
	expect(await state()).toEqual({ waiting: [], refused: [], rows: { n: ['a', 'b'] } });
});

test('double send: a lost answer makes the operation go twice and count once', async () => {
	await write('a');
	server.trouble = ['lost answer'];
	const sync = loop();
	await sync.poke();
	expect(await state()).toMatchObject({ waiting: ['a'], rows: {} });
	expect((await account.queue()).operations[0]?.tries).toBe(1);
	await sync.poke();
	expect(server.applied).toEqual(['a']);
	expect(await state()).toEqual({ waiting: [], refused: [], rows: { n: ['a'] } });
});

test('killed between push and pull: the operation stays until the rows contain it', async () => {
	await write('a');
	server.onpull = () => Promise.reject(new RemoteError('unreachable'));
	await loop().poke();
	expect(server.applied).toEqual(['a']);
	expect((await state()).waiting).toEqual(['a']);
	server.onpull = () => Promise.resolve();
	await loop().poke();
	expect(server.applied).toEqual(['a']);
	expect((await state()).waiting).toEqual([]);
});

test('an operation added during a pull is neither lost nor forgotten', async () => {
	await write('a');
	const sync = loop();
	server.onpull = async () => {
		server.onpull = () => Promise.resolve();
		await write('late');
		void sync.poke();
	};
	await sync.poke();
	expect(server.applied).toEqual(['a', 'late']);
	expect((await state()).rows).toEqual({ n: ['a', 'late'] });
});

test('a refused operation does not block the queue and keeps its reason', async () => {
	await write('a');
	await write('no', 'forbidden');
	await write('b');
	const sync = loop();
	await sync.poke();
	expect(await state()).toEqual({ waiting: [], refused: ['no'], rows: { n: ['a', 'b'] } });
	server.requests.length = 0;
	await sync.poke();
	expect(server.requests).toEqual(['pull']);
});

test('42501: what the policies refuse is set aside and told, what waits behind it goes on', async () => {
	await write('mine');
	await write('theirs', 'against the policies');
	await write('mine too');
	const sync = loop();
	await sync.poke();
	expect(await state()).toEqual({
		...{ waiting: [], refused: ['theirs'] },
		rows: { n: ['mine', 'mine too'] }
	});
	const [refused] = (await account.queue()).operations;
	expect(refused).toMatchObject({ sequence: 2, refusal: { code: '42501' } });
	expect(changed).toHaveBeenCalled();
	expect(sync.status).toMatchObject({ connectivity: 'online', problem: null });
	server.requests.length = 0;
	await sync.poke();
	expect(server.requests).toEqual(['pull']);
});

test('42501 for the whole request: the one operation that earns it is singled out', async () => {
	await write('mine');
	await write('theirs');
	await write('mine too');
	const { push } = server.remote;
	const guarded: typeof push = (client, operations, signal) =>
		operations.some(({ args }) => noteArgs(args).text === 'theirs')
			? Promise.reject(new RemoteError('rejected', '42501'))
			: push(client, operations, signal);
	await loop({ ...server.remote, push: guarded }).poke();
	expect(server.applied).toEqual(['mine', 'mine too']);
	const { operations } = await account.queue();
	expect(operations.map(({ sequence, refusal }) => [sequence, refusal?.code])).toEqual([
		[2, '42501']
	]);
});

test('one operation that makes the server reject the whole batch is singled out', async () => {
	await write('a');
	await write('bad', 'poison');
	await write('b');
	await loop().poke();
	expect(await state()).toEqual({ waiting: [], refused: ['bad'], rows: { n: ['a', 'b'] } });
});

test('an operation at which the server breaks is set aside in the end, and what waits behind it goes on', async () => {
	for (const text of ['a', 'breaks it', 'b', 'c']) await write(text);
	const { push } = server.remote;
	const breaking: typeof push = (client, operations, signal) =>
		operations.some(({ args }) => noteArgs(args).text === 'breaks it')
			? Promise.reject(new RemoteError('failing'))
			: push(client, operations, signal);
	const sync = loop({ ...server.remote, push: breaking });
	for (let n = 0; n < 12; n++) await sync.poke();
	expect(server.applied).toEqual(['a', 'b', 'c']);
	expect(await state()).toMatchObject({ waiting: [], refused: ['breaks it'] });
	expect((await account.queue()).operations[0]?.refusal).toEqual({ code: 'busy' });
});

test('a server that is down sets nothing aside, however long it takes', async () => {
	await write('a');
	const sync = loop();
	server.trouble = Array.from({ length: 40 }, () => 'server error' as const);
	for (let n = 0; n < 15; n++) await sync.poke();
	expect(await state()).toMatchObject({ waiting: ['a'], refused: [] });
	server.trouble = [];
	await sync.poke();
	expect(server.applied).toEqual(['a']);
});

test('a request too long for the network is made shorter until it passes', async () => {
	for (let n = 0; n < 60; n++) await write(`operation ${n}`);
	const { push } = server.remote;
	const narrow: typeof push = (client, operations, signal) =>
		operations.length > 10
			? Promise.reject(new RemoteError('unreachable'))
			: push(client, operations, signal);
	const sync = loop({ ...server.remote, push: narrow });
	for (let n = 0; n < 5; n++) await sync.poke();
	expect(server.applied).toEqual(Array.from({ length: 60 }, (_, n) => `operation ${n}`));
});

test('an answer that forgets an operation leaves it waiting and slows down', async () => {
	await write('a');
	const sync = loop({ ...server.remote, push: () => Promise.resolve([]) });
	await sync.poke();
	expect((await state()).waiting).toEqual(['a']);
	expect(sync.status).toMatchObject({ connectivity: 'unreachable', problem: 'failing' });
	expect(platform.waits).toEqual([1_000]);
});

test('schema newer or older than the app: nothing is refused, all waits for the other version', async () => {
	await write('a');
	const outdated = () => Promise.reject(new RemoteError('outdated', 'PGRST202'));
	const sync = loop({ ...server.remote, push: outdated });
	await sync.poke();
	expect(sync.status.problem).toBe('outdated');
	expect(await state()).toMatchObject({ waiting: ['a'], refused: [] });
	await loop().poke();
	expect(server.applied).toEqual(['a']);
});

test('a database brought back from a copy takes a new name: what it sends is not taken for old', async () => {
	const client = await account.client(platform.uuid);
	const elsewhere = { kind: 'append', base: null, madeAt: 0, tries: 0, refusal: null };
	const args = { note: 'n', text: 'sent by the copy' };
	const { signal } = new AbortController();
	await server.remote.push(client, [{ ...elsewhere, args, sequence: 1 }], signal);
	await write('mine');
	await loop().poke();
	expect(server.applied).toEqual(['sent by the copy', 'mine']);
	expect(await state()).toMatchObject({ waiting: [], refused: [] });
	expect(await account.client(platform.uuid)).not.toBe(client);
});

test('rows no longer visible disappear, and only they', async () => {
	server.write('kept', ['stays']);
	server.write('left', ['goes']);
	const sync = loop();
	await sync.poke();
	server.hide('left');
	await sync.poke();
	expect((await state()).rows).toEqual({ kept: ['stays'] });
	expect(server.asked.map(({ tables }) => tables.notes?.snapshot)).toEqual([
		undefined,
		expect.any(String),
		null
	]);
});

test('hundreds of operations after a long time offline all arrive in order', async () => {
	for (let n = 0; n < 120; n++) await write(`operation ${n}`);
	await loop().poke();
	expect(server.requests).toEqual(['push', 'push', 'push', 'pull']);
	expect(server.applied).toEqual(Array.from({ length: 120 }, (_, n) => `operation ${n}`));
});

test('an unchanged pull leaves the rows on disk alone and still counts as a sync', async () => {
	server.write('n', ['x']);
	const sync = loop();
	await sync.poke();
	platform.wallClock = 2_000_000;
	await sync.poke();
	expect(await account.queue()).toMatchObject({ generation: 1, completeAt: 2_000_000 });
	await loop().poke();
	await write('a');
	await sync.poke();
	expect(await state()).toEqual({ waiting: [], refused: [], rows: { n: ['x', 'a'] } });
});

test('rows that another tab replaced meanwhile are stored again, even if the pull looks the same', async () => {
	server.write('n', ['x']);
	const sync = loop();
	await sync.poke();
	const diffs = [{ table: 'notes', rows: [], gone: ['n'] }];
	const pulled = { generation: 1, diffs, afresh: false, snapshots: {}, applied: [], completeAt: 1 };
	await account.stamps(1);
	expect(await account.commit(pulled)).toBe(true);
	await sync.poke();
	expect((await state()).rows).toEqual({ n: ['x'] });
});

test('a server in trouble is asked less and less often, and at once when the network is back', async () => {
	const sync = loop();
	server.trouble = Array.from({ length: 11 }, () => 'server error' as const);
	await sync.start();
	const waits = [platform.waits.at(-1)];
	for (let n = 1; n < 11; n++) {
		await sync.poke();
		waits.push(platform.waits.at(-1));
	}
	expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((s) => s * 1_000));
	platform.wake('online');
	await sync.poke();
	expect(sync.status.connectivity).toBe('online');
	expect(platform.waits).toEqual([60_000]);
});

test('clock jump: a wall clock thrown back a year does not delay the next try', async () => {
	const sync = loop();
	server.trouble = ['lost request'];
	await sync.poke();
	platform.wallClock -= 31_536_000_000;
	platform.advance(1_000);
	await sync.poke();
	expect(sync.status.connectivity).toBe('online');
	expect((await account.queue()).completeAt).toBe(platform.wallClock);
});

test('offline and unreachable are told apart, with the moment they began', async () => {
	const sync = loop();
	platform.network = false;
	platform.wallClock = 7_000;
	server.trouble = ['lost request', 'lost request'];
	await sync.poke();
	expect(sync.status).toMatchObject({ connectivity: 'offline', since: 7_000, problem: null });
	platform.network = true;
	platform.wallClock = 9_000;
	await sync.poke();
	expect(sync.status).toMatchObject({ connectivity: 'unreachable', since: 9_000 });
});

test('a network that swallows everything is given up after a time limit', async () => {
	const sync = loop();
	const asked = Promise.withResolvers<AbortSignal>();
	await write('a');
	server.onpush = (signal) => {
		asked.resolve(signal);
		return new Promise(() => {});
	};
	const running = sync.poke();
	const signal = await asked.promise;
	platform.advance(20_000);
	await running;
	expect(signal.aborted).toBe(true);
	expect(sync.status.connectivity).toBe('unreachable');
	expect((await state()).waiting).toEqual(['a']);
});

test('an ended session is renewed once; if that fails the member is asked and nothing is lost', async () => {
	await write('a');
	let expired = 1;
	const push = server.remote.push;
	const remote = {
		...server.remote,
		push: (...args: Parameters<typeof push>) =>
			expired-- > 0 ? Promise.reject(new RemoteError('unauthorized')) : push(...args)
	};
	const sync = loop(remote);
	await sync.poke();
	expect(server.requests).toEqual(['refresh', 'push', 'pull']);
	await write('b');
	expired = 9;
	server.signedIn = false;
	await sync.poke();
	expect(sync.status).toMatchObject({ problem: 'ended', connectivity: 'online' });
	expect((await state()).waiting).toEqual(['b']);
	expect(platform.waits).toEqual([]);
});

test('account change: operations are never sent with the session of another account', async () => {
	await write('a');
	const sync = loop();
	current = false;
	await sync.poke();
	expect(server.requests).toEqual([]);
	expect(sync.status.problem).toBe('foreign');
});

test('account change: rows of another account are never stored', async () => {
	server.write('secret', ['of somebody else']);
	server.account = 'somebody else';
	const sync = loop();
	await sync.poke();
	expect(sync.status.problem).toBe('foreign');
	expect((await state()).rows).toEqual({});
});

test('stopping cuts a request off and stores nothing afterwards', async () => {
	const asked = Promise.withResolvers<null>();
	server.write('n', ['x']);
	server.onpull = () => {
		asked.resolve(null);
		return new Promise(() => {});
	};
	const sync = loop();
	void sync.poke();
	await asked.promise;
	await sync.stop();
	expect((await state()).rows).toEqual({});
	expect(platform.waits).toEqual([]);
});

test('two tabs run one after the other, not at once', async () => {
	await write('a');
	let [inside, most] = [0, 0];
	server.onpull = async () => {
		most = Math.max(most, ++inside);
		await account.queue();
		inside -= 1;
	};
	await Promise.all([loop().poke(), loop().poke(), loop().poke()]);
	expect(most).toBe(1);
	expect(server.applied).toEqual(['a']);
});

test('without locks two overlapping runs end in the newer rows', async () => {
	platform.exclusive = (_name, _signal, work) => work();
	const [slow, fast] = [loop(), loop()];
	const pulled = Promise.withResolvers<null>();
	const goOn = Promise.withResolvers<null>();
	server.onpull = () => {
		server.onpull = () => Promise.resolve();
		pulled.resolve(null);
		return goOn.promise;
	};
	const first = slow.poke();
	await pulled.promise;
	await write('newer');
	await fast.poke();
	goOn.resolve(null);
	await first;
	expect(await state()).toEqual({ waiting: [], refused: [], rows: { n: ['newer'] } });
	expect(platform.waits).toContain(1_000);
});

test('leader lost: a tab killed during its run hands over to the next one', async () => {
	const name = `cercle-sync-${account.id}`;
	const tab = await openTab();
	const held = Promise.withResolvers<null>();
	const forever = new AbortController().signal;
	void tab.platform.exclusive(name, forever, () => {
		held.resolve(null);
		return new Promise(() => {});
	});
	await held.promise;
	await write('a');
	const running = loop().poke();
	expect(server.requests).toEqual([]);
	tab.kill();
	await running;
	expect(server.applied).toEqual(['a']);
});

test('leader frozen: its lock is taken over after a while', async () => {
	const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort());
	const { exclusive } = browser();
	const name = crypto.randomUUID();
	const held = Promise.withResolvers<null>();
	void navigator.locks
		.request(name, () => {
			held.resolve(null);
			return new Promise(() => {});
		})
		.catch(() => {});
	await held.promise;
	const done = await exclusive(name, new AbortController().signal, () => Promise.resolve('done'));
	expect(done).toBe('done');
	timeout.mockRestore();
});

test('the writing tab is gone: another one sends after a moment of courtesy', async () => {
	const sync = loop();
	await sync.start();
	await write('a');
	sync.heard({ synced: false, pending: true });
	expect(platform.waits).toEqual([3_000]);
	platform.advance(3_000);
	await vi.waitFor(() => expect(server.applied).toEqual(['a']));
});

test('a hidden tab with nothing to send stays quiet', async () => {
	const sync = loop();
	await sync.start();
	server.requests.length = 0;
	platform.shown = false;
	const look = vi.spyOn(account, 'queue');
	platform.advance(60_000);
	await Promise.all(look.mock.results.map(({ value }) => value));
	expect(look).toHaveBeenCalled();
	expect(server.requests).toEqual([]);
	platform.wake('visible');
	await sync.poke();
	expect(server.requests).toContain('pull');
});

test('a signal: what it names is asked for alone; nothing named and nothing to send asks nothing', async () => {
	const sync = loop();
	await sync.poke();
	server.write('n', ['x']);
	await sync.poke(['others']);
	expect((await state()).rows).toEqual({});
	await sync.poke(['notes']);
	expect((await state()).rows).toEqual({ n: ['x'] });
	server.requests.length = 0;
	await sync.poke([]);
	expect(server.requests).toEqual([]);
	expect(server.asked.map(({ all, tables }) => [all, Object.keys(tables)])).toEqual([
		[true, []],
		[false, ['others']],
		[false, ['notes']]
	]);
});

test('after its own write a phone asks for what that changed; after a refusal or a repeat, for all', async () => {
	const sync = loop();
	await sync.poke();
	await write('a');
	await sync.poke([]);
	expect(server.asked.at(-1)).toMatchObject({ all: false, tables: { notes: {} } });
	expect((await state()).rows).toEqual({ n: ['a'] });
	await write('no', 'forbidden');
	await sync.poke([]);
	expect(server.asked.at(-1)?.all).toBe(true);
	await write('b');
	server.trouble = ['lost answer'];
	await sync.poke([]);
	await sync.poke([]);
	expect(server.asked.at(-1)?.all).toBe(true);
	expect(await state()).toMatchObject({ waiting: [], rows: { n: ['a', 'b'] } });
});

test('what was named while the server was away is asked for when it is back', async () => {
	const sync = loop();
	await sync.poke();
	server.trouble = ['lost request'];
	server.write('n', ['x']);
	await sync.poke(['notes']);
	await sync.poke([]);
	expect((await state()).rows).toEqual({ n: ['x'] });
});

test('all is compared every minute; while signals are relied on, every ten, whatever they name', async () => {
	const sync = loop();
	await sync.start();
	expect(platform.waits).toEqual([60_000]);
	sync.rely(true);
	for (let minute = 1; minute < 9; minute++) {
		platform.advance(60_000);
		await vi.waitFor(() => expect(platform.waits).toEqual([60_000]));
	}
	platform.advance(50_000);
	await sync.poke(['notes']);
	expect(platform.waits).toEqual([60_000]);
	platform.advance(30_000);
	await sync.poke([]);
	expect(platform.waits).toEqual([40_000]);
	platform.advance(40_000);
	await vi.waitFor(() => expect(platform.waits).toEqual([60_000]));
	expect(server.asked.map(({ all }) => all)).toEqual([true, false, true]);
});

test('signals end: all is compared within a minute', async () => {
	const sync = loop();
	await sync.start();
	sync.rely(true);
	platform.advance(60_000);
	await vi.waitFor(() => expect(platform.waits).toEqual([60_000]));
	sync.rely(false);
	platform.advance(60_000);
	await vi.waitFor(() => expect(server.asked.map(({ all }) => all)).toEqual([true, true]));
});

test('a clock that was set back does not say when all was compared: it is due', async () => {
	const sync = loop();
	await sync.start();
	platform.wallClock = 0;
	await sync.poke(['notes']);
	expect(platform.waits).toEqual([0]);
});

test('a retry is not put off: not by signals that come or go, nor by another tab', async () => {
	const sync = loop();
	await sync.start();
	server.trouble = ['lost request'];
	await sync.poke(['notes']);
	const [retry] = platform.waits;
	expect(retry).toBeLessThan(60_000);
	for (const act of [
		() => sync.rely(true),
		() => sync.heard({ synced: true, pending: false }),
		() => sync.rely(false)
	]) {
		act();
		expect(platform.waits).toEqual([retry]);
	}
});

test('what is asked for just as a run ends is asked for', async () => {
	let late: Promise<void> | undefined;
	const sync = loop(server.remote, ({ busy }) => {
		if (busy || late || server.requests.length === 0) return;
		queueMicrotask(() => (late = sync.poke(['notes'])));
	});
	await sync.poke();
	await late;
	expect(server.asked.map(({ all }) => all)).toEqual([true, false]);
});

test('after a refusal all is asked for, also when the server is away just then', async () => {
	const sync = loop();
	await sync.poke();
	await write('no', 'forbidden');
	server.onpull = () => Promise.reject(new RemoteError('unreachable'));
	await sync.poke([]);
	server.onpull = () => Promise.resolve();
	server.asked.length = 0;
	await sync.poke([]);
	expect(server.asked.map(({ all }) => all)).toEqual([true]);
});

test('written in another tab during a run here, and that tab is gone: it is sent from here', async () => {
	const sync = loop();
	await sync.start();
	server.onpull = async () => {
		server.onpull = () => Promise.resolve();
		await write('a');
		sync.heard({ synced: false, pending: true });
	};
	await sync.poke();
	await vi.waitFor(() => expect(platform.waits).toEqual([3_000]));
	platform.advance(3_000);
	await vi.waitFor(() => expect(server.applied).toEqual(['a']));
});

test('a retry asks for what it owes, and for all only when that is due', async () => {
	const sync = loop();
	await sync.start();
	server.trouble = ['lost request'];
	await sync.poke(['notes']);
	server.asked.length = 0;
	platform.advance(1_000);
	await vi.waitFor(() => expect(platform.waits).toEqual([59_000]));
	platform.advance(59_000);
	await vi.waitFor(() => expect(platform.waits).toEqual([60_000]));
	expect(server.asked.map(({ all }) => all)).toEqual([false, true]);
});

test('a look that asks the server nothing says nothing of the server', async () => {
	const sync = loop();
	await sync.start();
	sync.rely(true);
	platform.network = false;
	platform.wake('offline');
	server.requests.length = 0;
	platform.advance(60_000);
	await vi.waitFor(() => expect(platform.waits).toEqual([60_000]));
	expect(server.requests).toEqual([]);
	expect(sync.status.connectivity).toBe('offline');
});

test('a disk that failed once is known to be well after the next look', async () => {
	const sync = loop();
	await sync.start();
	vi.spyOn(account, 'queue').mockRejectedValueOnce(new StorageError('broken'));
	await sync.poke([]);
	expect(sync.status.problem).toBe('broken');
	platform.advance(1_000);
	await vi.waitFor(() => expect(sync.status.problem).toBeNull());
});

test('what a signal names during a pull of all is asked for after it', async () => {
	const sync = loop();
	server.onpull = () => {
		server.onpull = () => Promise.resolve();
		server.write('n', ['x']);
		void sync.poke(['notes']);
		return Promise.resolve();
	};
	await sync.poke();
	expect(server.asked.map(({ all }) => all)).toEqual([true, false]);
	expect((await state()).rows).toEqual({ n: ['x'] });
});
