const KEY = 'PARAGLIDE_LOCALE';

export const locales = ['fr', 'en'] as const;
export type Locale = (typeof locales)[number];
export const baseLocale: Locale = 'fr';
/** Paraglide's messages ask for the language a build is made for: ours has all of them. */
export const experimentalStaticLocale = undefined;

/**
 * The language this browser was asked for. Stands for Paraglide's own runtime in the browser
 * (scripts/first-screen.ts): that one also knows cookies, addresses and strategies of one's own, asks
 * all of them for every message, and weighs a kilobyte before the first screen.
 */
export function getLocale(): Locale {
	const kept = localStorage.getItem(KEY);
	return locales.find((locale) => locale === kept) ?? baseLocale;
}

/** Keeps the language for this browser; what is on screen is in the former one until it is loaded again. */
export function setLocale(locale: Locale, { reload = true }: { reload?: boolean } = {}): void {
	const before = getLocale();
	localStorage.setItem(KEY, locale);
	if (reload && locale !== before) location.reload();
}
