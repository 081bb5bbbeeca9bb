/**
 * Keeps the screen on while the page is in view, where the browser can; asked for again after each
 * return, since leaving the page ends it. Returns the way to let the screen sleep.
 */
export function keepAwake(): () => void {
	if (!('wakeLock' in navigator)) return () => {};
	const ended = new AbortController();
	let held: WakeLockSentinel | null = null;
	const ask = async () => {
		if (document.visibilityState !== 'visible' || ended.signal.aborted) return;
		// Refused on low battery: the session goes on all the same.
		held = await navigator.wakeLock.request('screen').catch(() => null);
		if (ended.signal.aborted) await held?.release();
	};
	document.addEventListener('visibilitychange', () => void ask(), { signal: ended.signal });
	void ask();
	return () => {
		ended.abort();
		void held?.release();
	};
}
