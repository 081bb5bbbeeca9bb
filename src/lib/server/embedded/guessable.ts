import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { z } from 'zod';
import { tradeWords } from './trade-words.ts';

/** Of zxcvbn's scores from 0 to 4: from 3 on, more than a hundred million guesses are needed. */
const LEAST = 3;

let loaded: Promise<ZxcvbnFactory> | null = null;

/**
 * Whether a few guesses lead to a password: one of the known ones, a word of French or English, with
 * its accents or without, one of the trade, a name, a date, a row of keys, or one of these words of its
 * owner's, however they are disguised.
 */
export async function isGuessable(password: string, own: readonly string[]): Promise<boolean> {
	const estimator = await (loaded ??= load());
	return estimator.check(folded(password), ['cercle', ...own.map(folded)]).score < LEAST;
}

/** Rarely needed: its lists, some megabytes, are read when the first password is chosen. */
async function load(): Promise<ZxcvbnFactory> {
	const [{ ZxcvbnFactory }, common, french, english, rest] = await Promise.all([
		import('@zxcvbn-ts/core'),
		import('@zxcvbn-ts/language-common'),
		import('@zxcvbn-ts/language-fr'),
		import('@zxcvbn-ts/language-en'),
		allFrench()
	]);
	const lists = { ...common.dictionary, ...english.dictionary, ...french.dictionary };
	const ranked: Record<string, string[]> = { trade: tradeWords.flatMap(spellings) };
	for (const [name, words] of Object.entries(lists)) ranked[name] = distinct(words);
	// The frequent ones have their rank above; here stand all others, and what verbs and plurals make.
	const known = new Set(Object.values(ranked).flat());
	ranked['rest-fr'] = distinct(rest).filter((word) => !known.has(word));
	return new ZxcvbnFactory({ dictionary: ranked, graphs: common.adjacencyGraphs });
}

/** The words of French, frequent or not: the lists of zxcvbn have the frequent ones alone. */
async function allFrench(): Promise<string[]> {
	const file = createRequire(import.meta.url).resolve('an-array-of-french-words');
	return z.array(z.string()).parse(JSON.parse(await readFile(file, 'utf8')));
}

const distinct = (words: Iterable<string | number>) => [
	...new Set(Array.from(words, (word) => folded(String(word))))
];

/** A term of several words, also in one, and with hyphens. */
const spellings = (term: string) => [
	...new Set([' ', '', '-'].map((by) => term.replaceAll(' ', by)))
];

/** Without the accents of Latin letters, ligatures in two letters, printed apostrophes as typed ones. */
function folded(text: string): string {
	if (/^[ -~]*$/.test(text)) return text;
	return text
		.normalize('NFD')
		.replace(/[\u0300-\u036f]/g, '')
		.normalize('NFC')
		.replace(/[œæŒÆ’]/g, (sign) => PLAIN[sign] ?? sign);
}

const PLAIN: Record<string, string> = { œ: 'oe', æ: 'ae', Œ: 'OE', Æ: 'AE', '’': "'" };
