import { challengesOf } from '#lib/data/agenda.ts';
import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import { propose } from '#lib/domain/rotation/propose.ts';
import type { Member, Role, RoleHeld } from '#lib/domain/rotation/role.ts';
import type { Instant } from '#lib/domain/time.ts';

/** The member who holds each role in a session; null: nobody yet. */
export type Casting = {
	facilitator: string | null;
	presenters: string[];
	scribe: string | null;
	host: string | null;
};

/**
 * The roles held in a group so far, from its closed sessions. Those of the sessions in `also` count
 * too: the one being closed, or one planned before the session for which roles are looked for.
 */
export function rolesHeld(view: View, group: string, also: readonly string[] = []): RoleHeld[] {
	return view.sessions
		.filter(
			({ groupId, status, id }) => groupId === group && (status === 'closed' || also.includes(id))
		)
		.flatMap((session) => heldIn(view, session));
}

/** The roles held, and those of the sessions planned: they will be held by then. */
export function rolesHeldAndPlanned(view: View, group: string): RoleHeld[] {
	const open = view.sessions.filter(({ status }) => status !== 'closed');
	return rolesHeld(
		view,
		group,
		open.map(({ id }) => id)
	);
}

function heldIn(view: View, session: Row<'sessions'>): RoleHeld[] {
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
 * Everybody's role by rotation around what is `decided`, nobody with two of them while there are
 * people enough. In a group too small for that the scribe and the host may have another role too; a
 * presenter never facilitates their own challenge, so that place stays empty.
 */
export function cast(
	members: readonly Member[],
	held: readonly RoleHeld[],
	presenters: number,
	decided: Partial<Casting> = {}
): Casting {
	const { facilitator, scribe, host } = decided;
	const taken = [facilitator, scribe, host, ...(decided.presenters ?? [])].filter(
		(id) => id !== null && id !== undefined
	);
	const take = (role: Role) => {
		const found = propose(role, members, held, taken)?.memberId ?? null;
		if (found) taken.push(found);
		return found;
	};
	const share = (role: Role) => take(role) ?? propose(role, members, held, [])?.memberId ?? null;
	const facilitating = facilitator === undefined ? take('facilitator') : facilitator;
	const presenting =
		decided.presenters ??
		Array.from({ length: presenters }, () => take('presenter')).filter((id) => id !== null);
	return {
		facilitator: facilitating,
		presenters: presenting,
		scribe: scribe === undefined ? share('scribe') : scribe,
		host: host === undefined ? share('host') : host
	};
}

/** When a member last had a role; null: never. */
export function lastHeld(held: readonly RoleHeld[], role: Role, member: string): Instant | null {
	return held
		.filter((one) => one.role === role && one.memberId === member)
		.reduce<Instant | null>((last, { at }) => (last === null || at > last ? at : last), null);
}
