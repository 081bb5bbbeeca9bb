import { expect, inject, test } from 'vitest';
import { play } from '../../support/history/play.ts';

test('whatever happens on the way, three phones of two members end alike and nothing typed is lost', async () => {
	const { runs, operations, refused, conflicts } = await play(inject('cercle').ownerUrl, {
		runs: 60,
		worlds: 4
	});
	expect(runs).toBe(60);
	expect(operations).toBeGreaterThan(runs);
	// Most of it arrives: a server that refuses everything would lose nothing either.
	expect(refused).toBeLessThan(operations / 3);
	expect(conflicts).toBeGreaterThan(0);
});
