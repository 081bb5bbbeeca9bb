import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	between,
	instant,
	later,
	millis,
	minutes,
	parseInstant,
	toIso,
	wholeMinutes
} from '#lib/domain/time.ts';
import { digits } from '#lib/domain/timer/digits.ts';

const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');
const moment = fc.integer({ min: FIRST, max: LAST });

describe('reading a moment', () => {
	test('any moment of the years 0 to 9999 is written and read as the platform does', () => {
		fc.assert(
			fc.property(moment, (ms) => {
				const iso = new Date(ms).toISOString();
				expect(toIso(instant(ms))).toBe(iso);
				expect(parseInstant(iso)).toBe(ms);
			})
		);
	});

	test('any day of any month is accepted exactly when the calendar has it', () => {
		const number = (min: number, max: number) => fc.integer({ min, max });
		fc.assert(
			fc.property(number(1, 9998), number(0, 13), number(0, 32), (year, month, day) => {
				const two = (n: number) => String(n).padStart(2, '0');
				const iso = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T12:00:00.000Z`;
				const platform = new Date(iso);
				// The platform rolls the 30th of February over to March: not the same day any more.
				const exists = !Number.isNaN(platform.getTime()) && platform.toISOString() === iso;
				expect(parseInstant(iso)).toBe(exists ? platform.getTime() : null);
			})
		);
	});

	test('an offset names the same moment as UTC does', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: FIRST + 86_400_000, max: LAST - 86_400_000 }),
				fc.integer({ min: -14 * 60, max: 14 * 60 }),
				(ms, offset) => {
					const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
					const size = Math.abs(offset);
					const zone = [Math.floor(size / 60), size % 60].map((n) => String(n).padStart(2, '0'));
					expect(parseInstant(`${local}${offset < 0 ? '-' : '+'}${zone.join(':')}`)).toBe(ms);
				}
			)
		);
	});

	test.each([
		['2026-11-26 18:30:00+00', '2026-11-26T18:30:00.000Z'],
		['2026-11-26T18:30:00.123987+00:00', '2026-11-26T18:30:00.123Z'],
		['2026-11-26T18:30:00.5+0130', '2026-11-26T17:00:00.500Z'],
		['2026-11-26T18:30Z', '2026-11-26T18:30:00.000Z'],
		['2028-02-29T00:00:00-05:00', '2028-02-29T05:00:00.000Z']
	])('%s is read as %s', (text, utc) => {
		expect(parseInstant(text)).toBe(Date.parse(utc));
	});

	test.each([
		'',
		'2026-11-26',
		'2026-11-26T18:30:00',
		'2026-13-01T00:00:00Z',
		'2026-02-29T00:00:00Z',
		'1900-02-29T00:00:00Z',
		'2026-04-31T00:00:00Z',
		'2026-11-26T24:00:00Z',
		'2026-11-26T23:60:00Z',
		'2026-12-31T23:59:60Z',
		'2026-11-26T18:30:00+24:00',
		'0000-01-01T00:00:00+01:00',
		'infinity',
		' 2026-11-26T18:30:00Z',
		'2026-11-26T18:30:00Z\n'
	])('%j is not a moment', (text) => {
		expect(parseInstant(text)).toBeNull();
	});

	test('no text makes the reader throw', () => {
		fc.assert(fc.property(fc.string(), (text) => void parseInstant(text)));
	});
});

describe('moments and lengths', () => {
	test('what comes later by the time between two moments is the second one', () => {
		fc.assert(
			fc.property(moment, moment, (a, b) => {
				expect(later(instant(a), between(instant(a), instant(b)))).toBe(b);
			})
		);
	});

	test('a fraction of a millisecond is cut when a moment is written', () => {
		expect(toIso(instant(-0.5))).toBe('1969-12-31T23:59:59.999Z');
		expect(toIso(instant(1.9))).toBe('1970-01-01T00:00:00.001Z');
	});

	test.each([NaN, Infinity, FIRST - 1, LAST + 1])('%d is refused as a moment', (ms) => {
		expect(() => instant(ms)).toThrow(RangeError);
	});

	test.each([NaN, Infinity])('%d is refused as a length', (ms) => {
		expect(() => millis(ms)).toThrow(RangeError);
	});

	test('two hours on the night the clocks go back pass the repeated hour', () => {
		const start = parseInstant('2026-10-25T01:30:00+02:00')!;
		expect(later(start, minutes(120))).toBe(parseInstant('2026-10-25T02:30:00+01:00'));
	});

	test('two hours on the night the clocks go forward skip the missing hour', () => {
		const start = parseInstant('2027-03-28T01:30:00+01:00')!;
		expect(later(start, minutes(120))).toBe(parseInstant('2027-03-28T04:30:00+02:00'));
	});

	test.each([
		[0, 0],
		[29_999, 0],
		[30_000, 1],
		[60_000, 1],
		[178_000, 3],
		[-1, 0],
		[-61_000, -1]
	])('%d ms are %d whole minutes', (ms, count) => {
		expect(wholeMinutes(millis(ms))).toBe(count);
	});
});

describe('digits', () => {
	test.each([
		[20 * 60_000, '', '20:00'],
		[20 * 60_000 - 1, '', '20:00'],
		[20 * 60_000 - 1000, '', '19:59'],
		[1, '', '0:01'],
		[0, '', '0:00'],
		[-1, '+', '0:00'],
		[-999, '+', '0:00'],
		[-1000, '+', '0:01'],
		[-178_999, '+', '2:58'],
		[60 * 60_000, '', '60:00'],
		[180 * 60_000, '', '180:00']
	])('%d ms read as %s%s', (ms, sign, text) => {
		expect(digits(millis(ms))).toEqual({ sign, text });
	});

	test('as time passes the digits never go the wrong way', () => {
		const value = (ms: number) => {
			const { sign, text } = digits(millis(ms));
			const [m, s] = text.split(':').map(Number);
			return (m! * 60 + s!) * (sign === '+' ? -1 : 1);
		};
		fc.assert(
			fc.property(fc.integer({ min: -1e7, max: 1e7 }), fc.nat(5000), (ms, passed) => {
				expect(value(ms - passed)).toBeLessThanOrEqual(value(ms));
			})
		);
	});
});
