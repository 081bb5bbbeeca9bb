import { type Instant, later, millis } from '#lib/domain/time.ts';

/** How long a vote on a breach stays open: as long as the database keeps it (`breach_term`). */
const TERM = millis(14 * 24 * 60 * 60 * 1000);

/** How many votes exclude, when so many are entitled: more than half of them, and two at the least. */
export function votesNeeded(entitled: number): number {
	return Math.max(2, Math.floor(entitled / 2) + 1);
}

/** When a breach that is not settled by then lapses. */
export function lapsesAt(raisedAt: Instant): Instant {
	return later(raisedAt, TERM);
}
