import type { Row } from './rows.ts';
import type { View } from './view.ts';

/** How long the end of a membership is told to a member of another group. */
const TOLD = 30 * 24 * 60 * 60 * 1000;

/**
 * The last membership of this member that ended in the past month, however it ended, unless they
 * are back. Null: nothing to tell.
 */
export function ended(view: View, me: string, now: number): Row<'memberships'> | null {
	const own = view.memberships.filter(({ memberId }) => memberId === me);
	const current = own.filter(({ leftAt }) => leftAt === null).map(({ groupId }) => groupId);
	const over = own.filter(({ groupId, leftAt }) => {
		return leftAt !== null && leftAt > now - TOLD && !current.includes(groupId);
	});
	return over.toSorted((a, b) => (b.leftAt ?? 0) - (a.leftAt ?? 0))[0] ?? null;
}
