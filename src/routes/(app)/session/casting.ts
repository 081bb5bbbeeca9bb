import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import { propose } from '#lib/domain/rotation/propose.ts';
import type { Member, Role, Turn } from '#lib/domain/rotation/turn.ts';
import type { Instant } from '#lib/domain/time.ts';
import { challengesOf } from './people.ts';

/** Who holds which role in a session; null: nobody yet. */
export type Casting = {
	facilitator: string | null;
	presenters: string[];
	scribe: string | null;
	host: string | null;
};

/**
 * The roles held in a group so far, from its closed sessions. `current` is the session being closed:
 * its roles count already, though its row does not say so yet.
 */
export function turnsOf(view: View, group: string, current: string | null = null): Turn[] {
	return view.sessions
		.filter(
			({ groupId, status, id }) => groupId === group && (status === 'closed' || id === current)
		)
		.flatMap((session) => heldIn(view, session));
}

function heldIn(view: View, session: Row<'sessions'>): Turn[] {
	const { id: sessionId, startsAt: at } = session;
	const held: [Role, string | null][] = [
		['facilitator', session.facilitatorId],
		['scribe', session.scribeId],
		['host', session.hostId],
		...challengesOf(view, sessionId).map(({ presenterId }): [Role, string] => [
			'presenter',
			presenterId
		])
	];
	return held.flatMap(([role, memberId]) => (memberId ? [{ memberId, role, sessionId, at }] : []));
}

/**
 * Everybody's role by rotation, nobody with two of them while there are people enough. In a group
 * too small for that the scribe and the host may have another role too; a presenter never
 * facilitates their own challenge, so that place stays empty.
 */
export function cast(
	members: readonly Member[],
	turns: readonly Turn[],
	presenters: number
): Casting {
	const taken: string[] = [];
	const take = (role: Role, shared: boolean) => {
		const found =
			propose(role, members, turns, taken) ?? (shared ? propose(role, members, turns, []) : null);
		if (found) taken.push(found.memberId);
		return found?.memberId ?? null;
	};
	const facilitator = take('facilitator', false);
	const speaking = Array.from({ length: presenters }, () => take('presenter', false));
	return {
		facilitator,
		presenters: speaking.filter((id) => id !== null),
		scribe: take('scribe', true),
		host: take('host', true)
	};
}

/** When a member last had a role; null: never. */
export function lastTurn(turns: readonly Turn[], role: Role, member: string): Instant | null {
	return turns
		.filter((turn) => turn.role === role && turn.memberId === member)
		.reduce<Instant | null>((last, { at }) => (last === null || at > last ? at : last), null);
}
