import type { Row } from '#lib/data/rows.ts';

/** How the role of facilitator moved in a session, the latest first. */
export function roleLog(
	changes: readonly Row<'role_changes'>[],
	sessionId: string
): Row<'role_changes'>[] {
	return changes.filter((change) => change.sessionId === sessionId).toSorted((a, b) => b.at - a.at);
}
