import { expect, test } from 'vitest';
import { Turns } from '#lib/server/embedded/realtime/turns.ts';

test('only so many work at once, and the others follow in their order', async () => {
	const turns = new Turns(2);
	const begun: number[] = [];
	const works = [0, 1, 2, 3].map(() => Promise.withResolvers<null>());
	const done = works.map(({ promise }, index) =>
		turns.take(async () => {
			begun.push(index);
			await promise;
			return index;
		})
	);
	expect(begun).toEqual([0, 1]);
	works[1]?.resolve(null);
	await done[1];
	expect(begun).toEqual([0, 1, 2]);
	for (const { resolve } of works) resolve(null);
	expect(await Promise.all(done)).toEqual([0, 1, 2, 3]);
	expect(begun).toEqual([0, 1, 2, 3]);
});

test('work that fails makes room for the next', async () => {
	const turns = new Turns(1);
	const failed = turns.take(() => Promise.reject(new Error('lost')));
	const next = turns.take(() => Promise.resolve('done'));
	await expect(failed).rejects.toThrow('lost');
	expect(await next).toBe('done');
});
