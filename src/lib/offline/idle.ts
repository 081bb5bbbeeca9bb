/** How long until the first screen is surely there, in ms. */
const SURELY = 1_500;

/** Runs `task` when the first screen is surely there; the result cancels it. */
export function later(task: () => void): () => void {
	const timer = setTimeout(task, SURELY);
	return () => clearTimeout(timer);
}

/** Runs `task` when what is on screen is drawn and nothing else is to be done; the result cancels it. */
export function whenIdle(task: () => void): () => void {
	// Safari has no idle callbacks.
	if (!('requestIdleCallback' in globalThis)) return later(task);
	const waiting = requestIdleCallback(task, { timeout: 2 * SURELY });
	return () => cancelIdleCallback(waiting);
}
