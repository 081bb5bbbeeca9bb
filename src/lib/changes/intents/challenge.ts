import { type ChallengeField, fields, proses } from '#lib/changes/challenge-fields.ts';
import { edit } from '#lib/changes/edit.ts';
import type { Intent } from '#lib/changes/intent.ts';
import type { Kind } from '#lib/changes/kinds.ts';
import type { Meaning } from '#lib/changes/meaning.ts';
import type { Row } from '#lib/data/rows.ts';
import { clean } from '#lib/domain/limits.ts';

/** What the kinds of change of a challenge mean, and of what is written and given about it. */
export const meanings = {
	'challenge.write': { fields, subject: 'challenge', words: ['question', ...proses] },
	'challenge.protect': { fields: [], subject: 'challenge_double', words: [] },
	'challenge.withdraw': { fields: [], subject: 'challenge_withdrawn', words: [] },
	'notes.write': {
		fields: ['body', 'takeaways'],
		subject: 'notes',
		words: ['body', 'takeaways']
	},
	'contribution.add': { fields: [], subject: 'contribution', words: ['text'] },
	'contribution.write': { fields: [], subject: 'contribution_back', words: [] }
} as const satisfies Partial<Record<Kind, Meaning>>;

/** `seen` is what the writer saw of the fields they change. */
export function writeChallenge(
	id: string,
	changes: Partial<Record<ChallengeField, unknown>>,
	seen: Partial<Record<ChallengeField, unknown>>
): Intent {
	return edit('challenge.write', id, changes, seen);
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
	return edit('notes.write', notes.id, changes, { body: notes.body, takeaways: notes.takeaways });
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
	return edit('contribution.write', id, { text: '' }, { text });
}
