import { expect, test } from 'vitest';
import { horizon, words } from '#routes/(app)/actions/due.ts';
import { action, groupOf } from '../../group-view.ts';

const TODAY = '2026-11-20';

function row(columns: Record<string, unknown>, id = 'x') {
	const [found] = groupOf([], { actions: [action(id, columns)] }).actions;
	if (!found) throw new Error('no action');
	return found;
}
const said = (columns: Record<string, unknown>) => words(row(columns), TODAY, 'fr');

test('an action says when it is due, in days while it is near', () => {
	expect(said({ due_on: '2026-11-26' }).meta).toBe('pour le 26\u00a0nov.');
	expect(said({ due_on: '2026-11-21' }).meta).toBe('pour demain');
	expect(said({ due_on: TODAY }).meta).toBe('pour aujourd’hui');
	expect(said({ due_on: '2026-11-19' }).meta).toMatch(/^en retard/);
});

test('carries are counted, and from the third on they ask for a decision', () => {
	expect(said({ carries: 1 })).toEqual({
		meta: 'pour le 26\u00a0nov. · reportée 1 fois',
		alert: undefined
	});
	expect(said({ carries: 3 }).alert).toMatch(/^troisième report/);
	expect(said({ carries: 3 }).meta).not.toContain('reporté');
	expect(said({ carries: 4 }).alert).toMatch(/^reportée 4 fois/);
});

test('a settled action only says so', () => {
	expect(said({ status: 'done', carries: 3 })).toEqual({ meta: 'faite', alert: undefined });
	expect(said({ status: 'dropped' }).meta).toBe('abandonnée');
});

test('open actions stand by how soon they are due, around the next session', () => {
	const rows = ['2026-11-19', '2026-11-22', '2026-11-20', '2026-12-01'].map((due_on) =>
		row({ due_on }, due_on)
	);
	const shown = horizon(rows, TODAY, '2026-11-22');
	expect(shown.late.map(({ id }) => id)).toEqual(['2026-11-19']);
	expect(shown.soon.map(({ id }) => id)).toEqual(['2026-11-20', '2026-11-22']);
	expect(shown.later.map(({ id }) => id)).toEqual(['2026-12-01']);
	expect(horizon(rows, TODAY, null).later).toEqual([]);
});

test('a settled action is left out unless it has just been ticked off', () => {
	const done = row({ status: 'done' });
	expect(horizon([done], TODAY, null).soon).toEqual([]);
	expect(horizon([done], TODAY, null, () => true).soon).toEqual([done]);
});
