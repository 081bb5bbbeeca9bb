import type { DelayProxy } from '../support/delay-proxy.ts';
import type { CercleProcess } from '../support/process.ts';
import { openCercleRoom } from './cercle-room.ts';
import { type Change, lateness, spreads, watch } from './digits.ts';
import { type Figure, line, ms, quantile, times } from './figures.ts';
import { bound, LINES, openLines } from './lines.ts';
import { openPeer, openPeerRoom } from './peers/server.ts';
import { type Bench, withPhones } from './phones.ts';
import { press, type Rig } from './press.ts';

const COMMANDS = 20;
/** How long the digits are watched on each set of lines, in seconds. */
const WATCHED = 10;

type Which = keyof typeof LINES;

interface Figures {
	name: string;
	painted: number[];
	spread: Record<Which, number[]>;
	/** How far the digits are from the truth, over all phones of the extreme lines, in ms. */
	off: number[];
	/** What a phone shows that opens the page there while the digits run. */
	joiner: Joiner;
}

interface Joiner {
	/** How far its very first digits are from the truth, in ms. */
	first: number;
	/** From those until digits that are less than a second wrong, in ms. */
	until: number;
	/** The digits after those. */
	off: number[];
}

/**
 * Seven phones with wrong clocks, far from the server by seven different ways: how far apart their
 * digits are, how soon all have painted a command, what a late joiner sees. Then the same of two
 * other ways of keeping timers together.
 */
export async function room(cercle: CercleProcess): Promise<Figure[]> {
	const ours = await withLines(cercle.url, (bench, urls) => openCercleRoom(bench, cercle, urls));
	print(ours);
	for (const [mechanism, name] of [
		['push', 'one-second push (as Ontime)'],
		['receiver', 'receiver-stamped start (as mobtime)']
	] as const) {
		const peer = await openPeer(mechanism);
		try {
			const theirs = await withLines(peer.url, (bench, urls) =>
				openPeerRoom(bench, peer, name, urls)
			);
			print(theirs);
			compare(theirs, ours);
		} finally {
			await peer.close();
		}
	}
	return [
		{ what: 'painted on all', value: quantile(ours.painted, 0.5), unit: 'ms' },
		{ what: 'spread of the digits', value: quantile(ours.spread.none, 0.5), unit: 'ms' }
	];
}

async function withLines(
	url: string,
	open: (bench: Bench, urls: readonly string[]) => Promise<Rig>
): Promise<Figures> {
	const lines = await openLines(url);
	try {
		return await withPhones(url, async (bench) => {
			const urls = lines.map((each) => each.url);
			const rig = await open(bench, urls);
			const figures = await measure(rig, lines);
			await rig.close();
			return figures;
		});
	} finally {
		await Promise.all(lines.map((each) => each.close()));
	}
}

async function measure(rig: Rig, lines: readonly DelayProxy[]): Promise<Figures> {
	const { name, pages } = rig;
	await settle(rig);
	const none = spreads(await watch(pages, WATCHED));
	const painted = await press(rig, COMMANDS);
	const moderate = spreads(await far(rig, lines, 'moderate'));
	const seen = await far(rig, lines, 'extreme');
	const end = await rig.end();
	const off = seen.flat().map((change) => Math.abs(lateness(change, end)));
	const joiner = await join(rig, end);
	return { name, painted, spread: { none, moderate, extreme: spreads(seen) }, off, joiner };
}

/**
 * Moves the phones onto these lines and opens their pages anew, as if they joined from there: one
 * after the other, since real phones do not share a processor.
 */
async function far(rig: Rig, lines: readonly DelayProxy[], which: Which): Promise<Change[][]> {
	const { pages, anchored } = rig;
	for (const [index, page] of pages.entries()) {
		const delays = LINES[which][index];
		if (delays) lines[index]?.set(delays);
		if (anchored && index === 0) continue;
		await page.reload();
		await page.waitForFunction(() => window.changes.length > 1);
	}
	await settle(rig);
	return watch(pages, WATCHED);
}

async function settle({ pages, settling }: Rig): Promise<void> {
	await pages[0]?.waitForTimeout(settling * 1_000);
}

async function join({ pages }: Rig, end: number): Promise<Joiner> {
	const page = pages.at(-1);
	if (!page) throw new Error('no phone');
	await page.reload();
	await page.waitForFunction(() => window.changes.length > 4);
	const changes = await page.evaluate(() => window.changes);
	const [first] = changes;
	const right = changes.findIndex((change) => wrong(change, end) < 1_000);
	const late = changes.slice(right + 1).map((change) => Math.abs(lateness(change, end)));
	return {
		first: first ? wrong(first, end) : Number.NaN,
		until: (changes[right]?.at ?? Number.NaN) - (first?.at ?? 0),
		off: late
	};
}

/** How wrong digits are that may have come at any moment of their second, in ms. */
function wrong(change: Change, end: number): number {
	const late = lateness(change, end);
	return late < 0 ? -late : Math.max(0, late - 1_000);
}

function print({ name, painted, spread, off, joiner }: Figures): void {
	console.log(`${name}: 7 phones, wall clocks off by up to 6 h`);
	console.log(line(`painted on all, ${painted.length} commands`, painted));
	console.log(line('spread of the digits, no delay', spread.none));
	for (const which of ['moderate', 'extreme'] as const) {
		console.log(line(`spread, ${which} lines`, spread[which]));
		console.log(
			`${' '.repeat(37)}no clock set over these lines does better than ${ms(bound(LINES[which]))}`
		);
	}
	console.log(line('off the truth, extreme lines', off));
	console.log(line('off the truth, late joiner there', joiner.off));
	console.log(`${' '.repeat(37)}first digits off by ${ms(joiner.first)}, for ${ms(joiner.until)}`);
}

function compare(theirs: Figures, ours: Figures): void {
	const ratio = (of: (figures: Figures) => number[]) =>
		times(quantile(of(theirs), 0.95), quantile(of(ours), 0.95));
	console.log(`  ${theirs.name} / Cercle, p95 against p95`);
	console.log(`    painted           ${ratio(({ painted }) => painted)}`);
	for (const which of ['none', 'moderate', 'extreme'] as const) {
		console.log(`    spread, ${which.padEnd(9)} ${ratio(({ spread }) => spread[which])}`);
	}
	console.log(`    off the truth     ${ratio(({ off }) => off)}`);
}
