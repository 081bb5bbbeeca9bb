import type { Table } from '#lib/data/rows.ts';

/** A row and the tables as the device keeps them: the server's own columns. */
type Kept = { readonly id: string; readonly [column: string]: unknown };
type Tables = Readonly<Record<string, readonly Kept[]>>;
type Changes = Readonly<Record<string, unknown>>;

interface Pending {
	readonly kind: string;
	readonly args: unknown;
	readonly refusal: { readonly code: string } | null;
}

/**
 * The tables as they will be when the server has applied what is pending, so that the screen answers
 * at once. Mirrors `apply_ops`; refused operations change nothing. Tables no operation touches
 * are the same objects as before.
 */
export function applied(tables: Tables, operations: readonly Pending[]): Tables {
	return operations
		.filter((operation) => operation.refusal === null)
		.reduce((before, { kind, args }) => step(before, kind, columns(args)), tables);
}

function step(tables: Tables, kind: string, args: Kept): Tables {
	const { changes } = args;
	switch (kind) {
		case 'action.add':
			return put(tables, 'actions', {
				...{ status: 'open', outcome: null, line: '', rank: null, due_in: null },
				...{ carries: 0, decided_carries: 0, version: 0, created_at: NOW },
				...args
			});
		case 'action.edit':
			return patch(tables, 'actions', args.id, columns(changes));
		case 'action.settle':
			return patch(tables, 'actions', args.id, settled(columns(changes).status));
		case 'action.tell':
			return patch(tables, 'actions', args.id, told(columns(changes)));
		case 'action.decide':
			return patch(tables, 'actions', args.id, (action) => decided(action, args));
		case 'action.remove':
			return remove(tables, 'actions', args.id);
		case 'actions.order':
			return ranked(tables, args.ids);
		case 'goal.add':
			return put(tables, 'goals', {
				...{ status: 'open', line: '', version: 0, created_at: NOW },
				...args
			});
		case 'goal.edit':
			return patch(tables, 'goals', args.id, columns(changes));
		case 'goal.remove':
			return remove(tables, 'goals', args.id);
		case 'challenge.write':
			return patch(tables, 'challenges', args.id, (challenge) =>
				challenge.withdrawn_at ? {} : kept(columns(changes))
			);
		case 'challenge.protect': {
			const { double_confidential } = args;
			return patch(tables, 'challenges', args.id, ({ withdrawn_at }) =>
				withdrawn_at ? {} : { double_confidential }
			);
		}
		case 'challenge.withdraw':
			return withdrawn(tables, args.id);
		case 'notes.write':
			return isWithdrawn(tables, args.id)
				? tables
				: patch(tables, 'challenge_notes', args.id, columns(changes));
		case 'contribution.add':
			return isWithdrawn(tables, args.challenge_id)
				? tables
				: put(tables, 'contributions', { made_at: NOW, ...args });
		case 'contribution.write':
			return patch(tables, 'contributions', args.id, columns(changes));
		case 'profile.write':
			return patch(tables, 'profiles', args.id, columns(changes));
		case 'review.record': {
			const { action_id, session_id } = args;
			const reviewed = upsert(
				tables,
				'reviews',
				{ action_id, session_id },
				{
					...args,
					reviewed_by: null,
					reviewed_at: NOW
				}
			);
			return patch(reviewed, 'actions', String(action_id), told(args));
		}
		case 'attendance.mark': {
			const { session_id, member_id } = args;
			return upsert(tables, 'attendances', { session_id, member_id }, { seen_at: null, ...args });
		}
		case 'feedback.write': {
			const { session_id, member_id } = args;
			return upsert(tables, 'feedbacks', { session_id, member_id }, args, { plus: '', delta: '' });
		}
		default:
			return tables;
	}
}

/** Stands for a date only the server knows; nothing on screen depends on it before the sync. */
const NOW = '2020-01-01T00:00:00Z';

/** The last word said of an action; partly and not done leave it open. */
function told({ outcome, line }: Changes): Changes {
	const over = outcome === 'done' || outcome === 'dropped';
	return { outcome, line, status: over ? outcome : 'open' };
}

/** Ticked off or reopened: the last word said goes with it. */
function settled(status: unknown): (action: Kept) => Changes {
	return (action) =>
		action.status === status
			? {}
			: { status, outcome: status === 'open' ? null : status, line: '' };
}

function decided(action: Kept, { choice, title, due_on, line }: Changes): Changes {
	if (choice === 'drop') {
		return { status: 'dropped', outcome: 'dropped', line, decided_carries: action.carries };
	}
	if (choice === 'do') return { due_on, line, decided_carries: action.carries };
	// A new commitment: nothing was said of it yet.
	return { title, due_on, line, outcome: null, carries: 0, decided_carries: 0 };
}

/** An app of before knew one choice only: in the room, or not. */
function kept({ room_only, ...changes }: Changes): Changes {
	return room_only === undefined ? changes : { ...changes, keep: room_only ? 'room' : 'present' };
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

function columns(value: unknown): Kept {
	return typeof value === 'object' && value !== null ? { id: '', ...value } : { id: '' };
}

function put(tables: Tables, table: Table, row: Kept): Tables {
	const others = (tables[table] ?? []).filter(({ id }) => id !== row.id);
	return { ...tables, [table]: [...others, row] };
}

function patch(
	tables: Tables,
	table: Table,
	id: string,
	changes: Changes | ((row: Kept) => Changes)
): Tables {
	const rows = (tables[table] ?? []).map((row) =>
		row.id === id
			? { ...row, ...(typeof changes === 'function' ? changes(row) : changes), id }
			: row
	);
	return { ...tables, [table]: rows };
}

function remove(tables: Tables, table: Table, id: string): Tables {
	return { ...tables, [table]: (tables[table] ?? []).filter((row) => row.id !== id) };
}

/** Changes the row that has these key columns, or adds one, of `fresh`, under an id made of them. */
function upsert(
	tables: Tables,
	table: Table,
	key: Readonly<Record<string, unknown>>,
	row: Readonly<Record<string, unknown>>,
	fresh: Readonly<Record<string, unknown>> = {}
): Tables {
	const held = (tables[table] ?? []).find((candidate) =>
		Object.entries(key).every(([column, value]) => candidate[column] === value)
	);
	const id = held?.id ?? Object.values(key).join(' ');
	return put(tables, table, { ...fresh, ...held, ...row, id });
}
