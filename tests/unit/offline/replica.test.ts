import { expect, test } from 'vitest';
import { Reading } from '#lib/offline/replica.ts';

const entry = (table: string, id: string, mark: unknown, title = 'as it was') => ({
	...{ key: [table, id], mark },
	value: { id, title }
});

test('a row under the same stamp, and a table of such rows, are the objects of before', () => {
	const reading = new Reading();
	const first = reading.read([entry('a', '1', 7), entry('a', '2', 8), entry('b', '1', 9)]);
	const second = reading.read([entry('a', '1', 7), entry('a', '2', 10, 'new'), entry('b', '1', 9)]);
	expect(second.a?.[0]).toBe(first.a?.[0]);
	expect(second.a?.[1]).toEqual({ id: '2', title: 'new' });
	expect(second.b).toBe(first.b);
});

test('a row without a stamp is what was read last, and a table without rows is gone', () => {
	const reading = new Reading();
	reading.read([entry('a', '1', null), entry('b', '1', 9)]);
	expect(reading.read([entry('a', '1', null, 'new')])).toEqual({ a: [{ id: '1', title: 'new' }] });
});

test('a row fewer is another table, of the same rows', () => {
	const reading = new Reading();
	const first = reading.read([entry('a', '1', 7), entry('a', '2', 8)]);
	const second = reading.read([entry('a', '2', 8)]);
	expect(second.a).toEqual([{ id: '2', title: 'as it was' }]);
	expect(second.a?.[0]).toBe(first.a?.[1]);
});
