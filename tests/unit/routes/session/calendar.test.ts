import { expect, test } from 'vitest';
import { instant } from '#lib/domain/time.ts';
import { calendarFile } from '#routes/(app)/session/calendar.ts';

const FILE = calendarFile(
	{ id: 'abc', startsAt: instant(Date.UTC(2026, 10, 26, 17, 30)), lengthMinutes: 120, version: 3 },
	'https://cercle.example/session/abc',
	instant(Date.UTC(2026, 10, 20, 8, 0, 1, 234))
);

test('a session in a calendar has its hours in UTC and the same identity at each download', () => {
	expect(FILE).toContain('\r\nDTSTART:20261126T173000Z\r\nDTEND:20261126T193000Z\r\n');
	expect(FILE).toContain('\r\nDTSTAMP:20261120T080001Z\r\n');
	expect(FILE).toContain('\r\nUID:abc@cercle\r\nSEQUENCE:3\r\n');
});

test('a calendar learns nothing but that there is a session', () => {
	expect(FILE).toContain('\r\nSUMMARY:Cercle\r\n');
	expect(FILE).not.toMatch(/LOCATION|ATTENDEE|ORGANIZER/);
});

test('lines end as the format wants them', () => {
	expect(FILE.endsWith('END:VCALENDAR\r\n')).toBe(true);
	expect(FILE.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});
