import type { Segment } from '#lib/domain/agenda/segment.ts';
import { between, type Instant, later, millis, minutes, wholeMinutes } from '#lib/domain/time.ts';
import { remaining, type RoomState } from './state.ts';

/**
 * When the session ends if the current segment ends in time (or now, when it is over already) and
 * each later one takes its planned minutes. Before the start: as if the first one began now.
 */
export function projectedEnd(
	state: RoomState,
	segments: readonly Segment[],
	now: Instant
): Instant {
	const left = state.position === null ? 0 : Math.max(0, remaining(state, now));
	const planned = following(state, segments).reduce((sum, segment) => sum + segment.minutes, 0);
	return later(now, millis(left + minutes(planned)));
}

/** What it costs to be late: "discussion 40 → 37, or end at 20:33". */
export type Cost = {
	/** Minutes late, to the nearest: what is under half a minute has no price. */
	late: number;
	/** The next segment that can shrink, and its new minutes; null when none can. */
	cut: { position: number; from: number; to: number } | null;
	/** When the session ends if nothing is cut. */
	end: Instant;
	/** When it ends with the cut: still after the planned end when the segment gives too little. */
	endIfCut: Instant;
};

/**
 * The price of the lateness that the present projection shows against the planned end; null when
 * the session is on time or early. A segment never shrinks under its `least`.
 */
export function cost(
	state: RoomState,
	segments: readonly Segment[],
	now: Instant,
	plannedEnd: Instant
): Cost | null {
	const end = projectedEnd(state, segments, now);
	const late = wholeMinutes(between(plannedEnd, end));
	if (late <= 0) return null;
	const next = following(state, segments).find((segment) => segment.minutes > segment.least);
	if (!next) return { late, cut: null, end, endIfCut: end };
	const to = Math.max(next.least, next.minutes - late);
	const cut = { position: next.position, from: next.minutes, to };
	return { late, cut, end, endIfCut: later(end, minutes(to - next.minutes)) };
}

/** The segments after the current one, in order. */
function following(state: RoomState, segments: readonly Segment[]): Segment[] {
	const current = state.position ?? -1;
	return segments
		.filter(({ position }) => position > current)
		.toSorted((a, b) => a.position - b.position);
}
