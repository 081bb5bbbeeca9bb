import * as z from 'zod/mini';
import type { View } from '#lib/data/view.ts';

/** What a waiting change is about: the interface has a sentence for each. */
export type Subject =
	| 'action'
	| 'action_done'
	| 'action_open'
	| 'action_dropped'
	| 'action_edited'
	| 'action_told'
	| 'action_decided'
	| 'action_removed'
	| 'action_order'
	| 'goal'
	| 'goal_edited'
	| 'goal_removed'
	| 'challenge'
	| 'challenge_double'
	| 'challenge_withdrawn'
	| 'contribution'
	| 'contribution_back'
	| 'notes'
	| 'profile'
	| 'review'
	| 'attendance'
	| 'feedback'
	| 'unreadable';

export interface Description {
	subject: Subject;
	/** The member's own words in it, line by line; empty when it holds none. */
	words: string[];
}

interface Written {
	readonly kind: string;
	readonly args: unknown;
}

const args = z.looseObject({
	id: z.optional(z.string()),
	action_id: z.optional(z.string()),
	changes: z.optional(z.record(z.string(), z.unknown()))
});
const settled = { done: 'action_done', open: 'action_open', dropped: 'action_dropped' } as const;

/** Says what an operation of this device would change, from its content and what is shown. */
export function describe({ kind, args: content }: Written, view: View): Description {
	const parsed = z.safeParse(args, content);
	if (!parsed.success) return { subject: 'unreadable', words: [] };
	const { id, action_id, changes = {}, ...own } = parsed.data;
	const title = titleOf(view, action_id ?? id);
	const goal = view.goals.find((candidate) => candidate.id === id)?.title;
	switch (kind) {
		case 'action.add':
			return { subject: 'action', words: texts([own.title]) };
		case 'action.edit':
			return { subject: 'action_edited', words: texts([changes.title ?? title]) };
		case 'action.tell':
			return { subject: 'action_told', words: texts([title, changes.line]) };
		case 'action.decide':
			return { subject: 'action_decided', words: texts([own.title || title, own.line]) };
		case 'action.remove':
			return { subject: 'action_removed', words: texts([title]) };
		case 'actions.order':
			return { subject: 'action_order', words: [] };
		case 'goal.add':
			return { subject: 'goal', words: texts([own.title]) };
		case 'goal.edit':
			return { subject: 'goal_edited', words: texts([changes.title ?? goal, changes.line]) };
		case 'goal.remove':
			return { subject: 'goal_removed', words: texts([goal]) };
		case 'action.settle': {
			const status = changes.status;
			const known = status === 'done' || status === 'open' || status === 'dropped';
			return { subject: known ? settled[status] : 'action', words: texts([title]) };
		}
		case 'challenge.write':
			return { subject: 'challenge', words: proses(changes) };
		case 'challenge.protect':
			return { subject: 'challenge_double', words: [] };
		case 'challenge.withdraw':
			return { subject: 'challenge_withdrawn', words: [] };
		case 'notes.write':
			return { subject: 'notes', words: proses(changes) };
		case 'contribution.add':
			return { subject: 'contribution', words: texts([own.text]) };
		case 'contribution.write':
			return { subject: 'contribution_back', words: [] };
		case 'profile.write':
			return { subject: 'profile', words: texts([changes.name]) };
		case 'review.record':
			return { subject: 'review', words: texts([title, own.line]) };
		case 'attendance.mark':
			return { subject: 'attendance', words: [] };
		case 'feedback.write':
			return { subject: 'feedback', words: texts([own.plus, own.delta]) };
		default:
			return { subject: 'unreadable', words: [] };
	}
}

/** One taken back is not shown any more: its history still knows its words until that is sent. */
function titleOf(view: View, id: string | undefined): string | undefined {
	const held = view.actions.find((action) => action.id === id);
	return (held ?? view.action_events.findLast(({ actionId }) => actionId === id))?.title;
}

const settings = ['need', 'keep'];

/** Settings such as the kind of help wanted are no words of the member's. */
function proses(changes: Readonly<Record<string, unknown>>): string[] {
	return texts(
		Object.entries(changes).map(([field, value]) => (settings.includes(field) ? '' : value))
	);
}

function texts(values: readonly unknown[]): string[] {
	return values.filter((value) => typeof value === 'string' && value.trim() !== '').map(String);
}
