import { remember } from '#lib/offline/remembered.ts';

export type Theme = 'system' | 'light' | 'dark';

/** The key that `static/before.js` reads before the first paint. */
const KEY = 'theme';

/** The appearance chosen on this device; the system's while nothing was. */
export function theme(): Theme {
	const kept = document.documentElement.dataset.theme;
	return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Shows an appearance at once and, where the browser keeps things, the next time too. */
export function chooseTheme(chosen: Theme): void {
	if (chosen === 'system') delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = chosen;
	remember(KEY, chosen === 'system' ? null : chosen);
}
