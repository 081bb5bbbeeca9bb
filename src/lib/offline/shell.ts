/** The service worker's caches. They hold the app itself and never an answer of the API. */
export const SHELL_CACHE = 'cercle-shell';
export const ENVIRONMENT_CACHE = 'cercle-environment';
export const FONT_CACHE = 'cercle-fonts';

export const SHELL_CACHES: readonly string[] = [SHELL_CACHE, ENVIRONMENT_CACHE, FONT_CACHE];
