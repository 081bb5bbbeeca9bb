import * as z from 'zod/mini';
import { lapsesAt } from '#lib/domain/group/breach.ts';
import { clean } from '#lib/domain/limits.ts';
import { parseInstant } from '#lib/domain/time.ts';
import type { Backend } from './backend.ts';
import type { Row } from './rows.ts';
import type { View } from './view.ts';

/** Breaches of the group that are open. The accused has none on their device. */
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

/** Whether the member is one of those who decide, and has not voted yet. */
export function waitsFor(view: View, { id, electors }: Row<'breaches'>, me: string): boolean {
	return electors.includes(me) && ownVote(view, id) === null;
}

const termsFormat = z.object({ voices: z.number(), from: z.nullable(z.string()) });

/** How many would decide about a member, and from when on; null: now. None: nobody knows when. */
export async function termsOf(backend: Backend, group: string, accused: string) {
	const answer = await backend.call('vote_terms', { group_id: group, accused_id: accused });
	const { voices, from } = z.parse(termsFormat, answer);
	return { voices, from: from === null ? null : parseInstant(from) };
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
