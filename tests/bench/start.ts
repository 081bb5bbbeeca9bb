import type { CercleProcess } from '../support/process.ts';
import type { Figure } from './figures.ts';

/** From the start of the process to its first answer: with a new database, and with one that is there. */
export async function start(cercle: CercleProcess): Promise<Figure[]> {
	const first = cercle.readyAfter;
	await cercle.stop();
	await cercle.start();
	const second = cercle.readyAfter;
	console.log('start-up to the first answer');
	console.log(`  first (makes the database)  ${Math.round(first)} ms`);
	console.log(`  second                      ${Math.round(second)} ms`);
	console.log(`  first / second              ${(first / second).toFixed(1)}`);
	return [
		{ what: 'first start', value: first, unit: 'ms' },
		{ what: 'second start', value: second, unit: 'ms' }
	];
}
