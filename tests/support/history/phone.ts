import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import 'fake-indexeddb/auto';
import { IDBDatabase, IDBFactory } from 'fake-indexeddb';
import { Account } from '#lib/offline/account.ts';
import type { Platform } from '#lib/offline/platform.ts';
import type { Scope } from '#lib/offline/scope.ts';
import { Sync } from '#lib/offline/sync.ts';
import { Vault } from '#lib/offline/vault.ts';
import type { Network } from './network.ts';

/** One run of the app on a phone, from its start to its crash. */
interface Life {
	readonly disk: IDBFactory;
	readonly locks: Locks;
	/** How many more transactions it begins before it crashes; null: it lives on. */
	fuse: number | null;
}

const living = new AsyncLocalStorage<Life>();
Object.defineProperty(globalThis, 'indexedDB', { get: () => living.getStore()?.disk });
// Files of a process share it: whatever is no phone's keeps the locks of Node.
const { locks } = navigator;
Object.defineProperty(navigator, 'locks', { get: () => living.getStore()?.locks ?? locks });
const begin = Reflect.get(IDBDatabase.prototype, 'transaction');
// What a crashed app still meant to write never reaches its disk.
Reflect.set(IDBDatabase.prototype, 'transaction', function (this: unknown, ...args: unknown[]) {
	// The opening of a database is not the app's to write, and nobody there to catch a crash.
	const life = args[1] === 'versionchange' ? undefined : living.getStore();
	if (life && life.fuse !== null && life.fuse-- <= 0) {
		life.fuse = 0;
		throw new DOMException('crashed', 'AbortError');
	}
	return Reflect.apply(begin, this, args);
});

/** The locks of one phone: what waits goes on in its own life, in turn. */
class Locks {
	#turn: Promise<unknown> = Promise.resolve();

	request<T>(_name: string, _options: LockOptions, work: () => Promise<T>): Promise<T> {
		const done = this.#turn.then(work);
		this.#turn = done.catch(() => undefined);
		return done;
	}
}

interface Tab {
	readonly life: Life;
	readonly account: Account;
	readonly sync: Sync;
}

/** A phone of a member: one disk, two tabs without a lock between them, and a clock of its own. */
export class Phone {
	readonly member: string;
	crashes = 0;
	clock = 1_000_000;
	readonly #network: Network;
	readonly #disk = new IDBFactory();
	readonly #locks = new Locks();
	readonly #tabs: [Tab, Tab];

	constructor(member: string, network: Network) {
		this.member = member;
		this.#network = network;
		this.#tabs = [this.#open(), this.#open()];
	}

	/** Works with the account in a tab, started again if it crashed. @throws when it crashes. */
	async use<T>(at: 0 | 1, work: (account: Account) => Promise<T>): Promise<T> {
		const { life, account } = this.#tab(at);
		return living.run(life, () => work(account));
	}

	async sync(at: 0 | 1, scope: Scope = 'all'): Promise<void> {
		const { life, sync } = this.#tab(at);
		await living.run(life, () => sync.poke(scope));
	}

	/** Ends a tab after it began that many more transactions. */
	crash(at: 0 | 1, after: number): void {
		this.#tab(at).life.fuse = after;
		this.crashes += 1;
	}

	#tab(at: 0 | 1): Tab {
		if (this.#tabs[at].life.fuse === 0) this.#tabs[at] = this.#open();
		return this.#tabs[at];
	}

	/** No tab crashes any more. */
	heal(): void {
		for (const at of [0, 1] as const) this.#tab(at).life.fuse = null;
	}

	#open(): Tab {
		const life: Life = { disk: this.#disk, locks: this.#locks, fuse: null };
		const account = new Account(this.member, new Vault());
		const platform: Platform = {
			now: () => this.clock,
			idle: (task) => {
				task();
				return () => {};
			},
			random: () => 0.5,
			after: () => () => {},
			online: () => true,
			visible: () => true,
			watch: () => () => {},
			exclusive: (_name, _signal, work) => work(),
			uuid: randomUUID
		};
		const listener = { status: () => {}, changed: () => {} };
		const current = () => Promise.resolve(true);
		const remote = this.#network.remote(this.member);
		return { life, account, sync: new Sync(account, remote, platform, current, listener) };
	}
}
