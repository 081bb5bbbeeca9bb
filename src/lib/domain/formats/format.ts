/** Text of the built-in formats and of those a group writes, in the two languages of the app. */
export type Label = { fr: string; en: string };

/** What happens in a segment; the screen of the room is chosen by it. */
export const kinds = [
	'opening',
	'follow_up',
	'challenge',
	'discussion',
	'takeaways',
	'actions',
	'closing',
	'present',
	'clarify',
	'consult',
	'feedback',
	'contract',
	'synthesis',
	'learning',
	'check_in',
	'advice',
	'round',
	'reflect',
	'share',
	'statement',
	'questions',
	'mirroring',
	'silence',
	'write',
	'pitch',
	'topic',
	'talk'
] as const;
export type Kind = (typeof kinds)[number];

/** The people who may speak in a segment; `others`: everybody except the presenter. */
export const speakers = ['presenter', 'others', 'facilitator', 'everyone', 'nobody'] as const;
export type Speakers = (typeof speakers)[number];

/** How one speaks in a segment; the interface shows a sentence for each. */
export const rules = [
	'free',
	'listen',
	'questions_only',
	'experience',
	'silence',
	'one_each',
	'brief'
] as const;
export type Rule = (typeof rules)[number];

/** Whether a template stands once in the agenda, or once for each presenter or member. */
export const scopes = ['once', 'presenter', 'member'] as const;
export type Scope = (typeof scopes)[number];

/** One segment of a format. */
export type Template = {
	kind: Kind;
	label: Label;
	/** Planned length, whole minutes. */
	minutes: number;
	/** How far it may shrink, whole minutes, from 1 to `minutes`. */
	least: number;
	scope: Scope;
	speakers: Speakers;
	rule: Rule;
};

/** A reusable agenda: ordered segments. Groups fork the built-in ones and save their own. */
export type Format = {
	/** Key stored with a session, e.g. "mastermind-two-cases". */
	key: string;
	name: Label;
	/** Presenters the format expects: the agenda keeps a place for those not known yet. */
	presenters: number;
	templates: readonly Template[];
};

/**
 * Minutes a format takes for so many members and presenters. A presenter who is not known yet
 * counts all the same: the place is kept, as in the agenda.
 */
export function total(format: Format, members: number, presenters: number): number {
	const times: Record<Scope, number> = {
		once: 1,
		presenter: Math.max(presenters, format.presenters),
		member: members
	};
	return format.templates.reduce((sum, { minutes, scope }) => sum + minutes * times[scope], 0);
}
