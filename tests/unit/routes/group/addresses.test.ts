import { expect, test } from 'vitest';
import { addresses } from '../../../../src/routes/(app)/group/invite/addresses.ts';

const emails = (text: string) => addresses(text, []).map(({ email }) => email);

test('lists are taken as they are pasted', () => {
	const wanted = ['ana@example.org', 'leo@example.org', 'sam@example.org'];
	expect(emails('ana@example.org\nleo@example.org\r\nsam@example.org')).toEqual(wanted);
	expect(emails('ana@example.org, leo@example.org; sam@example.org')).toEqual(wanted);
	expect(emails('ana@example.org leo@example.org\tsam@example.org ')).toEqual(wanted);
	expect(
		emails('Ana Lopes <ana@example.org>, "Roux, Léo" <leo@example.org>\nSam <SAM@example.org>;')
	).toEqual(expect.arrayContaining(wanted));
});

test('an address appears once, whatever its capitals', () => {
	expect(emails('Ana@Example.org ana@example.org mailto:ana@example.org')).toEqual([
		'ana@example.org'
	]);
});

test('what is no address says so and keeps the others', () => {
	expect(addresses('ana@, leo@example.org', [])).toEqual([
		{ email: 'ana@', problem: 'malformed' },
		{ email: 'leo@example.org', problem: null }
	]);
	expect(addresses(`${'a'.repeat(250)}@b.co`, [])[0]?.problem).toBe('malformed');
});

test('an address with a pending invitation is not invited twice', () => {
	expect(addresses('Ana@example.org', ['ana@example.org'])).toEqual([
		{ email: 'ana@example.org', problem: 'invited' }
	]);
});

test('an empty text holds nobody', () => {
	expect(addresses(' \n ,; ', [])).toEqual([]);
});
