/**
 * How much a border accepts, in one place: forms, SQL constraints and messages follow it. Texts are
 * counted in characters as Postgres counts them (code points), see `characters`.
 */
export const limits = {
	name: 80,
	place: 200,
	title: 200,
	question: 300,
	line: 300,
	/** Each prose field of a challenge: context, tried, options, wanted, unwanted, takeaways. */
	prose: 4000,
	note: 20_000,
	charter: 20_000,
	contribution: 1000,
	/** What happened, in a breach that is raised. */
	breach: 2000,
	/** Each prompt of a goal: measure, means, reason. */
	prompt: 1000,
	/** A year that a goal may be set for. */
	goalYear: { least: 2020, most: 2100 },
	/** One plus or one delta at the close of a session. */
	feedback: 1000,
	/** RFC 5321 leaves 254 characters for an address in a mail path. */
	email: 254,
	/** In characters; in bytes of UTF-8: bcrypt reads no further, and takes any end for right. */
	password: { least: 10, mostBytes: 72 },
	groupMembers: { least: 4, most: 8 },
	segmentMinutes: { least: 1, most: 180 },
	sessionMinutes: { least: 15, most: 480 },
	segments: 40
} as const;

/** Length of a text as Postgres's char_length counts it: an emoji outside the first plane is one. */
export function characters(text: string): number {
	return Array.from(text).length;
}

/** Control characters but newline and tab, halves of a broken surrogate pair, and bidi controls
 *  that can make a text read otherwise than it is stored (embeddings, overrides, isolates). */
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/gu;

/**
 * A text as it may be kept: every kind of line end becomes a newline, hidden controls are taken
 * out, letters are composed (NFC). Neither trims nor shortens. Cleaning twice changes nothing.
 */
export function clean(text: string): string {
	return text
		.replace(/\r\n?|\u2028|\u2029/g, '\n')
		.replace(HIDDEN, '')
		.normalize('NFC');
}
