/**
 * `npm run bench:kills`: the demo group's seven phones in their live session, each writing without a
 * pause, while the database is killed under them. Nothing is started again by hand.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { openEvening, type Kill, type Victim } from '../support/kills/kills.ts';
import { line } from './figures.ts';

const [postmasters, backends] = [Number(process.argv[2] ?? 40), Number(process.argv[3] ?? 20)];

const evening = await openEvening();
try {
	const kills: Kill[] = [];
	for (const [victim, count] of [
		['postmaster', postmasters],
		['backend', backends]
	] as [Victim, number][]) {
		for (let turn = 0; turn < count; turn++) {
			// Not in step with what the phones do.
			await wait(Math.random() * 500);
			kills.push(await evening.kill(victim));
		}
	}
	for (const victim of ['postmaster', 'backend'] as const) {
		const these = kills.filter((kill) => kill.victim === victim);
		console.log(`kills of a ${victim}: ${these.length}`);
		console.log(
			line(
				'away',
				these.map(({ away }) => away)
			)
		);
		console.log(
			line(
				'ready until all phones are right',
				these.map(({ until }) => until)
			)
		);
		console.log(
			`  at most                            ${Math.round(Math.max(...these.map(({ until }) => until)))} ms`
		);
	}
	console.log(`acknowledged writes                  ${evening.acknowledged}`);
	console.log(
		`acknowledged and lost                ${kills.reduce((sum, { lost }) => sum + lost, 0)}`
	);
	console.log(`longest without an answer            ${Math.round(evening.slowest)} ms`);
	console.log(
		`answers that no call may get         ${evening.strange.length} ${evening.strange.slice(0, 5)}`
	);
	console.log(`the process that was started runs    ${evening.isSame}`);
} finally {
	await evening.close();
}
