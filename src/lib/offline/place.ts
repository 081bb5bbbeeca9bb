import { SealedStore } from './sealed-store.ts';
import { PATIENCE, shelf, type Shelf, type Shelves } from './shelf.ts';

/**
 * Where the databases of this browser lie. Deleting one from the default store leaves its bytes on
 * the disk of Chromium: what must go for good lies in a bucket, each database in one of its own, and
 * the bucket is deleted. All of them are at the same place, whose name one record says: another key
 * means another place (`move.ts`).
 */
export class Place implements Shelves {
	/** What this browser knows without content, the place among it. It never moves. */
	readonly facts = new SealedStore('cercle', { version: 2, stores: ['device', 'auth'] });
	onmove = () => {};
	/** Whether something was taken from it that is still in its bytes: it is to be left (`move.ts`). */
	worn = false;
	readonly #settle: (place: Place) => Promise<void>;
	#settled: Promise<void> | null = null;

	/** `settle` chooses the first place, and brings there what a build before places kept. */
	constructor(settle: (place: Place) => Promise<void>) {
		this.#settle = settle;
	}

	/** Empty: none was chosen yet, or all is still where builds before places kept it. */
	async name(): Promise<string> {
		const [facts = []] = await this.facts.read(['device']);
		const found = facts.find(({ key }) => key === 'place')?.value;
		return typeof found === 'string' ? found : '';
	}

	/** To be called before something is taken from it that is to go for good. */
	async wear(): Promise<void> {
		this.worn = true;
		await this.facts.write([{ store: 'device', key: 'worn', put: true }], { durability: 'strict' });
	}

	async enter<T>(database: string, work: (shelf: Shelf) => Promise<T>): Promise<T> {
		this.#settled ??= this.#first();
		await this.#settled;
		return hold('shared', async () => work(await shelf(await this.name(), database)));
	}

	async #first(): Promise<void> {
		// What cannot be moved is used where it is; the next start tries again.
		if ((await this.name()) === '') await this.#settle(this).catch(() => {});
	}
}

/**
 * Databases are opened under a shared lock, and moved under the exclusive one. Locks need a secure
 * context, as cryptography does: without it there is no key, and nothing to move from.
 */
export async function hold<T>(mode: LockMode, work: () => Promise<T>): Promise<T> {
	if (!('locks' in navigator)) return work();
	const signal = AbortSignal.timeout(PATIENCE);
	return navigator.locks.request('cercle-place', { mode, signal }, work);
}
