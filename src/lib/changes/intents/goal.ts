import { edit } from '#lib/changes/edit.ts';
import type { Intent } from '#lib/changes/intent.ts';
import type { Kind } from '#lib/changes/kinds.ts';
import type { Meaning } from '#lib/changes/meaning.ts';
import type { Row } from '#lib/data/rows.ts';
import type { Goal } from '#lib/domain/goals/goal.ts';
import { clean } from '#lib/domain/limits.ts';

/** What the kinds of change of a goal mean. */
export const meanings = {
	'goal.add': { fields: [], subject: 'goal', words: ['title'] },
	'goal.edit': {
		fields: [
			'title',
			'year',
			'quarter',
			'stage',
			'measure',
			'means',
			'reason',
			'shared',
			'status',
			'line'
		],
		subject: 'goal_edited',
		words: ['title', 'line']
	},
	'goal.remove': { fields: [], subject: 'goal_removed', words: ['title'] }
} as const satisfies Partial<Record<Kind, Meaning>>;

export type GoalWords = Pick<
	Goal,
	'title' | 'year' | 'quarter' | 'stage' | 'measure' | 'means' | 'reason' | 'shared'
>;

export function addGoal(id: string, group: string, owner: string, goal: GoalWords): Intent {
	const { title, measure, means, reason, ...when } = goal;
	const words = { title: clean(title).trim(), measure: clean(measure), means: clean(means) };
	const args = { id, group_id: group, owner_id: owner, ...when, ...words, reason: clean(reason) };
	return { kind: 'goal.add', args, base: null };
}

/** Changes what is given of a goal; its end (`status`, `line`) too. */
export function editGoal(
	goal: Row<'goals'>,
	changes: Partial<GoalWords & Pick<Goal, 'status' | 'line'>>
): Intent {
	return edit('goal.edit', goal.id, changes, goal);
}

/** Takes a goal back, words and all; the actions that served it stay. */
export function removeGoal({ id }: Row<'goals'>): Intent {
	return { kind: 'goal.remove', args: { id }, base: null };
}
