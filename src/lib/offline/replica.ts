import type { Change, Entry } from './sealed-store.ts';

/** A row as the server sent it. Only its id is looked at here. */
export interface Row {
	readonly id: string;
	readonly [column: string]: unknown;
}

/** Everything the member may see, by table name. */
export type Tables = Readonly<Record<string, readonly Row[]>>;

/** What the server calls the state of a row, by table and id: another one after every write. */
export type Stamps = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** A row with the stamp it came with. */
type StoredRow = readonly [stamp: number, row: Row];

/** What a pull changes in the stored rows of one table: added or replaced, and removed by id. */
export interface TableDiff {
	readonly table: string;
	readonly rows: readonly StoredRow[];
	readonly gone: readonly string[];
}

/**
 * The store of the account's database that holds the rows: one record a table, keyed by its name. To
 * open one sealed record takes as long as to open thousands of rows together, not each on its own.
 */
export const ROW_STORE = 'tables';

/** The change that empties the store. */
export const clearing: Change = { store: ROW_STORE, clear: true };

/**
 * The rows as last read from disk. A row under the stamp it had at the reading before is the same
 * object as then, and so is a table without another: code that draws from them sees what changed.
 */
export class Reading {
	#kept: ReadonlyMap<string, readonly StoredRow[]> = new Map();
	#tables: Tables = {};

	/** Reads the stored rows. A damaged record is left out: the next pull brings its table back. */
	read(entries: readonly Entry[]): Tables {
		const read = new Map<string, readonly StoredRow[]>();
		for (const { key, value } of entries) {
			if (typeof key === 'string') read.set(key, this.#same(key, rowsIn(value)));
		}
		const tables = [...read].map(([table, kept]) => [table, this.#rows(table, kept)]);
		this.#kept = read;
		return (this.#tables = Object.fromEntries(tables));
	}

	get stamps(): Stamps {
		const stampsOf = (kept: readonly StoredRow[]) =>
			new Map(kept.map(([stamp, row]) => [row.id, stamp] as const));
		return new Map([...this.#kept].map(([table, kept]) => [table, stampsOf(kept)]));
	}

	/** The changes that make of the rows read those after a pull; `afresh`: of none. */
	after(diffs: readonly TableDiff[], afresh: boolean): Change[] {
		const changes = diffs.map(({ table, rows, gone }): Change => {
			const before = (afresh ? undefined : this.#kept.get(table)) ?? [];
			const kept = new Map(before.map((one) => [one[1].id, one]));
			for (const id of gone) kept.delete(id);
			for (const one of rows) kept.set(one[1].id, one);
			if (kept.size === 0) return { store: ROW_STORE, remove: table };
			return { store: ROW_STORE, key: table, put: [...kept.values()] };
		});
		return afresh ? [clearing, ...changes] : changes;
	}

	/** Puts rows of the last reading where they are the same. */
	#same(table: string, rows: readonly StoredRow[]): readonly StoredRow[] {
		const known = new Map(this.#kept.get(table)?.map((one) => [one[1].id, one]));
		return rows.map((one) => {
			const before = known.get(one[1].id);
			return before?.[0] === one[0] ? before : one;
		});
	}

	#rows(table: string, kept: readonly StoredRow[]): readonly Row[] {
		const before = this.#tables[table];
		const same =
			before?.length === kept.length && kept.every(([, row], index) => row === before[index]);
		return same ? before : kept.map(([, row]) => row);
	}
}

/** Records are ours, yet a damaged one must not break the reader. */
function rowsIn(value: unknown): StoredRow[] {
	return Array.isArray(value) ? value.filter(isStoredRow) : [];
}

function isStoredRow(value: unknown): value is StoredRow {
	if (!Array.isArray(value) || typeof value[0] !== 'number') return false;
	const row: unknown = value[1];
	return typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'string';
}
