import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { characters, clean, limits } from '#lib/domain/limits.ts';

describe('cleaning a text', () => {
	test('plain text with newlines, tabs and emoji families is left alone', () => {
		const text = 'Faut-il réécrire ?\n\tOui : « non » 👩‍👩‍👧 — עברית العربية';
		expect(clean(text)).toBe(text);
	});

	test.each([
		['a null byte', 'a\u0000b', 'ab'],
		['an escape sequence', '\u001b[31mred', '[31mred'],
		['a delete and a C1 control', 'a\u007f\u0085b', 'ab'],
		['a right-to-left override', 'invoice\u202egpj.exe', 'invoicegpj.exe'],
		['isolates', '\u2066a\u2069', 'a'],
		['half a surrogate pair', 'a\ud83db', 'ab']
	])('%s is taken out', (_, text, kept) => {
		expect(clean(text)).toBe(kept);
	});

	test('every kind of line end becomes a newline', () => {
		expect(clean('a\r\nb\rc\u2028d\u2029e')).toBe('a\nb\nc\nd\ne');
	});

	test('a letter and its accent become one character', () => {
		expect(clean('e\u0301')).toBe('é');
	});

	test('cleaning twice changes nothing, and no hidden character is left', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				const once = clean(text);
				expect(clean(once)).toBe(once);
				expect(once).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
			})
		);
	});

	test('controls between a letter and its accent do not keep them apart', () => {
		expect(clean('e\u0000\u0301')).toBe('é');
	});
});

describe('limits', () => {
	test('characters are counted as the database counts them', () => {
		expect(characters('')).toBe(0);
		expect(characters('été')).toBe(3);
		expect(characters('👩‍👩')).toBe(3);
	});

	test('a group holds at most eight members', () => {
		expect(limits.groupMembers.most).toBe(8);
	});

	test('the longest session may be planned in the segments allowed', () => {
		const { segmentMinutes, sessionMinutes, segments } = limits;
		expect(segmentMinutes.most * segments).toBeGreaterThanOrEqual(sessionMinutes.most);
		expect(segmentMinutes.least).toBe(1);
	});
});
