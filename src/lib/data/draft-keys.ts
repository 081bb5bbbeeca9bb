import { readings } from './former-drafts.ts';

/**
 * Every name under which a `Draft` is kept on this device, and the row that it dies with. A draft
 * that outlives its row is shown by no page, and keeps what its account left on the phone.
 */
const lives = {
	/** The words of an action, of a new one, and of a new one that serves a goal. */
	action: 'actions',
	'action-new': 'groups',
	'action-for': 'goals',
	'action-tell': 'actions',
	'action-decide': 'actions',
	/** A member's order of their actions. */
	order: 'groups',
	goal: 'goals',
	'goal-new': 'groups',
	'goal-end': 'goals',
	/** A field of a challenge, and what is written and given about it while its session lasts. */
	challenge: 'challenges',
	notes: 'floor',
	takeaways: 'floor',
	contribution: 'floor',
	plan: 'sessions',
	'plan-new': 'groups',
	/** What is typed in the room: a commitment, what is said of an action, the two lines at the end. */
	commitment: 'sessions',
	review: 'sessions',
	plus: 'sessions',
	delta: 'sessions',
	charter: 'groups',
	invite: 'groups',
	breach: 'groups',
	/** A group that is founded: there is no row yet. */
	found: null
} as const;

export type DraftName = keyof typeof lives;

/**
 * What ends a draft: the end of an action, a goal or a challenge; the closing of a session, or of the
 * session that a challenge is brought to (`floor`); the end of the member's stay in a group.
 */
export type Life = NonNullable<(typeof lives)[DraftName]>;

/** Under which name something typed is kept; `ids` begin with that of the row it dies with. */
export function draftKey(name: DraftName, ...ids: string[]): string {
	return [name, ...ids].join(':');
}

/**
 * What a kept draft dies with: it is over when all of these are. None: it has no row, or is of another
 * version of the app.
 */
export function livesOf(key: string): { life: Life; id: string }[] {
	const [name = '', id = ''] = key.split(':');
	const former = readings(key);
	return (former.length > 0 ? former : [{ name, id }]).flatMap((read) => {
		const life = isName(read.name) ? lives[read.name] : null;
		return life === null || read.id === '' ? [] : [{ life, id: read.id }];
	});
}

/** What a device keeps of what is typed. */
interface Kept {
	readonly drafts: readonly string[];
	keep(key: string, text: string): Promise<void>;
}

/** The names of the drafts that are about this row, among those kept. */
export function draftsAbout(id: string, keys: readonly string[]): string[] {
	return keys.filter((key) => key.split(/[ :]/).slice(1).includes(id));
}

/**
 * Forgets what was being typed about this row, once its end is kept: a full disk may refuse that. What
 * such a disk cannot forget is no failure.
 */
export async function forgetAbout(id: string, device: Kept): Promise<void> {
	for (const key of draftsAbout(id, device.drafts)) {
		await device.keep(key, '').catch(() => undefined);
	}
}

function isName(name: string): name is DraftName {
	return Object.hasOwn(lives, name);
}
