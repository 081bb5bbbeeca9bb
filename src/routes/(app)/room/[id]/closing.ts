import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import { carryOver } from '#lib/domain/actions/carry.ts';
import { civilDate } from '#lib/ui/format.ts';

/** How many actions that were due at this session will go on to the next one unfinished. */
export function carriedOver(view: View, session: Row<'sessions'>): number {
	const date = civilDate(session.startsAt, session.timeZone);
	const actions = view.actions.filter(({ groupId }) => groupId === session.groupId);
	const before = new Map(actions.map(({ id, carries }) => [id, carries]));
	const reviews = view.reviews.filter(({ sessionId }) => sessionId === session.id);
	// Where they go does not change how many they are.
	const next = { id: 'next', date: '9999-12-31' };
	const earlier = view.sessions
		.filter(({ groupId, startsAt }) => groupId === session.groupId && startsAt < session.startsAt)
		.map(({ id }) => id);
	return carryOver(actions, reviews, { id: session.id, date, earlier }, next).filter(
		({ id, carries }) => carries > (before.get(id) ?? 0)
	).length;
}
