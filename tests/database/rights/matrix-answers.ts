import assert from 'node:assert/strict';
import type { Sql, TransactionSql } from 'postgres';
import { SHARED } from '../../../scripts/schemas.ts';
import { become } from '../../support/as-person.ts';
import type { Connection } from '../../support/server.ts';
import { type Call, denialOf, type Rule } from './matrix.ts';
import { code } from '../people.ts';
import { type Named, type Persona, personas, type World } from '../personas.ts';

const named = personas.filter((persona): persona is Named => persona !== 'anonymous');

type Row = Record<string, unknown>;

/** Of sessions: nobody writes it, whatever they may. */
const COMPUTED = 'over_at';

/** What somebody was told: `rows`, `nothing`, or the code of the refusal. */
type Told = Partial<Record<Persona, string>>;

/**
 * Asks what the specification speaks of as every persona. @throws where an answer is another:
 * tables in SQL, in the role and with the claims that a request of theirs would have; functions
 * through the API. Each denial looks as the owner that the row is there, and that it stayed as it
 * was.
 */
export class Answers {
	readonly #cercle: Connection;
	readonly #world: World;

	constructor(cercle: Connection, world: World) {
		this.#cercle = cercle;
		this.#world = world;
	}

	async select({ table, columns = '*', select, ...rule }: Rule): Promise<void> {
		const key = rule.key(this.#world);
		const held = await this.#held(table, key);
		const told = await this.#asEach(personas, async (sql) => {
			const rows = await sql`
				select ${sql.unsafe(columns)} from ${sql(table)} where ${matching(sql, key)}
			`;
			// A view of whole rows and of parts shows none of them twice.
			assert(rows.length <= held.length, `twice in ${table}`);
			return rows;
		});
		assert.deepEqual(
			told,
			byPersona((persona) =>
				persona === 'anonymous' ? '42501' : select.includes(persona) ? 'rows' : 'nothing'
			)
		);
	}

	async update(rule: Rule): Promise<void> {
		const { table, update, columns = '*', refused: denied = '42501' } = rule;
		const key = rule.key(this.#world);
		const held = await this.#held(table, key);
		const set = update === 'no grant' ? key : update.set;
		const now: Partial<Record<Persona, Row[]>> = {};
		const told = await this.#asEach(personas, async (sql, persona) => {
			const names = sql(Object.keys(set));
			const rows = await sql`
				update ${sql(table)} set (${names}) = (select ${names} from ${record(sql, table, set)})
				where ${matching(sql, key)} returning ${sql.unsafe(columns)}
			`;
			now[persona] = await asOwner(sql, (sql) => this.#rows(table, key, sql));
			return rows;
		});
		const by = update === 'no grant' ? [] : update.by;
		for (const persona of personas) {
			const refused = update === 'no grant' || persona === 'anonymous';
			const allowed = !refused && by.includes(persona);
			const changed = JSON.stringify(now[persona] ?? held) !== JSON.stringify(held);
			assert.deepEqual(
				[persona, told[persona], changed],
				[persona, allowed ? 'rows' : refused ? denied : 'nothing', allowed]
			);
			const row = now[persona]?.[0];
			if (allowed) assert.deepEqual({ ...row, ...set }, row);
		}
		if (update === 'no grant') return;
		await this.#updateBlindly(table, key, update);
		for (const values of update.away?.(this.#world) ?? []) {
			// Of all that they may change, and of this row alone: each may be refused for another reason.
			for (const where of ['all', 'this'] as const) {
				const said = await this.#stripped(table, update.by, async (sql) => {
					const these = where === 'all' ? sql`true` : matching(sql, key);
					return sql`update ${sql(table)} set ${sql(values)} where ${these}`;
				});
				for (const persona of update.by) {
					assert.deepEqual([persona, values, said[persona]], [persona, values, '42501']);
				}
			}
		}
	}

	async insert({ table, insert, ...rule }: Rule): Promise<void> {
		if (insert === 'no grant') {
			// The row itself again: without the right, not even a double is refused as one.
			const [held = {}] = await this.#held(table, rule.key(this.#world));
			const row = Object.fromEntries(Object.entries(held).filter(([name]) => name !== COMPUTED));
			const told = await this.#asEach(personas, (sql) => add(sql, table, row));
			return assert.deepEqual(told, all(rule.refused ?? '42501'));
		}
		const more: Partial<Record<Persona, number>> = {};
		const told = await this.#asEach(personas, async (sql, persona) => {
			const row = insert.row(this.#world, persona);
			const key = Object.fromEntries(insert.found.map((name) => [name, row[name]]));
			const held = await this.#rows(table, key);
			const answer = await add(sql, table, row);
			const now = await asOwner(sql, (sql) => this.#rows(table, key, sql));
			more[persona] = now.length - held.length;
			return answer;
		});
		for (const persona of personas) {
			const stopped: string | undefined = insert.stopped?.[persona];
			const allowed: boolean = insert.by.includes(persona) || stopped === 'allowed';
			assert.deepEqual(
				[persona, told[persona], more[persona] ?? 0],
				[persona, allowed ? 'nothing' : (stopped ?? denialOf(table, persona)), allowed ? 1 : 0]
			);
		}
		for (const values of insert.away?.(this.#world) ?? []) {
			const said = await this.#stripped(table, insert.by, async (sql, persona) => {
				const row = { ...insert.row(this.#world, persona), ...values };
				return sql`insert into ${sql(table)} ${sql(row)}`;
			});
			for (const persona of insert.by) {
				assert.deepEqual([persona, values, said[persona]], [persona, values, '42501']);
			}
		}
	}

	async remove({ table, ...rule }: Rule): Promise<void> {
		const key = rule.key(this.#world);
		await this.#held(table, key);
		const told = await this.#asEach(personas, (sql) => {
			return sql`delete from ${sql(table)} where ${matching(sql, key)}`;
		});
		assert.deepEqual(told, all(rule.refused ?? '42501'));
	}

	async call(call: Call): Promise<void> {
		const found: Told = {};
		// In this order: what one may do changes what the next is told.
		for (const persona of personas) {
			const answer = await this.#world.client(persona).rpc(call.name, await this.#argsOf(call));
			found[persona] = code(answer) ?? 'ok';
		}
		assert.deepEqual(
			found,
			byPersona((persona) => {
				if (call.ok.includes(persona)) return 'ok';
				// To nobody the API says that there is no such function.
				return persona === 'anonymous' ? 'PGRST202' : (call.but?.[persona] ?? call.otherwise);
			})
		);
	}

	/** An update that names no row needs no right to read any: only its own policy is in the way. */
	async #updateBlindly(
		table: string,
		key: Row,
		{ by, set }: Exclude<Rule['update'], 'no grant'>
	): Promise<void> {
		const held = await this.#held(table, key);
		const now: Told = {};
		const told = await this.#stripped(table, named, async (sql, persona) => {
			const answer = await sql`update ${sql(table)} set ${sql(set)}`;
			const rows = await asOwner(sql, (sql) => this.#rows(table, key, sql));
			now[persona] = JSON.stringify(rows);
			return answer;
		});
		for (const persona of named) {
			const changed = now[persona] !== JSON.stringify(held);
			assert.deepEqual(
				[persona, told[persona], changed],
				[persona, 'nothing', by.includes(persona)]
			);
		}
	}

	/**
	 * Works as each of these with the policies alone: triggers are off, and all columns are
	 * granted.
	 */
	#stripped(
		table: string,
		who: readonly Persona[],
		work: (sql: TransactionSql, persona: Persona) => Promise<ArrayLike<unknown>>
	): Promise<Told> {
		return this.#asEach(who, work, async (sql) => {
			await sql`grant insert, update on ${sql(table)} to authenticated`;
			await sql`set local session_replication_role = replica`;
		});
	}

	/** Works as each of these in turn; nothing of it stays. */
	async #asEach(
		who: readonly Persona[],
		work: (sql: TransactionSql, persona: Persona) => Promise<ArrayLike<unknown>>,
		before: (sql: TransactionSql) => Promise<void> = () => Promise.resolve()
	): Promise<Told> {
		const told: Told = {};
		await undone(this.#cercle.owner.begin.bind(this.#cercle.owner), async (sql) => {
			await before(sql);
			// Without an account one does not even get into their schema: here the tables are asked.
			await sql`grant usage on schema ${sql([...SHARED])} to anon`;
			// What would be looked at when the request ends is looked at with its statement.
			await sql`set constraints all immediate`;
			for (const persona of who) {
				try {
					await undone(sql.savepoint.bind(sql), async (sql) => {
						await become(sql, persona === 'anonymous' ? null : this.#world.people[persona]);
						told[persona] = (await work(sql, persona)).length > 0 ? 'rows' : 'nothing';
					});
				} catch (error) {
					told[persona] = (error as { code?: string }).code ?? String(error);
				}
			}
		});
		return told;
	}

	/** The rows, which have to be there. */
	async #held(table: string, key: Row) {
		const rows = await this.#rows(table, key);
		assert(rows.length > 0, `no such row in ${table}`);
		return rows;
	}

	/** The rows as they are, whatever a persona may see. */
	async #rows(table: string, key: Row, sql: Sql | TransactionSql = this.#cercle.owner) {
		const found = await sql<{ row: Row }[]>`
			select to_jsonb(t) as row from ${sql(table)} t where ${matching(sql, key)}
			order by to_jsonb(t)::text
		`;
		return found.map(({ row }) => row);
	}

	/** The arguments with the version that is in force just now: only the role can be in the way. */
	async #argsOf({ name, args }: Call): Promise<Row> {
		const { owner } = this.#cercle;
		const [row] =
			name === 'plan_session'
				? await owner`select version from sessions where id = ${this.#world.planned}`
				: await owner`select version from room_states where session_id = ${this.#world.live}`;
		return args(this.#world, row?.version as number);
	}
}

const UNDONE = new Error('undone');

/** Does it in a transaction, or behind a savepoint, that is rolled back. */
async function undone(
	begin: (work: (sql: TransactionSql) => Promise<never>) => Promise<unknown>,
	work: (sql: TransactionSql) => Promise<void>
): Promise<void> {
	try {
		await begin(async (sql) => {
			await work(sql);
			throw UNDONE;
		});
	} catch (error) {
		if (error !== UNDONE) throw error;
	}
}

/** Looks as the owner within what somebody else does. */
async function asOwner<T>(sql: TransactionSql, look: (sql: TransactionSql) => Promise<T>) {
	const [was] = await sql`select current_setting('role') as role`;
	await sql`select set_config('role', 'none', true)`;
	const seen = await look(sql);
	await sql`select set_config('role', ${was?.role as string}, true)`;
	return seen;
}

/** Values as a row of the table, as a body of JSON is read. */
function record(sql: TransactionSql, table: string, values: Row) {
	return sql`jsonb_populate_record(null::${sql(table)}, ${sql.json(values as never)})`;
}

function add(sql: TransactionSql, table: string, row: Row) {
	const names = sql(Object.keys(row));
	return sql`insert into ${sql(table)} (${names}) select ${names} from ${record(sql, table, row)}`;
}

/** The rows whose columns are these. */
function matching(sql: Sql | TransactionSql, key: Row) {
	return Object.entries(key).reduce(
		(all, [name, value]) => sql`${all} and ${sql(name)}::text = ${String(value)}`,
		sql`true`
	);
}

function all(told: string): Told {
	return byPersona(() => told);
}

function byPersona(answer: (persona: Persona) => string): Record<string, string> {
	return Object.fromEntries(personas.map((persona) => [persona, answer(persona)]));
}
