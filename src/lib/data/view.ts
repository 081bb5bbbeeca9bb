import { readRows, tables as names, type Row, type Table } from './rows.ts';

/** Everything this member may see, in the app's words: what every page draws from. */
export type View = { readonly [T in Table]: readonly Row<T>[] };

type Kept = Readonly<Record<string, readonly unknown[]>>;

/**
 * Makes the reader of kept rows. It remembers its last answer table by table: one keystroke re-reads
 * the one table it touched, not twelve months of a group.
 */
export function viewer(): (kept: Kept) => View {
	const seen = new Map<Table, { rows: readonly unknown[]; read: readonly unknown[] }>();
	const none: readonly unknown[] = [];

	function read<T extends Table>(table: T, kept: Kept): readonly Row<T>[] {
		const rows = kept[table] ?? none;
		const last = seen.get(table);
		// The map holds under each table what `readRows` gave for that same table.
		if (last?.rows === rows) return last.read as readonly Row<T>[];
		const fresh = readRows(table, rows);
		seen.set(table, { rows, read: fresh });
		return fresh;
	}

	// Each name of the tables, once, with its own rows: the shape of a View.
	return (kept) => Object.fromEntries(names.map((table) => [table, read(table, kept)])) as View;
}
