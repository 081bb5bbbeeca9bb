import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Evening, openEvening } from '../support/kills/kills.ts';

const PATIENCE = 120_000;
/** What a person in a live room may notice of it, in ms. */
const WITHIN = 5_000;

let evening: Evening;
beforeAll(async () => {
	evening = await openEvening();
}, PATIENCE);
afterAll(() => evening.close(), PATIENCE);

test.each(['postmaster', 'backend', 'postmaster', 'backend'] as const)(
	'the %s is killed while members write: nothing acknowledged is lost, and all phones are right soon',
	async (victim) => {
		const kill = await evening.kill(victim);
		expect(kill.lost).toBe(0);
		expect(kill.until).toBeLessThan(WITHIN);
	},
	PATIENCE
);

test('no process ended, and every call was answered in time: done, or 503 in our own words', () => {
	expect(evening.isSame).toBe(true);
	expect(evening.strange).toEqual([]);
	expect(evening.slowest).toBeLessThan(WITHIN);
});
