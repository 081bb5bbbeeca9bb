import type { Segment } from './segment.ts';

/** What the plan takes of the session, in minutes. Either `over` or `spare` is 0. */
export type Budget = { planned: number; available: number; over: number; spare: number };

/** Compares the planned minutes of an agenda with the length of the session. */
export function budget(segments: readonly Segment[], lengthMinutes: number): Budget {
	const planned = sum(segments.map(({ minutes }) => minutes));
	return {
		planned,
		available: lengthMinutes,
		over: Math.max(0, planned - lengthMinutes),
		spare: Math.max(0, lengthMinutes - planned)
	};
}

/**
 * New minutes for each segment, in order; or by how many minutes even the shortest plan is over.
 */
export type Fit = { fits: true; minutes: number[] } | { fits: false; short: number };

/**
 * What to cut so that the agenda fits the session. Minutes are taken one by one from the segment
 * that can still shrink most, the later one between equals, and no segment goes under its `least`:
 * the long discussion gives first, the segments that are short already give last. A plan that fits
 * is left as it is.
 */
export function fit(segments: readonly Segment[], lengthMinutes: number): Fit {
	const slack = segments.map(({ minutes, least }) => Math.max(0, minutes - least));
	const { over } = budget(segments, lengthMinutes);
	const short = over - sum(slack);
	if (short > 0) return { fits: false, short };
	const left = [...slack];
	for (let cut = 0; cut < over; cut++) {
		const most = Math.max(...left);
		left[left.lastIndexOf(most)] = most - 1;
	}
	const minutes = segments.map(
		(segment, index) => segment.minutes - (slack[index] ?? 0) + (left[index] ?? 0)
	);
	return { fits: true, minutes };
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
