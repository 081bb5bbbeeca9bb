import fc from 'fast-check';
import { expect, test } from 'vitest';
import { momentOf, wallTime } from '#lib/domain/wall-time.ts';

const PARIS = 'Europe/Paris';

test('a typed date and time is the moment at which that zone’s clock shows it', () => {
	expect(momentOf({ date: '2026-11-26', time: '18:30' }, PARIS)).toBe('2026-11-26T17:30:00.000Z');
	expect(momentOf({ date: '2026-07-02', time: '18:30' }, PARIS)).toBe('2026-07-02T16:30:00.000Z');
	expect(momentOf({ date: '2026-07-02', time: '18:30' }, 'Asia/Kathmandu')).toBe(
		'2026-07-02T12:45:00.000Z'
	);
});

test('an hour skipped in spring is the hour after it, one repeated in autumn is the first', () => {
	expect(momentOf({ date: '2027-03-28', time: '02:30' }, PARIS)).toBe('2027-03-28T01:30:00.000Z');
	expect(momentOf({ date: '2026-10-25', time: '02:30' }, PARIS)).toBe('2026-10-25T00:30:00.000Z');
});

test('a text that is no date or no time has no moment', () => {
	expect(momentOf({ date: '', time: '18:30' }, PARIS)).toBeNull();
	expect(momentOf({ date: '2026-02-26', time: '25:00' }, PARIS)).toBeNull();
});

test('every minute of three years comes back from the form as it was shown', () => {
	const minute = fc.integer({ min: Date.UTC(2026, 0) / 60_000, max: Date.UTC(2029, 0) / 60_000 });
	const zone = fc.constantFrom(PARIS, 'America/New_York', 'Australia/Lord_Howe', 'UTC');
	fc.assert(
		fc.property(minute, zone, (at, place) => {
			const wall = wallTime(at * 60_000, place);
			const moment = momentOf(wall, place);
			expect(wallTime(moment ?? 0, place)).toEqual(wall);
		}),
		{ numRuns: 300 }
	);
});
