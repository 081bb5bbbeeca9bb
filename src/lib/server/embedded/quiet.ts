import { AsyncLocalStorage } from 'node:async_hooks';

const METHODS = ['debug', 'error', 'info', 'log', 'warn'] as const;

/**
 * Runs a library that has no logger of its own but prints failing statements, with their
 * parameters, to the console. What is printed within `run` is dropped, its failures being logged by
 * their codes where they are answered; the console of everybody else is left alone.
 */
export interface Quiet {
	run<Result>(work: () => Result): Result;
	/** Gives the console back. */
	close(): void;
}

export function openQuiet(): Quiet {
	const within = new AsyncLocalStorage<true>();
	const target: Record<(typeof METHODS)[number], (...words: unknown[]) => void> = console;
	const originals = METHODS.map((method) => [method, target[method]] as const);
	for (const [method, original] of originals) {
		target[method] = (...words) => {
			if (!within.getStore()) original.apply(console, words);
		};
	}
	return {
		run: (work) => within.run(true, work),
		close: () => {
			for (const [method, original] of originals) target[method] = original;
		}
	};
}
