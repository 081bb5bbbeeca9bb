/**
 * The key as builds until December 2026 kept it: wrapped by another one, and any script could unwrap
 * it for its own use.
 */
export interface Wrapped {
	readonly wrapped: ArrayBuffer;
	readonly nonce: Uint8Array<ArrayBuffer>;
	/** That other one; none: a code gives it. */
	readonly by?: CryptoKey;
}

export function isWrapped(kept: object): kept is Wrapped {
	return 'wrapped' in kept;
}

/** Rejects when `by` is another key than it was wrapped by. */
export function unwrapped({ wrapped, nonce }: Wrapped, by: CryptoKey): Promise<CryptoKey> {
	const how = { name: 'AES-GCM', iv: nonce };
	const uses = ['encrypt', 'decrypt'] as const;
	return crypto.subtle.unwrapKey('raw', wrapped, by, how, 'AES-GCM', false, uses);
}
