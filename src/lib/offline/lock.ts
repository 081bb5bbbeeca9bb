import { CIPHER, fresh, type Kept, type Locked, openedBy, random, sealedBy } from './key.ts';
import { move } from './move.ts';
import { renewing } from './renewals.ts';
import type { Vault } from './vault.ts';
import { isWrapped, unwrapped } from './wrapped.ts';

/** Fewest characters of a code. */
export const SHORTEST = 6;
/** Wrong codes in a row after which everything this browser keeps is to be erased. */
export const TRIES = 10;
/**
 * PBKDF2 with SHA-256, as OWASP's Password Storage Cheat Sheet has it (2023): a try takes a moment.
 */
const ROUNDS = 600_000;
const SALT = 16;
const PROOF = 'cercle-keys/proof';

/**
 * How a try ended: with the key, or with so many tries left; at none everything is to be erased.
 */
export type Opened = { readonly key: CryptoKey } | { readonly left: number };

/** Whether a code is asked for when the app starts. @throws StorageError. */
export async function hasLock(vault: Vault): Promise<boolean> {
	const stored = await vault.stored();
	return stored !== null && isLocked(stored.kept);
}

/**
 * Asks for this code from now on. All is sealed anew, by the key that it gives, at another place:
 * the bytes of before go with the former one, and the sign-in is renewed. `until`: when the access of
 * now ends by itself. False when there is a code already. @throws StorageError.
 */
export async function lock(
	vault: Vault,
	code: string,
	until: number | null = null
): Promise<boolean> {
	for (;;) {
		const seen = await vault.place.name();
		if (await hasLock(vault)) return false;
		if (await rekey(vault, seen, await vault.key(), code, until)) return true;
	}
}

/** Opens the vault for this page. @throws StorageError. */
export async function open(vault: Vault, code: string): Promise<Opened> {
	const seen = await vault.place.name();
	const opened = await attempt(vault, code);
	if (!('key' in opened)) return opened;
	vault.use(opened.key);
	// A build before places kept it otherwise, and waits for the code to be brought along.
	if (seen === '') await rekey(vault, seen, opened.key, code).catch(() => false);
	return opened;
}

/** Asks for no code any more. `until` as in `lock`. @throws StorageError. */
export async function unlock(
	vault: Vault,
	code: string,
	until: number | null = null
): Promise<Opened> {
	for (;;) {
		const seen = await vault.place.name();
		const opened = await attempt(vault, code);
		if (!('key' in opened) || (await rekey(vault, seen, opened.key, null, until))) return opened;
	}
}

/** Seals all anew: by the key that a code gives, or by one of this browser. */
async function rekey(
	vault: Vault,
	seen: string,
	from: CryptoKey,
	code: string | null,
	until: number | null = null
): Promise<boolean> {
	const salt = random(SALT);
	const to = code === null ? await fresh() : await derived(code, salt, ROUNDS);
	const kept: Kept =
		code === null ? { key: to } : { salt, rounds: ROUNDS, proof: await sealedBy(to, PROOF, true) };
	const facts = [renewing(until)];
	return move(vault.place, seen, { from, to, kept, facts, done: () => vault.use(to) });
}

/** A try counts before it is made: a page killed during the try does not give it back. */
async function attempt(vault: Vault, code: string): Promise<Opened> {
	const stored = await vault.stored();
	if (!stored || !isLocked(stored.kept)) return { key: await vault.key() };
	const { kept, tries } = stored;
	if (tries >= TRIES) return { left: 0 };
	// Another tab tried at the same moment.
	if (!(await vault.keep(kept, tries + 1, tries))) return attempt(vault, code);
	const key = await keyOf(kept, code);
	if (!key) return { left: TRIES - tries - 1 };
	await vault.keep(kept, 0, tries + 1);
	return { key };
}

/** Null: it is another code. */
async function keyOf(kept: Locked | FormerlyLocked, code: string): Promise<CryptoKey | null> {
	const key = await derived(code, kept.salt, kept.rounds, isWrapped(kept));
	if (isWrapped(kept)) return unwrapped(kept, key).catch(() => null);
	return (await openedBy(key, PROOF, kept.proof)) === true ? key : null;
}

/** As builds before places kept it: the code gives what unwraps the key. */
type FormerlyLocked = Extract<Kept, { wrapped: unknown }> & Pick<Locked, 'salt' | 'rounds'>;

function isLocked(kept: Kept): kept is Locked | FormerlyLocked {
	return 'salt' in kept;
}

/** The same code typed on another keyboard gives the same key: composed and decomposed letters. */
async function derived(
	code: string,
	salt: BufferSource,
	iterations: number,
	unwraps = false
): Promise<CryptoKey> {
	const bytes = new TextEncoder().encode(code.normalize('NFKC'));
	const base = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveKey']);
	const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
	const uses: KeyUsage[] = unwraps ? ['unwrapKey'] : ['encrypt', 'decrypt'];
	return crypto.subtle.deriveKey(how, base, { name: CIPHER, length: 256 }, false, uses);
}
