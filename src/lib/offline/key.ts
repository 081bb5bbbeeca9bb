import type { Wrapped } from './wrapped.ts';

export const CIPHER = 'AES-GCM';
/** Bytes of the random number that is used once, before what it sealed. */
const NONCE = 12;

/** The database of the key. */
export const keySchema = { version: 1, stores: ['keys'] };

/** What is kept of a key that a code gives: enough to know it by, nothing to make it from. */
export interface Locked {
	readonly salt: Uint8Array<ArrayBuffer>;
	readonly rounds: number;
	/** Something it sealed. */
	readonly proof: Uint8Array<ArrayBuffer>;
}

/** What is kept of the key of this browser: itself, which no script can read; with a code, no key. */
export type Kept = { readonly key: CryptoKey } | Locked | Wrapped;

const encoder = new TextEncoder();

/** A key that seals, which this browser uses for us and shows to nobody. */
export function fresh(): Promise<CryptoKey> {
	const algorithm = { name: CIPHER, length: 256 };
	return crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
}

export function random(bytes: number): Uint8Array<ArrayBuffer> {
	return crypto.getRandomValues(new Uint8Array(bytes));
}

/** `place`: where it will be kept; it cannot be opened anywhere else. */
export async function sealedBy(
	key: CryptoKey,
	place: string,
	value: unknown
): Promise<Uint8Array<ArrayBuffer>> {
	const nonce = random(NONCE);
	const text = encoder.encode(JSON.stringify(value));
	const sealed = await crypto.subtle.encrypt(bound(nonce, place), key, text);
	const whole = new Uint8Array(NONCE + sealed.byteLength);
	whole.set(nonce);
	whole.set(new Uint8Array(sealed), NONCE);
	return whole;
}

/** Undefined for what cannot be opened: damaged, of another place, or sealed by another key. */
export async function openedBy(
	key: CryptoKey | null,
	place: string,
	stored: unknown
): Promise<unknown> {
	// Kept by an earlier version, or without cryptography.
	if (!isSealed(stored)) return stored;
	if (!key) return undefined;
	try {
		const how = bound(stored.subarray(0, NONCE), place);
		const text = await crypto.subtle.decrypt(how, key, stored.subarray(NONCE));
		return JSON.parse(new TextDecoder().decode(text));
	} catch {
		return undefined;
	}
}

/** By what it is, not by its class: another frame of the page has a class of its own. */
export function isSealed(stored: unknown): stored is Uint8Array<ArrayBuffer> {
	return ArrayBuffer.isView(stored);
}

function bound(iv: Uint8Array<ArrayBuffer>, place: string): AesGcmParams {
	return { name: CIPHER, iv, additionalData: encoder.encode(place) };
}
