import pg from 'pg';
import { Batch, type Statement, type TextRow } from './batch.ts';

export interface PoolOptions {
	/** Address of the database, with the login. */
	url: string;
	/** How Postgres lists its connections. */
	name: string;
	/** Connections at most. */
	most: number;
	/** Milliseconds a statement may take, and wait for a lock. */
	patience?: number;
	/** How values are read by the queries of `driver`. */
	types?: pg.CustomTypesConfig;
}

/** Milliseconds until a new connection counts as refused. */
const CONNECTING = 3_000;
/** Beyond its own patience a database that does not answer at all is given up, in ms. */
const SILENCE = 4_000;

/**
 * Connections to one database. They outlive it: those that died are replaced when the next work
 * comes, and no death of a connection throws anywhere but in the work it interrupts.
 */
export class Pool {
	/** For a library that asks for the driver's own pool. */
	readonly driver: pg.Pool;
	readonly #busy = new Set<pg.PoolClient>();
	/** The end of each connection there is. */
	readonly #living = new Set<Promise<void>>();
	readonly #silence: number;
	#closed: Promise<void> | null = null;

	constructor({ url, name, most, patience = 8_000, types }: PoolOptions) {
		this.#silence = patience + SILENCE;
		this.driver = new pg.Pool({
			connectionString: driverAddress(url),
			application_name: name,
			max: most,
			connectionTimeoutMillis: CONNECTING,
			idleTimeoutMillis: 0,
			keepAlive: true,
			statement_timeout: patience,
			lock_timeout: patience,
			// Unnamed things are looked for where a hosted Supabase looks for them.
			options: '-c search_path=public,extensions -c TimeZone=UTC',
			...(types && { types })
		});
		// The work that is under way is told by its own promise; without listeners Node would end.
		this.driver.on('error', () => undefined);
		this.driver.on('connect', (client) => {
			client.on('error', () => undefined);
			const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
			this.#living.add(ended);
			void ended.then(() => this.#living.delete(ended));
		});
		this.driver.on('acquire', (client) => this.#busy.add(client));
		this.driver.on('release', (_error, client) => this.#busy.delete(client));
	}

	/** Runs the statements in one transaction and answers the rows of each once it is committed. */
	transact(statements: readonly Statement[]): Promise<TextRow[][]> {
		return this.#with((client) => client.query(new Batch(statements)).answer);
	}

	/** Runs the statements, takes all of it back, and answers the rows that each saw. */
	async undone(statements: readonly Statement[]): Promise<TextRow[][]> {
		return this.#with(async (client) => {
			try {
				const all = [
					{ text: 'begin', values: [] },
					...statements,
					{ text: 'rollback', values: [] }
				];
				return (await client.query(new Batch(all)).answer).slice(1, -1);
			} catch (error) {
				await client.query('rollback').catch(() => undefined);
				throw error;
			}
		});
	}

	/** Does the work on one connection in one transaction; takes it back unless it is to be kept. */
	whole<Result>(
		work: (client: pg.PoolClient) => Promise<Result>,
		isKept: (result: Result) => boolean
	): Promise<Result> {
		return this.#with(async (client) => {
			await client.query('begin');
			let end = 'rollback';
			try {
				const result = await work(client);
				if (isKept(result)) end = 'commit';
				return result;
			} finally {
				await client.query(end);
			}
		});
	}

	async #with<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
		const client = await this.driver.connect();
		const silent = setTimeout(() => void client.end(), this.#silence);
		try {
			return await work(client);
		} finally {
			clearTimeout(silent);
			client.release();
		}
	}

	/** Runs one statement and answers its rows. */
	async rows(text: string, ...values: (string | null)[]): Promise<TextRow[]> {
		const [rows = []] = await this.transact([{ text, values }]);
		return rows;
	}

	/** Interrupts whatever is under way: the database behind it is gone. */
	cut(): void {
		for (const client of this.#busy) void client.end();
	}

	/** Waits for what is under way, but not for ever; the second time for the first. */
	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async #close(): Promise<void> {
		const late = setTimeout(() => this.cut(), 3_000);
		await this.driver.end();
		// The driver does not wait until Postgres has closed them.
		await Promise.all(this.#living);
		clearTimeout(late);
	}
}

/** An address for the driver, which would take `sslmode` for more than Postgres's own programs do. */
export function driverAddress(address: string): string {
	const url = new URL(address);
	if (url.searchParams.has('sslmode')) url.searchParams.set('uselibpqcompat', 'true');
	return url.href;
}

/** Every pool on one database: when that goes, they are told together. */
export class Pools {
	readonly #pools = new Set<Pool>();

	open(options: PoolOptions): Pool {
		const pool = new Pool(options);
		this.#pools.add(pool);
		return pool;
	}

	cut(): void {
		for (const pool of this.#pools) pool.cut();
	}
}

/**
 * Whether the work failed because the database is away, full or busy, and may be tried again: what
 * Postgres refuses for any other reason has a state of another class.
 */
export function isAway(error: unknown): boolean {
	const state = stateOf(error);
	return state === null || /^(08|53|57P)/.test(state);
}

/** The SQLSTATE of a failure; null where it is not Postgres that answered. */
export function stateOf(error: unknown): string | null {
	return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}
