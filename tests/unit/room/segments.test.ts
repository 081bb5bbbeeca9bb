import { describe, expect, test } from 'vitest';
import { expand } from '#lib/domain/agenda/expand.ts';
import { named } from '#lib/domain/formats/builtin.ts';
import type { RoomSegment } from '#lib/room/scene.ts';
import { isChanged, restored, segmentBefore } from '#lib/room/segments.ts';

const agenda = expand(named('mastermind')!, { members: [], presenters: ['ada'] });

/** The segments of a session that was replanned like this, by position. */
function segments(given: Record<number, number> = {}): RoomSegment[] {
	return agenda.map((segment) => {
		const minutes = given[segment.position] ?? segment.minutes;
		const dropped = minutes === 0;
		return { ...segment, minutes, planned: segment.minutes, dropped, actual: null };
	});
}

describe('the segment before', () => {
	test('is the one that precedes', () => expect(segmentBefore(segments(), 3)?.position).toBe(2));
	test('is none for the first', () => expect(segmentBefore(segments(), 0)).toBeNull());
	test('is never one that was left out', () => {
		expect(segmentBefore(segments({ 2: 0, 1: 0 }), 3)?.position).toBe(0);
		expect(segmentBefore(segments({ 0: 0 }), 1)).toBeNull();
	});
});

test('only a segment to come can have its planned minutes back', () => {
	const given = segments({ 1: 20, 3: 33, 4: 0 });
	const changed = given.filter((segment) => isChanged(segment, given[1] ?? null));
	expect(changed.map(({ position }) => position)).toEqual([3, 4]);
});

test('one segment gets its planned minutes again, the others keep what they were given', () => {
	expect(restored(segments({ 3: 33, 4: 0 }), 4)).toEqual([5, 25, 20, 33, 10, 15, 5]);
	expect(restored(segments({ 3: 33, 4: 0 }).toReversed(), 3)).toEqual([5, 25, 20, 40, 0, 15, 5]);
});
