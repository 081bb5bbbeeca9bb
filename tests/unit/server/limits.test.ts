import { expect, test } from 'vitest';
import { Limits } from '#lib/server/embedded/limits.ts';

const limit = { most: 2, window: 1000 };

test('a few pass, the next does not, and time makes room again', () => {
	let now = 0;
	const limits = new Limits(() => now);
	expect([1, 2, 3].map(() => limits.take('a', limit))).toEqual([true, true, false]);
	expect(limits.take('b', limit)).toBe(true);
	now = 999;
	expect(limits.take('a', limit)).toBe(false);
	now = 1000;
	expect(limits.take('a', limit)).toBe(true);
});

test('a cleared key starts afresh', () => {
	const limits = new Limits(() => 0);
	limits.take('a', { most: 1, window: 1000 });
	expect(limits.take('a', { most: 1, window: 1000 })).toBe(false);
	limits.clear('a');
	expect(limits.take('a', { most: 1, window: 1000 })).toBe(true);
});

test('a flood of keys does not push out those that are in use', () => {
	const limits = new Limits(() => 0);
	for (let key = 0; key < 60_000; key++) {
		limits.take(`flood ${key}`, limit);
		limits.take('victim', { most: 3, window: 1000 });
	}
	expect(limits.take('victim', { most: 3, window: 1000 })).toBe(false);
});
