import { type Instant, millis } from '#lib/domain/time.ts';
import { isOver, remaining, type RoomState, WARNING } from '#lib/domain/timer/state.ts';

/** What a phone says beyond its screen: the last minute begins, the planned time is over. */
export type Cue = 'minute' | 'end';

/** What this phone knew of the running segment when it last looked. */
export interface Heard {
	at: Instant;
	/** When the segment began: another beginning is another segment. */
	segment: Instant | null;
	/** Cues whose moment had passed. */
	passed: readonly Cue[];
	/** Cues given, or passed in silence, each with the length the segment then had. */
	handled: readonly string[];
}

/** A phone that looked away for longer, in ms, gives no cue that fell into that time. */
const LATE = 5_000;

/**
 * The cue that is due now, if any, and what to remember. Each is said once for a segment of a given
 * length: fetching the state again repeats nothing, minutes granted give the segment a new last
 * one. Nothing is due on entering a room (`before` null), on another segment, after sleeping, while
 * paused.
 */
export function listen(
	before: Heard | null,
	room: RoomState,
	now: Instant
): { heard: Heard; due: Cue | null } {
	const passed = passedCues(room, now);
	const same = before !== null && before.segment === room.startedAt;
	const known = same ? before.handled : [];
	const mark = (cue: Cue) => `${cue} ${millis(room.planned + room.added)}`;
	const fresh = passed.filter((cue) => !known.includes(mark(cue)));
	const heard = {
		at: now,
		segment: room.startedAt,
		passed,
		handled: [...known, ...fresh.map(mark)]
	};
	const attentive = same && room.pausedAt === null && now - before.at <= LATE;
	const crossed = attentive ? fresh.filter((cue) => !before.passed.includes(cue)) : [];
	return { heard, due: crossed.at(-1) ?? null };
}

function passedCues(room: RoomState, now: Instant): Cue[] {
	if (room.startedAt === null || remaining(room, now) > WARNING) return [];
	return isOver(room, now) ? ['minute', 'end'] : ['minute'];
}
