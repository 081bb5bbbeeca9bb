import { describe, expect, test } from 'vitest';
import { civilDate, daysBetween } from '#lib/domain/civil.ts';
import { clock } from '#lib/domain/wall-time.ts';
import * as civil from '#lib/ui/civil.ts';
import * as format from '#lib/ui/format.ts';

const PARIS = 'Europe/Paris';
const evening = '2026-11-26T17:30:00Z';

/** Plain spaces, so that an expectation can be read; one test below looks at the real ones. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/gu, ' ');

describe('a session’s date', () => {
	test('is written in its own time zone, not in the device’s', () => {
		expect(plain(format.dayAndTime(evening, PARIS, 'fr'))).toBe('jeudi 26 novembre, 18 h 30');
		expect(plain(format.dayAndTime(evening, 'Pacific/Auckland', 'fr'))).toBe(
			'vendredi 27 novembre, 6 h 30'
		);
		expect(plain(format.dayAndTime(evening, PARIS, 'en'))).toBe('Thursday 26 November, 18:30');
	});

	test('names the year only when it is not this one', () => {
		expect(plain(format.day(evening, PARIS, 'fr', '2026-01-01T12:00:00Z'))).toBe(
			'jeudi 26 novembre'
		);
		expect(plain(format.day(evening, PARIS, 'fr', '2027-01-01T12:00:00Z'))).toBe(
			'jeudi 26 novembre 2026'
		);
		expect(plain(format.day(evening, PARIS, 'en', '2027-01-01T12:00:00Z'))).toBe(
			'Thursday 26 November 2026'
		);
	});

	test('writes the first of a month as French does', () => {
		expect(plain(format.day('2027-07-01T10:00:00Z', PARIS, 'fr'))).toBe('jeudi 1er juillet');
		expect(plain(format.day('2027-07-01T10:00:00Z', PARIS, 'en'))).toBe('Thursday 1 July');
	});

	test('never breaks a line between a number and its unit', () => {
		expect(format.dayAndTime(evening, PARIS, 'fr')).toBe(
			'jeudi 26\u00a0novembre, 18\u00a0h\u00a030'
		);
		expect(format.minutes(20, 'fr')).toBe('20\u00a0min');
	});
});

describe('a time of day', () => {
	test('drops the minutes on the hour in a French sentence', () => {
		expect(plain(format.time('2026-11-26T19:00:00Z', PARIS, 'fr'))).toBe('20 h');
		expect(plain(format.time('2026-11-26T23:05:00Z', PARIS, 'fr'))).toBe('0 h 05');
	});

	test('keeps its width in a column, midnight included', () => {
		expect(clock('2026-11-26T23:05:00Z', PARIS)).toBe('00:05');
		expect(clock('2026-11-26T07:05:00Z', PARIS)).toBe('08:05');
	});

	test('gives start and end of a session that passes midnight', () => {
		expect(plain(format.timeRange('2026-11-26T21:30:00Z', 120, PARIS, 'fr'))).toBe(
			'22 h 30 – 0 h 30'
		);
	});
});

describe('a due date', () => {
	test('has no time zone: it is the same day everywhere', () => {
		expect(plain(civil.date('2026-11-26', 'fr'))).toBe('26 nov.');
		expect(plain(civil.date('2026-12-01', 'fr'))).toBe('1er déc.');
		expect(plain(civil.date('2026-11-01', 'en'))).toBe('1 Nov');
	});

	test.each(['fr', 'en'] as const)(
		'is written as the platform writes it, all year (%s)',
		(language) => {
			const format = new Intl.DateTimeFormat(civil.TAGS[language], {
				...{ timeZone: 'UTC', day: 'numeric', month: 'short' }
			});
			for (let month = 1; month <= 12; month++) {
				const iso = `2026-${String(month).padStart(2, '0')}-09`;
				expect(plain(civil.date(iso, language))).toBe(plain(format.format(new Date(iso))));
			}
		}
	);

	test('is counted in nights: 23:59 to 00:01 is tomorrow', () => {
		const from = civilDate('2026-11-25T22:59:00Z', PARIS);
		const to = civilDate('2026-11-25T23:01:00Z', PARIS);
		expect([from, to]).toEqual(['2026-11-25', '2026-11-26']);
		expect(format.relativeDay(from, to, 'fr')).toBe('demain');
	});

	test.each([
		['2026-11-20', 'aujourd’hui', 'today'],
		['2026-11-19', 'hier', 'yesterday'],
		['2026-11-26', 'dans 6 jours', 'in 6 days'],
		['2026-12-11', 'dans 3 semaines', 'in 3 weeks'],
		['2026-09-11', 'il y a 2 mois', '2 months ago']
	])('%s seen from 20 November is %s', (to, fr, en) => {
		expect(plain(format.relativeDay('2026-11-20', to, 'fr'))).toBe(fr);
		expect(plain(format.relativeDay('2026-11-20', to, 'en'))).toBe(en);
	});

	test('is not moved by a change of clocks', () => {
		expect(daysBetween('2027-03-27', '2027-03-29')).toBe(2);
		expect(daysBetween('2026-10-26', '2026-10-24')).toBe(-2);
	});
});

test('minutes keep their sign and group thousands', () => {
	expect(plain(format.minutes(-3, 'fr'))).toBe('−3 min');
	expect(plain(format.minutes(1440, 'fr'))).toBe('1 440 min');
	expect(plain(format.minutes(1440, 'en'))).toBe('1,440 min');
});

test('a list joins its last two items with a word', () => {
	expect(format.list([], 'fr')).toBe('');
	expect(format.list(['Ana', 'Léo', 'Sam'], 'fr')).toBe('Ana, Léo et Sam');
	expect(format.list(['Ana', 'Léo', 'Sam'], 'en')).toBe('Ana, Léo and Sam');
});
