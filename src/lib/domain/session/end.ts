import { between, type Instant, later, minutes } from '#lib/domain/time.ts';

/** A session that begins this much after its hour is another appointment, not a late one. */
const SAME_EVENING = minutes(120);

/**
 * When a session is to end: a late start does not move the end, people have trains to catch. Started
 * before its hour, or on another day, it has its full length from the start.
 */
export function plannedEnd(session: {
	startsAt: Instant;
	startedAt: Instant | null;
	lengthMinutes: number;
}): Instant {
	const { startsAt, startedAt } = session;
	const late = startedAt === null ? 0 : between(startsAt, startedAt);
	const from = startedAt !== null && (late < 0 || late > SAME_EVENING) ? startedAt : startsAt;
	return later(from, minutes(session.lengthMinutes));
}
