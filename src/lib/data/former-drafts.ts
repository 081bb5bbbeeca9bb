/**
 * Drafts of the builds up to 2026-11-29, which spelled some names otherwise and kept the same thing in
 * four forms. They are read where they lie, and end with the row they are about. To be deleted once no
 * phone comes from such a build.
 */

/** The former spelling of a name, where it was another; `$` stands for an id, in the same order. */
const SPELLINGS = {
	'action-new': 'action:new:$',
	'action-for': 'action:new:$',
	'action-tell': 'tell:$',
	'action-decide': 'decide:$',
	'goal-new': 'goal:new:$',
	'goal-end': 'goal:$:end',
	'plan-new': 'plan:new:$',
	notes: 'notes $',
	takeaways: 'takeaways $',
	contribution: 'contribution $',
	commitment: 'commitment $',
	review: 'review $ $',
	plus: 'plus $',
	delta: 'delta $',
	charter: 'charter $',
	invite: 'invite $',
	breach: 'breach $ $'
};

/** The former spelling of the name of a draft; the same where there was none. */
export function formerKey(key: string): string {
	const [name = '', ...ids] = key.split(':');
	const spelling = Object.entries(SPELLINGS).find(([known]) => known === name)?.[1];
	return spelling?.replace(/\$/g, () => ids.shift() ?? '') ?? key;
}

/** How a former name may be read: as these, of the row of this id. None: it is no former one. */
export function readings(key: string): { name: string; id: string }[] {
	return Object.entries(SPELLINGS).flatMap(([name, spelling]) => {
		const pattern = new RegExp(`^${spelling.replaceAll('$', '([^ :]+)')}$`);
		const id = pattern.exec(key)?.[1];
		return id ? [{ name, id }] : [];
	});
}

/** What a text on disk holds, today's form and the four former ones; what was seen may be missing. */
export function typedIn(text: string): { value: unknown; seen?: unknown } {
	const kept = parsed(text);
	if (typeof kept !== 'object' || kept === null) return { value: text };
	if ('value' in kept) return kept;
	if ('text' in kept) return { value: kept.text, seen: 'base' in kept ? kept.base : undefined };
	const seen = 'seen' in kept ? kept.seen : undefined;
	return { value: 'words' in kept ? kept.words : kept, seen };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
