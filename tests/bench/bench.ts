/**
 * `npm run bench`: figures of one run on this machine, as ratios, counts and spreads. Nothing here is
 * a test: the machine decides the times, the reader compares them within the run. Named parts alone:
 * `npm run bench -- room gateway`.
 *
 * `npm run bench -- NAME --against COMMIT` holds a part against the same of another commit: three runs
 * of each side in turn, medians, ratios. `test`, `check` and `e2e` are the suites of these names, timed once.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type CercleProcess, openProcess } from '../support/process.ts';
import { broadcasts } from './broadcasts.ts';
import { type Checkout, checkOut, current } from './checkout.ts';
import { cold } from './cold.ts';
import { door } from './door.ts';
import { type Figure, quantile } from './figures.ts';
import { gateway } from './gateway.ts';
import { policy } from './policy.ts';
import { pull } from './pull.ts';
import { room } from './room.ts';
import { scroll } from './scroll.ts';
import { start } from './start.ts';
import { SUITES, timeSuite } from './suites.ts';
import { thaw } from './thaw.ts';
import { weight } from './weight.ts';

type Part = (cercle: CercleProcess) => Promise<Figure[]>;

/** Each has a Cercle with the demo group to itself. */
const parts: Record<string, Part> = {
	start,
	door,
	weight,
	scroll,
	cold,
	room,
	thaw,
	broadcasts,
	gateway,
	policy,
	pull
};

/** Runs of each side of a comparison. */
const ROUNDS = 3;

const { values, positionals: asked } = parseArgs({
	options: { against: { type: 'string' } },
	allowPositionals: true
});
const known = [...Object.keys(parts), ...(values.against ? Object.keys(SUITES) : [])];
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
	console.error(`No such part: ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
	process.exit(1);
}
if (!existsSync('build/handler.js')) {
	console.error('Build first: npm run build');
	process.exit(1);
}
const names = asked.length > 0 ? asked : Object.keys(parts);
if (values.against) {
	const sides = { before: await checkOut(values.against), now: current() };
	for (const name of names) await compare(name, sides);
} else {
	for (const part of names.flatMap((name) => parts[name] ?? [])) await measure(part, current());
}

async function measure(part: Part, { root }: Checkout): Promise<Figure[]> {
	const cercle = await openProcess({ CERCLE_DEMO: '1' }, { root });
	try {
		return await part(cercle);
	} finally {
		await cercle.remove();
	}
}

async function compare(name: string, sides: { before: Checkout; now: Checkout }): Promise<void> {
	const runs: { before: Figure[]; now: Figure[] }[] = [];
	const part = parts[name];
	for (let round = 0; round < (part ? ROUNDS : 1); round++) {
		const run = (side: Checkout) => (part ? measure(part, side) : timeSuite(name, side));
		runs.push({ before: await run(sides.before), now: await run(sides.now) });
	}
	const [before, now] = [sides.before, sides.now].map(({ commit }) => commit.slice(0, 7));
	console.log(`\n${name}: ${before} → ${now}, medians of ${runs.length}`);
	const whats = new Set(runs.flatMap((run) => [...run.before, ...run.now].map(({ what }) => what)));
	for (const what of whats) {
		const was = medianOf(
			what,
			runs.flatMap((run) => run.before)
		);
		const is = medianOf(
			what,
			runs.flatMap((run) => run.now)
		);
		const ratio = was && is ? `× ${(is.value / was.value).toFixed(2)}` : '';
		console.log(`  ${what.padEnd(40)} ${said(was)} → ${said(is)}  ${ratio}`);
	}
}

/** The median of all figures of that name; null where a side has none. */
function medianOf(what: string, figures: readonly Figure[]): Figure | null {
	const found = figures.filter((figure) => figure.what === what);
	const values = found.map(({ value }) => value);
	return found[0] ? { ...found[0], value: quantile(values, 0.5) } : null;
}

function said(figure: Figure | null): string {
	return figure ? `${figure.value.toFixed(2)} ${figure.unit}` : '–';
}
