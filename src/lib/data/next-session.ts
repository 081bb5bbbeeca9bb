import { hasSigned, inForce } from '#lib/domain/group/charter.ts';
import type { Row } from './rows.ts';
import type { View } from './view.ts';

/** A session still counts as the next one for this long after its hour, if nobody opened it. */
const GRACE = 12 * 60 * 60 * 1000;

/**
 * The session to come: the one under way, else the next planned one. One whose day has passed without
 * being opened is shown only when no other is planned. Null: none.
 */
export function nextSession(view: View, group: string | null, now: number): Row<'sessions'> | null {
	const sessions = view.sessions
		.filter(({ groupId, status }) => groupId === group && status !== 'closed')
		.toSorted((a, b) => a.startsAt - b.startsAt);
	return (
		sessions.find(({ status }) => status === 'live') ??
		sessions.find(({ startsAt }) => startsAt >= now - GRACE) ??
		sessions.at(-1) ??
		null
	);
}

/** The charter in force, when the member has not signed it; null: nothing to sign. */
export function unsigned(view: View, group: string | null, me: string): Row<'charters'> | null {
	const charter = group === null ? null : inForce(view.charters, group);
	if (charter === null || hasSigned(view.signatures, charter.id, me)) return null;
	return charter;
}
