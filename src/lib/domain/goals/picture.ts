import { type Action, byDue } from '#lib/domain/actions/action.ts';
import type { Goal } from './goal.ts';
import { byTitle } from './plan.ts';

/** How an action stands: kept, in part, not said yet, or missed (not done so far, or dropped). */
export const marks = ['kept', 'partly', 'open', 'missed'] as const;
export type Mark = (typeof marks)[number];

/** The mark of an action, by its status and the last word said of it. */
export function markOf({ status, outcome }: Pick<Action, 'status' | 'outcome'>): Mark {
	if (status === 'done') return 'kept';
	if (status === 'dropped') return 'missed';
	if (outcome === 'partly') return 'partly';
	return outcome === 'not_done' ? 'missed' : 'open';
}

/** The actions that serve a goal, with the mark of each, in the order they fall due. */
export function serving<A extends Action>(
	actions: readonly A[],
	goal: Pick<Goal, 'id' | 'ownerId'>
): { action: A; mark: Mark }[] {
	const own = actions.filter((one) => one.goalId === goal.id && one.ownerId === goal.ownerId);
	return byDue(own).map((action) => ({ action, mark: markOf(action) }));
}

/** How many there are of each mark that occurs, in the order of `marks`: words for the figure. */
export function tally(shown: readonly Mark[]): { mark: Mark; count: number }[] {
	return marks
		.map((mark) => ({ mark, count: shown.filter((one) => one === mark).length }))
		.filter(({ count }) => count > 0);
}

/** A person of the group beside the goals they share. */
export type Sharer<P, G> = { person: P; goals: G[] };

/**
 * What the members share of a year, person by person in the order given: the whole year first, then
 * its quarters. A member who shares nothing is left out, and so are private goals. Nothing is
 * counted and nothing compared between people.
 */
export function sharedBy<P extends { id: string }, G extends Goal>(
	goals: readonly G[],
	year: number,
	people: readonly P[]
): Sharer<P, G>[] {
	const shown = byTitle(goals.filter((goal) => goal.shared && goal.year === year));
	return people
		.map((person) => ({
			person,
			goals: shown
				.filter(({ ownerId }) => ownerId === person.id)
				.toSorted((a, b) => (a.quarter ?? 0) - (b.quarter ?? 0))
		}))
		.filter((sharer) => sharer.goals.length > 0);
}
