import type { Kind, Label, Rule, Speakers } from '#lib/domain/formats/format.ts';

/** One segment of a session's agenda. */
export type Segment = {
	/** Rank in the agenda, from 0. */
	position: number;
	kind: Kind;
	label: Label;
	/** Planned length, whole minutes. */
	minutes: number;
	/** How far it may shrink, whole minutes. */
	least: number;
	speakers: Speakers;
	rule: Rule;
	/** Id of the member whose segment it is: null when it is everybody's, or not known yet. */
	person: string | null;
};

/** Segments in the order given, with their positions counted from 0 again. */
export function numbered<S extends Segment>(segments: readonly S[]): S[] {
	return segments.map((segment, position) => ({ ...segment, position }));
}

/**
 * The agenda with the segment at index `from` moved to index `to`. An index outside the agenda
 * leaves the order as it is.
 */
export function move<S extends Segment>(segments: readonly S[], from: number, to: number): S[] {
	const moved = segments[from];
	if (!moved || !segments[to]) return numbered(segments);
	const others = segments.filter((_, index) => index !== from);
	return numbered([...others.slice(0, to), moved, ...others.slice(to)]);
}
