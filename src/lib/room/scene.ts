import type { Row } from '#lib/data/rows.ts';
import type { Room } from '#lib/data/rooms.ts';
import type { View } from '#lib/data/view.ts';
import type { Segment } from '#lib/domain/agenda/segment.ts';
import { plannedEnd } from '#lib/domain/session/end.ts';
import { type Instant, millis } from '#lib/domain/time.ts';
import { type Cost, cost, projectedEnd } from '#lib/domain/timer/lateness.ts';
import type { RoomState } from '#lib/domain/timer/state.ts';

/** One glance at a session as this member sees it: which step, who has which part, when it ends. */
export interface Scene {
	session: Row<'sessions'>;
	segments: readonly Segment[];
	current: Segment | null;
	next: Segment | null;
	/** The challenge of the step, or the first of the session while a step has none. */
	challenge: Row<'challenges'> | null;
	notes: Row<'challenge_notes'> | null;
	/** Members of the group today, in the order of their names: the same on every phone. */
	members: readonly Row<'profiles'>[];
	/** Who takes part, by member id. */
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
	room: Room | null,
	now: Instant
): Scene | null {
	const session = view.sessions.find(({ id }) => id === sessionId);
	if (!session) return null;
	const segments = agenda(view, sessionId);
	const at = room?.position ?? null;
	const current = at === null ? null : (segments[at] ?? null);
	const own = view.challenges
		.filter((challenge) => challenge.sessionId === sessionId && challenge.position !== null)
		.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
	const challenge = own.find(({ presenterId }) => presenterId === current?.person) ?? null;
	const clock = room ?? idle;
	return {
		session,
		segments,
		current,
		next: segments[at === null ? 0 : at + 1] ?? null,
		challenge,
		notes: view.challenge_notes.find(({ id }) => id === challenge?.id) ?? null,
		members: membersOf(view, session.groupId),
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

/** The steps of a session, in order. */
export function agenda(view: View, sessionId: string): Segment[] {
	return view.segments
		.filter((segment) => segment.sessionId === sessionId)
		.toSorted((a, b) => a.position - b.position)
		.map(({ personId, ...segment }) => ({ ...segment, person: personId }));
}

/** Members of a group today, by name. */
export function membersOf(view: View, groupId: string): Row<'profiles'>[] {
	const ids = view.memberships
		.filter((membership) => membership.groupId === groupId && membership.leftAt === null)
		.map(({ memberId }) => memberId);
	return view.profiles
		.filter(({ id }) => ids.includes(id))
		.toSorted((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
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
