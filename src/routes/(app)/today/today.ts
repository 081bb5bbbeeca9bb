import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import { byRank, mustDecide } from '#lib/domain/actions/action.ts';
import { hasSigned, inForce } from '#lib/domain/group/charter.ts';
import type { Role } from '#lib/domain/rotation/turn.ts';

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

/** What a member has to do in a session. */
export function myRoles(view: View, session: Row<'sessions'>, me: string): Role[] {
	const roles: [Role, boolean][] = [
		['facilitator', session.facilitatorId === me],
		['presenter', myChallenge(view, session, me) !== null],
		['scribe', session.scribeId === me],
		['host', session.hostId === me]
	];
	return roles.flatMap(([role, mine]) => (mine ? [role] : []));
}

/** The challenge a member brings to a session; null: none. */
export function myChallenge(
	view: View,
	session: Row<'sessions'>,
	me: string
): Row<'challenges'> | null {
	return (
		view.challenges.find(
			({ sessionId, presenterId, position }) =>
				sessionId === session.id && presenterId === me && position !== null
		) ?? null
	);
}

/** The member's actions that were carried too often: each waits for their decision. */
export function toDecide(view: View, group: string | null, me: string): Row<'actions'>[] {
	return byRank(
		view.actions.filter(
			(action) => action.groupId === group && action.ownerId === me && mustDecide(action)
		)
	);
}
