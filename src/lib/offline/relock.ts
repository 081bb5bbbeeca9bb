import { hasLock } from './lock.ts';
import type { Vault } from './vault.ts';

/** How long the app may be out of sight before the code is asked for again, in ms. */
const AWAY = 5 * 60_000;

/**
 * Reloads the page once it was hidden for long, if a code is set: nothing of what was open stays in
 * memory. Typed text is kept at every keystroke. Returns the function that ends it.
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
