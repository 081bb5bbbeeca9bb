import type { Table } from './rows.ts';

/** A row and the tables as the device keeps them: the server's own columns. */
type Kept = { readonly id: string; readonly [column: string]: unknown };
type Tables = Readonly<Record<string, readonly Kept[]>>;

interface Pending {
	readonly id: string;
	readonly kind: string;
	readonly args: unknown;
	readonly refusal: { readonly code: string } | null;
}

/**
 * The tables as they will be when the server has applied what is pending, so that the screen answers
 * at once. Mirrors `apply_operations`; refused operations change nothing. Tables no operation touches
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
				status: 'open',
				due_in: null,
				carries: 0,
				version: 0,
				created_at: NOW,
				...args
			});
		case 'action.edit':
		case 'action.settle':
			return patch(tables, 'actions', args.id, columns(changes));
		case 'challenge.write':
			return patch(tables, 'challenges', args.id, columns(changes));
		case 'notes.write':
			return patch(tables, 'challenge_notes', args.id, columns(changes));
		case 'contribution.add':
			return put(tables, 'contributions', { made_at: NOW, ...args });
		case 'contribution.write':
			return patch(tables, 'contributions', args.id, columns(changes));
		case 'profile.write':
			return patch(tables, 'profiles', args.id, columns(changes));
		case 'review.record': {
			const { action_id, session_id, outcome } = args;
			const status = outcome === 'done' || outcome === 'dropped' ? outcome : 'open';
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
			return patch(reviewed, 'actions', String(action_id), { status });
		}
		case 'attendance.mark': {
			const { session_id, member_id } = args;
			return upsert(tables, 'attendances', { session_id, member_id }, { seen_at: null, ...args });
		}
		case 'feedback.write': {
			const { session_id, member_id } = args;
			return upsert(tables, 'feedbacks', { session_id, member_id }, args);
		}
		default:
			return tables;
	}
}

/** Stands for a date only the server knows; nothing on screen depends on it before the sync. */
const NOW = '2020-01-01T00:00:00Z';

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
	changes: Readonly<Record<string, unknown>>
): Tables {
	const rows = (tables[table] ?? []).map((row) =>
		row.id === id ? { ...row, ...changes, id } : row
	);
	return { ...tables, [table]: rows };
}

/** Replaces the row that has these key columns, or adds one under an id made of them. */
function upsert(
	tables: Tables,
	table: Table,
	key: Readonly<Record<string, unknown>>,
	row: Readonly<Record<string, unknown>>
): Tables {
	const held = (tables[table] ?? []).find((candidate) =>
		Object.entries(key).every(([column, value]) => candidate[column] === value)
	);
	const id = held?.id ?? Object.values(key).join(' ');
	return put(tables, table, { ...held, ...row, id });
}
