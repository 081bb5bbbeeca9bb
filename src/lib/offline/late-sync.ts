import type { Platform } from './platform.ts';
import type { Scope } from './scope.ts';
import { firstStatus, type Status } from './status.ts';
import type { Listener, Sync } from './sync.ts';

/** How long after code that did not come it is asked for again, in ms. */
const PAUSE = 10_000;

/**
 * The sync loop while its code is still on the way: nothing of it is needed to show what the device
 * keeps and to write to it, so it comes after the first screen. What is written before
 * that is on disk and sent once the loop runs.
 */
export class LateSync {
	readonly #load: () => Promise<Sync>;
	readonly #platform: Platform;
	readonly #listener: Listener;
	readonly #first: Status;
	#sync: Sync | null = null;
	#loading: Promise<Sync | null> | null = null;
	#stopped = false;
	#relied = false;
	#unschedule = () => {};

	constructor(platform: Platform, listener: Listener, load: () => Promise<Sync>) {
		this.#load = load;
		this.#platform = platform;
		this.#listener = listener;
		this.#first = firstStatus(platform);
	}

	get status(): Status {
		return this.#sync?.status ?? this.#first;
	}

	/**
	 * Runs now, or once more: see `Sync.poke`. The first call begins to run by itself, and compares all.
	 * Resolves when that run has ended.
	 */
	async poke(scope?: Scope): Promise<void> {
		if (this.#stopped) return;
		if (this.#sync) return this.#sync.poke(scope);
		if (this.#loading) return (await this.#loading)?.poke(scope);
		this.#loading = this.#fetch().finally(() => (this.#loading = null));
		await (await this.#loading)?.start();
	}

	/** See `Sync.rely`. */
	rely(on: boolean): void {
		this.#relied = on;
		this.#sync?.rely(on);
	}

	/** See `Sync.heard`; before the loop runs there is nothing to tell it. */
	heard(news: Parameters<Sync['heard']>[0]): void {
		this.#sync?.heard(news);
	}

	/** Ends for good; resolves when nothing of it is under way. */
	async stop(): Promise<void> {
		this.#stopped = true;
		this.#unschedule();
		await this.#sync?.stop();
	}

	/** Null: it did not come, or is not wanted any more. */
	async #fetch(): Promise<Sync | null> {
		this.#unschedule();
		try {
			const sync = await this.#load();
			if (this.#stopped) return null;
			this.#sync = sync;
			sync.rely(this.#relied);
			return sync;
		} catch (cause) {
			// A first visit that lost its network, before the service worker kept the app.
			if (this.#stopped) return null;
			const connectivity = this.#platform.online() ? 'unreachable' : 'offline';
			this.#listener.status({ ...this.#first, connectivity, cause });
			this.#unschedule = this.#platform.after(PAUSE, () => void this.poke());
			return null;
		}
	}
}
