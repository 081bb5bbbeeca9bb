import { limits } from '#lib/domain/limits.ts';

/**
 * How a group stands with its number of members: six to eight is right, eight is full, more is
 * refused. Five is few (warned); four is enough for a trial only (warned); fewer cannot begin.
 */
export type Size = 'too-small' | 'trial-only' | 'small' | 'right' | 'full' | 'too-large';

/** The size of a group of `members` people. */
export function groupSize(members: number): Size {
	const { least, most } = limits.groupMembers;
	if (members < least) return 'too-small';
	if (members === least) return 'trial-only';
	if (members < 6) return 'small';
	if (members < most) return 'right';
	return members === most ? 'full' : 'too-large';
}
