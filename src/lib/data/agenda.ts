import type { Row } from './rows.ts';
import type { View } from './view.ts';

/** The segments of a session, in order. */
export function segmentsOf(view: View, session: string): Row<'segments'>[] {
	return view.segments
		.filter(({ sessionId }) => sessionId === session)
		.toSorted((a, b) => a.position - b.position);
}

/** The challenges on a session's plan, in their turn. */
export function challengesOf(view: View, session: string): Row<'challenges'>[] {
	return view.challenges
		.filter(({ sessionId, position }) => sessionId === session && position !== null)
		.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
}

/** The next session a group has planned; null: none. Later than `after`, when it is given. */
export function nextPlanned(
	view: View,
	group: string,
	after = Number.NEGATIVE_INFINITY
): Row<'sessions'> | null {
	const planned = view.sessions.filter(
		({ groupId, status, startsAt }) => groupId === group && status === 'planned' && startsAt > after
	);
	return planned.toSorted((a, b) => a.startsAt - b.startsAt)[0] ?? null;
}
