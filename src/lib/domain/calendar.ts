import { type Instant, later, minutes, toIso } from './time.ts';

/** When a session is. `changedAt`: when this version was written. */
export interface Entry {
	id: string;
	startsAt: Instant;
	lengthMinutes: number;
	version: number;
	changedAt: Instant;
}

/**
 * How often a calendar program looks again, as RFC 7986 and the programs before it want it said.
 */
const OFTEN = 'PT4H';

/**
 * One session as an iCalendar file (RFC 5545). It says only when the session is: calendars are
 * shared, synced and shown on lock screens. `origin` is where the app is, without a path.
 */
export function calendarFile(entry: Entry, origin: string): string {
	return lines(['METHOD:PUBLISH'], [entry], origin);
}

/** All of them as a calendar to subscribe to; what is no longer in it disappears from it. */
export function calendarFeed(entries: readonly Entry[], origin: string): string {
	const head = [
		'METHOD:PUBLISH',
		'X-WR-CALNAME:Cercle',
		`REFRESH-INTERVAL;VALUE=DURATION:${OFTEN}`,
		`X-PUBLISHED-TTL:${OFTEN}`
	];
	return lines(head, entries, origin);
}

function lines(head: string[], entries: readonly Entry[], origin: string): string {
	return [
		'BEGIN:VCALENDAR',
		'VERSION:2.0',
		'PRODID:-//Cercle//Cercle//FR',
		...head,
		...entries.flatMap((entry) => event(entry, origin)),
		'END:VCALENDAR',
		''
	]
		.map(fold)
		.join('\r\n');
}

/** Lines longer than 75 octets go on after a blank; what could be as long here is an address. */
function fold(line: string): string {
	return line.replace(/.{74}(?=.)/g, '$&\r\n ');
}

/** The same identity in the file and in the feed: a calendar that has both shows one. */
function event(entry: Entry, origin: string): string[] {
	const { id, startsAt, lengthMinutes, version, changedAt } = entry;
	return [
		'BEGIN:VEVENT',
		`UID:${id}@cercle`,
		`SEQUENCE:${version}`,
		`DTSTAMP:${stamp(changedAt)}`,
		`DTSTART:${stamp(startsAt)}`,
		`DTEND:${stamp(later(startsAt, minutes(lengthMinutes)))}`,
		'SUMMARY:Cercle',
		`URL:${origin}/session/${id}`,
		'CLASS:PRIVATE',
		'BEGIN:VALARM',
		'ACTION:DISPLAY',
		'DESCRIPTION:Cercle',
		'TRIGGER:-PT1H',
		'END:VALARM',
		'END:VEVENT'
	];
}

/** "20261126T173000Z", as RFC 5545 writes a moment in UTC. */
function stamp(moment: Instant): string {
	return toIso(moment).replace(/[-:]|\.\d+/g, '');
}
