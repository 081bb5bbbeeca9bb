import * as fc from 'fast-check';
import { History, type Outcome } from './history.ts';
import { steps } from './steps.ts';
import { openWorld, owner } from './world.ts';

export interface Played extends Outcome {
	runs: number;
}

/**
 * Plays random histories against the database, in several groups at once; rejects at the first one
 * after which something is lost, double or different. The seed is in what it says then.
 */
export async function play(
	ownerUrl: string,
	{ runs, worlds }: { runs: number; worlds: number }
): Promise<Played> {
	const sql = owner(ownerUrl, worlds * 3);
	const played: Played = {
		...{ runs: 0, operations: 0, refused: 0, conflicts: 0, withdrawn: 0 },
		...{ crashes: 0, duplicates: 0, losses: 0, late: 0, stalls: 0 }
	};
	const names = Object.keys(played) as (keyof Played)[];
	const playIn = async (numRuns: number) => {
		const world = await openWorld(sql);
		const property = fc.asyncProperty(steps, async (taken) => {
			await world.clean();
			const history = new History(world);
			for (const step of taken) await history.take(step);
			const outcome = { runs: 1, ...(await history.end()) };
			for (const name of names) played[name] += outcome[name];
		});
		await fc.assert(property, { numRuns, endOnFailure: true });
	};
	try {
		await Promise.all(Array.from({ length: worlds }, () => playIn(Math.ceil(runs / worlds))));
	} finally {
		await sql.end({ timeout: 1 });
	}
	return played;
}
