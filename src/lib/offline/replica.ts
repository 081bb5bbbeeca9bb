import type { Change, Entry } from './database.ts';

/** A row as the server sent it. Only its id is looked at here. */
export interface Row {
	readonly id: string;
	readonly [column: string]: unknown;
}

/** Everything the member may see, by table name. */
export type Tables = Readonly<Record<string, readonly Row[]>>;

/** The store of the account's database that holds the rows, keyed `[table, id]`. */
export const rowStore = 'rows';

/** The changes that make the stored rows exactly `tables`: what the server no longer shows goes. */
export function replacing(tables: Tables): Change[] {
	const puts = Object.entries(tables).flatMap(([table, rows]) =>
		rows.map((row): Change => ({ store: rowStore, key: [table, row.id], put: row }))
	);
	return [{ store: rowStore, clear: true }, ...puts];
}

/** The stored rows by table. A damaged record is left out: the next pull brings it back. */
export function tablesOf(entries: readonly Entry[]): Tables {
	const tables: Record<string, Row[]> = {};
	for (const { key, value } of entries) {
		if (!Array.isArray(key) || typeof key[0] !== 'string' || !isRow(value)) continue;
		(tables[key[0]] ??= []).push(value);
	}
	return tables;
}

function isRow(value: unknown): value is Row {
	return (
		typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
	);
}
