import { setTimeout as wait } from 'node:timers/promises';

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
			.catch(failed)
			.then(() => {
				// Counted from the end of this one: two never overlap.
				if (!stop.signal.aborted) timer = setTimeout(turn, every);
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
