/**
 * What a member can mean to write. Each intent becomes one operation: applied on the screen at once
 * (pending.ts), kept on disk, sent by the sync and applied by `apply_ops` in the database.
 * Texts are cleaned here, so that the device shows exactly what the server will keep.
 */
import type { Row } from '#lib/data/rows.ts';
import type { Choice, Outcome } from '#lib/domain/actions/action.ts';
import type { Goal } from '#lib/domain/goals/goal.ts';
import { clean } from '#lib/domain/limits.ts';
import type { ChallengeField } from './challenge-fields.ts';
import type { Intent } from './intent.ts';

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
	return change('action.edit', action.id, changes, seen);
}

/** What became of an action between two sessions, with one line. The latest word wins: no base. */
export function tellAction(action: Row<'actions'>, outcome: Outcome, line: string): Intent {
	return change('action.tell', action.id, { outcome, line: line.trim() }, null);
}

/**
 * The owner's decision about an action that was carried too often: `title` is heard when it is
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
	return change('goal.edit', goal.id, changes, goal);
}

/** Takes a goal back, words and all; the actions that served it stay. */
export function removeGoal({ id }: Row<'goals'>): Intent {
	return { kind: 'goal.remove', args: { id }, base: null };
}

/** `seen` is what the writer saw of the fields they change. */
export function writeChallenge(
	id: string,
	changes: Partial<Record<ChallengeField, unknown>>,
	seen: Partial<Record<ChallengeField, unknown>>
): Intent {
	return change('challenge.write', id, changes, seen);
}

/** Locks a challenge to its presenter after the session, or not. The latest word wins: no base. */
export function protectChallenge({ id }: Row<'challenges'>, on: boolean): Intent {
	return { kind: 'challenge.protect', args: { id, double_confidential: on }, base: null };
}

/** Takes a challenge back for good: every word of it goes, for everybody. */
export function withdrawChallenge({ id }: Row<'challenges'>): Intent {
	return { kind: 'challenge.withdraw', args: { id }, base: null };
}

export function writeNotes(
	notes: Row<'challenge_notes'>,
	changes: { body?: string; takeaways?: string }
): Intent {
	return change('notes.write', notes.id, changes, { body: notes.body, takeaways: notes.takeaways });
}

/** What a peer gives in the discussion of a challenge. */
export function addContribution(contribution: {
	id: string;
	challenge: Row<'challenges'>;
	author: string;
	kind: Row<'contributions'>['kind'];
	text: string;
}): Intent {
	const { id, challenge, author, kind, text } = contribution;
	const { groupId, sessionId } = challenge;
	const of = { group_id: groupId, session_id: sessionId, challenge_id: challenge.id };
	const args = { id, ...of, author_id: author, kind, text: clean(text).trim() };
	return { kind: 'contribution.add', args, base: null };
}

/** Takes a contribution back: its words go, for everybody. */
export function takeBack({ id, text }: Row<'contributions'>): Intent {
	return change('contribution.write', id, { text: '' }, { text });
}

export function writeProfile(
	profile: Row<'profiles'>,
	changes: { name?: string; language?: 'fr' | 'en' }
): Intent {
	const { id, name, language } = profile;
	return change('profile.write', id, changes, { name, language });
}

/** The outcome of an action at a session, with one line. */
export function recordReview(
	action: Row<'actions'>,
	session: string,
	outcome: Row<'reviews'>['outcome'],
	line: string
): Intent {
	const args = { group_id: action.groupId, action_id: action.id, session_id: session };
	return { kind: 'review.record', args: { ...args, outcome, line: clean(line) }, base: null };
}

export function markAttendance(session: Row<'sessions'>, member: string, present: boolean): Intent {
	const args = { group_id: session.groupId, session_id: session.id, member_id: member, present };
	return { kind: 'attendance.mark', args, base: null };
}

/** `seen` is what the writer saw of what they change. */
export function writeFeedback(
	session: Row<'sessions'>,
	member: string,
	said: { plus?: string; delta?: string },
	seen: { plus?: string; delta?: string }
): Intent {
	const args = { group_id: session.groupId, session_id: session.id, member_id: member };
	const { base, ...written } = change('feedback.write', member, said, seen);
	return { ...written, args: { ...args, ...Object(written.args.changes) }, base };
}

function change(kind: string, id: string, changes: object, seen: object | null): Intent {
	const cleaned = Object.fromEntries(
		Object.entries(changes).map(([field, value]) => [
			field,
			typeof value === 'string' ? clean(value) : value
		])
	);
	const held: Record<string, unknown> | null = seen && { ...seen };
	const base =
		held && Object.fromEntries(Object.keys(changes).map((field) => [field, held[field] ?? null]));
	return { kind, args: { id, changes: cleaned }, base };
}
