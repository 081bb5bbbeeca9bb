import { loadavg } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { type BarePhone, enterBarely, openBarePhone } from '../support/bare-phone.ts';
import { memberId, MEMBERS } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';
import type { CercleProcess } from '../support/process.ts';
import { type Figure, ms, quantile } from './figures.ts';
import { addActions } from './many-actions.ts';

const RUNS = 9;
/** How many times slower than this machine the phone is. */
const RATE = 4;
const MORE = 300;
const NAME = MEMBERS[1] ?? '';

declare global {
	interface Window {
		/** When the first action was on screen, in ms since the start of the navigation. */
		painted: Promise<number>;
	}
}

/**
 * The app opened on the actions page with no server to be reached, in a page of a new process whose
 * service worker sleeps: from the start of the navigation to the frame after the one that shows the
 * first action. Nothing but the app is in the page: what Playwright puts there counts four times too.
 */
export async function cold(cercle: CercleProcess): Promise<Figure[]> {
	const phone = await openBarePhone();
	await phone.runFirst(watchPaint);
	await enterBarely(phone, cercle.url, NAME);
	console.log(`cold start offline to the first action painted, ${RATE} × slower (${RUNS} runs)`);
	await sync(phone, cercle.url, () => document.querySelector('[aria-setsize]') !== null);
	const few = report('demo group', await offline(phone, cercle));
	await asOwner(cercle.dataFolder, (sql) => addActions(sql, memberId(NAME), MORE));
	await sync(phone, cercle.url, () =>
		[...document.querySelectorAll('[aria-setsize]')].some(
			(row) => Number(row.getAttribute('aria-setsize')) > 100
		)
	);
	const many = report(`and ${MORE} actions more`, await offline(phone, cercle));
	await phone.close();
	return [few, many];
}

/** Brings what the phone keeps up to the server; `is`: seen of it in the page. */
async function sync(phone: BarePhone, url: string, is: () => boolean): Promise<void> {
	await phone.open(`${url}/actions`);
	await phone.run(() => navigator.serviceWorker.ready.then(() => undefined));
	await phone.until(is);
}

/** Milliseconds from navigation to painted, each in a page of its own. */
async function starts(phone: BarePhone, url: string): Promise<number[]> {
	const times: number[] = [];
	for (let run = 0; run < RUNS; run++) {
		await phone.renew(RATE);
		// The page before is quite gone.
		await wait(1_000);
		await phone.open(url);
		times.push(await phone.run(() => window.painted));
	}
	return times;
}

async function offline(phone: BarePhone, cercle: CercleProcess): Promise<number[]> {
	await cercle.stop();
	const times = await starts(phone, `${cercle.url}/actions`);
	await phone.renew(1);
	await cercle.start();
	return times;
}

function report(what: string, times: readonly number[]): Figure {
	const value = quantile(times, 0.5);
	const [best, median, worst] = [1 / RUNS, 0.5, 1].map((share) => ms(quantile(times, share)));
	const load = loadavg()[0]?.toFixed(1);
	console.log(
		`  ${what.padEnd(24)} median ${median}, best ${best}, worst ${worst}  (load ${load})`
	);
	return { what: `cold start, ${what}`, value, unit: 'ms' };
}

/** Runs in the page before its own code. */
function watchPaint(): void {
	window.painted = new Promise((resolve) => {
		const watch = new MutationObserver(() => {
			if (!document.querySelector('main a[href^="/actions/"]')) return;
			watch.disconnect();
			requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
		});
		watch.observe(document, { subtree: true, childList: true });
	});
}
