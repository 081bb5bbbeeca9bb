import ICAL from 'ical.js';
import { describe, expect, test } from 'vitest';
import { calendarFeed, calendarFile, type Entry } from '#lib/domain/calendar.ts';
import { instant } from '#lib/domain/time.ts';

const origin = 'https://cercle.example';
const ENTRY: Entry = {
	id: '6f0e1c1e-9b0a-4d61-8a5e-0d6f3a5b7c11',
	startsAt: instant(Date.UTC(2026, 10, 26, 17, 30)),
	lengthMinutes: 120,
	version: 3,
	changedAt: instant(Date.UTC(2026, 10, 20, 8, 0, 1, 234))
};
const NEXT: Entry = { ...ENTRY, id: 'b', startsAt: instant(Date.UTC(2027, 0, 28, 17, 30)) };

/** The events of a calendar as a calendar program reads them. */
function eventsOf(text: string): ICAL.Event[] {
	const calendar = new ICAL.Component(ICAL.parse(text));
	expect(calendar.getFirstPropertyValue('version')).toBe('2.0');
	return calendar.getAllSubcomponents('vevent').map((event) => new ICAL.Event(event));
}

describe.each([
	['the file of a session', calendarFile(ENTRY, origin), [ENTRY]],
	['the feed', calendarFeed([ENTRY, NEXT], origin), [ENTRY, NEXT]],
	[
		'the feed of a long address',
		calendarFeed([NEXT], `https://${'long.'.repeat(40)}example`),
		[NEXT]
	],
	['the feed of who has no session', calendarFeed([], origin), []]
])('%s', (_, text, entries) => {
	test('is read by a calendar program: hours in UTC, the same identity at each download', () => {
		expect(
			eventsOf(text).map(({ uid, sequence, startDate, endDate }) => ({
				uid,
				sequence,
				start: startDate.toJSDate().getTime(),
				minutes: endDate.subtractDate(startDate).toSeconds() / 60
			}))
		).toEqual(
			entries.map(({ id, version, startsAt, lengthMinutes }) => ({
				uid: `${id}@cercle`,
				sequence: version,
				start: startsAt,
				minutes: lengthMinutes
			}))
		);
	});

	test('says nothing but that there is a session', () => {
		for (const { summary, component } of eventsOf(text)) {
			expect(summary).toBe('Cercle');
			const names = component.getAllProperties().map(({ name }) => name);
			const known = ['class', 'dtend', 'dtstamp', 'dtstart', 'sequence', 'summary', 'uid', 'url'];
			expect(names.sort()).toEqual(known);
		}
		expect(text).not.toMatch(/LOCATION|ATTENDEE|ORGANIZER/);
	});

	test('ends its lines as the format wants them, none longer than 75 octets', () => {
		expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
		expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
		expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(75);
	});
});
