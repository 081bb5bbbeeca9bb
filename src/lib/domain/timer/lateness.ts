import { fit } from '#lib/domain/agenda/budget.ts';
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

/** Other minutes for the segments to come, and what they change. */
export type Remedy = {
	/** Minutes of every segment by position; 0 leaves one out. */
	minutes: number[];
	/** The segments that change, in order. */
	cuts: { position: number; from: number; to: number }[];
	/** When the session then ends: still late when the segments give too little. */
	end: Instant;
};

/** What it costs to be late: "discussion 40 → 37, or end at 20:33". */
export type Cost = {
	/** Minutes late, to the nearest: what is under half a minute has no price. */
	late: number;
	/** When the session ends if nothing changes. */
	end: Instant;
	/** The segments to come shortened by what is missing; null when none can shrink. */
	shrink: Remedy | null;
	/**
	 * One of the segments to come left out, each in turn; the last one stays, the session closes
	 * there.
	 */
	drops: (Remedy & { position: number })[];
};

/**
 * The price of the lateness that the present projection shows against the planned end; null when
 * the session is on time or early. `segments` hold the minutes given to them so far. Minutes are
 * taken as `fit` takes them; a segment never shrinks under its `least`.
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
	const coming = following(state, segments).filter((segment) => segment.minutes > 0);
	const shorter = shortened(coming, late);
	const shrunk = coming.map(({ position }, index) => ({ position, minutes: shorter[index] ?? 0 }));
	const shrink = remedy(segments, shrunk, end);
	const drops = coming
		.slice(0, -1)
		.map(({ position }) => ({ position, ...remedy(segments, [{ position, minutes: 0 }], end) }));
	return { late, end, shrink: shrink.cuts.length > 0 ? shrink : null, drops };
}

/** Minutes for these segments with `late` of them taken away, or as many as they can give. */
function shortened(segments: readonly Segment[], late: number): number[] {
	const planned = segments.reduce((sum, { minutes }) => sum + minutes, 0);
	const fitted = fit(segments, planned - late);
	return fitted.fits
		? fitted.minutes
		: segments.map(({ minutes, least }) => Math.min(minutes, least));
}

function remedy(
	segments: readonly Segment[],
	changes: readonly { position: number; minutes: number }[],
	end: Instant
): Remedy {
	const inOrder = segments.toSorted((a, b) => a.position - b.position);
	const given = inOrder.map(
		({ position, minutes }) =>
			changes.find((change) => change.position === position)?.minutes ?? minutes
	);
	const cuts = inOrder.flatMap(({ position, minutes }, index) => {
		const to = given[index] ?? minutes;
		return to === minutes ? [] : [{ position, from: minutes, to }];
	});
	const saved = cuts.reduce((sum, { from, to }) => sum + from - to, 0);
	return { minutes: given, cuts, end: later(end, minutes(-saved)) };
}

/** The segments after the current one, in order. */
function following(state: RoomState, segments: readonly Segment[]): Segment[] {
	const current = state.position ?? -1;
	return segments
		.filter(({ position }) => position > current)
		.toSorted((a, b) => a.position - b.position);
}
