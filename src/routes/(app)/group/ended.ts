import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';

/** How long the end of a membership is told to a member who has another group. */
const TOLD = 30 * 24 * 60 * 60 * 1000;

/**
 * The last membership of this member that ended, by whomever, unless they are back: always while
 * they have no other group, else for a month. Null: nothing to tell.
 */
export function ended(view: View, me: string, now: number): Row<'memberships'> | null {
	const own = view.memberships.filter(({ memberId }) => memberId === me);
	const current = own.filter(({ leftAt }) => leftAt === null).map(({ groupId }) => groupId);
	const last = own
		.filter(({ groupId }) => !current.includes(groupId))
		.toSorted((a, b) => (b.leftAt ?? 0) - (a.leftAt ?? 0))[0];
	if (!last) return null;
	return current.length === 0 || (last.leftAt ?? 0) > now - TOLD ? last : null;
}
