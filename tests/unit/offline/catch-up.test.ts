import { expect, test } from 'vitest';
import { CatchUp } from '#lib/offline/catch-up.ts';
import type { Answer, Difference } from '#lib/offline/remote.ts';
import type { Stamps } from '#lib/offline/replica.ts';

type Rows = Record<string, number>;

const stamps = (tables: Record<string, Rows>): Stamps =>
	new Map(Object.entries(tables).map(([table, rows]) => [table, new Map(Object.entries(rows))]));

/** A table as the server has it, of which it sends these rows, or all. */
function differs(rows: Rows, sent: Rows | null = null): Difference {
	const values = Object.values(rows);
	return {
		full: sent === null,
		sum: [values.length, values.reduce((sum, stamp) => sum + stamp, 0)],
		rows: Object.entries(sent ?? rows).map(([id, stamp]) => [stamp, { id }] as const)
	};
}

function answer(snapshot: string, tables: Answer['tables'], rest: string[] = []): Answer {
	return { account: 'anne', snapshot, tables, rest };
}

test('of named tables alone it asks and says what is here, each as of its own snapshot', () => {
	const kept = stamps({ a: { 1: 7 }, b: { 2: 8 } });
	const catchUp = new CatchUp(kept, { a: 'then', b: 'later' }, ['b', 'c']);
	expect(catchUp.ask).toEqual({
		all: false,
		tables: { b: { sum: [1, 8], snapshot: 'later' }, c: { sum: [0, 0], snapshot: null } }
	});
	catchUp.take(answer('now', { c: differs({ 3: 9 }) }));
	expect(catchUp.done).toBe(true);
	expect(catchUp.diffs()).toEqual([{ table: 'c', rows: [[9, { id: '3' }]], gone: [] }]);
	// What was not asked for stays as of then: what is written since is still to come.
	expect(catchUp.snapshots).toEqual({ a: 'then', b: 'now', c: 'now' });
});

test('nothing named: nothing to be asked', () => {
	expect(new CatchUp(stamps({ a: { 1: 7 } }), { a: 'then' }, []).done).toBe(true);
	expect(new CatchUp(new Map(), {}, 'all').done).toBe(false);
});

test('rows that are not to be trusted: all is asked for anew, whatever was named', () => {
	const catchUp = new CatchUp(null, { a: 'then' }, ['a']);
	expect([catchUp.afresh, catchUp.all, catchUp.ask]).toEqual([
		true,
		true,
		{ all: true, tables: {} }
	]);
});

test('a table that does not add up is asked for whole, and the others are compared again', () => {
	const catchUp = new CatchUp(
		stamps({ a: { 1: 7 }, b: { 2: 8 } }),
		{ a: 'then', b: 'then' },
		'all'
	);
	catchUp.take(answer('now', { a: differs({ 1: 7, 4: 9 }, {}) }));
	expect(catchUp.done).toBe(false);
	expect(catchUp.ask.tables).toEqual({
		a: { sum: [1, 7], snapshot: null },
		b: { sum: [1, 8], snapshot: 'now' }
	});
	catchUp.take(answer('soon', { a: differs({ 1: 7, 4: 9 }) }));
	expect(catchUp.done).toBe(true);
	expect(catchUp.diffs()).toEqual([{ table: 'a', rows: [[9, { id: '4' }]], gone: [] }]);
});

test('an answer that did not hold all goes on: what it left keeps its snapshot', () => {
	const catchUp = new CatchUp(
		stamps({ a: { 1: 7 }, b: { 2: 8 } }),
		{ a: 'then', b: 'then' },
		'all'
	);
	catchUp.take(answer('now', { a: differs({ 1: 10 }, { 1: 10 }) }, ['b']));
	expect([catchUp.done, catchUp.snapshots]).toEqual([false, { a: 'now', b: 'then' }]);
	catchUp.take(answer('soon', { b: differs({ 2: 11 }, { 2: 11 }) }));
	expect(catchUp.done).toBe(true);
	expect(catchUp.snapshots).toEqual({ a: 'soon', b: 'soon' });
});

test('pages use up no patience, answers that bring nothing forward do', () => {
	const endless = new CatchUp(new Map(), {}, 'all');
	for (let page = 0; page < 20; page++)
		endless.take(answer('s', { a: differs({ 1: page }) }, ['b']));
	expect(endless.patient).toBe(true);
	const stuck = new CatchUp(new Map(), {}, 'all');
	for (let turn = 0; turn < 5; turn++) stuck.take(answer('s', {}, ['b']));
	expect(stuck.patient).toBe(false);
});
