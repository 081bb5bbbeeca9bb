import type { RoomRow } from './rooms.ts';

/**
 * Whether the signals of a room tell what changes for a member of so many groups, but for the little
 * that is told to nobody. A room tells nothing unless it is live, and speaks of its own group alone:
 * a member of two would not learn in time what the other one writes.
 */
export function tellsAll(status: RoomRow['status'], groups: number): boolean {
	return status === 'live' && groups === 1;
}
