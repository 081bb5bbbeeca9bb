import { type Sharing, sharings } from '#lib/domain/session/sharing.ts';
import type { Backend } from './backend.ts';
import type { Row } from './rows.ts';
import type { View } from './view.ts';

/** Where sharing this closed session stands, with each member who joined after it. */
export function sharingsOf(view: View, session: Row<'sessions'>, me: string): Sharing[] {
	const present = view.attendances
		.filter(({ sessionId, present: came }) => sessionId === session.id && came)
		.map(({ memberId }) => memberId);
	const memberships = view.memberships.filter(
		({ groupId, leftAt }) => groupId === session.groupId && leftAt === null
	);
	const consents = view.session_consents.filter(({ sessionId }) => sessionId === session.id);
	return sharings({ closedAt: session.closedAt, present }, memberships, consents, me);
}

/** What waits for this member's word in a group: proposed by somebody, not answered by them. */
export function toAnswer(
	view: View,
	group: string | null,
	me: string
): { session: Row<'sessions'>; readerId: string }[] {
	return view.sessions
		.filter(({ id, groupId, status }) => {
			const asked = view.session_consents.some(({ sessionId }) => sessionId === id);
			return groupId === group && status === 'closed' && asked;
		})
		.flatMap((session) =>
			sharingsOf(view, session, me)
				.filter(({ state, mine }) => state === 'asked' && mine === null)
				.map(({ readerId }) => ({ session, readerId }))
		);
}

/** Says, as somebody who was present, whether the reader may see the session. */
export async function share(backend: Backend, session: string, reader: string, agree: boolean) {
	await backend.call('share_session', { session_id: session, reader_id: reader, agree });
}
