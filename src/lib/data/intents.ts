/**
 * What a member can mean to write. Each intent becomes one operation: applied on the screen at once
 * (pending.ts), kept on disk, sent by the sync and applied by `apply_operations` in the database.
 * Texts are cleaned here, so that the device shows exactly what the server will keep.
 */
import { clean } from '#lib/domain/limits.ts';
import type { Row } from './rows.ts';

export interface Intent {
	kind: string;
	args: Record<string, unknown>;
	/** What the member saw of the fields they change. */
	base: Record<string, unknown> | null;
}

type Changes = Record<string, unknown>;

export type ChallengeField =
	| 'question'
	| 'context'
	| 'tried'
	| 'options'
	| 'wanted'
	| 'unwanted'
	| 'need'
	| 'tags'
	| 'room_only';

/** A new action. `owner` is somebody else only in a live session, by its facilitator or scribe. */
export function addAction(action: {
	id: string;
	group: string;
	owner: string;
	title: string;
	dueOn: string;
	bornIn: string | null;
}): Intent {
	const { id, group, owner, title, dueOn, bornIn } = action;
	const args = { id, group_id: group, owner_id: owner, title: clean(title).trim() };
	return { kind: 'action.add', args: { ...args, due_on: dueOn, born_in: bornIn }, base: null };
}

export function editAction(
	action: Row<'actions'>,
	changes: { title?: string; due_on?: string }
): Intent {
	return change('action.edit', action.id, changes, { title: action.title, due_on: action.dueOn });
}

/** The latest word on an action wins: no base. */
export function settleAction(action: Row<'actions'>, status: Row<'actions'>['status']): Intent {
	return change('action.settle', action.id, { status }, null);
}

/** `seen` is what the writer saw of the fields they change. */
export function writeChallenge(
	id: string,
	changes: Partial<Record<ChallengeField, unknown>>,
	seen: Partial<Record<ChallengeField, unknown>>
): Intent {
	return change('challenge.write', id, changes, seen);
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

export function writeFeedback(
	session: Row<'sessions'>,
	member: string,
	plus: string,
	delta: string
): Intent {
	const args = { group_id: session.groupId, session_id: session.id, member_id: member };
	return {
		kind: 'feedback.write',
		args: { ...args, plus: clean(plus), delta: clean(delta) },
		base: null
	};
}

function change(kind: string, id: string, changes: Changes, seen: Changes | null): Intent {
	const cleaned = Object.fromEntries(
		Object.entries(changes).map(([field, value]) => [
			field,
			typeof value === 'string' ? clean(value) : value
		])
	);
	const base =
		seen && Object.fromEntries(Object.keys(changes).map((field) => [field, seen[field] ?? null]));
	return { kind, args: { id, changes: cleaned }, base };
}
