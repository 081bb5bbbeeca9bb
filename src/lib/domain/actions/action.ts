import type { Instant } from '#lib/domain/time.ts';

/** A commitment of a member, reviewed at the next session. */
export type Action = {
	id: string;
	groupId: string;
	ownerId: string;
	title: string;
	/** The day it is due, "2026-12-17": a day of the calendar, without an hour or a zone. */
	dueOn: string;
	status: 'open' | 'done' | 'dropped';
	/** Session in which it was taken; null when it was taken between two sessions. */
	bornIn: string | null;
	/** Session that reviews it; null while none is planned. */
	dueIn: string | null;
	/** How many sessions it has gone through unfinished. */
	carries: number;
	/** How many carries it had when its owner last decided what becomes of it. */
	decidedCarries: number;
	/** The goal of its owner that it serves; null: none. */
	goalId: string | null;
	/** The member who asks how it goes; null: nobody in particular. */
	partnerId: string | null;
	/** Place in its owner's own order, from 1; null: by its date. */
	rank: number | null;
	/** The last word said of it, at a session or between two; null: none. */
	outcome: Outcome | null;
	/** One line said with that word; may be empty. */
	line: string;
	version: number;
};

export const outcomes = ['done', 'partly', 'not_done', 'dropped'] as const;
export type Outcome = (typeof outcomes)[number];

/** What became of an action at a session; at most one for each session. */
export type Review = {
	id: string;
	actionId: string;
	sessionId: string;
	outcome: Outcome;
	/** One line of words; may be empty. */
	line: string;
	/** Null when the person's account is gone. */
	reviewedBy: string | null;
	reviewedAt: Instant;
};

/** At the third carry the owner decides: do it, reshape it, or drop it. */
export const DECIDING_CARRY = 3;

export const choices = ['do', 'reshape', 'drop'] as const;
/** What the owner decides: do it after all, say it anew (its count begins again), or drop it. */
export type Choice = (typeof choices)[number];

/** Whether the owner of an open action must decide what becomes of it: again at each later carry. */
export function mustDecide(action: Action): boolean {
	const { status, carries, decidedCarries } = action;
	return status === 'open' && carries >= DECIDING_CARRY && carries > decidedCarries;
}

/** Actions in the order they fall due; between equals the most carried first, then by id. */
export function byDue<A extends Action>(actions: readonly A[]): A[] {
	return actions.toSorted(
		(a, b) => compare(a.dueOn, b.dueOn) || b.carries - a.carries || compare(a.id, b.id)
	);
}

/** Actions in their owner's own order; those not yet put in order follow as they fall due. */
export function byRank<A extends Action>(actions: readonly A[]): A[] {
	return byDue(actions).toSorted((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || 0);
}

/** Actions of each owner in the order they fall due; owners in the order they first appear. */
export function byOwner<A extends Action>(actions: readonly A[]): Map<string, A[]> {
	const owners = new Map<string, A[]>();
	for (const action of actions) {
		const owned = owners.get(action.ownerId);
		if (owned) owned.push(action);
		else owners.set(action.ownerId, [action]);
	}
	for (const [owner, owned] of owners) owners.set(owner, byDue(owned));
	return owners;
}

/** What a member has taken on, whatever its status, in the order it falls due. */
export function mine<A extends Action>(actions: readonly A[], memberId: string): A[] {
	return byDue(actions.filter(({ ownerId }) => ownerId === memberId));
}

function compare(a: string, b: string): number {
	return a === b ? 0 : a < b ? -1 : 1;
}
