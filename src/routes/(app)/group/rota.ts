import type { Row } from '#lib/data/rows.ts';
import { propose, type Reason } from '#lib/domain/rotation/propose.ts';
import { type Member, type Role, roles, type Turn } from '#lib/domain/rotation/turn.ts';

type Session = Row<'sessions'>;
type Segment = Pick<Row<'segments'>, 'sessionId' | 'speakers' | 'personId'>;

/** Who is proposed for a role, and why; null when nobody is left to propose. */
export type Next = { role: Role; memberId: string; reason: Reason };

/** Who holds a role in a session: one person, except for presenters. */
export function holders(session: Session, segments: readonly Segment[], role: Role): string[] {
	const people: Record<Role, readonly (string | null)[]> = {
		facilitator: [session.facilitatorId],
		scribe: [session.scribeId],
		host: [session.hostId],
		presenter: segments
			.filter(({ sessionId, speakers }) => sessionId === session.id && speakers === 'presenter')
			.map(({ personId }) => personId)
	};
	return [...new Set(people[role].filter((id) => id !== null))];
}

/** The roles held in the sessions that took place. */
export function turns(sessions: readonly Session[], segments: readonly Segment[]): Turn[] {
	return sessions
		.filter(({ status }) => status === 'closed')
		.flatMap((session) =>
			roles.flatMap((role) =>
				holders(session, segments, role).map((memberId) => ({
					memberId,
					role,
					sessionId: session.id,
					at: session.startsAt
				}))
			)
		);
}

/**
 * Who should have each role after the sessions already planned. Who holds it in one of those lets
 * the others go first, and nobody is proposed twice, as long as there are others.
 */
export function rota(
	members: readonly Member[],
	sessions: readonly Session[],
	segments: readonly Segment[]
): Next[] {
	const held = turns(sessions, segments);
	const coming = sessions.filter(({ status }) => status !== 'closed');
	return roles.reduce<Next[]>((proposed, role) => {
		const soon = coming.flatMap((session) => holders(session, segments, role));
		const busy = proposed.map(({ memberId }) => memberId);
		const next =
			propose(role, members, held, [...soon, ...busy]) ??
			propose(role, members, held, soon) ??
			propose(role, members, held, []);
		return next ? [...proposed, { role, ...next }] : proposed;
	}, []);
}
