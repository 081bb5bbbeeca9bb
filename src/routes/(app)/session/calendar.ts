import { type Instant, later, minutes, toIso } from '#lib/domain/time.ts';

/**
 * One session as an iCalendar file. It says when, never what, where or with whom: calendars are
 * shared, synced and shown on lock screens.
 */
export function calendarFile(
	session: { id: string; startsAt: Instant; lengthMinutes: number; version: number },
	page: string,
	now: Instant
): string {
	const { id, startsAt, lengthMinutes, version } = session;
	return [
		'BEGIN:VCALENDAR',
		'VERSION:2.0',
		'PRODID:-//Cercle//Cercle//FR',
		'BEGIN:VEVENT',
		`UID:${id}@cercle`,
		`SEQUENCE:${version}`,
		`DTSTAMP:${stamp(now)}`,
		`DTSTART:${stamp(startsAt)}`,
		`DTEND:${stamp(later(startsAt, minutes(lengthMinutes)))}`,
		'SUMMARY:Cercle',
		`URL:${page}`,
		'CLASS:PRIVATE',
		'BEGIN:VALARM',
		'ACTION:DISPLAY',
		'DESCRIPTION:Cercle',
		'TRIGGER:-PT1H',
		'END:VALARM',
		'END:VEVENT',
		'END:VCALENDAR',
		''
	].join('\r\n');
}

/** "20261126T173000Z", as RFC 5545 writes a moment in UTC. */
function stamp(moment: Instant): string {
	return toIso(moment).replace(/[-:]|\.\d+/g, '');
}
