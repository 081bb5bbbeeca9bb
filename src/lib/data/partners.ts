import { byDue } from '#lib/domain/actions/action.ts';
import type { Row } from './rows.ts';
import type { View } from './view.ts';

/** The open actions of others that this member asks after, as they fall due. */
export function accompanied(view: View, group: string | null, me: string): Row<'actions'>[] {
	return byDue(
		view.actions.filter(
			({ groupId, partnerId, status }) => groupId === group && partnerId === me && status === 'open'
		)
	);
}

/** Whether a member may still write in a group; a former member only reads what was theirs. */
export function belongs(view: View, group: string, member: string): boolean {
	return view.memberships.some(
		({ groupId, memberId, leftAt }) => groupId === group && memberId === member && leftAt === null
	);
}
