import * as z from 'zod/mini';
import { type GoalChanges, goalFields } from '#lib/changes/goal-fields.ts';
import type { GoalWords } from '#lib/changes/intents/goal.ts';
import type { Row } from '#lib/data/rows.ts';
import { stages, usualStage } from '#lib/domain/goals/goal.ts';
import { characters, clean, limits } from '#lib/domain/limits.ts';
import { oneLine } from '#routes/(app)/actions/form.ts';

/** What a member writes of a goal, and what the device keeps while they do. */
export const goalShape = z.object({
	title: z.string(),
	year: z.number(),
	quarter: z.nullable(z.number()),
	stage: z.nullable(z.enum(stages)),
	measure: z.string(),
	means: z.string(),
	reason: z.string(),
	shared: z.boolean()
});

/** What a member wrote of a goal. */
export function wordsOf(goal: Row<'goals'>): GoalWords {
	return goalShape.parse(goal);
}

/** A new goal of a year, or of one of its quarters: nothing is written yet, the group sees it. */
export function blank(year: number, quarter: number | null): GoalWords {
	const stage = quarter === null ? null : usualStage(quarter);
	return { title: '', year, quarter, stage, measure: '', means: '', reason: '', shared: true };
}

export const prompts = ['measure', 'means', 'reason'] as const;
export type Prompt = (typeof prompts)[number];

/** A goal moved to another time. The stage follows the quarter, unless it was chosen otherwise. */
export function moved(goal: GoalWords, year: number, quarter: number | null): GoalWords {
	if (quarter === null) return { ...goal, year, quarter, stage: null };
	const usual = goal.quarter === null || goal.stage === usualStage(goal.quarter);
	return { ...goal, year, quarter, stage: usual ? usualStage(quarter) : goal.stage };
}

/** Years and quarters as one choice: "2026", "2026-4". */
export function timeKey({ year, quarter }: Pick<GoalWords, 'year' | 'quarter'>): string {
	return quarter === null ? `${year}` : `${year}-${quarter}`;
}

export function parseTime(key: string): Pick<GoalWords, 'year' | 'quarter'> {
	const [year, quarter] = key.split('-');
	return { year: Number(year), quarter: quarter === undefined ? null : Number(quarter) };
}

/** All times that may be chosen in these years, each year before its quarters. */
export function times(years: readonly number[]): Pick<GoalWords, 'year' | 'quarter'>[] {
	return [...new Set(years)]
		.toSorted((a, b) => a - b)
		.flatMap((year) => [null, 1, 2, 3, 4].map((quarter) => ({ year, quarter })));
}

/** A goal as it is kept: a title on one line, answers without empty ends. */
export function tidy(goal: GoalWords): GoalWords {
	const { title, measure, means, reason } = goal;
	const text = (answer: string) => clean(answer).trim();
	const answers = { measure: text(measure), means: text(means), reason: text(reason) };
	return { ...goal, ...answers, title: oneLine(title) };
}

/** The fields changed since the writing began: those that another device changed stay. */
export function changesOf(now: GoalWords, seen: GoalWords): GoalChanges {
	const before = new Map<string, unknown>(Object.entries(seen));
	const changed = Object.entries(now).filter(([field, value]) => value !== before.get(field));
	return goalFields.parse(Object.fromEntries(changed));
}

export type Problems = { title?: 'missing' | 'long' } & Partial<Record<Prompt, 'long'>>;

/** What keeps a goal from being saved. */
export function problems(goal: GoalWords): Problems {
	const found: Problems = {};
	const { title } = tidy(goal);
	if (title === '') found.title = 'missing';
	else if (characters(title) > limits.title) found.title = 'long';
	for (const prompt of prompts) {
		if (characters(clean(goal[prompt])) > limits.prompt) found[prompt] = 'long';
	}
	return found;
}
