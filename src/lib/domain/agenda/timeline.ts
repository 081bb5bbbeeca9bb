import { type Instant, later, minutes } from '#lib/domain/time.ts';
import type { Segment } from './segment.ts';

/** When a segment is planned: it ends as the next one begins. */
export type Slot = { start: Instant; end: Instant };

/** The planned slot of each segment, in order, when the first begins at `start`. */
export function timeline(segments: readonly Segment[], start: Instant): Slot[] {
	let next = start;
	return segments.map((segment) => {
		const slot = { start: next, end: later(next, minutes(segment.minutes)) };
		next = slot.end;
		return slot;
	});
}
