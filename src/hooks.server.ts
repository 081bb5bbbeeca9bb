import type { Handle, HandleServerError } from '@sveltejs/kit';
import { codeOf, openLog } from '#lib/server/log.ts';
import { baseLocale } from '#lib/paraglide/runtime.js';
import { building, dev } from '$app/environment';

const log = openLog();

/** Says the document's language before any script runs: only the landing page has two addresses. */
export const handle: Handle = ({ event, resolve }) =>
	resolve(event, {
		transformPageChunk: ({ html }) => html.replace('%lang%', event.params.lang ?? baseLocale),
		// Preloads the typeface too, so that text is not drawn twice; not the file of rare letters.
		preload: ({ type, path }) => type !== 'asset' && !path.includes('-latin-ext-')
	});

/** Instead of Kit's own, which prints the address asked for and the words of the error. */
export const handleError: HandleServerError = ({ error, status }) => {
	const code = codeOf(error);
	if (status >= 500) {
		log('page_failed', { status, code });
		if (dev || building) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
	}
	return { message: status === 404 ? 'Not found' : 'Failed', code };
};
