import { lapsesAt } from '#lib/domain/group/breach.ts';
import { clean } from '#lib/domain/limits.ts';
import type { Backend } from './backend.ts';
import type { Row } from './rows.ts';
import type { View } from './view.ts';

/** Breaches of the group that wait for the member's voice. The accused has none on their device. */
export function open(view: View, group: string | null, now: number): Row<'breaches'>[] {
	return view.breaches
		.filter(({ groupId, settledAt, raisedAt }) => {
			return groupId === group && settledAt === null && lapsesAt(raisedAt) > now;
		})
		.toSorted((a, b) => a.raisedAt - b.raisedAt);
}

/** How the member voted; null: not yet. */
export function ownVote(view: View, breach: string): boolean | null {
	return view.breach_votes.find(({ breachId }) => breachId === breach)?.exclude ?? null;
}

/** How many decide about a member: all members who signed, except that member. */
export function entitled(view: View, group: string, accused: string): number {
	return view.memberships.filter(
		({ groupId, memberId, leftAt }) =>
			groupId === group &&
			leftAt === null &&
			memberId !== accused &&
			view.signatures.some((signed) => signed.groupId === group && signed.memberId === memberId)
	).length;
}

/** Raises a breach under an id of the caller's: a second press of the same one is harmless. */
export async function raise(
	backend: Backend,
	breach: { id: string; group: string; accused: string; reason: string }
) {
	const { id, group, accused, reason } = breach;
	await backend.call('raise_breach', {
		id,
		group_id: group,
		accused_id: accused,
		reason: clean(reason)
	});
}

/** Votes, or changes the vote; answers true once the breach is settled. */
export async function vote(backend: Backend, breach: string, exclude: boolean): Promise<boolean> {
	return (await backend.call('vote_breach', { breach_id: breach, exclude })) !== null;
}

export async function withdraw(backend: Backend, breach: string) {
	await backend.call('withdraw_breach', { breach_id: breach });
}
