/** The prerendered page that starts the app at any of its addresses. */
export const SHELL = '/shell';

/** Addresses that are not pages of the app: the server answers them, never the shell. */
export const elsewhere = [
	/^\/auth\//,
	/^\/rest\//,
	/^\/realtime\//,
	/^\/api\//,
	/^\/calendar\//,
	/^\/healthz(?:[/?]|$)/,
	/^\/mails(?:[/?]|$)/,
	/^\/_app\//
];

/** Font files few members need: kept when first used instead of at install. */
export function isRare(url: string): boolean {
	return /latin-ext[^/]*\.woff2$/.test(url);
}

/**
 * What is fetched at install: the app's own files and nothing else. Built files carry a hash in
 * their name; the others are told apart by the app's version.
 */
export function precached(
	build: readonly string[],
	files: readonly string[],
	prerendered: readonly string[],
	version: string
): { url: string; revision: string | null }[] {
	const hashed = build.filter((url) => !isRare(url)).map((url) => ({ url, revision: null }));
	const named = [...files, ...prerendered].map((url) => ({ url, revision: version }));
	return [...hashed, ...named];
}
