import { type Instant, instant } from '#lib/domain/time.ts';
import type { Member, Turn } from './turn.ts';

/** Where a member stands in the rotation of one role. */
export type Standing = {
	memberId: string;
	/** Turns since they joined, plus those they are credited with for having joined later. */
	count: number;
	/** Their last turn, or when they joined: since when they have waited. */
	waitingSince: Instant;
};

/**
 * The standing of each member in one role, from its turns. A newcomer is credited with the turns of
 * the middle member (the lower one of two) among those who were there before, as of the day they
 * joined. Who comes back after leaving is a newcomer: older turns do not count.
 */
export function standings(members: readonly Member[], turns: readonly Turn[]): Standing[] {
	const credits = new Map<string, number>();
	const countAt = (member: Member, until: number) =>
		(credits.get(member.id) ?? 0) +
		turns.filter(
			({ memberId, at }) => memberId === member.id && at >= member.joinedAt && at < until
		).length;

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
			turns.reduce(
				(latest, { memberId, at }) => (memberId === member.id ? Math.max(latest, at) : latest),
				Number(member.joinedAt)
			)
		)
	}));
}
