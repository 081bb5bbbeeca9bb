/**
 * Drafts of the builds up to 2026-11-29, which spelled some names otherwise, kept the same thing in five
 * forms, and the founding of a group under three names. All are read, and go to today's name when they
 * are; unread, they end with the row they are about. To be deleted once no phone comes from such a build.
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

/** The fields of a group that is founded, each of them kept as `found` and its name. */
const FOUNDING = ['id', 'name', 'charter'];

/**
 * What former builds kept of a draft under other names: these, and their text as it may be kept today;
 * null: nothing. `seen` gives the fields that were not kept.
 */
export function formerly(
	key: string,
	draft: (name: string) => string | null,
	seen: () => unknown
): { names: string[]; text: string | null } {
	const [name = '', ...ids] = key.split(':');
	if (name === 'found') {
		const fields = FOUNDING.filter((field) => draft(`found ${field}`) !== null);
		const typed = fields.map((field) => [field, draft(`found ${field}`)]);
		const value = Object.assign({}, seen(), Object.fromEntries(typed));
		const text = fields.length > 0 ? JSON.stringify({ value }) : null;
		return { names: fields.map((field) => `found ${field}`), text };
	}
	const spelling = Object.entries(SPELLINGS).find(([known]) => known === name)?.[1];
	const former = spelling?.replace(/\$/g, () => ids.shift() ?? '') ?? key;
	return former === key ? { names: [], text: null } : { names: [former], text: draft(former) };
}

/** How a former name may be read: as these, of the row of this id. None: it is no former one. */
export function readings(key: string): { name: string; id: string }[] {
	return Object.entries(SPELLINGS).flatMap(([name, spelling]) => {
		const pattern = new RegExp(`^${spelling.replaceAll('$', '([^ :]+)')}$`);
		const id = pattern.exec(key)?.[1];
		return id ? [{ name, id }] : [];
	});
}

/** What a text on disk holds, today's form and the five former ones; what was seen may be missing. */
export function typedIn(key: string, text: string): { value: unknown; seen?: unknown } {
	const kept = parsed(text);
	if (typeof kept !== 'object' || kept === null) return { value: text };
	if ('value' in kept) return kept;
	if ('text' in kept) {
		const typed = { value: kept.text, seen: 'base' in kept ? kept.base : undefined };
		return key.startsWith('order:') ? { value: ids(typed.value), seen: ids(typed.seen) } : typed;
	}
	const seen = 'seen' in kept ? kept.seen : undefined;
	return { value: 'words' in kept ? kept.words : kept, seen };
}

/** An order of actions was their ids, joined. */
function ids(text: unknown): unknown {
	return typeof text === 'string' ? text.split(' ') : text;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
