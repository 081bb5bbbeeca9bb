import { sessionEnd } from '#lib/domain/session/end.ts';
import { type Sharing, sharings } from '#lib/domain/session/sharing.ts';
import type { Backend } from './backend.ts';
import type { Row } from './rows.ts';
import type { View } from './view.ts';

/** Where sharing this closed session stands, with each member who joined after it. */
export function sharingsOf(view: View, session: Row<'sessions'>, me: string): Sharing[] {
	if (session.status !== 'closed') return [];
	const memberships = view.memberships.filter(
		({ groupId, leftAt }) => groupId === session.groupId && leftAt === null
	);
	const consents = view.session_consents.filter(({ sessionId }) => sessionId === session.id);
	const asked = { end: sessionEnd(session), concerned: concernedBy(view, session.id) };
	return sharings(asked, memberships, consents, me);
}

/** Those who were present, and the authors of words in it: `asked_ids` of the database. */
function concernedBy(view: View, id: string): string[] {
	const of = <T extends { sessionId: string }>(rows: readonly T[]) =>
		rows.filter(({ sessionId }) => sessionId === id);
	const written = (...texts: string[]) => texts.some((text) => text !== '');
	const notes = new Map(of(view.challenge_notes).map((row) => [row.id, row]));
	const owners = new Map(view.actions.map((row) => [row.id, row.ownerId]));
	return [
		...new Set([
			...of(view.attendances).flatMap((row) => (row.present ? [row.memberId] : [])),
			...of(view.challenges).flatMap((row) => {
				const { question, context, tried, options, wanted, unwanted, presenterId } = row;
				const { body = '', takeaways = '' } = notes.get(row.id) ?? {};
				const words = [question, context, tried, options, wanted, unwanted, body, takeaways];
				return written(...words) ? [presenterId] : [];
			}),
			...of(view.contributions).flatMap((row) => (written(row.text) ? [row.authorId] : [])),
			...of(view.feedbacks).flatMap((row) => (written(row.plus, row.delta) ? [row.memberId] : [])),
			...of(view.reviews).flatMap((row) => {
				const people = [row.reviewedBy, owners.get(row.actionId) ?? null];
				return written(row.line) ? people.filter((person) => person !== null) : [];
			})
		])
	];
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

/** Says, as somebody who is asked, whether the reader may see the session. */
export async function share(backend: Backend, session: string, reader: string, agree: boolean) {
	await backend.call('share_session', { session_id: session, reader_id: reader, agree });
}
