import type { Connection, Submittable } from 'pg';

/** One statement of a batch; its values are written as Postgres reads them in text. */
export interface Statement {
	text: string;
	values: readonly (string | null)[];
}

/** One row as Postgres wrote it: every value is its text, or null. */
export type TextRow = readonly (string | null)[];

/** A short name for each text that is sent: Postgres cuts names at 63 bytes. */
const names = new Map<string, string>();
/** The names each connection has prepared for certain. */
const prepared = new WeakMap<Connection, Set<string>>();

/** States in which Postgres gives up a prepared statement: what it stands on changed, or it is gone. */
const STALE = new Set(['0A000', '26000']);

/**
 * Statements sent in one go and ended by one Sync: Postgres runs them in one transaction, which an
 * error of any of them rolls back as a whole, and the way there and back is paid once. Each stays
 * prepared on its connection, so there must be a bounded number of different texts.
 */
export class Batch implements Submittable {
	/** The rows of each statement, once all of it is committed. */
	readonly answer: Promise<TextRow[][]>;
	readonly #statements: readonly Statement[];
	readonly #results: TextRow[][] = [];
	readonly #parsed: string[] = [];
	#rows: TextRow[] = [];
	#known = new Set<string>();
	#resolve: (results: TextRow[][]) => void = () => undefined;
	#reject: (error: unknown) => void = () => undefined;

	constructor(statements: readonly Statement[]) {
		this.#statements = statements;
		this.answer = new Promise((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
		});
	}

	submit(connection: Connection): void {
		this.#known = prepared.get(connection) ?? new Set();
		prepared.set(connection, this.#known);
		const { stream } = connection;
		stream.cork();
		for (const statement of this.#statements) this.#send(connection, statement);
		connection.sync();
		stream.uncork();
	}

	#send(connection: Connection, { text, values }: Statement): void {
		const name = nameOf(text);
		if (!this.#known.has(name) && !this.#parsed.includes(name)) {
			// A batch that failed may have prepared it; to close what is not there is no error.
			connection.close({ type: 'S', name }, true);
			connection.parse({ name, text, types: [] }, true);
			this.#parsed.push(name);
		}
		connection.bind({ statement: name, values: [...values] }, true);
		connection.execute({}, true);
	}

	handleRowDescription(): void {}

	handleDataRow({ fields }: { fields: TextRow }): void {
		this.#rows.push(fields);
	}

	handleCommandComplete(): void {
		this.#results.push(this.#rows);
		this.#rows = [];
	}

	handleEmptyQuery(): void {
		this.handleCommandComplete();
	}

	/** Comes last, after the commit. */
	handleReadyForQuery(): void {
		for (const name of this.#parsed) this.#known.add(name);
		this.#resolve(this.#results);
	}

	handleError(error: { code?: string }): void {
		if (STALE.has(error.code ?? '')) this.#known.clear();
		this.#reject(error);
	}
}

function nameOf(text: string): string {
	const name = names.get(text) ?? `s${names.size}`;
	names.set(text, name);
	return name;
}
