import { byRank, mustDecide } from '#lib/domain/actions/action.ts';
import type { Role } from '#lib/domain/rotation/role.ts';
import type { Row } from './rows.ts';
import type { View } from './view.ts';

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
