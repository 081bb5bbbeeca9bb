import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';

const parts = z.record(
	z.string(),
	z.object({
		file: z.string(),
		src: z.string().optional(),
		imports: z.array(z.string()).optional()
	})
);
type Parts = z.infer<typeof parts>;

/** A file and its size in bytes of gzip (level 9). */
export type Weight = readonly [file: string, bytes: number];

/**
 * All the JavaScript of the last build of a checkout that a phone fetches before a page can be read and used, the
 * heaviest first: what the document names, what the client of Kit asks for at its start (the error
 * page too) and what these import.
 */
export async function firstScreenOf(root: string, route: string): Promise<Weight[]> {
	const output = join(root, '.svelte-kit/output/client');
	const manifest = parts.parse(
		JSON.parse(await readFile(join(output, '.vite/manifest.json'), 'utf8'))
	);
	const files = ['before.js', ...reached(manifest, await beginnings(root, route))];
	const weights = await Promise.all(files.map((file) => weigh(output, file)));
	return weights.toSorted((a, b) => b[1] - a[1]);
}

export function sum(weights: readonly Weight[]): number {
	return weights.reduce((total, [, size]) => total + size, 0);
}

/** Entries of the app, of the layouts around a page, of the page and of the error page. */
async function beginnings(root: string, route: string): Promise<string[]> {
	const file = join(root, '.svelte-kit/generated/client-optimized/app.js');
	const app = await readFile(file, 'utf8');
	const found = new RegExp(`"/${RegExp.escape(route)}": \\[(\\d+),\\[([\\d,]*)\\]`).exec(app);
	if (!found) throw new Error(`no route ${route}`);
	const [, page = '', layouts = ''] = found;
	const nodes = ['0', '1', ...layouts.split(','), page].filter((number) => number !== '');
	return [
		...nodes.map((number) => `client-optimized/nodes/${number}.js`),
		'client-optimized/app.js',
		'client/entry.js'
	];
}

function reached(manifest: Parts, ends: readonly string[]): Set<string> {
	const files = new Set<string>();
	const follow = (key: string) => {
		const part = manifest[key];
		if (!part || files.has(part.file)) return;
		files.add(part.file);
		part.imports?.forEach(follow);
	};
	for (const end of ends) {
		const key = Object.keys(manifest).find((name) => name.endsWith(end));
		if (!key) throw new Error(`nothing built for ${end}`);
		follow(key);
	}
	return files;
}

async function weigh(output: string, file: string): Promise<Weight> {
	return [file, gzipSync(await readFile(join(output, file)), { level: 9 }).length];
}
