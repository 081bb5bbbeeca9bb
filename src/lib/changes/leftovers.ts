import { type Life, livesOf } from '#lib/data/draft-keys.ts';
import { unsigned } from '#lib/data/next-session.ts';
import type { View } from '#lib/data/view.ts';
import * as codes from '#lib/domain/codes.ts';
import type { Operation } from '#lib/offline/outbox.ts';

/** What this device holds, as `Device` says it. */
interface Held {
	readonly view: View;
	readonly me: string;
	readonly pending: readonly Operation[];
	readonly refused: readonly Operation[];
	/** The names of all drafts. */
	readonly drafts: readonly string[];
	readonly busy: boolean;
	readonly whole: boolean;
	readonly completeAt: number | null;
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

function isGone(life: Life, id: string, held: Held): boolean {
	const { view, me } = held;
	if (life === 'groups') {
		const memberships = view.memberships.filter((row) => row.groupId === id && row.memberId === me);
		if (memberships.length > 0) return memberships.every(({ leftAt }) => leftAt !== null);
		return isErased(id, held);
	}
	if (life === 'actions' || life === 'goals') {
		return !view[life].some((row) => row.id === id) && isErased(id, held);
	}
	const challenge = view.challenges.find((row) => row.id === id);
	if (life !== 'sessions') {
		if (!challenge) return isErased(id, held);
		if (challenge.withdrawnAt !== null || life === 'challenges') {
			return challenge.withdrawnAt !== null;
		}
	}
	const session = view.sessions.find((row) => row.id === (challenge?.sessionId ?? id));
	return session ? session.status === 'closed' : isErased(id, held);
}

/** Whether a row that is not here is nowhere: not with the server, nor in what waits here. */
function isErased(id: string, held: Held): boolean {
	// An addition that was refused may be sent again.
	const mayCome = held.refused.some(({ args }) => JSON.stringify([args]).includes(id));
	return !mayCome && isComplete(held);
}

/** Whether every row that the server has for the member is here. */
function isComplete({ view, me, pending, busy, whole, completeAt }: Held): boolean {
	// Before they sign the charter in force, it shows them nothing of their group.
	const isShown = view.memberships.every(
		({ memberId, groupId, leftAt }) =>
			memberId !== me || leftAt !== null || unsigned(view, groupId, me) === null
	);
	// Between what was sent and what is brought back, a row of one's own may not be here.
	return whole && completeAt !== null && !busy && pending.length === 0 && isShown;
}
