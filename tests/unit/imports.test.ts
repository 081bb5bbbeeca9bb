import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { betweenAreas, circles, imports, mutualPairs } from './imports.ts';

const all = imports(resolve(import.meta.dirname, '../..'));

test('no module of ours imports itself by way of others, be it for a type or late', () => {
	expect(all.length).toBeGreaterThan(1_000);
	expect(circles(all)).toEqual([]);
});

test('a circle is seen, however long', () => {
	const ring = [
		{ from: 'a', to: 'b' },
		{ from: 'b', to: 'c' },
		{ from: 'c', to: 'a' }
	];
	expect(circles([...ring, { from: 'a', to: 'd' }])).toEqual(ring);
});

test('areas of pages share little, and hardly any two know each other', () => {
	const between = betweenAreas(all);
	expect(between.length).toBeLessThanOrEqual(30);
	expect(mutualPairs(between).length).toBeLessThanOrEqual(3);
});
