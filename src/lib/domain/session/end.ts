import { between, type Instant, later, minutes } from '#lib/domain/time.ts';

interface Session {
	startsAt: Instant;
	startedAt: Instant | null;
	lengthMinutes: number;
}

/** A session that begins this much after its hour is another appointment, not a late one. */
const SAME_EVENING = minutes(120);

/**
 * When a session is to end: a late start does not move the end, people have trains to catch. Started
 * before its hour, or on another day, it has its full length from the start.
 */
export function plannedEnd(session: Session): Instant {
	const { startsAt, startedAt } = session;
	const late = startedAt === null ? 0 : between(startsAt, startedAt);
	const from = startedAt !== null && (late < 0 || late > SAME_EVENING) ? startedAt : startsAt;
	return later(from, minutes(session.lengthMinutes));
}

/**
 * When a session was over, or will be, for the members who may read it: its full length after it
 * began, or its close before that. One that nobody closed is over all the same.
 */
export function sessionEnd(session: Session & { closedAt: Instant | null }): Instant {
	const { startsAt, startedAt, closedAt, lengthMinutes } = session;
	const end = later(startedAt ?? startsAt, minutes(lengthMinutes));
	return closedAt !== null && closedAt < end ? closedAt : end;
}
