import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import { type Action, mustDecide } from '#lib/domain/actions/action.ts';
import { carryOver } from '#lib/domain/actions/carry.ts';
import { civilDate } from '#lib/domain/civil.ts';

/** How many actions that were due at this session will go on to the next one unfinished. */
export function carriedOver(view: View, session: Row<'sessions'>): number {
	const before = new Map(view.actions.map(({ id, carries }) => [id, carries]));
	return afterwards(view, session).filter(({ id, carries }) => carries > (before.get(id) ?? 0))
		.length;
}

/**
 * The actions whose owner will have to decide once this session is closed: those that nobody decided
 * in it, and those that come to their third carry with it. How many, and whose: never which.
 */
export function leftToDecide(
	view: View,
	session: Row<'sessions'>
): { count: number; owners: string[] } {
	const left = afterwards(view, session).filter(mustDecide);
	return { count: left.length, owners: [...new Set(left.map(({ ownerId }) => ownerId))] };
}

/** The group's actions as the close of this session leaves them. */
function afterwards(view: View, session: Row<'sessions'>): Action[] {
	const date = civilDate(session.startsAt, session.timeZone);
	const actions = view.actions.filter(({ groupId }) => groupId === session.groupId);
	const reviews = view.reviews.filter(({ sessionId }) => sessionId === session.id);
	// Where they go does not change how many they are.
	const next = { id: 'next', date: '9999-12-31' };
	const earlier = view.sessions
		.filter(({ groupId, startsAt }) => groupId === session.groupId && startsAt < session.startsAt)
		.map(({ id }) => id);
	return carryOver(actions, reviews, { id: session.id, date, earlier }, next);
}
