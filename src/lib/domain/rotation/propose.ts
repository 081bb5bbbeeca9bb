import type { Instant } from '#lib/domain/time.ts';
import { standings } from './standing.ts';
import type { Member, Role, RoleHeld } from './role.ts';

/** Why a member is proposed: the role was never theirs, or not since that session. */
export type Reason = { kind: 'never' } | { kind: 'since'; sessionId: string; at: Instant };

export type Proposal = { memberId: string; reason: Reason };

/**
 * The member who takes a role next: of those not absent, the ones who held it the fewest times, and of
 * these the one who held it longest ago. Null when everybody is absent. Every phone proposes the same
 * member, whatever the order of its lists.
 *
 * A member who joined later starts level with the middle of the group at that date and behind those
 * who have waited longer: neither given everything at once nor spared. An absentee keeps their
 * place and comes first when they are back.
 */
export function propose(
	role: Role,
	members: readonly Member[],
	held: readonly RoleHeld[],
	absent: readonly string[]
): Proposal | null {
	const inRole = held.filter((one) => one.role === role);
	const first = standings(members, inRole)
		.filter(({ memberId }) => !absent.includes(memberId))
		.toSorted(
			(a, b) =>
				a.count - b.count || a.waitingSince - b.waitingSince || order(a.memberId, b.memberId)
		)[0];
	return first ? { memberId: first.memberId, reason: reason(first.memberId, inRole) } : null;
}

function reason(memberId: string, held: readonly RoleHeld[]): Reason {
	const last = held
		.filter((one) => one.memberId === memberId)
		.toSorted((a, b) => a.at - b.at)
		.at(-1);
	return last ? { kind: 'since', sessionId: last.sessionId, at: last.at } : { kind: 'never' };
}

function order(a: string, b: string): number {
	return a < b ? -1 : 1;
}
