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

/**
 * Reads the stored rows by table. A damaged record is left out: the next pull brings it back. A row
 * under the stamp it had at the last reading is the same object as then, and so is a table without
 * another: who draws from them sees what changed.
 */
export class Reading {
	#last: Readonly<Record<string, { row: Row; mark: unknown }[]>> = {};
	#tables: Tables = {};

	read(entries: readonly Entry[]): Tables {
		const read: Record<string, { row: Row; mark: unknown }[]> = {};
		for (const { table, row, mark } of readable(entries)) (read[table] ??= []).push({ row, mark });
		const tables = Object.entries(read).map(([table, rows]) => [table, this.#same(table, rows)]);
		this.#last = read;
		return (this.#tables = Object.fromEntries(tables));
	}

	/** Puts rows of the last reading where they are the same. */
	#same(table: string, rows: { row: Row; mark: unknown }[]): readonly Row[] {
		const last = this.#last[table] ?? [];
		const known = new Map(last.map((one) => [one.row.id, one]));
		for (const one of rows) {
			const before = known.get(one.row.id);
			if (typeof one.mark === 'number' && before?.mark === one.mark) one.row = before.row;
		}
		const before = this.#tables[table];
		const same = before?.length === rows.length && rows.every(({ row }, at) => row === before[at]);
		return same ? before : rows.map(({ row }) => row);
	}
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
