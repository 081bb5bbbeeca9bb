import { expect, test } from 'vitest';
import { applied } from '#lib/data/pending.ts';

const tables = {
	actions: [{ id: 'a', title: 'Relire', status: 'open' }],
	profiles: [{ id: 'p', name: 'Ada' }]
};
const settle = (refusal: { code: string } | null) => ({
	kind: 'action.settle',
	args: { id: 'a', changes: { status: 'done' } },
	refusal
});

test('a refused operation changes nothing on the screen', () => {
	expect(applied(tables, [settle({ code: 'CR002' })])).toBe(tables);
});

test('a waiting one shows at once, and leaves the kept rows as they are', () => {
	expect(applied(tables, [settle(null)]).actions).toEqual([
		{ id: 'a', title: 'Relire', status: 'done', outcome: 'done', line: '' }
	]);
	expect(tables.actions[0]?.status).toBe('open');
});

test('tables that no operation touches stay the same objects, so they are not read again', () => {
	expect(applied(tables, [settle(null)]).profiles).toBe(tables.profiles);
});

test('an operation of a newer version of the app is left to the server', () => {
	const unknown = { kind: 'action.teleport', args: { id: 'a' }, refusal: null };
	expect(applied(tables, [unknown])).toEqual(tables);
});

test('a row that is not here is not made up', () => {
	const elsewhere = { ...settle(null), args: { id: 'z', changes: { status: 'done' } } };
	expect(applied(tables, [elsewhere]).actions).toEqual(tables.actions);
});
