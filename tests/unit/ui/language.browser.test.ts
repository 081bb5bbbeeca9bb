import { afterEach, expect, test } from 'vitest';
import * as paraglide from '#lib/paraglide/runtime.js';
import * as own from '#lib/ui/language.ts';

const KEY = 'PARAGLIDE_LOCALE';
const before = localStorage.getItem(KEY);
afterEach(() =>
	before === null ? localStorage.removeItem(KEY) : localStorage.setItem(KEY, before)
);

test('in the browser the languages are those that the messages are compiled for', () => {
	expect(own.locales).toEqual(paraglide.locales);
	expect(own.baseLocale).toBe(paraglide.baseLocale);
});

test.each([null, 'fr', 'en', 'de', ''])(
	'the language is read as Paraglide reads it: %s',
	(kept) => {
		if (kept === null) localStorage.removeItem(KEY);
		else localStorage.setItem(KEY, kept);
		const language = own.getLocale();
		expect(language).toBe(paraglide.getLocale());
	}
);

test('a language that was chosen is kept, and read by both', () => {
	own.setLocale('en', { reload: false });
	expect([own.getLocale(), paraglide.getLocale()]).toEqual(['en', 'en']);
	own.setLocale('fr', { reload: false });
	expect([own.getLocale(), paraglide.getLocale()]).toEqual(['fr', 'fr']);
});
