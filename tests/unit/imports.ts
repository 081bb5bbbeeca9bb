import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** One file of ours that imports another, by their paths below the root. */
export interface Import {
	readonly from: string;
	readonly to: string;
}

const written = /(?:\bfrom|\bimport)\s*\(?\s*'([#.][^']+)'/g;

/** Every import among the modules below `src`, those of types and those that come late too. */
export function imports(root: string): Import[] {
	const files = globSync('src/**/*.{ts,svelte}', { cwd: root }).map((file) =>
		file.replaceAll('\\', '/')
	);
	const known = new Set(files);
	return files.flatMap((from) =>
		[...readFileSync(posix.join(root, from), 'utf8').matchAll(written)]
			.map(([, name = '']) => ({ from, to: target(from, name) }))
			.filter(({ to }) => known.has(to))
	);
}

function target(from: string, name: string): string {
	if (name === '#app') return 'src/routes/app.svelte.ts';
	if (name.startsWith('#')) return `src/${name.slice(1)}`;
	return posix.join(posix.dirname(from), name);
}

/** The modules that reach themselves, each with the next one on its way around. */
export function circles(all: readonly Import[]): Import[] {
	const reached = new Map<string, Set<string>>();
	const next = Map.groupBy(all, ({ from }) => from);
	const reach = (start: string) => {
		const found = new Set<string>();
		const open = [start];
		for (let file = open.pop(); file !== undefined; file = open.pop()) {
			for (const { to } of next.get(file) ?? []) {
				if (found.has(to)) continue;
				found.add(to);
				open.push(to);
			}
		}
		return found;
	};
	for (const { from } of all) if (!reached.has(from)) reached.set(from, reach(from));
	return all.filter(({ from, to }) => to === from || reached.get(to)?.has(from));
}

const pages = 'src/routes/(app)/';

/** The area of a page: the first folder below the members' pages; null: none of them. */
export function areaOf(file: string): string | null {
	const [area = '', ...rest] = file.startsWith(pages) ? file.slice(pages.length).split('/') : [];
	return rest.length > 0 ? area : null;
}

/** The imports that lead from one area of pages to another. */
export function betweenAreas(all: readonly Import[]): Import[] {
	return all.filter(({ from, to }) => {
		const [start, end] = [areaOf(from), areaOf(to)];
		return start !== null && end !== null && start !== end;
	});
}

/** Areas that import each other, each pair once: `actions today`. */
export function mutualPairs(between: readonly Import[]): string[] {
	const ways = new Set(between.map(({ from, to }) => `${areaOf(from)} ${areaOf(to)}`));
	return [...ways].filter((way) => {
		const [start = '', end = ''] = way.split(' ');
		return start < end && ways.has(`${end} ${start}`);
	});
}
