import { CIPHER, NONCE, random, unwrap, type Wrapped } from './key.ts';
import { SealedStore } from './sealed-store.ts';
import { StorageError } from './storage-error.ts';

const schema = { version: 1, stores: ['keys'] };
const encoder = new TextEncoder();

/** The key of this browser as it is kept, and how many wrong codes were tried since a right one. */
interface StoredKey {
	readonly wrapped: Wrapped;
	readonly tries: number;
}

/**
 * Seals what this browser keeps, by one key (AES-GCM, 256 bits) that no script can read. Where the
 * browser has no cryptography (a page that came without TLS, from another machine) nothing is
 * sealed: such a page only serves to try the app out.
 */
export class Vault {
	readonly #keys = new SealedStore('cercle-keys', schema);
	#key: Promise<CryptoKey> | null = null;

	/** `place`: where it will be kept; it cannot be opened anywhere else. @throws StorageError. */
	async seal(place: string, value: unknown): Promise<unknown> {
		if (!('subtle' in crypto)) return value;
		const key = await this.key();
		const nonce = random(NONCE);
		const text = encoder.encode(JSON.stringify(value));
		const sealed = await crypto.subtle.encrypt(bound(nonce, place), key, text);
		const whole = new Uint8Array(NONCE + sealed.byteLength);
		whole.set(nonce);
		whole.set(new Uint8Array(sealed), NONCE);
		return whole;
	}

	/**
	 * Undefined for what cannot be opened: damaged, of another place, or sealed by a lost key.
	 * @throws StorageError.
	 */
	async open(place: string, stored: unknown): Promise<unknown> {
		// Kept by an earlier version, or without cryptography.
		if (!isSealed(stored)) return stored;
		const key = await this.key();
		try {
			const how = bound(stored.subarray(0, NONCE), place);
			const text = await crypto.subtle.decrypt(how, key, stored.subarray(NONCE));
			return JSON.parse(new TextDecoder().decode(text));
		} catch {
			return undefined;
		}
	}

	/** Resolves when values can be sealed and opened. @throws StorageError, `locked` until `use`. */
	async ready(): Promise<void> {
		if ('subtle' in crypto) await this.key();
	}

	/** Gets the key that is there, before it is asked for; makes none. @throws as `ready` does. */
	async warm(): Promise<void> {
		if (!('subtle' in crypto)) return;
		const stored = await this.stored();
		if (stored) await this.#hold(() => this.#find(stored));
	}

	/** The key in use, made when there is none yet. @throws StorageError, `locked` until `use`. */
	key(): Promise<CryptoKey> {
		return this.#hold(async () => this.#find(await this.stored()));
	}

	/** From now on with this key, which a code gave back. */
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
		return entry ? { wrapped: entry.value as Wrapped, tries: Number(entry.mark) } : null;
	}

	/**
	 * Replaces the stored key and counter. False, and nothing is written, if the counter changed
	 * since `seen`.
	 */
	async keep(put: Wrapped, tries: number, seen: number | null): Promise<boolean> {
		const place = { store: 'keys', key: 'key' };
		const expect = { ...place, mark: seen };
		const change = { ...place, put, mark: tries };
		return (await this.#keys.write([change], { durability: 'strict', expect })) !== null;
	}

	/** Leaves no key, and so nothing that could ever be opened. */
	async erase(): Promise<void> {
		await this.#keys.empty();
		this.forget();
	}

	async close(): Promise<void> {
		await this.#keys.close();
	}

	#hold(find: () => Promise<CryptoKey>): Promise<CryptoKey> {
		const found = (this.#key ??= find());
		found.catch(() => this.#key === found && this.forget());
		return found;
	}

	async #find(stored: StoredKey | null): Promise<CryptoKey> {
		if (stored) {
			const { wrapped } = stored;
			if (!wrapped.by) throw new StorageError('locked');
			return unwrap(wrapped, wrapped.by);
		}
		const { fresh } = await import('./new-key.ts');
		// Another tab may have been first.
		await this.keep(await fresh(), 0, null);
		return this.#find(await this.stored());
	}
}

/** By what it is, not by its class: another frame of the page has a class of its own. */
function isSealed(stored: unknown): stored is Uint8Array<ArrayBuffer> {
	return ArrayBuffer.isView(stored);
}

function bound(iv: Uint8Array<ArrayBuffer>, place: string): AesGcmParams {
	return { name: CIPHER, iv, additionalData: encoder.encode(place) };
}
