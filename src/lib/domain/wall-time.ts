import { civilDate, type Moment } from './civil.ts';

/** What a person types in a form: a civil date and a time of day, without an offset. */
export type WallTime = { date: string; time: string };

/** The time of day in a time zone as a column has it: "08:05", the same width everywhere. */
export function clock(moment: Moment, zone: string): string {
	return new Intl.DateTimeFormat('en-GB', {
		timeZone: zone,
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23'
	}).format(new Date(moment));
}

/** The date and time that a clock on the wall of `zone` shows at this moment. */
export function wallTime(moment: Moment, zone: string): WallTime {
	return { date: civilDate(moment, zone), time: clock(moment, zone) };
}

/**
 * The moment (ISO, UTC) at which the wall of `zone` shows this date and time. An hour that the
 * spring change skips is read as the hour after it; one that the autumn change repeats as the
 * first of the two. Null when the text is no date or no time.
 */
export function momentOf(wall: WallTime, zone: string): string | null {
	const wanted = Date.parse(`${wall.date}T${wall.time}:00Z`);
	if (Number.isNaN(wanted)) return null;
	// Offsets of the day before and the day after: at a change they differ, else they are equal.
	const offsets = [wanted - 86_400_000, wanted + 86_400_000].map((at) => offset(at, zone));
	const moments = offsets.map((by) => wanted - by).sort((a, b) => a - b);
	const exact = moments.find((at) => at + offset(at, zone) === wanted);
	const [earlier, later] = moments;
	const found = exact ?? later ?? earlier;
	return found === undefined ? null : new Date(found).toISOString();
}

function offset(at: number, zone: string): number {
	const wall = wallTime(at, zone);
	return Date.parse(`${wall.date}T${wall.time}:00Z`) - Math.floor(at / 60_000) * 60_000;
}
