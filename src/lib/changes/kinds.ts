import type { Table } from '#lib/data/rows.ts';
import {
	columns,
	type Columns,
	patch,
	put,
	remove,
	type StoredRow,
	type Tables,
	upsert
} from './tables.ts';

/** A kind of change: the table whose row it writes, and what it does to it. */
interface KindOfChange {
	readonly table: Table;
	/** The tables as the server will have them once it has applied a change with these `args`. */
	apply(tables: Tables, args: StoredRow, table: Table): Tables;
}

/**
 * Every kind of change that a member can make. What the first screen needs of it stands here; what
 * its fields are, and how the interface speaks of it, comes later (meanings.ts).
 */
export const kinds = {
	'action.add': {
		table: 'actions',
		apply: (tables, args, table) =>
			put(tables, table, {
				status: 'open',
				outcome: null,
				line: '',
				rank: null,
				due_in: null,
				carries: 0,
				decided_carries: 0,
				version: 0,
				created_at: NOW,
				...args
			})
	},
	'action.edit': { table: 'actions', apply: changed },
	'action.settle': {
		table: 'actions',
		apply: (tables, { id, changes }, table) =>
			patch(tables, table, id, withStatus(columns(changes).status))
	},
	'action.tell': {
		table: 'actions',
		apply: (tables, { id, changes }, table) => patch(tables, table, id, told(columns(changes)))
	},
	'action.decide': {
		table: 'actions',
		apply: (tables, args, table) => patch(tables, table, args.id, (action) => decided(action, args))
	},
	'action.remove': { table: 'actions', apply: removed },
	'actions.order': { table: 'actions', apply: (tables, { ids }) => ranked(tables, ids) },
	'goal.add': {
		table: 'goals',
		apply: (tables, args, table) =>
			put(tables, table, { status: 'open', line: '', version: 0, created_at: NOW, ...args })
	},
	'goal.edit': { table: 'goals', apply: changed },
	'goal.remove': { table: 'goals', apply: removed },
	'challenge.write': {
		table: 'challenges',
		apply: (tables, { id, changes }, table) =>
			patch(tables, table, id, ({ withdrawn_at }) => (withdrawn_at ? {} : columns(changes)))
	},
	'challenge.protect': {
		table: 'challenges',
		apply: (tables, { id, double_confidential }, table) =>
			patch(tables, table, id, ({ withdrawn_at }) => (withdrawn_at ? {} : { double_confidential }))
	},
	'challenge.withdraw': { table: 'challenges', apply: (tables, { id }) => withdrawn(tables, id) },
	'notes.write': {
		table: 'challenge_notes',
		apply: (tables, args, table) =>
			isWithdrawn(tables, args.id) ? tables : changed(tables, args, table)
	},
	'contribution.add': {
		table: 'contributions',
		apply: (tables, args, table) =>
			isWithdrawn(tables, args.challenge_id)
				? tables
				: put(tables, table, { made_at: NOW, ...args })
	},
	'contribution.write': { table: 'contributions', apply: changed },
	'profile.write': { table: 'profiles', apply: changed },
	'review.record': {
		table: 'reviews',
		apply(tables, args, table) {
			const { action_id, session_id } = args;
			const row = { ...args, reviewed_by: null, reviewed_at: NOW };
			const reviewed = upsert(tables, table, { action_id, session_id }, row);
			return patch(reviewed, 'actions', String(action_id), told(args));
		}
	},
	'attendance.mark': {
		table: 'attendances',
		apply: (tables, args, table) => {
			const { session_id, member_id, claim } = args;
			// Said afterwards, it waits for somebody who confirms it.
			const said = { present: args.present && !claim, claimed_at: claim ? NOW : null };
			return upsert(tables, table, { session_id, member_id }, { ...args, ...said });
		}
	},
	'feedback.write': {
		table: 'feedbacks',
		apply: (tables, args, table) => {
			const { session_id, member_id } = args;
			return upsert(tables, table, { session_id, member_id }, args, { plus: '', delta: '' });
		}
	}
} satisfies Record<string, KindOfChange>;

export type Kind = keyof typeof kinds;

/** Whether this version of the app knows the kind of a change. */
export function isKind(name: string): name is Kind {
	return Object.hasOwn(kinds, name);
}

/** The table whose row a change writes; null: its kind is of a later version of the app. */
export function tableOf(kind: string): Table | null {
	return isKind(kind) ? kinds[kind].table : null;
}

/** Stands for a date only the server knows; nothing on screen depends on it before the sync. */
const NOW = '2020-01-01T00:00:00Z';

function changed(tables: Tables, { id, changes }: StoredRow, table: Table): Tables {
	return patch(tables, table, id, columns(changes));
}

function removed(tables: Tables, { id }: StoredRow, table: Table): Tables {
	return remove(tables, table, id);
}

/** The last word said of an action; partly and not done leave it open. */
function told({ outcome, line }: Columns): Columns {
	const over = outcome === 'done' || outcome === 'dropped';
	return { outcome, line, status: over ? outcome : 'open' };
}

/** Ticked off or reopened: the last word said goes with it. */
function withStatus(status: unknown): (action: StoredRow) => Columns {
	return (action) =>
		action.status === status
			? {}
			: { status, outcome: status === 'open' ? null : status, line: '' };
}

function decided(action: StoredRow, { choice, title, due_on, line }: Columns): Columns {
	if (choice === 'drop') {
		return { status: 'dropped', outcome: 'dropped', line, decided_carries: action.carries };
	}
	if (choice === 'do') return { due_on, line, decided_carries: action.carries };
	// A new commitment: nothing was said of it yet.
	return { title, due_on, line, outcome: null, carries: 0, decided_carries: 0 };
}

/** Nothing is left of a challenge that is withdrawn but that it was. */
function withdrawn(tables: Tables, id: string): Tables {
	const blank = { question: '', context: '', tried: '', options: '', wanted: '', unwanted: '' };
	const gone = { ...blank, need: 'understand', tags: [], withdrawn_at: NOW };
	const emptied = patch(tables, 'challenges', id, gone);
	const noted = patch(emptied, 'challenge_notes', id, { body: '', takeaways: '' });
	const given = (noted.contributions ?? []).filter(({ challenge_id }) => challenge_id !== id);
	return { ...noted, contributions: given };
}

function isWithdrawn(tables: Tables, id: unknown): boolean {
	return (tables.challenges ?? []).some(
		(challenge) => challenge.id === id && Boolean(challenge.withdrawn_at)
	);
}

function ranked(tables: Tables, ids: unknown): Tables {
	const order = new Map(Array.isArray(ids) ? ids.map((id, at) => [id, at + 1]) : []);
	const rows = (tables.actions ?? []).map((row) => {
		const rank = order.get(row.id);
		return rank === undefined || row.status !== 'open' ? row : { ...row, rank };
	});
	return { ...tables, actions: rows };
}
