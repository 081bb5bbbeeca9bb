/**
 * Time as the session knows it. Two units, kept apart by the type checker: a moment on the server's
 * clock and a length of time. Neither has a time zone: zones belong to what a person reads.
 */

declare const unit: unique symbol;

/** A moment on the server's clock: milliseconds since 1970-01-01T00:00Z; may have a fraction. */
export type Instant = number & { readonly [unit]: 'Instant' };

/** A length of time in milliseconds; negative when it runs backwards. */
export type Millis = number & { readonly [unit]: 'Millis' };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 0000-01-01T00:00Z and the last millisecond of 9999: years that four digits can write. */
const FIRST = -62_167_219_200_000;
const LAST = 253_402_300_799_999;

/** A moment from milliseconds since the epoch. Throws RangeError outside the years 0000 to 9999. */
export function instant(ms: number): Instant {
	if (!(ms >= FIRST && ms <= LAST)) throw new RangeError('not a moment between years 0 and 9999');
	return ms as Instant;
}

/** A length of time from milliseconds. Throws RangeError when it is not finite. */
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
	/^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/;

/**
 * Reads an ISO-8601 moment that says its offset ("2026-11-26T18:30:00+01:00", "…Z"), also as
 * Postgres prints it (a space for the T, "+00", microseconds, which are cut to milliseconds).
 * Null for anything else: no offset, a day that the calendar lacks, a leap second.
 */
export function parseInstant(iso: string): Instant | null {
	const match = ISO.exec(iso);
	if (!match) return null;
	const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] =
		match.map((part) => part ?? '');
	const date = { year: Number(year), month: Number(month), day: Number(day) };
	const time = [hour, minute, second, offsetHour, offsetMinute].map(Number);
	const [h = 0, m = 0, s = 0, oh = 0, om = 0] = time;
	if (!isDate(date) || h > 23 || m > 59 || s > 59 || oh > 23 || om > 59) return null;
	const offset = (oh * HOUR + om * MINUTE) * (sign === '-' ? -1 : 1);
	const cut = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
	const ms = daysFromCivil(date) * DAY + h * HOUR + m * MINUTE + s * SECOND + cut - offset;
	return ms >= FIRST && ms <= LAST ? instant(ms) : null;
}

/** A moment in UTC to the millisecond, "2026-11-26T17:30:00.000Z"; fractions are cut. */
export function toIso(moment: Instant): string {
	const ms = Math.floor(moment);
	const days = Math.floor(ms / DAY);
	const { year, month, day } = civilFromDays(days);
	const rest = ms - days * DAY;
	const clock = [rest / HOUR, (rest / MINUTE) % 60, (rest / SECOND) % 60].map((n) => pad(n, 2));
	return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock.join(':')}.${pad(rest % SECOND, 3)}Z`;
}

/**
 * Time left as people read it, minutes and seconds: "31:42", and "+2:58" once it is negative.
 * What remains rounds up to the second, so a step of 20 min starts at 20:00 and 0:00 without a sign
 * is exactly the end. Overtime rounds down: +2:58 says that 2 min 58 s are over in full, and the
 * plus is there from the first millisecond. Minutes are not folded into hours.
 */
export function digits(remaining: Millis): { sign: '' | '+'; text: string } {
	const over = remaining < 0;
	const seconds = over ? Math.floor(-remaining / SECOND) : Math.ceil(remaining / SECOND);
	return {
		sign: over ? '+' : '',
		text: `${Math.floor(seconds / 60)}:${pad(seconds % 60, 2)}`
	};
}

type Civil = { year: number; month: number; day: number };

/** The calendar repeats after 400 years of 146 097 days; an era begins on the 1st of March. */
const ERA_YEARS = 400;
const ERA_DAYS = 146_097;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468;

/** Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March. */
function daysFromCivil({ year, month, day }: Civil): number {
	const y = month > 2 ? year : year - 1;
	const era = Math.floor(y / ERA_YEARS);
	const yearOfEra = y - era * ERA_YEARS;
	const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
	const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
	return era * ERA_DAYS + yearOfEra * 365 + leapDays + dayOfYear - EPOCH_DAYS;
}

function civilFromDays(days: number): Civil {
	const shifted = days + EPOCH_DAYS;
	const era = Math.floor(shifted / ERA_DAYS);
	const dayOfEra = shifted - era * ERA_DAYS;
	const leapDays =
		Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
	const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
	const dayOfYear =
		dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
	const march = Math.floor((5 * dayOfYear + 2) / 153);
	const month = march < 10 ? march + 3 : march - 9;
	return {
		year: era * ERA_YEARS + yearOfEra + (month > 2 ? 0 : 1),
		month,
		day: dayOfYear - Math.floor((153 * march + 2) / 5) + 1
	};
}

/** A date that the calendar has comes back from its day number unchanged. */
function isDate(date: Civil): boolean {
	if (date.month < 1 || date.month > 12) return false;
	const back = civilFromDays(daysFromCivil(date));
	return back.month === date.month && back.day === date.day;
}

function pad(value: number, width: number): string {
	return String(Math.floor(value)).padStart(width, '0');
}
