import { actionFields } from '#lib/changes/action-fields.ts';
import { edit } from '#lib/changes/edit.ts';
import type { Intent } from '#lib/changes/intent.ts';
import type { Kind } from '#lib/changes/kinds.ts';
import type { Meaning } from '#lib/changes/meaning.ts';
import type { Row } from '#lib/data/rows.ts';
import type { Choice, Outcome } from '#lib/domain/actions/action.ts';
import { clean } from '#lib/domain/limits.ts';

const subjects = { done: 'action_done', open: 'action_open', dropped: 'action_dropped' } as const;

/** What the kinds of change of an action mean. */
export const meanings = {
	'action.add': {
		fields: [],
		subject: 'action',
		words: ['title'],
		event: () => 'taken'
	},
	'action.edit': {
		fields: actionFields,
		subject: 'action_edited',
		words: ['title'],
		event: ({ title, due_on }) => (title === undefined && due_on === undefined ? null : 'edited')
	},
	'action.settle': {
		fields: [],
		subject: ({ status }) =>
			status === 'done' || status === 'open' || status === 'dropped' ? subjects[status] : 'action',
		words: ['title'],
		event: ({ status }) => (status === 'open' ? 'reopened' : 'told')
	},
	'action.tell': {
		fields: [],
		subject: 'action_told',
		words: ['title', 'line'],
		event: () => 'told'
	},
	'action.decide': {
		fields: [],
		subject: 'action_decided',
		words: ['title', 'line'],
		event: () => 'decided'
	},
	'action.remove': { fields: [], subject: 'action_removed', words: ['title'] },
	'actions.order': { fields: [], subject: 'action_order', words: [] }
} as const satisfies Partial<Record<Kind, Meaning>>;

/** A new action. `owner` is somebody else only in a live session, by its facilitator or scribe. */
export function addAction(action: {
	id: string;
	group: string;
	owner: string;
	title: string;
	dueOn: string;
	bornIn: string | null;
	/** A goal of the owner's; null: none. */
	goal?: string | null;
	/** The member who asks how it goes; null: nobody in particular. */
	partner?: string | null;
}): Intent {
	const { id, group, owner, title, dueOn, bornIn, goal = null, partner = null } = action;
	const whose = { id, group_id: group, owner_id: owner, goal_id: goal, partner_id: partner };
	const args = { ...whose, title: clean(title).trim(), due_on: dueOn, born_in: bornIn };
	return { kind: 'action.add', args, base: null };
}

export function editAction(
	action: Row<'actions'>,
	changes: {
		title?: string;
		due_on?: string;
		goal_id?: string | null;
		partner_id?: string | null;
	}
): Intent {
	const { title, dueOn, goalId, partnerId } = action;
	const seen = { title, due_on: dueOn, goal_id: goalId, partner_id: partnerId };
	return edit('action.edit', action.id, changes, seen);
}

/** What became of an action between two sessions, with one line. The latest word wins: no base. */
export function tellAction(action: Row<'actions'>, outcome: Outcome, line: string): Intent {
	return edit('action.tell', action.id, { outcome, line: line.trim() }, null);
}

/**
 * The owner's decision about an action that was carried too often: `title` counts when it is
 * reshaped, `due_on` unless it is dropped.
 */
export function decideAction(
	action: Row<'actions'>,
	choice: Choice,
	changes: { title?: string; due_on?: string },
	line: string
): Intent {
	const title = clean(changes.title ?? '').trim();
	const due_on = changes.due_on ?? action.dueOn;
	const args = { id: action.id, choice, title, due_on, line: clean(line).trim() };
	return { kind: 'action.decide', args, base: null };
}

/** Puts the member's open actions in an order of their own: all of them, first to last. */
export function orderActions(ids: readonly string[]): Intent {
	return { kind: 'actions.order', args: { ids: [...ids] }, base: null };
}

/** Takes an action back that was written by mistake, words and all. Not one that was reviewed. */
export function removeAction({ id }: Row<'actions'>): Intent {
	return { kind: 'action.remove', args: { id }, base: null };
}
