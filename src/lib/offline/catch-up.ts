import type { Answer, Ask, Held, Sum } from './remote.ts';
import type { Row, Stamps, TableDiff } from './replica.ts';
import type { Scope } from './scope.ts';

/** How many answers may end nothing: rows that change while one asks are a reason for one more. */
const PATIENCE = 5;

/** By table, the server's moment that its rows here are of. */
export type Snapshots = Readonly<Record<string, string>>;

/**
 * What a device lacks of the server's rows, from one answer to the next: what was written since the
 * snapshot of each table first; then, in full, the tables that still do not add up to the server's
 * sum. Each answer compares all that is asked for, so the last one, which leaves nothing, holds for
 * all of it at one moment.
 */
export class CatchUp {
	readonly #kept: Stamps;
	readonly #scope: Scope;
	/** Whether the rows are to be built anew, on none. */
	readonly afresh: boolean;
	/** The stamps of the stored rows with the answers so far. */
	readonly #held: Map<string, Map<string, number>>;
	/** The rows of these answers. */
	readonly #rows = new Map<string, Map<string, Row>>();
	readonly #snapshots: Map<string, string>;
	/** The tables that the last answer left with another sum than the server's. */
	#wrong: readonly string[] = [];
	/** What no answer had room for yet. */
	#rest: Scope;
	#tries = 0;

	/** `kept`: null when what is stored is nothing, or not to be trusted: then all is asked for. */
	constructor(kept: Stamps | null, snapshots: Snapshots, scope: Scope) {
		this.afresh = kept === null;
		this.#scope = kept === null ? 'all' : scope;
		this.#rest = this.#scope;
		this.#kept = kept ?? new Map();
		this.#held = new Map(Array.from(this.#kept, ([table, stamps]) => [table, new Map(stamps)]));
		this.#snapshots = new Map(Object.entries(kept === null ? {} : snapshots));
	}

	/** What to ask for next. */
	get ask(): Ask {
		const held = (table: string): Held => {
			const snapshot = this.#wrong.includes(table) ? null : this.#snapshots.get(table);
			return { sum: this.#sum(table), snapshot: snapshot ?? null };
		};
		const tables = Object.fromEntries(this.#asked().map((table) => [table, held(table)]));
		return { all: this.all, tables };
	}

	/** Whether every table is compared. */
	get all(): boolean {
		return this.#scope === 'all';
	}

	/** By table, the moment its rows are of, after the answers so far. */
	get snapshots(): Snapshots {
		return Object.fromEntries(this.#snapshots);
	}

	/** False while something still differs: to be asked again. */
	get done(): boolean {
		return this.#wrong.length === 0 && this.#rest.length === 0;
	}

	/** False when it is time to give up for now. */
	get patient(): boolean {
		return this.#tries < PATIENCE;
	}

	take({ snapshot, tables, rest }: Answer): void {
		// An answer that was full moved on, however much is left.
		const isPage = rest.length > 0 && Object.keys(tables).length > 0;
		if (!isPage) this.#tries += 1;
		for (const [table, { full, rows }] of Object.entries(tables)) {
			const held = (!full && this.#held.get(table)) || new Map<string, number>();
			const read = this.#rows.get(table) ?? new Map<string, Row>();
			for (const [stamp, row] of rows) {
				held.set(row.id, stamp);
				read.set(row.id, row);
			}
			this.#held.set(table, held);
			this.#rows.set(table, read);
		}
		this.#wrong = Object.entries(tables).flatMap(([table, { sum }]) =>
			this.#sum(table).every((part, at) => part === sum[at]) ? [] : [table]
		);
		this.#rest = rest;
		for (const table of this.#asked()) {
			if (!rest.includes(table)) this.#snapshots.set(table, snapshot);
		}
	}

	/** What turns the stored rows into the server's; empty when they are equal. */
	diffs(): TableDiff[] {
		return [...this.#held].flatMap(([table, held]) => {
			const kept = this.#kept.get(table);
			const read = this.#rows.get(table);
			const rows = [...held].flatMap(([id, stamp]) => {
				const row = kept?.get(id) === stamp ? undefined : read?.get(id);
				return row ? [[stamp, row] as const] : [];
			});
			const gone = [...(kept?.keys() ?? [])].filter((id) => !held.has(id));
			return rows.length + gone.length > 0 ? [{ table, rows, gone }] : [];
		});
	}

	#asked(): readonly string[] {
		return this.#scope === 'all' ? [...this.#held.keys()] : this.#scope;
	}

	#sum(table: string): Sum {
		const stamps = this.#held.get(table) ?? new Map<string, number>();
		let sum = 0;
		for (const stamp of stamps.values()) sum += stamp;
		return [stamps.size, sum];
	}
}
