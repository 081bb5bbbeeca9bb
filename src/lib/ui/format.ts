import { daysBetween, type Moment, parts } from '#lib/domain/civil.ts';
import { clock } from '#lib/domain/wall-time.ts';
import { type Language, ordinal, SPACE, TAGS } from './civil.ts';

/**
 * The day of a moment in a time zone: "jeudi 26 novembre", "Thursday 26 November".
 * The year is written when it differs from that of `now`; without `now` it never is.
 */
export function day(moment: Moment, zone: string, language: Language, now?: Moment): string {
	const own = parts(moment, TAGS[language], {
		timeZone: zone,
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		year: 'numeric'
	});
	const words = [own.weekday, `${ordinal(Number(own.day), language)}${SPACE}${own.month}`];
	if (now !== undefined && year(now, zone) !== own.year) words.push(own.year ?? '');
	return words.join(' ');
}

function year(moment: Moment, zone: string): string | undefined {
	return parts(moment, TAGS.en, { timeZone: zone, year: 'numeric' }).year;
}

/** The time of day as a sentence has it: "18 h 30", "18 h" on the hour; "18:30" in English. */
export function time(moment: Moment, zone: string, language: Language): string {
	if (language === 'en') return clock(moment, zone);
	const [hours = '', minutes = ''] = clock(moment, zone).split(':');
	const words = [String(Number(hours)), 'h'];
	if (minutes !== '00') words.push(minutes);
	return words.join(SPACE);
}

/** Day and time together: "jeudi 26 novembre, 18 h 30". See `day` for the year. */
export function dayAndTime(moment: Moment, zone: string, language: Language, now?: Moment): string {
	return `${day(moment, zone, language, now)}, ${time(moment, zone, language)}`;
}

/** Start and end of something that lasts `length` minutes: "18 h 30 – 20 h 30". */
export function timeRange(
	moment: Moment,
	length: number,
	zone: string,
	language: Language
): string {
	const end = new Date(moment).getTime() + length * 60_000;
	return `${time(moment, zone, language)} – ${time(end, zone, language)}`;
}

/**
 * How far a civil date is, counted in nights and not in hours: "aujourd’hui", "demain",
 * "dans 6 jours", "dans 3 semaines", "il y a 2 mois". From 14 days on weeks are enough, from 60
 * months.
 */
export function relativeDay(from: string, to: string, language: Language): string {
	const days = daysBetween(from, to);
	const distance = Math.abs(days);
	const format = new Intl.RelativeTimeFormat(TAGS[language], { numeric: 'auto' });
	const words =
		distance < 14
			? format.format(days, 'day')
			: distance < 60
				? format.format(Math.round(days / 7), 'week')
				: format.format(Math.round(days / 30.4), 'month');
	return words.replace(/(\d) /u, `$1${SPACE}`);
}

/** A short duration: "20 min". `count` may be negative (a shortened segment). */
export function minutes(count: number, language: Language): string {
	const sign = count < 0 ? '−' : '';
	const digits = new Intl.NumberFormat(TAGS[language]).format(Math.abs(count));
	return `${sign}${digits}${SPACE}min`;
}

/** Names or things in a sentence: "Ana, Léo et Sam". An empty list is an empty text. */
export function list(items: readonly string[], language: Language): string {
	return new Intl.ListFormat(TAGS[language], { type: 'conjunction' }).format(items);
}
