import { edit } from '#lib/changes/edit.ts';
import type { Intent } from '#lib/changes/intent.ts';
import type { Kind } from '#lib/changes/kinds.ts';
import type { Meaning } from '#lib/changes/meaning.ts';
import type { Row } from '#lib/data/rows.ts';
import { clean } from '#lib/domain/limits.ts';

/** What the kinds of change that a session brings mean. */
export const meanings = {
	'review.record': {
		fields: [],
		subject: 'review',
		words: ['title', 'line'],
		event: () => 'reviewed'
	},
	'attendance.mark': { fields: [], subject: 'attendance', words: [] },
	'feedback.write': {
		fields: ['plus', 'delta'],
		subject: 'feedback',
		words: ['plus', 'delta']
	}
} as const satisfies Partial<Record<Kind, Meaning>>;

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

/** In the room: whether one takes part oneself. After it: that another, who says so, was there. */
export function markAttendance(session: Row<'sessions'>, member: string, present: boolean): Intent {
	const args = { group_id: session.groupId, session_id: session.id, member_id: member, present };
	return { kind: 'attendance.mark', args, base: null };
}

/** Says after the close that one was there oneself: somebody else who was confirms it. */
export function claimAttendance(session: Row<'sessions'>, me: string): Intent {
	const { args, ...marked } = markAttendance(session, me, true);
	return { ...marked, args: { ...args, claim: true } };
}

/** `seen` is what the writer saw of what they change. */
export function writeFeedback(
	session: Row<'sessions'>,
	member: string,
	changes: { plus?: string; delta?: string },
	seen: { plus?: string; delta?: string }
): Intent {
	const args = { group_id: session.groupId, session_id: session.id, member_id: member };
	const { base, ...written } = edit('feedback.write', member, changes, seen);
	return { ...written, args: { ...args, ...Object(written.args.changes) }, base };
}
