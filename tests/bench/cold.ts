import type { BrowserContext } from '@playwright/test';
import { loadavg } from 'node:os';
import { enter, memberId, MEMBERS } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';
import type { CercleProcess } from '../support/process.ts';
import { ms, quantile } from './figures.ts';
import { addActions, throttle } from './many-actions.ts';
import { withPhones } from './phones.ts';

const RUNS = 9;
/** How many times slower than this machine the phone is. */
const RATE = 4;
const MORE = 300;
const NAME = MEMBERS[1] ?? '';

declare global {
	interface Window {
		/** When the first action was on screen, in ms since the start of the navigation. */
		painted: number | undefined;
	}
}

/**
 * The app opened on the actions page without a network, in a new page whose service worker sleeps:
 * from the start of the navigation to the frame after the one that shows the first action.
 */
export async function cold(cercle: CercleProcess): Promise<void> {
	await withPhones(cercle.url, async ({ phone }) => {
		const { context, page } = await phone();
		await enter(page, NAME);
		await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
		await page.close();
		await context.addInitScript(watchPaint);
		console.log(`cold start offline to the first action painted, ${RATE} × slower (${RUNS} runs)`);
		await sync(context);
		await report(context, 'demo group');
		await asOwner(cercle.dataFolder, (sql) => addActions(sql, memberId(NAME), MORE));
		await sync(context);
		await report(context, `and ${MORE} actions more`);
	});
}

/** Brings what the phone keeps up to the server. */
async function sync(context: BrowserContext): Promise<void> {
	const page = await context.newPage();
	const pulled = page.waitForResponse(/\/rpc\/pull/);
	await page.goto('/actions');
	await pulled;
	await page.waitForLoadState('networkidle');
	await page.close();
}

async function report(context: BrowserContext, what: string): Promise<void> {
	await context.setOffline(true);
	const times: number[] = [];
	for (let run = 0; run < RUNS; run++) times.push(await open(context));
	await context.setOffline(false);
	const [best, median, worst] = [1 / RUNS, 0.5, 1].map((share) => ms(quantile(times, share)));
	const load = loadavg()[0]?.toFixed(1);
	console.log(
		`  ${what.padEnd(24)} median ${median}, best ${best}, worst ${worst}  (load ${load})`
	);
}

async function open(context: BrowserContext): Promise<number> {
	const page = await context.newPage();
	const session = await context.newCDPSession(page);
	await session.send('ServiceWorker.enable');
	await session.send('ServiceWorker.stopAllWorkers');
	await throttle(session, RATE);
	await page.goto('/actions', { waitUntil: 'commit' });
	const painted = await page.waitForFunction(() => window.painted);
	const at = await painted.jsonValue();
	await page.close();
	return at ?? Number.NaN;
}

/** Runs in the page before its own code. */
function watchPaint(): void {
	const watch = new MutationObserver(() => {
		if (!document.querySelector('main a[href^="/actions/"]')) return;
		watch.disconnect();
		requestAnimationFrame(() => requestAnimationFrame(() => (window.painted = performance.now())));
	});
	watch.observe(document, { subtree: true, childList: true });
}
