import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import type { Member } from '#lib/domain/rotation/turn.ts';
import * as m from '#lib/paraglide/messages.js';

/** A present member of the group, as the rotation knows them, with their name. */
export type Peer = Member & { name: string };

/** Who belongs to the group today, by name. */
export function peers(view: View, group: string): Peer[] {
	return view.memberships
		.filter(({ groupId, leftAt }) => groupId === group && leftAt === null)
		.map(({ memberId, joinedAt }) => ({ id: memberId, joinedAt, name: nameOf(view, memberId) }))
		.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** How a person is called; a neutral word for who has no name yet or left without a trace. */
export function nameOf(view: View, id: string | null): string {
	return view.profiles.find((profile) => profile.id === id)?.name.trim() || m.session_someone();
}

/** The challenges on a session's plan, in their turn. */
export function challengesOf(view: View, session: string): Row<'challenges'>[] {
	return view.challenges
		.filter(({ sessionId, position }) => sessionId === session && position !== null)
		.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
}

/** The steps of a session, in order. */
export function segmentsOf(view: View, session: string): Row<'segments'>[] {
	return view.segments
		.filter(({ sessionId }) => sessionId === session)
		.toSorted((a, b) => a.position - b.position);
}
