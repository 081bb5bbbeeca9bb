import { CIPHER, NONCE, random, type Wrapped } from './key.ts';

export const algorithm = { name: CIPHER, length: 256 };

/** A key for a browser that has none, and asks for no code. */
export async function fresh(): Promise<Wrapped> {
	const key = await crypto.subtle.generateKey(algorithm, true, ['encrypt']);
	return wrap(key, await browserKey());
}

/** A key that stays in this browser, to wrap ours. */
export function browserKey(): Promise<CryptoKey> {
	return crypto.subtle.generateKey(algorithm, false, ['wrapKey', 'unwrapKey']);
}

export async function wrap(key: CryptoKey, by: CryptoKey): Promise<Required<Wrapped>> {
	const nonce = random(NONCE);
	const how = { name: CIPHER, iv: nonce };
	return { wrapped: await crypto.subtle.wrapKey('raw', key, by, how), nonce, by };
}
