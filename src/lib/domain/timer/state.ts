import { between, type Instant, type Millis, millis, minutes } from '#lib/domain/time.ts';

/**
 * The clock of a live session as the server anchors it. It belongs to the session: no device counts
 * anything, everything shown is computed from these anchors and the server's time.
 */
export type RoomState = {
	/** Rank of the current segment; null before the session starts. */
	position: number | null;
	/** When the current segment started; null while nothing runs yet. */
	startedAt: Instant | null;
	/** Planned length of the current segment. */
	planned: Millis;
	/** Extensions granted to it; negative when it was shortened. */
	added: Millis;
	/** When the pause under way began; null while the clock runs. */
	pausedAt: Instant | null;
	/** Total of the finished pauses of this segment. */
	paused: Millis;
	/** Raised by each command: the higher one is the newer state. */
	version: number;
	/** Member who drives the timer; null when nobody does. */
	facilitatorId: string | null;
};

/** The last stretch of a segment, announced on screen. */
export const WARNING = minutes(1);

/** What the clock is doing; `over` is time beyond the plan, which cuts nobody. */
export type Phase = 'idle' | 'running' | 'paused' | 'warning' | 'over';

/**
 * Time the current segment has run, pauses left out. Zero before it starts, and also when `now` is
 * a little before the start: a phone's estimate of the server's clock has an error.
 */
export function elapsed(state: RoomState, now: Instant): Millis {
	if (state.startedAt === null) return millis(0);
	const until = state.pausedAt ?? now;
	return millis(Math.max(0, between(state.startedAt, until) - state.paused));
}

/** Time left in the current segment, extensions included; negative is overtime. */
export function remaining(state: RoomState, now: Instant): Millis {
	return millis(state.planned + state.added - elapsed(state, now));
}

/** Whether the segment has gone beyond its time, paused or not. */
export function isOver(state: RoomState, now: Instant): boolean {
	return state.startedAt !== null && remaining(state, now) < 0;
}

/** What the clock is doing. A pause hides the warning and the overtime: ask `isOver` for that. */
export function phase(state: RoomState, now: Instant): Phase {
	if (state.startedAt === null) return 'idle';
	if (state.pausedAt !== null) return 'paused';
	if (isOver(state, now)) return 'over';
	return remaining(state, now) <= WARNING ? 'warning' : 'running';
}
