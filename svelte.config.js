import { createHash } from 'node:crypto';
import adapter from '@sveltejs/adapter-node';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** The development server gives endpoints what the built one does: the request they answer. */
async function emulate() {
	const { currentRequest } = await import('./src/lib/server/platform.ts');
	// None while pages are rendered ahead, which ask for none.
	const found = () => /** @type {App.Platform['req']} */ (currentRequest());
	return { platform: () => ({ req: found() }) };
}

/** The one style attribute of a page: that of the line by which Kit tells screen readers of a new page. */
const announcer =
	'position: absolute; left: 0; top: 0; clip: rect(0 0 0 0); clip-path: inset(50%); overflow: hidden; white-space: nowrap; width: 1px; height: 1px';
const hash = createHash('sha256').update(announcer).digest('base64');

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	compilerOptions: { runes: true },
	kit: {
		adapter: { ...adapter({ precompress: true }), emulate },
		files: { serviceWorker: 'src/service-worker/index.ts' },
		serviceWorker: { register: false },
		// In the page itself: each file is a request on a phone that has just woken up.
		inlineStyleThreshold: 2_048,
		// Relative asset paths break a shell that is served for a nested address.
		paths: { relative: false },
		// Beside `src` and `tests`, which are looked at anyhow.
		typescript: {
			config: ({ include, ...rest }) => ({
				...rest,
				include: [...include, '../scripts/**/*', '../eslint-rules/**/*', '../*.config.*']
			})
		},
		// One name a build, however often this file is read during it.
		version: { name: (process.env.CERCLE_BUILD ??= String(Date.now())) },
		// Fragments here carry a choice to the next page, not a place in it.
		prerender: { handleMissingId: 'ignore' },
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['none'],
				'script-src': ['self'],
				'style-src': ['self'],
				'style-src-attr': ['unsafe-hashes', `sha256-${hash}`],
				'img-src': ['self', 'data:'],
				'font-src': ['self'],
				// Narrowed by the process (src/lib/server/headers.ts), which knows the run-time addresses.
				'connect-src': ['self', 'http:', 'https:', 'ws:', 'wss:'],
				'manifest-src': ['self'],
				'worker-src': ['self'],
				'form-action': ['self'],
				'base-uri': ['none']
			}
		}
	}
};
