import { expect, test } from 'vitest';
import { FairTurns } from '#lib/server/embedded/door/turns.ts';

/** Work that lasts until it is told to end, by name, in the order in which it began. */
function bench(turns: FairTurns) {
	const began: string[] = [];
	const ends = new Map<string, () => void>();
	return {
		began,
		add: (account: string, name: string) =>
			turns.take(account, async () => {
				began.push(name);
				await new Promise<void>((end) => ends.set(name, end));
			}),
		end: async (name: string) => {
			ends.get(name)?.();
			// A turn is handed on within the promises of the one before.
			await new Promise(setImmediate);
		}
	};
}

test('of one account a few work at once, and others begin beside them', () => {
	const { began, add } = bench(new FairTurns(4, 2, 99));
	for (let call = 0; call < 60; call++) void add('flood', `flood ${call}`);
	void add('ada', 'ada');
	expect(began).toEqual(['flood 0', 'flood 1', 'ada']);
});

test('accounts come round one after the other, each with its oldest', async () => {
	const { began, add, end } = bench(new FairTurns(1, 1, 99));
	void add('ada', 'a1');
	for (const name of ['f1', 'f2', 'f3']) void add('flood', name);
	void add('bob', 'b1');
	void add('bob', 'b2');
	for (const name of ['a1', 'f1', 'b1', 'f2', 'b2']) await end(name);
	expect(began).toEqual(['a1', 'f1', 'b1', 'f2', 'b2', 'f3']);
});

test('work that fails gives its turn on', async () => {
	const turns = new FairTurns(1, 1, 99);
	const failing = turns.take('ada', async () => {
		throw new Error('no');
	});
	const next = turns.take('ada', async () => 'done');
	await expect(failing).rejects.toThrow('no');
	expect(await next).toBe('done');
});

test('an account that has too many waiting is full, another is not', () => {
	const turns = new FairTurns(1, 1, 2);
	const { add } = bench(turns);
	for (const name of ['1', '2', '3']) void add('flood', name);
	expect([turns.isFull('flood'), turns.isFull('ada')]).toEqual([true, false]);
});
