export const CIPHER = 'AES-GCM';
/** Bytes of the random number that is used once, before what it sealed. */
export const NONCE = 12;

/** The key of this browser as it is kept: wrapped by another one. */
export interface Wrapped {
	readonly wrapped: ArrayBuffer;
	readonly nonce: Uint8Array<ArrayBuffer>;
	/** That other one, which this browser uses for us and shows to nobody; none: the app is locked. */
	readonly by?: CryptoKey;
}

/** `extractable`: only to wrap it otherwise. Rejects when `by` is another key than it was wrapped by. */
export function unwrap(kept: Wrapped, by: CryptoKey, extractable = false): Promise<CryptoKey> {
	const how = { name: CIPHER, iv: kept.nonce };
	const uses = ['encrypt', 'decrypt'] as const;
	return crypto.subtle.unwrapKey('raw', kept.wrapped, by, how, CIPHER, extractable, uses);
}

export function random(bytes: number): Uint8Array<ArrayBuffer> {
	return crypto.getRandomValues(new Uint8Array(bytes));
}
