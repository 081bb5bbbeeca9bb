import { random, unwrap, type Wrapped } from './key.ts';
import { algorithm, browserKey, wrap } from './new-key.ts';
import type { Vault } from './vault.ts';

/** Fewest characters of a code. */
export const SHORTEST = 6;
/** Wrong codes in a row after which everything this browser keeps is to be erased. */
export const TRIES = 10;
/**
 * PBKDF2 with SHA-256, as OWASP's Password Storage Cheat Sheet has it (2023): a try takes a moment.
 */
const ROUNDS = 600_000;
const SALT = 16;

/** The key wrapped by what a code gives, instead of by a key of the browser. */
interface Locked extends Wrapped {
	readonly salt: Uint8Array<ArrayBuffer>;
	readonly rounds: number;
}

/**
 * How a try ended: with the key, or with so many tries left; at none everything is to be erased.
 */
export type Opened = { readonly key: CryptoKey } | { readonly left: number };

/** Whether a code is asked for when the app starts. @throws StorageError. */
export async function hasLock(vault: Vault): Promise<boolean> {
	const stored = await vault.stored();
	return stored !== null && isLocked(stored.wrapped);
}

/**
 * Asks for this code from now on. Nothing is sealed anew: only what opens the key changes, in one
 * write. False when there is a code already. @throws StorageError.
 */
export async function lock(vault: Vault, code: string): Promise<boolean> {
	await vault.key();
	const stored = await vault.stored();
	if (!stored?.wrapped.by) return false;
	const key = await unwrap(stored.wrapped, stored.wrapped.by, true);
	const salt = random(SALT);
	const { wrapped, nonce } = await wrap(key, await derived(code, salt, ROUNDS));
	const locked: Locked = { wrapped, nonce, salt, rounds: ROUNDS };
	return vault.keep(locked, 0, stored.tries);
}

/** Opens the vault for this page. @throws StorageError. */
export async function open(vault: Vault, code: string): Promise<Opened> {
	const opened = await attempt(vault, code, false);
	if ('key' in opened) vault.use(opened.key);
	return opened;
}

/** Asks for no code any more. @throws StorageError. */
export async function unlock(vault: Vault, code: string): Promise<Opened> {
	const opened = await attempt(vault, code, true);
	if ('key' in opened) await vault.keep(await wrap(opened.key, await browserKey()), 0, 0);
	return opened;
}

/** A try counts before it is made: a page killed during the try does not give it back. */
async function attempt(vault: Vault, code: string, extractable: boolean): Promise<Opened> {
	const stored = await vault.stored();
	if (!stored || !isLocked(stored.wrapped)) return { key: await vault.key() };
	const { wrapped, tries } = stored;
	if (tries >= TRIES) return { left: 0 };
	// Another tab tried at the same moment.
	if (!(await vault.keep(wrapped, tries + 1, tries))) return attempt(vault, code, extractable);
	const by = await derived(code, wrapped.salt, wrapped.rounds);
	const key = await unwrap(wrapped, by, extractable).catch(() => null);
	if (!key) return { left: TRIES - tries - 1 };
	await vault.keep(wrapped, 0, tries + 1);
	return { key };
}

function isLocked(wrapped: Wrapped): wrapped is Locked {
	return !wrapped.by && 'salt' in wrapped && 'rounds' in wrapped;
}

/** The same code typed on another keyboard gives the same key: composed and decomposed letters. */
async function derived(code: string, salt: BufferSource, iterations: number): Promise<CryptoKey> {
	const bytes = new TextEncoder().encode(code.normalize('NFKC'));
	const base = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveKey']);
	const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
	const uses = ['wrapKey', 'unwrapKey'] as const;
	return crypto.subtle.deriveKey(how, base, algorithm, false, uses);
}
