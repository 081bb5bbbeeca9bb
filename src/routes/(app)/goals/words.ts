import type { GoalStatus, Stage } from '#lib/domain/goals/goal.ts';
import { type Mark, tally } from '#lib/domain/goals/picture.ts';
import * as m from '#lib/paraglide/messages.js';
import type { Language } from '#lib/ui/civil.ts';

const TAGS = { fr: 'fr-FR', en: 'en-GB' } as const;

export const stageWords: Readonly<Record<Stage, () => string>> = {
	assess: m.goals_stage_assess,
	execute: m.goals_stage_execute,
	consolidate: m.goals_stage_consolidate
};

export const statusWords: Readonly<Record<GoalStatus, () => string>> = {
	open: m.goals_open,
	reached: m.goals_reached,
	dropped: m.goals_dropped
};

export const markWords: Readonly<Record<Mark, () => string>> = {
	kept: m.goals_mark_kept,
	partly: m.goals_mark_partly,
	open: m.goals_mark_open,
	missed: m.goals_mark_missed
};

const counted: Readonly<Record<Mark, (of: { count: number }) => string>> = {
	kept: m.goals_tally_kept,
	partly: m.goals_tally_partly,
	open: m.goals_tally_open,
	missed: m.goals_tally_missed
};

const quarters = [
	m.goals_quarter_1,
	m.goals_quarter_2,
	m.goals_quarter_3,
	m.goals_quarter_4
] as const;

/** "1er trimestre", "2nd quarter". */
export function quarterWords(quarter: number): string {
	return quarters[quarter - 1]?.() ?? '';
}

/** "4e trimestre 2026", "Toute l’année 2026". */
export function period({ year, quarter }: { year: number; quarter: number | null }): string {
	if (quarter === null) return m.goals_whole({ year });
	return m.goals_period({ quarter: quarterWords(quarter), year });
}

/** The months of a quarter: "octobre – décembre". */
export function months(quarter: number, language: Language): string {
	const format = new Intl.DateTimeFormat(TAGS[language], { month: 'long', timeZone: 'UTC' });
	const name = (month: number) => format.format(Date.UTC(2026, month, 1));
	return `${name(quarter * 3 - 3)} – ${name(quarter * 3 - 1)}`;
}

/** The marks of a goal in words: "2 tenues, 1 en cours". */
export function tallied(shown: readonly Mark[]): string {
	return tally(shown)
		.map(({ mark, count }) => counted[mark]({ count }))
		.join(', ');
}
