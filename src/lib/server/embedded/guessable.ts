import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** Of zxcvbn's scores from 0 to 4: from 3 on, more than a hundred million guesses are needed. */
const LEAST = 3;

let loaded: Promise<ZxcvbnFactory> | null = null;

/**
 * Whether a few guesses lead to a password: one of the known ones, a name, a date, a row of keys, or
 * one of these words of its owner's, however they are disguised.
 */
export async function isGuessable(password: string, own: readonly string[]): Promise<boolean> {
	const estimator = await (loaded ??= load());
	return estimator.check(password, ['cercle', ...own]).score < LEAST;
}

/** Rarely needed: its lists are read when the first password is chosen. */
async function load(): Promise<ZxcvbnFactory> {
	const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
		import('@zxcvbn-ts/core'),
		import('@zxcvbn-ts/language-common')
	]);
	return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
}
