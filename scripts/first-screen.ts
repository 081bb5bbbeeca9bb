import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

const NAME = 'first-screen';
/** Where the first screen begins: the client of Kit, the layouts, the error page, and the actions. */
const beginnings = [
	realpathSync('node_modules/@sveltejs/kit/src/runtime/client/entry.js'),
	resolve('.svelte-kit/generated/client-optimized/app.js'),
	resolve('src/routes/+layout.svelte'),
	resolve('src/routes/+error.svelte'),
	resolve('src/routes/(app)/+layout.svelte'),
	resolve('src/routes/(app)/actions/+page.svelte')
];

/**
 * One file for all that a phone loads before it shows its member's actions, which every page of a
 * member needs as well, and one for the components that a dozen other pages share: one file compresses
 * better than forty, and each file of styles weighs in the list of what each page needs. What a file
 * begins with brings along what it uses.
 */
export const groups: Exclude<Rolldown.OutputOptions['codeSplitting'], undefined> = {
	groups: [
		{ name: (id) => (beginnings.includes(id) ? NAME : null), debugName: NAME, priority: 2 },
		{ name: 'parts', test: /src.lib.ui/, minShareCount: 12, priority: 1 }
	]
};

/**
 * Nearly all of that file runs at once. Told so, V8 compiles it on another thread while it arrives, and
 * not function by function in the way of the first screen; other engines read a comment. What Vite puts
 * at its top comes after it: only there V8 looks for it.
 */
export function compiledAhead(): Plugin {
	return {
		name: 'compiled-ahead',
		enforce: 'post',
		generateBundle(_, bundle) {
			for (const chunk of Object.values(bundle)) {
				if (chunk.type !== 'chunk' || chunk.name !== NAME) continue;
				chunk.code = `//# allFunctionsCalledOnLoad\n${chunk.code}`;
			}
		}
	};
}

/** Puts `src/lib/ui/language.ts` in the place of Paraglide's runtime, in the browser alone. */
export function ownLanguage(): Plugin {
	const runtime = resolve('src/lib/paraglide/runtime.js');
	const own = resolve('src/lib/ui/language.ts');
	return {
		name: 'own-language',
		apply: 'build',
		enforce: 'pre',
		applyToEnvironment: ({ name }) => name === 'client',
		async resolveId(source, importer) {
			if (!source.endsWith('runtime.js')) return null;
			const found = await this.resolve(source, importer, { skipSelf: true });
			return found?.id === runtime ? own : null;
		}
	};
}
