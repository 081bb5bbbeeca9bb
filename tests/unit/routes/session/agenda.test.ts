import { expect, test } from 'vitest';
import { instant, minutes } from '#lib/domain/time.ts';
import { agendaItems } from '#routes/(app)/session/agenda.ts';
import { expand } from '#lib/domain/agenda/expand.ts';
import { mastermind } from '#lib/domain/formats/mastermind.ts';

const segments = expand(mastermind, { members: ['a', 'b'], presenters: ['a'] }).map(
	(segment, index) => ({ ...segment, key: String(index) })
);
const setting = {
	start: instant(Date.UTC(2026, 10, 26, 22, 50)),
	zone: 'Europe/Paris',
	language: 'fr' as const,
	members: 7,
	nameOf: (id: string) => `nom ${id}`
};

test('each segment has its hour on the wall, past midnight too', () => {
	const times = agendaItems(segments, setting).map(({ time }) => time);
	expect(times.slice(0, 4)).toEqual(['23:50', '23:55', '00:20', '00:40']);
});

test('without a date there are no hours', () => {
	const times = agendaItems(segments, { ...setting, start: null }).map(({ time }) => time);
	expect(new Set(times)).toEqual(new Set(['']));
});

test('a presented segment says who presents, or that nobody does yet', () => {
	const [named] = agendaItems(segments, setting).filter(({ strong }) => strong);
	expect(named?.who).toContain('nom a');
	const open = segments.map((segment) => ({ ...segment, person: null }));
	const [unnamed] = agendaItems(open, setting).filter(({ strong }) => strong);
	expect(unnamed?.who).toContain('à désigner');
});

test('the follow-up says how long each member has', () => {
	expect(agendaItems(segments, setting)[1]?.who).toMatch(/^7 membres, environ 3\u00a0min chacun$/);
});

test('a segment that is over shows the whole minutes it took', () => {
	const done = segments.map((segment) => ({ ...segment, actualMs: minutes(2.6) }));
	expect(agendaItems(done, { ...setting, members: null })[0]).toMatchObject({
		actual: 3,
		minutes: 5
	});
});
