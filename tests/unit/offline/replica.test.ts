import { expect, test } from 'vitest';
import { Reading } from '#lib/offline/replica.ts';

type Rows = [id: string, stamp: number, title?: string][];

const entry = (key: string, rows: Rows) => ({
	...{ key, mark: null },
	value: rows.map(([id, stamp, title = 'as it was']) => [stamp, { id, title }])
});

test('a row under the same stamp, and a table of such rows, are the objects of before', () => {
	const reading = new Reading();
	const b = entry('b', [['1', 9]]);
	const first = reading.read([entry('a', [['1', 7], ['2', 8]]), b]); // prettier-ignore
	const second = reading.read([entry('a', [['1', 7], ['2', 10, 'new']]), structuredClone(b)]); // prettier-ignore
	expect(second.a?.[0]).toBe(first.a?.[0]);
	expect(second.a?.[1]).toEqual({ id: '2', title: 'new' });
	expect(second.b).toBe(first.b);
});

test('a table without a record is gone, and a damaged record has no rows', () => {
	const reading = new Reading();
	reading.read([entry('a', [['1', 7]]), entry('b', [['1', 9]])]);
	const damaged = { key: 'a', mark: null, value: [[7], 'torn', [8, { title: 'no id' }]] };
	expect(reading.read([damaged])).toEqual({ a: [] });
	expect(reading.read([{ ...damaged, value: undefined }])).toEqual({ a: [] });
});

test('a row fewer is another table, of the same rows', () => {
	const reading = new Reading();
	const first = reading.read([entry('a', [['1', 7], ['2', 8]])]); // prettier-ignore
	const second = reading.read([entry('a', [['2', 8]])]);
	expect(second.a).toEqual([{ id: '2', title: 'as it was' }]);
	expect(second.a?.[0]).toBe(first.a?.[1]);
});

test('a pull replaces and removes rows of the tables it names, and leaves the others alone', () => {
	const reading = new Reading();
	reading.read([entry('a', [['1', 7], ['2', 8]]), entry('b', [['1', 9]])]); // prettier-ignore
	const rows = [[10, { id: '1', title: 'new' }] as const];
	expect(reading.after([{ table: 'a', rows, gone: ['2'] }], false)).toEqual([
		{ store: 'tables', key: 'a', put: [[10, { id: '1', title: 'new' }]] }
	]);
	expect(reading.after([{ table: 'b', rows: [], gone: ['1'] }], false)).toEqual([
		{ store: 'tables', remove: 'b' }
	]);
	expect(reading.after([{ table: 'b', rows, gone: [] }], true)).toEqual([
		{ store: 'tables', clear: true },
		{ store: 'tables', key: 'b', put: [[10, { id: '1', title: 'new' }]] }
	]);
});
