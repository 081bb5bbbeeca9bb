import type { Page } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import type { CercleProcess } from '../support/process.ts';
import { enter, MEMBERS, SESSION } from '../support/demo-room.ts';
import { firstScreenOf, sum } from '../support/weight.ts';
import type { Figure } from './figures.ts';
import { withPhones } from './phones.ts';

/**
 * Gzip size of the JavaScript two pages load, opened cold: what is needed before they can be read and
 * used, and all that has come once the page is idle (signing in, syncing, the sheets).
 */
export async function weight({ url, root }: CercleProcess): Promise<Figure[]> {
	return withPhones(url, async ({ phone }) => {
		const { context, page } = await phone();
		await enter(page, MEMBERS[0] ?? '');
		// The worker would answer from its cache and fetch every page's code ahead.
		await context.route('**/service-worker.js', (route) => route.abort());
		console.log('JavaScript, gzip (level 9), cold: until it can be used, then when idle, in all');
		return [
			...(await report(root, 'actions page', '(app)/actions', page, '/actions')),
			...(await report(root, 'room', '(app)/room/[id]', page, `/room/${SESSION}`))
		];
	});
}

async function report(
	root: string,
	what: string,
	route: string,
	page: Page,
	path: string
): Promise<Figure[]> {
	const needed = sum(await firstScreenOf(root, route));
	const all = await loaded(page, path);
	console.log(`  ${what.padEnd(14)} ${kb(needed)}, ${kb(all - needed)}, ${kb(all)}`);
	return [
		{ what: `${what}, before it can be used`, value: needed / 1000, unit: 'kB' },
		{ what: `${what}, in all`, value: all / 1000, unit: 'kB' }
	];
}

/** Bytes of all scripts an idle page has loaded. */
async function loaded(page: Page, path: string): Promise<number> {
	const bodies: Promise<number>[] = [];
	page.on('response', (response) => {
		if (!/\.js$/.test(new URL(response.url()).pathname)) return;
		bodies.push(
			response.body().then(
				(body) => gzipSync(body, { level: 9 }).length,
				() => 0
			)
		);
	});
	const session = await page.context().newCDPSession(page);
	await session.send('Network.clearBrowserCache');
	await page.goto(path, { waitUntil: 'networkidle' });
	page.removeAllListeners('response');
	const sizes = await Promise.all(bodies);
	return sizes.reduce((total, size) => total + size, 0);
}

function kb(bytes: number): string {
	return `${(bytes / 1000).toFixed(1)} kB`;
}
