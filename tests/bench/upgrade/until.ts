import { setTimeout as wait } from 'node:timers/promises';

/** How long anything may take, in ms. */
const PATIENCE = 60_000;

/** Asks again and again until it is so. Throws when it never comes. */
export async function until(is: () => Promise<boolean>): Promise<void> {
	const began = performance.now();
	while (!(await is())) {
		if (performance.now() - began > PATIENCE) throw new Error(`never came: ${is}`);
		await wait(50);
	}
}
