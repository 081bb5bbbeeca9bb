import type { Moment } from '#lib/domain/civil.ts';
import * as m from '#lib/paraglide/messages.js';

export type Language = 'fr' | 'en';

/** Between a number and what it counts. */
export const SPACE = '\u00a0';

// British English: the day before the month and a 24-hour clock, as the European groups write.
export const TAGS = { fr: 'fr-FR', en: 'en-GB' } as const;

/** A day of a month, before its name: "1er", "2"; "1", "2" in English. */
export function ordinal(day: number, language: Language): string {
	return language === 'fr' && day === 1 ? '1er' : String(day);
}

/**
 * A date without a time (`2026-11-26`, as `due_on` has it): "26 nov.", "26 Nov". As the platform's
 * calendar writes it, which keeps a phone busy for a tenth of a second the first time it is asked.
 */
export function date(iso: string, language: Language): string {
	const [, month = '', day = ''] = iso.split('-');
	const months = m.common_months_short({}, { locale: language }).split(' ');
	return `${ordinal(Number(day), language)}${SPACE}${months[Number(month) - 1]}`;
}

/** The civil date of a moment where this device is, as `2026-11-26`. */
export function localDate(moment: Moment): string {
	const at = new Date(moment);
	const [year, month, day] = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(String);
	return `${year?.padStart(4, '0')}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`;
}

/** The time zone of this device, such as `Europe/Paris`. */
export function deviceZone(): string {
	return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
