import type { Goal } from './goal.ts';

/** The quarter of a day of the calendar ("2026-11-26"), from 1 to 4. */
export function quarterOf(day: string): number {
	return Math.ceil(Number(day.slice(5, 7)) / 3);
}

/** What is aimed at in a year, and in each of its quarters. */
export type Plan<G> = {
	whole: G[];
	/** The four quarters in order; one may be empty. */
	quarters: { quarter: number; goals: G[] }[];
};

/** The goals of a year in their places. In each the order is that of the titles: it never jumps. */
export function planOf<G extends Goal>(goals: readonly G[], year: number): Plan<G> {
	const own = byTitle(goals.filter((goal) => goal.year === year));
	const of = (quarter: number | null) => own.filter((goal) => goal.quarter === quarter);
	return {
		whole: of(null),
		quarters: [1, 2, 3, 4].map((quarter) => ({ quarter, goals: of(quarter) }))
	};
}

/**
 * The first and the last year worth opening: those that hold a goal, the current one, and the next
 * one, which is planned before it begins.
 */
export function yearsOf(goals: readonly Goal[], now: number): { first: number; last: number } {
	const years = goals.map(({ year }) => year);
	return { first: Math.min(now, ...years), last: Math.max(now + 1, ...years) };
}

/** Goals by title, in the order of the alphabet; equal titles by id. */
export function byTitle<G extends Goal>(goals: readonly G[]): G[] {
	return goals.toSorted((a, b) => a.title.localeCompare(b.title) || a.id.localeCompare(b.id));
}
