import { expect, test } from 'vitest';
import { plannedEnd, sessionEnd } from '#lib/domain/session/end.ts';
import { type Instant, parseInstant } from '#lib/domain/time.ts';

const at = (iso: string): Instant => {
	const moment = parseInstant(iso);
	if (moment === null) throw new Error(iso);
	return moment;
};
const startsAt = at('2026-11-26T18:30:00+01:00');
const end = (started: string | null) =>
	plannedEnd({ startsAt, startedAt: started === null ? null : at(started), lengthMinutes: 120 });

test('a session not begun ends its length after its hour', () => {
	expect(end(null)).toBe(at('2026-11-26T20:30:00+01:00'));
});

test('a late start does not move the end', () => {
	expect(end('2026-11-26T18:42:00+01:00')).toBe(at('2026-11-26T20:30:00+01:00'));
});

test('a session begun early has its full length', () => {
	expect(end('2026-11-26T18:20:00+01:00')).toBe(at('2026-11-26T20:20:00+01:00'));
});

test('a session begun on another day has its full length from there', () => {
	expect(end('2026-11-27T08:00:00+01:00')).toBe(at('2026-11-27T10:00:00+01:00'));
});

test('for its readers a session is over with its full length, or with its close before that', () => {
	const over = (startedAt: string | null, closedAt: string | null) =>
		sessionEnd({
			...{ startsAt, lengthMinutes: 120 },
			startedAt: startedAt === null ? null : at(startedAt),
			closedAt: closedAt === null ? null : at(closedAt)
		});
	expect(over(null, null)).toBe(at('2026-11-26T20:30:00+01:00'));
	expect(over('2026-11-26T18:42:00+01:00', null)).toBe(at('2026-11-26T20:42:00+01:00'));
	const begun = '2026-11-26T18:30:00+01:00';
	expect(over(begun, '2026-11-26T20:10:00+01:00')).toBe(at('2026-11-26T20:10:00+01:00'));
	expect(over(begun, '2026-12-24T09:00:00+01:00')).toBe(at('2026-11-26T20:30:00+01:00'));
});
