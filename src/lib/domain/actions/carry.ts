import type { Action, Review } from './action.ts';

/** A session as the follow-up sees it. */
export type Session = {
	id: string;
	/** Its day where it takes place, "2026-11-26". */
	date: string;
	/** Earlier sessions of the group: what waits for one that was never held goes on, too. */
	earlier: readonly string[];
};

/**
 * The actions of a group after a session closes, with the same rules as `private.carry_actions` in
 * the database, which decides. Reviews of this session are applied to their actions first:
 * done and dropped are over, partly and not done stay open.
 *
 * Every open action that this session or an earlier one had to review, or that was taken in it, goes to
 * the next one.
 *
 * If it existed before and was due by the day of this session it is late: it counts one carry more
 * and is due on the day of the next session. Nothing is removed and nothing else changes.
 */
export function carryOver(
	actions: readonly Action[],
	reviews: readonly Review[],
	closing: Session,
	next: Pick<Session, 'id' | 'date'>
): Action[] {
	return actions.map((action) => {
		const reviewed = withReview(action, reviews, closing.id);
		if (reviewed.status !== 'open' || !reviewedBy(reviewed, closing)) return reviewed;
		return isLate(reviewed, closing)
			? { ...reviewed, carries: reviewed.carries + 1, dueOn: next.date, dueIn: next.id }
			: { ...reviewed, dueIn: next.id };
	});
}

function withReview(action: Action, reviews: readonly Review[], sessionId: string): Action {
	const review = reviews.find(
		(review) => review.actionId === action.id && review.sessionId === sessionId
	);
	if (!review || action.status !== 'open') return action;
	const { outcome, line } = review;
	const over = outcome === 'done' || outcome === 'dropped';
	return { ...action, outcome, line, status: over ? outcome : 'open' };
}

/** Whether the action passes through this session: due in it or before, taken in it, or not placed. */
function reviewedBy({ dueIn, bornIn }: Action, { id, earlier }: Session): boolean {
	return dueIn === null || dueIn === id || bornIn === id || earlier.includes(dueIn);
}

/** Days as ISO dates compare as texts do. */
function isLate(action: Action, closing: Session): boolean {
	return action.bornIn !== closing.id && action.dueOn <= closing.date;
}
