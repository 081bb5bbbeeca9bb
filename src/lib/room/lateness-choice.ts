import type { Cost } from '#lib/domain/timer/lateness.ts';
import type { RoomSegment } from './scene.ts';

/** By how many minutes an accepted lateness may grow before it is brought up again. */
const PATIENCE = 3;

/**
 * Whether the facilitator has accepted the present lateness: they accepted `accepted` minutes
 * (null: none yet) and it has not grown much since.
 */
export function isAccepted(accepted: number | null, late: number): boolean {
	return accepted !== null && late < accepted + PATIENCE;
}

/** Whether there is anything to decide: in the last segment nothing can give. */
export function hasChoice({ shrink, drops }: Cost): boolean {
	return shrink !== null || drops.length > 0;
}

/** One segment that would get fewer minutes. */
export interface Cut {
	segment: RoomSegment;
	from: number;
	to: number;
}

/** The segments to name, those that lose most first named, and how many others there are. */
export function largestCuts(
	cuts: readonly { position: number; from: number; to: number }[],
	segments: readonly RoomSegment[],
	most = 2
): { named: Cut[]; others: number } {
	const known = cuts.flatMap(({ position, from, to }) => {
		const segment = segments.find((one) => one.position === position);
		return segment ? [{ segment, from, to }] : [];
	});
	const named = known
		.toSorted((a, b) => b.from - b.to - (a.from - a.to) || a.segment.position - b.segment.position)
		.slice(0, most);
	return { named, others: known.length - named.length };
}
