import { type Instant, instant } from '#lib/domain/time.ts';
import type { Member, RoleHeld } from './role.ts';

/** Where a member stands in the rotation of one role. */
export type Standing = {
	memberId: string;
	/** How often they held it since they joined, plus what a later joiner is credited with. */
	count: number;
	/** When they last held it, or joined: since when they have waited. */
	waitingSince: Instant;
};

/**
 * The standing of each member in one role, from all times it was held. A newcomer is credited with the
 * count of the middle member (the lower one of two) among those who were there before, as of the day
 * they joined. A member who comes back after leaving is a newcomer: what they held before does not
 * count.
 */
export function standings(members: readonly Member[], held: readonly RoleHeld[]): Standing[] {
	const credits = new Map<string, number>();
	const countAt = (member: Member, until: number) =>
		(credits.get(member.id) ?? 0) +
		held.filter(({ memberId, at }) => memberId === member.id && at >= member.joinedAt && at < until)
			.length;

	const byArrival = members.toSorted((a, b) => a.joinedAt - b.joinedAt);
	for (const member of byArrival) {
		const before = byArrival.filter(({ joinedAt }) => joinedAt < member.joinedAt);
		const counts = before.map((other) => countAt(other, member.joinedAt)).toSorted((a, b) => a - b);
		credits.set(member.id, counts[Math.floor((counts.length - 1) / 2)] ?? 0);
	}
	return members.map((member) => ({
		memberId: member.id,
		count: countAt(member, Infinity),
		waitingSince: instant(
			held.reduce(
				(latest, { memberId, at }) => (memberId === member.id ? Math.max(latest, at) : latest),
				Number(member.joinedAt)
			)
		)
	}));
}
