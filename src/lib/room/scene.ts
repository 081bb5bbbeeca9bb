import { challengesOf, segmentsOf } from '#lib/data/agenda.ts';
import { type Peer, peers } from '#lib/data/members.ts';
import type { Row } from '#lib/data/rows.ts';
import type { RoomRow } from '#lib/data/rooms.ts';
import type { View } from '#lib/data/view.ts';
import type { Segment } from '#lib/domain/agenda/segment.ts';
import { plannedEnd } from '#lib/domain/session/end.ts';
import { type Instant, type Millis, millis } from '#lib/domain/time.ts';
import { type Cost, cost, projectedEnd } from '#lib/domain/timer/lateness.ts';
import type { RoomState } from '#lib/domain/timer/state.ts';

/** A segment with the time that the room gives it. */
export interface RoomSegment extends Segment {
	/** Minutes before anybody changed them on the way. */
	planned: number;
	/** Left out on the way. */
	dropped: boolean;
	/** Time spent in it, without pauses; null: it has not ended. */
	actual: Millis | null;
}

/** A session as this member sees it now: the running segment, the roles, when it ends. */
export interface Scene {
	session: Row<'sessions'>;
	segments: readonly RoomSegment[];
	current: RoomSegment | null;
	/** The next segment that is not left out. */
	next: RoomSegment | null;
	/** The challenge of the segment, or the first of the session while a segment has none. */
	challenge: Row<'challenges'> | null;
	notes: Row<'challenge_notes'> | null;
	/** Members of the group today, in the order of their names: the same on every phone. */
	members: readonly Peer[];
	/** The members who take part, by id. */
	present: readonly string[];
	facilitates: boolean;
	scribes: boolean;
	presents: boolean;
	/** When it ends as things stand. */
	end: Instant;
	cost: Cost | null;
}

/** Null when the device knows no such session. */
export function scene(
	view: View,
	sessionId: string,
	me: string,
	room: RoomRow | null,
	now: Instant
): Scene | null {
	const session = view.sessions.find(({ id }) => id === sessionId);
	if (!session) return null;
	const segments = segmentsOf(view, sessionId).map(({ personId, actualMs, ...row }) => {
		const minutes = room?.minutes?.[row.position] ?? row.minutes;
		const given = { minutes, planned: row.minutes, dropped: minutes === 0 };
		return { ...row, ...given, person: personId, actual: actualMs };
	});
	const at = room?.position ?? null;
	const current = at === null ? null : (segments[at] ?? null);
	const own = challengesOf(view, sessionId);
	const challenge = own.find(({ presenterId }) => presenterId === current?.person) ?? null;
	const clock = room ?? idle;
	return {
		session,
		segments,
		current,
		next: segments.find(({ position, dropped }) => position > (at ?? -1) && !dropped) ?? null,
		challenge,
		notes: view.challenge_notes.find(({ id }) => id === challenge?.id) ?? null,
		members: peers(view, session.groupId),
		present: view.attendances
			.filter(({ sessionId: of, present }) => of === sessionId && present)
			.map(({ memberId }) => memberId),
		facilitates: room?.facilitatorId === me,
		scribes: session.scribeId === me,
		presents: challenge?.presenterId === me,
		end: projectedEnd(clock, segments, now),
		cost: at === null ? null : cost(clock, segments, now, plannedEnd(session))
	};
}

/** The clock of a session that has not begun and that this device has not heard of yet. */
const idle: RoomState = {
	position: null,
	startedAt: null,
	planned: millis(0),
	added: millis(0),
	pausedAt: null,
	paused: millis(0),
	version: 0,
	facilitatorId: null
};
