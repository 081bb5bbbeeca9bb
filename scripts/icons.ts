/**
 * Draws every icon of the app into static/icons.svg, from Lucide's own data. One file, fetched once and
 * kept by the service worker: a page pays for no drawing in its code, a list of thousands for no work.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { icons } from '#lib/ui/icons.ts';

const drawing = z.object({
	size: z.number(),
	node: z.array(z.tuple([z.string(), z.record(z.string(), z.string())]))
});

/** Peers around a table. */
const group = [0, 60, 120, 180, 240, 300]
	.map((turn) => `<circle cx="12" cy="3.75" r="2" transform="rotate(${turn} 12 12)"/>`)
	.join('');

/** The whole file. */
export async function sprite(): Promise<string> {
	const symbols = await Promise.all(
		Object.entries(icons).map(async ([name, source]) => symbol(name, await read(source)))
	);
	const all = [...symbols, symbol('group', group)].join('\n');
	return `<svg xmlns="http://www.w3.org/2000/svg">\n${all}\n</svg>\n`;
}

function symbol(name: string, shapes: string): string {
	return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

async function read(name: string): Promise<string> {
	const module = new URL(import.meta.resolve(`@lucide/svelte/icons/${name}`));
	// Some names stand for another icon.
	const component = /from "(.+\.svelte)"/.exec(await readFile(module, 'utf8'))?.[1] ?? '';
	const source = await readFile(new URL(component, module), 'utf8');
	const data = /const iconData = (\{.*\});/.exec(source)?.[1];
	if (data === undefined) throw new Error(`Lucide keeps ${name} in another way`);
	return drawing
		.parse(JSON.parse(data))
		.node.map(([tag, attributes]) => {
			const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`);
			return `<${tag}${written.join('')}/>`;
		})
		.join('');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	await writeFile(new URL('../static/icons.svg', import.meta.url), await sprite());
}
