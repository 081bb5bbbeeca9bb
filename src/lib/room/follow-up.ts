import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import { byDue } from '#lib/domain/actions/action.ts';

/** One line of the follow-up: an action and what this session says of it. */
export interface Reviewable {
	action: Row<'actions'>;
	review: Row<'reviews'> | null;
	/** Null: not yet looked at. Done between two sessions counts as looked at. */
	outcome: Row<'reviews'>['outcome'] | null;
}

/**
 * What the follow-up of a session looks at: every action that waits for it and was not taken in it,
 * in the order they fall due. An action dropped before is not brought up again.
 */
export function reviewable(view: View, session: Row<'sessions'>): Reviewable[] {
	const reviews = new Map(
		view.reviews
			.filter(({ sessionId }) => sessionId === session.id)
			.map((review) => [review.actionId, review])
	);
	const waiting = view.actions.filter(
		(action) =>
			action.groupId === session.groupId &&
			action.bornIn !== session.id &&
			(reviews.has(action.id) ||
				(action.dueIn === session.id && action.status !== 'dropped') ||
				(action.dueIn === null && action.status === 'open'))
	);
	return byDue(waiting).map((action) => {
		const review = reviews.get(action.id) ?? null;
		const before = action.status === 'done' ? ('done' as const) : null;
		return { action, review, outcome: review?.outcome ?? before };
	});
}
