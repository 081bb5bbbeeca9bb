/** Where there are no idle callbacks (Safari): how long until the first screen is surely there, in ms. */
const SURELY = 1_500;

/** Runs `task` when what is on screen is drawn and nothing else is to be done; the result cancels it. */
export function whenIdle(task: () => void): () => void {
	if (!('requestIdleCallback' in globalThis)) {
		const timer = setTimeout(task, SURELY);
		return () => clearTimeout(timer);
	}
	const waiting = requestIdleCallback(task, { timeout: 2 * SURELY });
	return () => cancelIdleCallback(waiting);
}
