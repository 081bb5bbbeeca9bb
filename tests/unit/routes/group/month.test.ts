import { expect, test } from 'vitest';
import { month } from '../../../../src/routes/(app)/group/month.ts';

const at = Date.parse;

test('the year is told only when it is another one', () => {
	const now = at('2026-11-20T12:00:00Z');
	expect(month(at('2026-03-26T18:30:00Z'), now, 'Europe/Paris', 'fr')).toBe('mars');
	expect(month(at('2025-03-26T18:30:00Z'), now, 'Europe/Paris', 'fr')).toBe('mars 2025');
	expect(month(at('2025-03-26T18:30:00Z'), now, 'Europe/Paris', 'en')).toBe('March 2025');
});

test('the month is the one on the wall, not the one in Greenwich', () => {
	const newYear = at('2026-12-31T23:30:00Z');
	expect(month(newYear, at('2027-01-15T12:00:00Z'), 'Europe/Paris', 'fr')).toBe('janvier');
});
