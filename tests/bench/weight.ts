import type { Page } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import type { CercleProcess } from '../support/process.ts';
import { enter, MEMBERS, SESSION } from '../support/demo-room.ts';
import { withPhones } from './phones.ts';

/**
 * Gzip size of the JavaScript two pages load, opened cold: until painted and usable, what an idle
 * page then loads (signing in, syncing, the sheets), and in all.
 */
export async function weight({ url }: CercleProcess): Promise<void> {
	await withPhones(url, async ({ phone }) => {
		const { context, page } = await phone();
		await enter(page, MEMBERS[0] ?? '');
		// The worker would answer from its cache and fetch every page's code ahead.
		await context.route('**/service-worker.js', (route) => route.abort());
		const actions = await load(page, '/actions', page.getByRole('heading', { name: 'Actions' }));
		const room = await load(page, `/room/${SESSION}`, page.getByText('Commencer la séance'));
		console.log('JavaScript, gzip (level 9), cold: until painted, then when idle, in all');
		console.log(`  actions page   ${line(actions)}`);
		console.log(`  room           ${line(room)}`);
	});
}

interface Weight {
	painted: number;
	all: number;
}

/** What was asked for before the sign was there counts as needed for it, even if not used by it. */
async function load(
	page: Page,
	path: string,
	sign: ReturnType<Page['getByText']>
): Promise<Weight> {
	const bodies: Promise<{ at: number; size: number }>[] = [];
	page.on('response', (response) => {
		if (!/\.js$/.test(new URL(response.url()).pathname)) return;
		const at = performance.now();
		bodies.push(
			response.body().then(
				(body) => ({ at, size: gzipSync(body, { level: 9 }).length }),
				() => ({ at, size: 0 })
			)
		);
	});
	const session = await page.context().newCDPSession(page);
	await session.send('Network.clearBrowserCache');
	await page.goto(path, { waitUntil: 'commit' });
	await sign.first().waitFor();
	const there = performance.now();
	await page.waitForLoadState('networkidle');
	page.removeAllListeners('response');
	const loaded = await Promise.all(bodies);
	const sum = (parts: typeof loaded) => parts.reduce((total, { size }) => total + size, 0);
	return { painted: sum(loaded.filter(({ at }) => at <= there)), all: sum(loaded) };
}

function line({ painted, all }: Weight): string {
	return `${kb(painted)}, ${kb(all - painted)}, ${kb(all)}`;
}

function kb(bytes: number): string {
	return `${(bytes / 1000).toFixed(1)} kB`;
}
