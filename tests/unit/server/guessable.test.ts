import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { isGuessable } from '#lib/server/embedded/guessable.ts';
import { tradeWords } from '#lib/server/embedded/trade-words.ts';

const own = ['ada.lovelace@example.org', 'ada', 'lovelace'];

test.each([
	['known everywhere', 'password123'],
	['a row of keys', 'azertyuiop'],
	['a word twice', 'soleilsoleil'],
	['a word and a year', 'manchester2024'],
	['a known one disguised', 'Azertyuiop1'],
	['its owner’s address', 'ada.lovelace@example.org'],
	['its owner’s name and the year', 'Lovelace2026'],
	['the name of the app', 'cercle2026!']
])('a password that others try first is known as such: %s', async (_, password) => {
	expect(await isGuessable(password, own)).toBe(true);
});

test.each([
	'confidentialité',
	'Déploiement',
	'bibliothèque',
	'réfrigérateur',
	'éclaboussure',
	'trottinette',
	'pissenlit2024',
	'L’apprentissage',
	'chef-d’œuvre',
	'Aujourd’hui!',
	'extraordinary'
])('an ordinary word is refused with its accents and without: %s', async (word) => {
	const plain = word.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
	const typed = plain.replaceAll('’', "'").replaceAll('œ', 'oe');
	expect(await Promise.all([word, plain, typed].map((text) => isGuessable(text, [])))).toEqual([
		true,
		true,
		true
	]);
});

test.each([
	'facilitatrice',
	'codéveloppement',
	'Directeur-Technique',
	'chieftechnologyofficer',
	'observabilité2026',
	'kubernetes',
	'mastermind-lyon'
])('a word of the trade is refused: %s', async (password) => {
	expect(await isGuessable(password, [])).toBe(true);
});

test('the words of the trade are in order, each once, as they are compared', () => {
	expect(tradeWords).toEqual([...new Set(tradeWords)].sort());
	expect(tradeWords.filter((word) => !/^[a-z]+( [a-z]+)*$/.test(word))).toEqual([]);
});

test('no list of words can come to a browser: nothing outside the server names one', () => {
	const source = resolve(import.meta.dirname, '../../../src');
	const naming = readdirSync(source, { recursive: true, encoding: 'utf8' })
		.filter((file) => /\.(ts|js|svelte)$/.test(file))
		.filter((file) =>
			/@zxcvbn-ts|french-words|trade-words\.ts|guessable\.ts/.test(
				readFileSync(join(source, file), 'utf8')
			)
		);
	expect(naming).not.toEqual([]);
	expect(naming.filter((file) => !file.startsWith(join('lib', 'server', 'embedded')))).toEqual([]);
});

test.each([
	'une phrase assez longue',
	'a sentence long enough',
	'x7Kp2mQv9wL',
	'rivage-ardoise-42-tuba',
	'où les élèves écoutèrent'
])('%s is not among them', async (password) => {
	expect(await isGuessable(password, own)).toBe(false);
});
