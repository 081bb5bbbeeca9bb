/**
 * Keeps the screen on while the page is visible, where the browser supports it; takes the lock
 * again after each return, since hiding the page releases it. `tell` is called with whether the
 * screen is kept on. Returns the function that lets it sleep.
 */
export function keepAwake(tell: (awake: boolean) => void = () => {}): () => void {
	if (!('wakeLock' in navigator)) {
		tell(false);
		return () => {};
	}
	const ended = new AbortController();
	let held: WakeLockSentinel | null = null;
	const ask = async () => {
		if (document.visibilityState !== 'visible' || ended.signal.aborted) return;
		// Refused on low battery: the session goes on all the same.
		held = await navigator.wakeLock.request('screen').catch(() => null);
		if (ended.signal.aborted) return void held?.release();
		tell(held !== null);
		// The system may take it back while the page is in view, for instance to save the battery.
		held?.addEventListener('release', () => document.visibilityState === 'visible' && tell(false), {
			signal: ended.signal
		});
	};
	document.addEventListener('visibilitychange', () => void ask(), { signal: ended.signal });
	void ask();
	return () => {
		ended.abort();
		void held?.release();
	};
}
