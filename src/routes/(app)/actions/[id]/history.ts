import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';

/** What happened to an action, session by session. `session` is null when it is not visible. */
export type Chapter = {
	id: string;
	session: Row<'sessions'> | null;
	/** Null where the action was taken. */
	review: Row<'reviews'> | null;
};

/** An action from where it was taken to its last review, in the order of the sessions. */
export function history(view: View, action: Pick<Row<'actions'>, 'id' | 'bornIn'>): Chapter[] {
	const session = (id: string) => view.sessions.find((candidate) => candidate.id === id) ?? null;
	const reviews = view.reviews
		.filter(({ actionId }) => actionId === action.id)
		.map((review) => ({ id: review.id, session: session(review.sessionId), review }))
		.toSorted((a, b) => (a.session?.startsAt ?? 0) - (b.session?.startsAt ?? 0));
	const born = action.bornIn === null ? null : session(action.bornIn);
	return [{ id: action.id, session: born, review: null }, ...reviews];
}
