import type { Page } from '@playwright/test';
import { enter, MEMBERS, SESSION, withPhones } from './phones.ts';

const MINUTE = 60_000;
/** How wrong the seven phones' wall clocks are, in ms. */
const SKEWS = [0, 7, -4, 31, -58, 2, -12].map((minutes) => minutes * MINUTE);
const SECONDS = 12;
const COMMANDS = 20;

/** One change of the digits on one phone. */
interface Change {
	text: string;
	/** True time of the machine, in ms: not the phone's wall clock. */
	at: number;
}

/**
 * Seven phones with wrong clocks in one session: how far apart their digits change, and how long a
 * command takes to be seen on all of them.
 */
export async function room(url: string): Promise<void> {
	await withPhones(url, async ({ phone }) => {
		const pages: Page[] = [];
		for (const [index, name] of MEMBERS.entries()) {
			const { page } = await phone(SKEWS[index]);
			await enter(page, name);
			await page.goto(`/room/${SESSION}`);
			pages.push(page);
		}
		const [driver] = pages;
		if (!driver) throw new Error('no phone');
		await driver.getByRole('button', { name: 'Commencer la séance' }).click();
		for (const page of pages) await page.getByTestId('clock').waitFor();
		await Promise.all(pages.map((page) => page.evaluate(watchClock)));
		// Clocks are measured at joining; give the slowest phone its eight round trips.
		await driver.waitForTimeout(3_000);
		await Promise.all(pages.map((page) => page.evaluate(() => window.changes.splice(0))));
		await driver.waitForTimeout(SECONDS * 1_000);
		const seen = await Promise.all(pages.map((page) => page.evaluate(() => window.changes)));
		const spreads = spreadsOf(seen);
		console.log(`displayed time, ${pages.length} phones, wall clocks off by up to an hour`);
		console.log(
			`  spread of ${spreads.length} changes  median ${ms(quantile(spreads, 0.5))}, p95 ${ms(quantile(spreads, 0.95))}`
		);

		const latencies: number[] = [];
		for (let turn = 0; turn < COMMANDS; turn++) {
			const paused = turn % 2 === 0;
			const name = paused ? 'Pause' : 'Reprendre';
			const shown = Promise.all(pages.map((page) => page.evaluate(untilPaused, paused)));
			const pressed = await driver.getByRole('button', { name, exact: true }).evaluate(press);
			latencies.push(Math.max(...(await shown)) - pressed);
		}
		console.log(`command → shown on all ${pages.length} phones, ${COMMANDS} commands`);
		console.log(`  median ${ms(quantile(latencies, 0.5))}, p95 ${ms(quantile(latencies, 0.95))}`);
	});
}

declare global {
	interface Window {
		changes: Change[];
	}
}

/** Runs in the page: notes each change of the digits at the machine's true time. */
function watchClock(): void {
	const clock = document.querySelector('[data-testid="clock"]');
	if (!clock) throw new Error('no clock');
	window.changes = [];
	let last = '';
	new MutationObserver(() => {
		const text = clock.textContent?.replaceAll(/\s/g, '') ?? '';
		if (text === last) return;
		last = text;
		window.changes.push({ text, at: performance.timeOrigin + performance.now() });
	}).observe(clock, { subtree: true, childList: true, characterData: true });
}

/** Runs in the page: the true time at which the pause is on the screen, or its end. */
function untilPaused(paused: boolean): Promise<number> {
	return new Promise((done) => {
		const look = () => {
			const shown = document.querySelector('[data-testid="clock"]')?.textContent ?? '';
			// One of the seven reads English.
			if (/En pause|Paused/.test(shown) !== paused) return;
			observer.disconnect();
			done(performance.timeOrigin + performance.now());
		};
		const observer = new MutationObserver(look);
		observer.observe(document.body, { subtree: true, childList: true, characterData: true });
		look();
	});
}

/** Runs in the page: presses the button and says when, in true time. */
function press(button: Element): number {
	const at = performance.timeOrigin + performance.now();
	if (button instanceof HTMLElement) button.click();
	return at;
}

/** For each text that every phone showed: from the first phone to the last, in ms. */
function spreadsOf(seen: readonly Change[][]): number[] {
	const [first = []] = seen;
	return first.flatMap(({ text }) => {
		const times = seen.map((changes) => changes.find((change) => change.text === text)?.at);
		if (times.some((at) => at === undefined)) return [];
		const known = times.filter((at) => at !== undefined);
		return [Math.max(...known) - Math.min(...known)];
	});
}

function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function ms(value: number): string {
	return `${value.toFixed(1)} ms`;
}
