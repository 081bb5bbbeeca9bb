import type { Answer, Since, Sum } from './remote.ts';
import type { Row, Stamps, Turn } from './replica.ts';

/** How many answers it may take: rows that change while one asks are a reason for one more. */
const patience = 5;

/**
 * What a device lacks of the server's rows, from one answer to the next: what was written since its
 * cursor first; then, in full, the tables that still do not add up to the server's sum.
 */
export class CatchUp {
	readonly #kept: Stamps;
	/** Whether the rows are to be built anew, on none. */
	readonly afresh: boolean;
	readonly #held: Map<string, Map<string, number>>;
	readonly #rows = new Map<string, Map<string, Row>>();
	#cursor: string | null;
	#wrong: readonly string[] = [];
	#answers = 0;

	/** `kept`: null when what is stored is nothing, or not to be trusted. */
	constructor(kept: Stamps | null, cursor: string | null) {
		this.afresh = kept === null;
		this.#kept = kept ?? new Map();
		this.#held = new Map(Array.from(this.#kept, ([table, stamps]) => [table, new Map(stamps)]));
		this.#cursor = kept === null ? null : cursor;
	}

	/** What to ask for next. */
	get since(): Since {
		const sums = Object.fromEntries(Array.from(this.#held, ([table]) => [table, this.#sum(table)]));
		return { cursor: this.#cursor, sums, full: this.#wrong };
	}

	/** Where the server's rows stood at the last answer; null before it. */
	get cursor(): string | null {
		return this.#cursor;
	}

	/** False while something still differs: to be asked again. */
	get done(): boolean {
		return this.#answers > 0 && this.#wrong.length === 0;
	}

	/** False when it is time to give up for now. */
	get patient(): boolean {
		return this.#answers < patience;
	}

	take({ cursor, tables }: Answer): void {
		this.#answers += 1;
		this.#cursor = cursor;
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
	}

	/** What makes the stored rows those of the server; nothing when they are. */
	turns(): Turn[] {
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

	#sum(table: string): Sum {
		const stamps = this.#held.get(table) ?? new Map<string, number>();
		let sum = 0;
		for (const stamp of stamps.values()) sum += stamp;
		return [stamps.size, sum];
	}
}
