import type { Row } from '#lib/data/rows.ts';
import { daysBetween } from '#lib/domain/civil.ts';
import { characters, clean, limits } from '#lib/domain/limits.ts';
import * as z from '#lib/offline/shape.ts';

/** An action as its form shows it, and as the device keeps it while it is written. */
export const actionShape = z.object({
	title: z.string(),
	dueOn: z.string(),
	/** Ids of the goal it serves and of its partner; empty: none. */
	goal: z.string(),
	partner: z.string()
});
export type Written = z.infer<typeof actionShape>;

/** What the form of an action begins with. */
export function writtenOf(action: Row<'actions'>): Written {
	const { title, dueOn, goalId, partnerId } = action;
	return { title, dueOn, goal: goalId ?? '', partner: partnerId ?? '' };
}

/** What a draft changes of what its writer saw, in the columns of the table; empty: nothing. */
export function changesOf(draft: Written, seen: Written) {
	const title = oneLine(draft.title);
	return {
		...(title !== seen.title && { title }),
		...(draft.dueOn !== seen.dueOn && { due_on: draft.dueOn }),
		...(draft.goal !== seen.goal && { goal_id: draft.goal || null }),
		...(draft.partner !== seen.partner && { partner_id: draft.partner || null })
	};
}

/** How far ahead a commitment is made when no session says a date: the time between two of them. */
const USUAL = 28;

/** When a new action falls due unless said otherwise: at the next session, else in four weeks. */
export function dueAtFirst(today: string, session: string | null): string {
	return session ?? new Date(Date.parse(today) + USUAL * 86_400_000).toISOString().slice(0, 10);
}

/** A title as it is kept: what was typed on several lines reads as one sentence. */
export function oneLine(title: string): string {
	return clean(title).replace(/\s+/g, ' ').trim();
}

export type Problems = {
	title?: 'missing' | 'long';
	due?: 'missing' | 'past' | 'far';
};

/** Nobody commits further ahead than two years. */
const FARTHEST = 730;

/**
 * What keeps an action from being saved. `today` is a civil date; `before` the due date it had,
 * which may stay in the past while only the words change.
 */
export function problems(
	draft: Pick<Written, 'title' | 'dueOn'>,
	today: string,
	before: string | null
): Problems {
	const found: Problems = {};
	const title = oneLine(draft.title);
	if (title === '') found.title = 'missing';
	else if (characters(title) > limits.title) found.title = 'long';
	if (!/^\d{4}-\d\d-\d\d$/.test(draft.dueOn)) found.due = 'missing';
	else if (draft.dueOn !== before) {
		const days = daysBetween(today, draft.dueOn);
		if (days < 0) found.due = 'past';
		else if (!(days <= FARTHEST)) found.due = 'far';
	}
	return found;
}
