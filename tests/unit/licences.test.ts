import { expect, test } from 'vitest';
import { allows, refused } from '../../scripts/licences.js';

const named = (license: unknown) => ({ name: 'sample', version: '1.0.0', license });

test('a package of a licence nobody allowed is refused, by name, version and licence', () => {
	const packages = [named('MIT'), named('BUSL-1.1'), named({ type: 'ISC' }), named(undefined)];
	expect(refused(packages)).toEqual(['sample@1.0.0: BUSL-1.1', 'sample@1.0.0: names no licence']);
});

test('one that names no licence passes only at the version whose file was read', () => {
	const read = { name: 'sqlite-wasm-kysely', license: undefined };
	expect(refused([{ ...read, version: '0.3.0' }])).toEqual([]);
	expect(refused([{ ...read, version: '0.3.1' }])).toHaveLength(1);
});

test('of two licences to choose from one is enough, of two that hold together both are asked', () => {
	expect(allows('(BUSL-1.1 OR MIT)')).toBe(true);
	expect(allows('MIT OR BUSL-1.1')).toBe(true);
	expect(allows('MIT AND BUSL-1.1')).toBe(false);
	expect(allows('(MIT OR BUSL-1.1) AND (ISC OR BUSL-1.1)')).toBe(true);
});

test('what is no expression is refused', () => {
	for (const text of [
		'',
		'MIT MIT',
		'(MIT',
		'MIT)',
		'MIT OR',
		'SEE LICENSE IN FILE',
		'GPL-2.0 WITH x'
	])
		expect(allows(text), text).toBe(false);
});
