import * as z from 'zod/mini';
import { type Action, choices } from '#lib/domain/actions/action.ts';
import { characters, clean, limits } from '#lib/domain/limits.ts';
import { oneLine, problems, type Problems } from './form.ts';

/** What the device keeps of a decision while it is made. */
export const decisionShape = z.object({
	choice: z.nullable(z.enum(choices)),
	title: z.string(),
	dueOn: z.string(),
	line: z.string()
});

/** A decision about an action while it is made; null: not yet chosen. */
export type Decision = z.infer<typeof decisionShape>;

/** What keeps a decision from being taken; empty: nothing. */
export type Doubts = {
	choice?: boolean;
	title?: Problems['title'] | 'same';
	due?: Problems['due'];
	line?: boolean;
};

/** Each choice is asked only for what belongs to it. `today` is a civil date. */
export function doubts(decision: Decision, action: Pick<Action, 'title'>, today: string): Doubts {
	const { choice, title, dueOn, line } = decision;
	if (choice === null) return { choice: true };
	if (choice === 'drop') {
		return characters(clean(line).trim()) > limits.line ? { line: true } : {};
	}
	// Decided means a new date: the old one may not stay in the past.
	const { due } = problems({ title: 'unread', dueOn }, today, null);
	const found: Doubts = due ? { due } : {};
	if (choice === 'do') return found;
	const words = problems({ title, dueOn }, today, null).title;
	if (words) found.title = words;
	else if (oneLine(title) === action.title) found.title = 'same';
	return found;
}
