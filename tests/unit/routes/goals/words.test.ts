import { expect, test } from 'vitest';
import { months, period, tallied } from '#routes/(app)/goals/words.ts';

test('a time is said as people say it', () => {
	expect(period({ year: 2026, quarter: 4 })).toBe('4e trimestre 2026');
	expect(period({ year: 2026, quarter: null })).toBe('Toute l’année 2026');
	expect(months(1, 'fr')).toBe('janvier – mars');
	expect(months(4, 'en')).toBe('October – December');
});

test('the marks of a goal have words for those who do not see them', () => {
	expect(tallied(['kept', 'kept', 'open', 'missed'])).toBe('2 tenues, 1 en cours, 1 non tenue');
});
