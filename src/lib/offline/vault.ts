import { fresh, isSealed, type Kept, keySchema, openedBy, sealedBy } from './key.ts';
import { Place } from './place.ts';
import { SealedStore } from './sealed-store.ts';
import { StorageError } from './storage-error.ts';

/** What is kept of the key, and how many wrong codes were tried since a right one. */
interface StoredKey {
	readonly kept: Kept;
	readonly tries: number;
}

/**
 * Seals what this browser keeps, by one key (AES-GCM, 256 bits) that no script can read. Where the
 * browser has no cryptography (a page that came without TLS, from another machine) nothing is
 * sealed: such a page only serves to try the app out.
 */
export class Vault {
	/** Where it and all that it seals are kept. */
	readonly place = new Place(async (place) => (await import('./move.ts')).settle(place));
	readonly #keys = new SealedStore('cercle-keys', keySchema, { place: this.place });
	#key: Promise<CryptoKey> | null = null;

	/** `onmove` is called when everything moved, under another key perhaps. */
	constructor(onmove: () => void = () => {}) {
		this.place.onmove = () => {
			this.forget();
			onmove();
		};
	}

	/** `place`: where it will be kept; it cannot be opened anywhere else. @throws StorageError. */
	async seal(place: string, value: unknown): Promise<unknown> {
		return 'subtle' in crypto ? sealedBy(await this.key(), place, value) : value;
	}

	/**
	 * Undefined for what cannot be opened: damaged, of another place, or sealed by a lost key.
	 * @throws StorageError.
	 */
	async open(place: string, stored: unknown): Promise<unknown> {
		return openedBy(isSealed(stored) ? await this.key() : null, place, stored);
	}

	/** Resolves when values can be sealed and opened. @throws StorageError, `locked` until `use`. */
	async ready(): Promise<void> {
		if ('subtle' in crypto) await this.key();
	}

	/** Gets the key that is there, before it is asked for; makes none. @throws as `ready` does. */
	async warm(): Promise<void> {
		if ('subtle' in crypto && (await this.stored())) await this.key();
	}

	/** The key in use, made when there is none yet. @throws StorageError, `locked` until `use`. */
	async key(): Promise<CryptoKey> {
		const found = (this.#key ??= this.#find());
		try {
			return await found;
		} catch (error) {
			// A code gave another one in the meantime.
			const given = this.#key;
			if (given !== null && given !== found) return given;
			this.forget();
			throw error;
		}
	}

	/** From now on with this key, which a code gave. */
	use(key: CryptoKey): void {
		this.#key = Promise.resolve(key);
	}

	/** Forgets the key until it is needed again. */
	forget(): void {
		this.#key = null;
	}

	/** Null: there is none yet. */
	async stored(): Promise<StoredKey | null> {
		const [[entry] = []] = await this.#keys.read(['keys']);
		return entry ? { kept: entry.value as Kept, tries: Number(entry.mark) } : null;
	}

	/**
	 * Replaces the stored key and counter. False, and nothing is written, if the counter changed
	 * since `seen`.
	 */
	async keep(put: Kept, tries: number, seen: number | null): Promise<boolean> {
		const place = { store: 'keys', key: 'key' };
		const expect = { ...place, mark: seen };
		const change = { ...place, put, mark: tries };
		return (await this.#keys.write([change], { durability: 'strict', expect })) !== null;
	}

	async close(): Promise<void> {
		await this.#keys.close();
		await this.place.facts.close();
	}

	async #find(): Promise<CryptoKey> {
		const stored = await this.stored();
		if (!stored) {
			// Another tab may have been first.
			await this.keep({ key: await fresh() }, 0, null);
			return this.#find();
		}
		const { kept } = stored;
		if ('key' in kept) return kept.key;
		// What a build before places kept, and what could not be brought to one.
		if ('by' in kept && kept.by) return (await import('./wrapped.ts')).unwrapped(kept, kept.by);
		throw new StorageError('locked');
	}
}
