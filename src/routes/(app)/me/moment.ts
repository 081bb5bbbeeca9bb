import { getLocale } from '#lib/paraglide/runtime.js';
import { dayAndTime, relativeDay, time } from '#lib/ui/format.ts';
import { deviceZone, localDate } from '#lib/ui/civil.ts';

/** A moment of the past; today by its name, for that is what it nearly always is. */
export function moment(at: number): string {
	const [zone, language] = [deviceZone(), getLocale()];
	const today = localDate(Date.now());
	if (localDate(at) !== today) return dayAndTime(at, zone, language);
	return `${relativeDay(today, today, language)}, ${time(at, zone, language)}`;
}
