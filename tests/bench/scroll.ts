import type { CDPSession, Page } from '@playwright/test';
import { loadavg } from 'node:os';
import { z } from 'zod';
import { enter, memberId, MEMBERS } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';
import type { CercleProcess } from '../support/process.ts';
import type { Figure } from './figures.ts';
import { withPhones } from './phones.ts';
import { addActions, throttle } from './many-actions.ts';

const COUNT = 5_000;
/** From here on a task is long, in ms. */
const LONG = 50;
/** How far one turn of the wheel goes, in px. */
const STEP = 1_600;
/** The member who owns them. */
const NAME = MEMBERS[1] ?? '';

declare global {
	interface Window {
		/** Durations of the long tasks since it was last emptied, in ms. */
		long: number[];
	}
}

/**
 * The actions page of a member with thousands of open actions: long tasks (over 50 ms, as the browser
 * counts them, and by the processor's time) while it is scrolled to its end and back, and from ticking
 * one off in the middle until the server has it and the page shows so.
 */
export async function scroll(cercle: CercleProcess): Promise<Figure[]> {
	await asOwner(cercle.dataFolder, (sql) => addActions(sql, memberId(NAME), COUNT));
	return withPhones(cercle.url, async ({ phone }) => {
		const { context, page } = await phone();
		await context.addInitScript(watchLongTasks);
		await enter(page, NAME);
		await page.goto('/actions');
		await page.locator('a[href^="/actions/"]').first().waitFor();
		await page.waitForLoadState('networkidle');
		const session = await context.newCDPSession(page);
		console.log(`${COUNT} open actions; long tasks over 50 ms (load ${loadavg()[0]?.toFixed(1)})`);
		const figures: Figure[] = [];
		for (const rate of [1, 4]) {
			await throttle(session, rate);
			figures.push(
				await report(page, session, `scrolled to the end and back, ${rate} ×`, () => there(page)),
				await report(page, session, `one ticked off in the middle, ${rate} ×`, () => tick(page))
			);
		}
		return figures;
	});
}

async function report(
	page: Page,
	session: CDPSession,
	what: string,
	act: () => Promise<string>
): Promise<Figure> {
	const busy = await trace(session);
	await page.evaluate(() => (window.long = []));
	const note = await act();
	const long = await page.evaluate(async () => {
		await new Promise((done) => requestIdleCallback(done));
		return window.long;
	});
	const own = await busy();
	console.log(`  ${what.padEnd(36)} ${most(long)}; by processor time ${most(own)}  (${note})`);
	return { what: `${what}: longest task`, value: Math.max(0, ...own), unit: 'ms' };
}

function most(times: readonly number[]): string {
	const count = times.filter((time) => time > LONG).length;
	const longest = times.reduce((longer, time) => Math.max(longer, time), 0);
	return times.length === 0 ? 'none' : `${count}, longest ${longest.toFixed(0)} ms`;
}

const tasks = z.array(
	z.object({
		name: z.string(),
		pid: z.number(),
		tid: z.number(),
		tdur: z.number().optional(),
		args: z.object({ name: z.string().optional() }).loose().optional()
	})
);

/**
 * Begins to note the tasks of the pages' main threads; the result ends it and gives what each used of
 * the processor, in ms: a machine that is busy elsewhere makes tasks last longer without more work.
 */
async function trace(session: CDPSession): Promise<() => Promise<number[]>> {
	const events: z.infer<typeof tasks> = [];
	const take = ({ value }: { value: object[] }) => events.push(...tasks.parse(value));
	session.on('Tracing.dataCollected', take);
	const traceConfig = { includedCategories: ['toplevel'] };
	await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
	return async () => {
		const complete = new Promise((done) => session.once('Tracing.tracingComplete', done));
		await session.send('Tracing.end');
		await complete;
		session.off('Tracing.dataCollected', take);
		const mains = events.filter(
			({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain'
		);
		return events.flatMap(({ name, pid, tid, tdur }) => {
			const main = mains.some((thread) => thread.pid === pid && thread.tid === tid);
			return name === 'RunTask' || name.endsWith('::RunTask')
				? main && tdur
					? [tdur / 1_000]
					: []
				: [];
		});
	};
}

/** To the end, which moves while rows are drawn, and back. */
async function there(page: Page): Promise<string> {
	await page.mouse.move(195, 400);
	const turns = (await wheel(page, STEP)) + (await wheel(page, -STEP));
	return `${turns} turns of the wheel`;
}

/** Turns the wheel until three turns one after the other lead no further. */
async function wheel(page: Page, by: number): Promise<number> {
	let turns = 0;
	let last = Number.NaN;
	for (let same = 0; same < 3; turns++) {
		await page.mouse.wheel(0, by);
		const top = await page.evaluate(async () => {
			const frame = () => new Promise((done) => requestAnimationFrame(done));
			await frame();
			await frame();
			return scrollY;
		});
		same = top === last ? same + 1 : 0;
		last = top;
	}
	return turns;
}

async function tick(page: Page): Promise<string> {
	const place = await page.evaluate(async () => {
		const frames = () =>
			new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
		scrollTo(0, document.documentElement.scrollHeight / 2);
		for (let some = 0; some < 5; some++) await frames();
		const inSight = (box: Element) => box.getBoundingClientRect().top > innerHeight / 3;
		const row = [...document.querySelectorAll('input[type="checkbox"]')].find(inSight);
		const { x = 0, y = 0, width = 0, height = 0 } = row?.getBoundingClientRect() ?? {};
		window.long = [];
		return { x: x + width / 2, y: y + height / 2 };
	});
	const pulled = page.waitForResponse(/\/rpc\/pull/);
	await page.mouse.click(place.x, place.y);
	await pulled;
	await page.waitForLoadState('networkidle');
	await page.waitForFunction(() => document.querySelector('header a[href="/me"]') === null);
	const ticked = await page.evaluate(() => document.querySelectorAll('main input:checked').length);
	if (ticked === 0) throw new Error('nothing was ticked off');
	return 'until the server has it';
}

/** Runs in the page before its own code. */
function watchLongTasks(): void {
	window.long = [];
	new PerformanceObserver((list) =>
		window.long.push(...list.getEntries().map(({ duration }) => duration))
	).observe({ entryTypes: ['longtask'] });
}
