import { readRow, tables as names, type Row, type Table } from './rows.ts';

/** Everything this member may see, in the app's words: what every page draws from. */
export type View = { readonly [T in Table]: readonly Row<T>[] };

type StoredTables = Readonly<Record<string, readonly unknown[]>>;

/** The rows of a table as kept and as read, and which became which. */
interface Seen {
	rows: readonly unknown[];
	read: readonly unknown[];
	byRow: ReadonlyMap<unknown, unknown>;
}

/** False when rows that are kept are missing in what was read of them: they are of another shape. */
export function whole(stored: StoredTables, view: View): boolean {
	return names.every((table) => view[table].length === (stored[table]?.length ?? 0));
}

/**
 * Makes the reader of kept rows. It remembers its last answer table by table and row by row: one
 * keystroke re-reads the one row it touched, not twelve months of a group.
 */
export function viewer(): (stored: StoredTables) => View {
	const seen = new Map<Table, Seen>();
	const none: readonly unknown[] = [];

	function read<T extends Table>(table: T, stored: StoredTables): readonly Row<T>[] {
		const rows = stored[table] ?? none;
		const last = seen.get(table);
		// The records hold under each table what `readRow` gave for that same table.
		if (last?.rows === rows) return last.read as readonly Row<T>[];
		const byRow = new Map(
			rows.map((row) => {
				const before = last?.byRow.get(row) as Row<T> | undefined;
				return [row, before ?? readRow(table, row)] as const;
			})
		);
		const fresh = [...byRow.values()].filter((row) => row !== null);
		seen.set(table, { rows, read: fresh, byRow });
		return fresh;
	}

	// Each name of the tables, once, with its own rows: the shape of a View.
	return (stored) => Object.fromEntries(names.map((table) => [table, read(table, stored)])) as View;
}
