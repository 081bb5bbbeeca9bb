import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

const NAME = 'first-screen';
const messages = resolve('src/lib/paraglide/messages');
/** Where the first screen begins: the client of Kit, the layouts, and the page of the actions. */
const beginnings = [
	realpathSync('node_modules/@sveltejs/kit/src/runtime/client/entry.js'),
	resolve('src/routes/+layout.svelte'),
	resolve('src/routes/(app)/+layout.svelte'),
	resolve('src/routes/(app)/actions/+page.svelte')
];

/**
 * Puts all that a phone loads before it shows its member's actions into one file, which every page of
 * a member needs as well: one file compresses better than forty. What only other pages use is left to
 * them. A message counts where it is said, not where all of them are listed.
 */
export function firstScreen(): (id: string, modules: Rolldown.ChunkingContext) => string | null {
	let found: ReadonlySet<string> | null = null;
	return (id, modules) => {
		found ??= reached(modules);
		return found.has(id) ? NAME : null;
	};
}

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

function reached(modules: Rolldown.ChunkingContext): Set<string> {
	const found = new Set(beginnings);
	for (const id of found) {
		const module = modules.getModuleInfo(id);
		if (id.startsWith(`${messages}.`) || id.startsWith(`${messages}/_`)) continue;
		module?.importedIds.forEach((imported) => found.add(imported));
		if (id.startsWith(messages)) continue;
		for (const [, name] of module?.code?.matchAll(/\bm\.(\w+)/g) ?? []) {
			found.add(`${messages}/${name}.js`);
		}
	}
	return found;
}
