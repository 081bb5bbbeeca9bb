import { expect, test } from 'vitest';
import { isGuessable } from '#lib/server/embedded/guessable.ts';

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
	'une phrase assez longue',
	'a sentence long enough',
	'x7Kp2mQv9wL',
	'rivage-ardoise-42-tuba'
])('%s is not among them', async (password) => {
	expect(await isGuessable(password, own)).toBe(false);
});
