import { type Intent } from '#lib/changes/intent.ts';
import { editGoal } from '#lib/changes/intents/goal.ts';
import type { Row } from '#lib/data/rows.ts';
import type { GoalStatus } from '#lib/domain/goals/goal.ts';
import { oneLine } from '#routes/(app)/actions/form.ts';

/**
 * Says that a goal is reached or dropped, with one line; opened again, the line stays for the next
 * time. As with actions the latest state wins, whatever another device said: only the line has a base.
 */
export function ending(goal: Row<'goals'>, status: GoalStatus, line: string = goal.line): Intent {
	const written = oneLine(line);
	if (written === goal.line) return { ...editGoal(goal, { status }), base: null };
	return { ...editGoal(goal, { status, line: written }), base: { line: goal.line } };
}
