import { Database } from './database.ts';

const schema = { version: 1, stores: ['keys'] };
const cipher = 'AES-GCM';
/** Bytes of the random number that is used once, before what it sealed. */
const NONCE = 12;
const encoder = new TextEncoder();

/** How the key is kept: wrapped by a key that this browser uses for us and shows to nobody. */
export interface Wrapped {
	readonly wrapped: ArrayBuffer;
	readonly nonce: Uint8Array<ArrayBuffer>;
	readonly by: CryptoKey;
}

/**
 * Seals what this browser keeps, by one key (AES-GCM, 256 bits) that no script can read. Where the
 * browser has no cryptography (a page that came without TLS, from another machine) nothing is sealed:
 * such a page is not served but for trying the app out.
 */
export class Vault {
	readonly #keys = new Database('cercle-keys', schema);
	#key: Promise<CryptoKey> | null = null;

	/** `place`: where it will be kept; it cannot be opened anywhere else. Throws StorageError. */
	async seal(place: string, value: unknown): Promise<unknown> {
		if (!('subtle' in crypto)) return value;
		const key = await this.#current();
		const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
		const text = encoder.encode(JSON.stringify(value));
		const sealed = await crypto.subtle.encrypt(bound(nonce, place), key, text);
		const whole = new Uint8Array(NONCE + sealed.byteLength);
		whole.set(nonce);
		whole.set(new Uint8Array(sealed), NONCE);
		return whole;
	}

	/** Undefined for what cannot be opened: damaged, of another place, or sealed by a lost key. */
	async open(place: string, stored: unknown): Promise<unknown> {
		// Kept by an earlier version, or without cryptography.
		if (!ArrayBuffer.isView(stored)) return stored;
		const key = await this.#current();
		try {
			const sealed = new Uint8Array(stored.buffer.slice(0) as ArrayBuffer);
			const how = bound(sealed.slice(0, NONCE), place);
			const text = await crypto.subtle.decrypt(how, key, sealed.slice(NONCE));
			return JSON.parse(new TextDecoder().decode(text));
		} catch {
			return undefined;
		}
	}

	/** Forgets the key until it is needed again. */
	forget(): void {
		this.#key = null;
	}

	async close(): Promise<void> {
		await this.#keys.close();
	}

	#current(): Promise<CryptoKey> {
		const found = (this.#key ??= this.#find());
		found.catch(() => this.#key === found && this.forget());
		return found;
	}

	async #find(): Promise<CryptoKey> {
		const [[entry] = []] = await this.#keys.read(['keys']);
		if (entry) return unwrapped(entry.value);
		const change = { store: 'keys', key: 'key', put: await fresh(), mark: 'made' };
		const expect = { store: 'keys', key: 'key', mark: null };
		await this.#keys.write([change], { durability: 'strict', expect });
		// Another tab may have been first.
		return this.#find();
	}
}

async function fresh(): Promise<Wrapped> {
	const by = await crypto.subtle.generateKey({ name: cipher, length: 256 }, false, [
		'wrapKey',
		'unwrapKey'
	]);
	const key = await crypto.subtle.generateKey({ name: cipher, length: 256 }, true, ['encrypt']);
	const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
	const wrapped = await crypto.subtle.wrapKey('raw', key, by, { name: cipher, iv: nonce });
	return { wrapped, nonce, by };
}

async function unwrapped(kept: unknown): Promise<CryptoKey> {
	const { wrapped, nonce, by } = kept as Wrapped;
	const how = { name: cipher, iv: nonce };
	const uses = ['encrypt', 'decrypt'] as const;
	return crypto.subtle.unwrapKey('raw', wrapped, by, how, cipher, false, uses);
}

function bound(iv: Uint8Array<ArrayBuffer>, place: string): AesGcmParams {
	return { name: cipher, iv, additionalData: encoder.encode(place) };
}
