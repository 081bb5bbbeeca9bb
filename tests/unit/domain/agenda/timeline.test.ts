import { describe, expect, test } from 'vitest';
import { expand } from '#lib/domain/agenda/expand.ts';
import { timeline } from '#lib/domain/agenda/timeline.ts';
import { named } from '#lib/domain/formats/builtin.ts';
import { between, minutes, parseInstant } from '#lib/domain/time.ts';

const mastermind = expand(named('mastermind')!, { members: [], presenters: ['ada'] });

describe('the timeline', () => {
	const at = (iso: string) => parseInstant(iso)!;

	test('a session of 18:30 has its discussion from 19:20 to 20:00 and ends at 20:30', () => {
		const slots = timeline(mastermind, at('2026-11-26T18:30:00+01:00'));
		expect(slots[3]).toEqual({
			start: at('2026-11-26T19:20:00+01:00'),
			end: at('2026-11-26T20:00:00+01:00')
		});
		expect(slots.at(-1)?.end).toBe(at('2026-11-26T20:30:00+01:00'));
	});

	test('segments follow each other without a hole across midnight and the change of the hour', () => {
		const slots = timeline(mastermind, at('2026-10-24T23:30:00+02:00'));
		for (const [index, slot] of slots.entries()) {
			expect(between(slot.start, slot.end)).toBe(minutes(mastermind[index]!.minutes));
			if (index > 0) expect(slot.start).toBe(slots[index - 1]!.end);
		}
		const late = timeline(mastermind, at('2026-10-25T01:30:00+02:00'));
		expect(late.at(-1)?.end).toBe(at('2026-10-25T02:30:00+01:00'));
	});

	test('an empty agenda has no slots', () => {
		expect(timeline([], at('2026-11-26T18:30:00Z'))).toEqual([]);
	});
});
