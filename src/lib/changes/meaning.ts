import type { Row } from '#lib/data/rows.ts';

/** What a change is about: the interface has a sentence for each. */
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

/** What the history of an action calls what happened to it. */
export type ActionEvent = Row<'action_events'>['kind'] | 'reviewed';

type Changes = Readonly<Record<string, unknown>>;

/** What a kind of change means to its member, beside what it does to the rows (kinds.ts). */
export interface Meaning {
	/** The columns of which another version may be saved by then; none: the latest word wins. */
	readonly fields: readonly string[];
	readonly subject: Subject | ((changes: Changes) => Subject);
	/** Names of what holds its member's own words; settings are none. */
	readonly words: readonly string[];
	/** What it adds to the history of its action; null: nothing. */
	readonly event?: (changes: Changes) => ActionEvent | null;
}
