import type { GoalChanges } from '#lib/changes/goal-fields.ts';
import type { Goal } from '#lib/domain/goals/goal.ts';
import * as m from '#lib/paraglide/messages.js';
import { period, stageWords, statusWords } from '#routes/(app)/goals/words.ts';

/** What a person reads of a goal: several fields may make one line. */
const lines: readonly {
	fields: readonly (keyof GoalChanges)[];
	label: () => string;
	words: (goal: Goal) => string;
}[] = [
	{ fields: ['title'], label: m.goals_field_title_short, words: ({ title }) => title },
	{ fields: ['year', 'quarter'], label: m.goals_field_when, words: period },
	{
		fields: ['stage'],
		label: m.goals_field_stage,
		words: ({ stage }) => (stage ? stageWords[stage]() : '')
	},
	{ fields: ['measure'], label: m.goals_measure, words: ({ measure }) => measure },
	{ fields: ['means'], label: m.goals_means, words: ({ means }) => means },
	{ fields: ['reason'], label: m.goals_reason, words: ({ reason }) => reason },
	{
		fields: ['shared'],
		label: m.goals_field_shared,
		words: ({ shared }) => (shared ? m.goals_shared_group() : m.goals_shared_you())
	},
	{ fields: ['status'], label: m.goals_field_end, words: ({ status }) => statusWords[status]() },
	{ fields: ['line'], label: m.goals_field_line, words: ({ line }) => line }
];

/** The lines that these changes alter, as they would read here and as they are saved. */
export function readable(
	changes: GoalChanges,
	goal: Goal
): { label: string; mine: string; theirs: string }[] {
	const changed = { ...goal, ...changes };
	return lines
		.filter(({ fields }) => fields.some((field) => field in changes))
		.map(({ label, words }) => ({
			label: label(),
			mine: words(changed) || m.goals_nothing(),
			theirs: words(goal) || m.goals_nothing()
		}));
}
