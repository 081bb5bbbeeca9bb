import { Account } from './account.ts';
import type { Installation } from './installation.ts';
import { startAfresh } from './move.ts';
import { SHELL_CACHES } from './shell.ts';

/**
 * Leaves nothing of the `current` account on this device: rows, queue, drafts, session; of no
 * account with `all`. Works offline, and locked. None of them may be open here. @throws
 * StorageError.
 */
export async function erase(
	installation: Installation,
	current: string | null,
	all: boolean
): Promise<void> {
	const { vault } = installation;
	const others = all ? await installation.accounts() : [];
	const mine = current === null || others.includes(current) ? [] : [current];
	for (const id of [...others, ...mine]) {
		await new Account(id, vault).erase();
		await installation.forget(id);
	}
	// Nobody needs the key any more, nor the code that gives it.
	const nobody = (await installation.accounts()).length === 0;
	const bare = nobody && (await startAfresh(vault.place));
	await installation.leave();
	await clearCaches();
	// The app goes with it, and its settings: only where nothing else takes the bytes off the disk.
	if (bare) await fetch('/api/erasure', { method: 'POST' }).catch(() => undefined);
}

/**
 * The sign-in of `id` ended: rows and tokens go at once. What was not sent waits here, as that of a
 * former account. It may not be open here. @throws StorageError.
 */
export async function strip(installation: Installation, id: string): Promise<void> {
	const account = new Account(id, installation.vault);
	try {
		await account.strip();
		await installation.leave(true);
		await clearCaches();
	} finally {
		await account.close();
	}
}

/** The shell alone stays. */
async function clearCaches(): Promise<void> {
	if (!('caches' in globalThis)) return;
	const foreign = (await caches.keys()).filter((name) => !SHELL_CACHES.includes(name));
	await Promise.all(foreign.map((name) => caches.delete(name)));
}
