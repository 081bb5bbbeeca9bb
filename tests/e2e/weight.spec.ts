import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';

// What a phone pays on a train before it shows its member's actions. Not a page is opened: the sum
// of the files is the same on every machine.

const output = resolve('.svelte-kit/output/client');
const parts = z.record(
	z.string(),
	z.object({
		file: z.string(),
		src: z.string().optional(),
		imports: z.array(z.string()).optional()
	})
);
type Parts = z.infer<typeof parts>;

/** Most that the actions page may weigh until it can be read and used, in bytes of gzip (level 9). */
const BUDGET = 60_000;

test('the actions page weighs no more than 60 kB of JavaScript', async () => {
	const manifest = parts.parse(
		JSON.parse(await readFile(join(output, '.vite/manifest.json'), 'utf8'))
	);
	const files = reached(manifest, await nodesOf('(app)/actions'));
	const sizes = await Promise.all([...files].map(weigh));
	const listed = sizes.toSorted((a, b) => b[1] - a[1]).map(([file, size]) => `${size} ${file}`);
	const sum = sizes.reduce((total, [, size]) => total + size, 0);
	expect(sum, `${sum} bytes:\n${listed.join('\n')}`).toBeLessThanOrEqual(BUDGET);
});

/** Entries of the app, of the layouts around a page, and of the page. */
async function nodesOf(route: string): Promise<string[]> {
	const app = await readFile(resolve('.svelte-kit/generated/client-optimized/app.js'), 'utf8');
	const found = new RegExp(`"/${route.replace(/[()]/g, '\\$&')}": \\[(\\d+),\\[([\\d,]*)\\]`).exec(
		app
	);
	if (!found) throw new Error(`no route ${route}`);
	const [, page = '', layouts = ''] = found;
	const nodes = ['0', ...layouts.split(','), page].filter((number) => number !== '');
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

async function weigh(file: string): Promise<[string, number]> {
	return [file, gzipSync(await readFile(join(output, file)), { level: 9 }).length];
}
