/** The service worker's caches. They hold the app itself and never an answer of the API. */
export const shellCache = 'cercle-shell';
export const environmentCache = 'cercle-environment';
export const fontCache = 'cercle-fonts';

export const shellCaches: readonly string[] = [shellCache, environmentCache, fontCache];
