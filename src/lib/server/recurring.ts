import { setTimeout as wait } from 'node:timers/promises';

/** What failed is not left for a whole day: it is tried again after this long at most, in ms. */
const AGAIN = 60_000;

/** How long what is under way may keep the process from ending, in ms. */
const LEAVING = 10_000;

export interface Recurring {
	/** Waits for what is under way. */
	close(): Promise<void>;
}

/** Works now and again each time so many ms have passed since the last end, until it is closed. */
export function openRecurring(
	work: (signal: AbortSignal) => Promise<void>,
	every: number,
	failed: (error: unknown) => void
): Recurring {
	const stop = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	let running = Promise.resolve();
	const turn = () => {
		running = work(stop.signal)
			.then(() => every)
			.catch((error: unknown) => {
				failed(error);
				return Math.min(every, AGAIN);
			})
			.then((pause) => {
				// Counted from the end of this one: two never overlap.
				if (!stop.signal.aborted) timer = setTimeout(turn, pause);
			});
	};
	turn();
	return {
		close: () => {
			stop.abort();
			clearTimeout(timer);
			return Promise.race([running, wait(LEAVING, undefined, { ref: false })]);
		}
	};
}
