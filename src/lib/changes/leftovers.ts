import { type Life, livesOf } from '#lib/data/draft-keys.ts';
import type { View } from '#lib/data/view.ts';
import * as codes from '#lib/domain/codes.ts';
import type { Operation } from '#lib/offline/outbox.ts';

/**
 * What this device holds: its rows, the member they are of, and what was typed and not yet sent.
 */
interface Held {
	readonly view: View;
	readonly me: string;
	readonly refused: readonly Operation[];
	/** The names of all drafts. */
	readonly drafts: readonly string[];
	/** Whether all rows of this member are here: only then one that is not here is gone. */
	readonly complete: boolean;
}

/**
 * What has outlived what it is about: the sequence numbers of writings that were refused because
 * the challenge was withdrawn, and the names of drafts. Words that were erased for everybody go
 * here too.
 */
export function leftovers(held: Held): { sequences: number[]; drafts: string[] } {
	return {
		sequences: held.refused
			.filter(({ refusal }) => refusal?.code === codes.WITHDRAWN)
			.map(({ sequence }) => sequence),
		drafts: held.drafts.filter((key) => isOver(key, held))
	};
}

function isOver(key: string, held: Held): boolean {
	const ends = livesOf(key);
	return ends.length > 0 && ends.every(({ life, id }) => isGone(life, id, held));
}

function isGone(life: Life, id: string, { view, me, complete }: Held): boolean {
	if (life === 'groups') {
		const memberships = view.memberships.filter((row) => row.groupId === id && row.memberId === me);
		return memberships.length > 0 ? memberships.every(({ leftAt }) => leftAt !== null) : complete;
	}
	const there = (rows: readonly { id: string }[]) => rows.some((row) => row.id === id);
	if (life === 'actions' || life === 'goals') return complete && !there(view[life]);
	const challenge = view.challenges.find((row) => row.id === id);
	if (life !== 'sessions') {
		if (!challenge) return complete;
		if (challenge.withdrawnAt !== null || life === 'challenges') {
			return challenge.withdrawnAt !== null;
		}
	}
	const session = view.sessions.find((row) => row.id === (challenge?.sessionId ?? id));
	return session ? session.status === 'closed' : complete;
}
