import type { Handle } from '@sveltejs/kit';
import { baseLocale } from '#lib/paraglide/runtime.js';

/** Says the document's language before any script runs: only the landing page has two addresses. */
export const handle: Handle = ({ event, resolve }) =>
	resolve(event, {
		transformPageChunk: ({ html }) => html.replace('%lang%', event.params.lang ?? baseLocale)
	});
