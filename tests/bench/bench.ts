/**
 * `npm run bench`: figures of one run on this machine, as ratios, counts and spreads. Nothing here is
 * a test: the machine decides the times, the reader compares them within the run. Named parts alone:
 * `npm run bench -- room gateway`.
 */
import { existsSync } from 'node:fs';
import { type CercleProcess, openProcess } from '../support/process.ts';
import { broadcasts } from './broadcasts.ts';
import { cold } from './cold.ts';
import { gateway } from './gateway.ts';
import { policy } from './policy.ts';
import { room } from './room.ts';
import { scroll } from './scroll.ts';
import { start } from './start.ts';
import { thaw } from './thaw.ts';
import { weight } from './weight.ts';

/** Each has a Cercle with the demo group to itself. */
const parts: Record<string, (cercle: CercleProcess) => Promise<void>> = {
	start,
	weight,
	scroll,
	cold,
	room,
	thaw,
	broadcasts,
	gateway,
	policy
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !parts[name]);
if (unknown.length > 0) {
	console.error(
		`No such part: ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.`
	);
	process.exit(1);
}
if (!existsSync('build/handler.js')) {
	console.error('Build first: npm run build');
	process.exit(1);
}
for (const [name, measure] of Object.entries(parts)) {
	if (asked.length > 0 && !asked.includes(name)) continue;
	const cercle = await openProcess({ CERCLE_DEMO: '1' });
	try {
		await measure(cercle);
	} finally {
		await cercle.remove();
	}
}
