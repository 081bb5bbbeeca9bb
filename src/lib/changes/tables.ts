import type { Table } from '#lib/data/rows.ts';

/** A row as the device keeps it: the server's own columns. */
export type StoredRow = { readonly id: string; readonly [column: string]: unknown };
export type Tables = Readonly<Record<string, readonly StoredRow[]>>;
export type Columns = Readonly<Record<string, unknown>>;

/** The columns in a value that may be anything; no `id` of its own reads as an empty one. */
export function columns(value: unknown): StoredRow {
	return typeof value === 'object' && value !== null ? { id: '', ...value } : { id: '' };
}

export function put(tables: Tables, table: Table, row: StoredRow): Tables {
	const others = (tables[table] ?? []).filter(({ id }) => id !== row.id);
	return { ...tables, [table]: [...others, row] };
}

export function patch(
	tables: Tables,
	table: Table,
	id: string,
	changes: Columns | ((row: StoredRow) => Columns)
): Tables {
	const rows = (tables[table] ?? []).map((row) =>
		row.id === id
			? { ...row, ...(typeof changes === 'function' ? changes(row) : changes), id }
			: row
	);
	return { ...tables, [table]: rows };
}

export function remove(tables: Tables, table: Table, id: string): Tables {
	return { ...tables, [table]: (tables[table] ?? []).filter((row) => row.id !== id) };
}

/** Changes the row that has these key columns, or adds one, of `fresh`, under an id made of them. */
export function upsert(
	tables: Tables,
	table: Table,
	key: Columns,
	row: Columns,
	fresh: Columns = {}
): Tables {
	const held = (tables[table] ?? []).find((candidate) =>
		Object.entries(key).every(([column, value]) => candidate[column] === value)
	);
	const id = held?.id ?? Object.values(key).join(' ');
	return put(tables, table, { ...fresh, ...held, ...row, id });
}
