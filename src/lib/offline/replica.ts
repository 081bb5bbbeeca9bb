import type { Change, Entry } from './database.ts';

/** A row as the server sent it. Only its id is looked at here. */
export interface Row {
	readonly id: string;
	readonly [column: string]: unknown;
}

/** Everything the member may see, by table name. */
export type Tables = Readonly<Record<string, readonly Row[]>>;

/** What the server calls the state of a row, by table and id: another one after every write. */
export type Stamps = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** The store of the account's database that holds the rows, keyed `[table, id]`, marked by stamp. */
export const rowStore = 'rows';

/** The change that empties the store. */
export const clearing: Change = { store: rowStore, clear: true };

/** The change that keeps a row under the stamp it came with. */
export function keeping(table: string, row: Row, stamp: number): Change {
	return { store: rowStore, key: [table, row.id], put: row, mark: stamp };
}

/** The change that forgets a row the server no longer shows. */
export function forgetting(table: string, id: string): Change {
	return { store: rowStore, remove: [table, id] };
}

/** The stored rows by table. A damaged record is left out: the next pull brings it back. */
export function tablesOf(entries: readonly Entry[]): Tables {
	const tables: Record<string, Row[]> = {};
	for (const { table, row } of readable(entries)) (tables[table] ??= []).push(row);
	return tables;
}

/** The stamps of the stored rows. One without a stamp, kept by an older app, has none that fits. */
export function stampsOf(entries: readonly Entry[]): Stamps {
	const stamps = new Map<string, Map<string, number>>();
	for (const { table, row, mark } of readable(entries)) {
		const of = stamps.get(table) ?? new Map<string, number>();
		stamps.set(table, of.set(row.id, typeof mark === 'number' ? mark : NaN));
	}
	return stamps;
}

function* readable(entries: readonly Entry[]) {
	for (const { key, value, mark } of entries) {
		if (!Array.isArray(key) || typeof key[0] !== 'string' || !isRow(value)) continue;
		yield { table: key[0], row: value, mark };
	}
}

function isRow(value: unknown): value is Row {
	return (
		typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
	);
}
