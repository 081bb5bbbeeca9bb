import type { RoomSegment } from './scene.ts';

/** The segment before this position that is not left out; null: it is the first. */
export function segmentBefore(
	segments: readonly RoomSegment[],
	position: number
): RoomSegment | null {
	return segments.findLast((segment) => segment.position < position && !segment.dropped) ?? null;
}

/**
 * Whether a segment to come has lost its planned minutes, or some of them, and may have them back.
 */
export function isChanged(segment: RoomSegment, current: RoomSegment | null): boolean {
	return segment.position > (current?.position ?? -1) && segment.minutes !== segment.planned;
}

/** The minutes of every segment by position, this one with those of the plan again. */
export function restored(segments: readonly RoomSegment[], position: number): number[] {
	return segments
		.toSorted((a, b) => a.position - b.position)
		.map((segment) => (segment.position === position ? segment.planned : segment.minutes));
}
