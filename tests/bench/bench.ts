/**
 * `npm run bench`: figures of one run on this machine, as ratios, counts and spreads. Nothing here is
 * a test: the machine decides the times, the reader compares them within the run.
 */
import { existsSync } from 'node:fs';
import { openProcess } from '../support/process.ts';
import { room } from './room.ts';
import { weight } from './weight.ts';

if (!existsSync('build/handler.js')) {
	console.error('Build first: npm run build');
	process.exit(1);
}

const cercle = await openProcess({ CERCLE_DEMO: '1' });
try {
	const first = cercle.readyAfter;
	await cercle.stop();
	await cercle.start();
	const second = cercle.readyAfter;
	console.log('start-up to the first answer');
	console.log(`  first (makes the database)  ${Math.round(first)} ms`);
	console.log(`  second                      ${Math.round(second)} ms`);
	console.log(`  first / second              ${(first / second).toFixed(1)}`);
	await weight(cercle.url);
	await room(cercle.url);
} finally {
	await cercle.remove();
}
