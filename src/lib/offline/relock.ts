import { hasLock } from './lock.ts';
import type { Vault } from './vault.ts';

/** How long the app may be out of sight before the code is asked for again, in ms. */
const AWAY = 5 * 60_000;

/**
 * Starts the page anew once it was out of sight for long, when a code is set: nothing of what was open
 * then stays in memory. What was being typed is kept at every key. Returns the way to end it.
 */
export function relock(vault: Vault): () => void {
	const ended = new AbortController();
	const { signal } = ended;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let since = Date.now();
	const lockUp = async () => {
		if ((await hasLock(vault).catch(() => false)) && !signal.aborted) location.reload();
	};
	const look = () => {
		clearTimeout(timer);
		if (document.visibilityState === 'hidden') {
			since = Date.now();
			// A frozen page runs no timers: it looks at the clock when it wakes.
			timer = setTimeout(() => void lockUp(), AWAY);
		} else if (Date.now() - since > AWAY) void lockUp();
	};
	document.addEventListener('visibilitychange', look, { signal });
	return () => {
		clearTimeout(timer);
		ended.abort();
	};
}
