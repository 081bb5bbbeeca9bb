/**
 * Time as the session knows it. Two units, kept apart by the type checker: a moment on the server's
 * clock and a length of time. Neither has a time zone: zones belong to what a person reads.
 */

declare const unit: unique symbol;

/** A moment on the server's clock: milliseconds since 1970-01-01T00:00Z; may have a fraction. */
export type Instant = number & { readonly [unit]: 'Instant' };

/** A length of time in milliseconds; negative when it runs backwards. */
export type Millis = number & { readonly [unit]: 'Millis' };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** 0000-01-01T00:00Z and the last millisecond of 9999: years that four digits can write. */
const FIRST = -62_167_219_200_000;
const LAST = 253_402_300_799_999;

/**
 * A moment from milliseconds since the epoch. @throws RangeError outside the years 0000 to 9999.
 */
export function instant(ms: number): Instant {
	if (!(ms >= FIRST && ms <= LAST)) throw new RangeError('not a moment between years 0 and 9999');
	return ms as Instant;
}

/** A length of time from milliseconds. @throws RangeError when it is not finite. */
export function millis(ms: number): Millis {
	if (!Number.isFinite(ms)) throw new RangeError('not a length of time');
	return ms as Millis;
}

/** A length of time from minutes. */
export function minutes(count: number): Millis {
	return millis(count * MINUTE);
}

/** A length in whole minutes, to the nearest: 2 min 58 s is 3, and 29 s is none. */
export function wholeMinutes(length: Millis): number {
	// Adding zero turns the -0 of a short negative length into 0.
	return Math.round(length / MINUTE) + 0;
}

/** From one moment to another; negative when `end` comes first. */
export function between(start: Instant, end: Instant): Millis {
	return millis(end - start);
}

/** The moment that comes `length` after another; before it when `length` is negative. */
export function later(moment: Instant, length: Millis): Instant {
	return instant(moment + length);
}

const ISO =
	/^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?:(:\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/;

/**
 * Reads an ISO-8601 moment that says its offset ("2026-11-26T18:30:00+01:00", "…Z"), also as
 * Postgres prints it (a space for the T, "+00", microseconds, which are cut to milliseconds).
 * Null for anything else: no offset, a day that the calendar lacks, a leap second.
 */
export function parseInstant(iso: string): Instant | null {
	const match = ISO.exec(iso);
	if (!match) return null;
	const [, day, clock, seconds = ':00', fraction = '', sign, hours = 0, minutes = 0] = match;
	const utc = `${day}T${clock}${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
	const read = Date.parse(utc);
	// The platform rolls a day that the calendar lacks over to the next month.
	if (Number.isNaN(read) || toIso(read as Instant) !== utc) return null;
	if (Number(hours) > 23 || Number(minutes) > 59) return null;
	const offset = (Number(hours) * HOUR + Number(minutes) * MINUTE) * (sign === '-' ? -1 : 1);
	const ms = read - offset;
	return ms >= FIRST && ms <= LAST ? instant(ms) : null;
}

/** A moment in UTC to the millisecond, "2026-11-26T17:30:00.000Z"; fractions are cut. */
export function toIso(moment: Instant): string {
	return new Date(Math.floor(moment)).toISOString();
}
