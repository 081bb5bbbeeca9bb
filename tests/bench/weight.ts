import type { Page } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import type { CercleProcess } from '../support/process.ts';
import { enter, MEMBERS, SESSION } from '../support/demo-room.ts';
import { withPhones } from './phones.ts';

/** Gzip size of the JavaScript two pages load, opened cold: until painted, and in all. */
export async function weight({ url }: CercleProcess): Promise<void> {
	await withPhones(url, async ({ phone }) => {
		const { context, page } = await phone();
		await enter(page, MEMBERS[0] ?? '');
		// The worker would answer from its cache and fetch every page's code ahead.
		await context.route('**/service-worker.js', (route) => route.abort());
		const actions = await load(page, '/actions', page.getByRole('heading', { name: 'Actions' }));
		const room = await load(page, `/room/${SESSION}`, page.getByText('Commencer la séance'));
		console.log('JavaScript, gzip (level 9), cold');
		console.log(`  actions page   ${kb(actions.painted)} until painted, ${kb(actions.all)} in all`);
		console.log(`  room           ${kb(room.painted)} until painted, ${kb(room.all)} in all`);
	});
}

async function load(page: Page, path: string, sign: ReturnType<Page['getByText']>) {
	const sizes = new Map<string, Promise<number>>();
	page.on('response', (response) => {
		if (!/\.js$/.test(new URL(response.url()).pathname)) return;
		const size = response.body().then(
			(body) => gzipSync(body, { level: 9 }).length,
			() => 0
		);
		sizes.set(response.url(), size);
	});
	const sum = async () => {
		const all = await Promise.all(sizes.values());
		return all.reduce((total, size) => total + size, 0);
	};
	const session = await page.context().newCDPSession(page);
	await session.send('Network.clearBrowserCache');
	await page.goto(path, { waitUntil: 'commit' });
	await sign.first().waitFor();
	const painted = await sum();
	await page.waitForLoadState('networkidle');
	const all = await sum();
	page.removeAllListeners('response');
	return { painted, all };
}

function kb(bytes: number): string {
	return `${(bytes / 1000).toFixed(1)} kB`;
}
