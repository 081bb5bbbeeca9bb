import assert from 'node:assert/strict';
import type { Sql, TransactionSql } from 'postgres';
import type { Connection } from '../support/server.ts';
import type { Call, Rule } from './matrix.ts';
import { claimsOf, code } from './people.ts';
import { type Named, type Persona, personas, type World } from './personas.ts';

const named = personas.filter((persona): persona is Named => persona !== 'anonymous');

/**
 * Asks the server what the specification speaks of, as every persona, and throws where an answer is
 * another. Each denial looks as the owner that the row is there, and that it stayed as it was.
 */
export class Answers {
	readonly #cercle: Connection;
	readonly #world: World;

	constructor(cercle: Connection, world: World) {
		this.#cercle = cercle;
		this.#world = world;
	}

	async select({ table, columns, select, ...rule }: Rule): Promise<void> {
		const key = rule.key(this.#world);
		await this.#held(table, key);
		const answers = await Promise.all(
			personas.map((persona) => this.#world.client(persona).from(table).select(columns).match(key))
		);
		assert.deepEqual(
			byPersona((_, turn) => said(answers[turn]!)),
			byPersona((persona) =>
				persona === 'anonymous' ? '42501' : select.includes(persona) ? 'rows' : 'nothing'
			)
		);
	}

	async update(rule: Rule): Promise<void> {
		for (const persona of personas) await this.#tryUpdate(rule, persona);
		const { table, update } = rule;
		const sql = this.#cercle.owner;
		if (update === 'no grant') return;
		for (const persona of named) await this.#tryUpdateBlindly(rule, update, persona);
		for (const values of update.away?.(this.#world) ?? []) {
			for (const persona of update.by) {
				// Of all that they may change, and of this row alone: each may be refused for another reason.
				const key = sql.json(text(rule.key(this.#world)));
				for (const these of [sql`true`, sql`to_jsonb(${sql(table)}) @> ${key}`]) {
					const said = await this.#stripped(table, persona, async (own) => {
						await own`update ${sql(table)} set ${sql(values)} where ${these}`;
					});
					assert.deepEqual([persona, values, said], [persona, values, '42501']);
				}
			}
		}
	}

	async insert(rule: Rule): Promise<void> {
		for (const persona of personas) await this.#tryInsert(rule, persona);
		const { table, insert } = rule;
		if (insert === 'no grant') return;
		for (const values of insert.away?.(this.#world) ?? []) {
			for (const persona of insert.by) {
				const row = { ...insert.row(this.#world, persona), ...values };
				const said = await this.#stripped(table, persona, async (sql) => {
					await sql`insert into ${sql(table)} ${sql(row)}`;
				});
				assert.deepEqual([persona, values, said], [persona, values, '42501']);
			}
		}
	}

	async remove({ table, ...rule }: Rule): Promise<void> {
		const key = rule.key(this.#world);
		const held = await this.#held(table, key);
		for (const persona of personas) {
			const answer = await this.#world.client(persona).from(table).delete().match(key);
			assert.deepEqual([persona, code(answer)], [persona, '42501']);
		}
		assert.deepEqual(await this.#rows(table, key), held);
	}

	async call(call: Call): Promise<void> {
		const found: Record<string, string> = {};
		for (const persona of personas) {
			const answer = await this.#world.client(persona).rpc(call.name, await this.#argsOf(call));
			found[persona] = code(answer) ?? 'ok';
		}
		assert.deepEqual(
			found,
			byPersona((persona) => {
				if (call.ok.includes(persona)) return 'ok';
				return persona === 'anonymous' ? '42501' : (call.but?.[persona] ?? call.otherwise);
			})
		);
	}

	async #tryUpdate({ table, update, columns = '*', ...rule }: Rule, persona: Persona) {
		const key = rule.key(this.#world);
		const held = await this.#held(table, key);
		const set = update === 'no grant' ? key : update.set;
		const client = this.#world.client(persona);
		const answer = await client.from(table).update(set).match(key).select(columns);
		const refused = update === 'no grant' || persona === 'anonymous';
		const allowed = !refused && update.by.includes(persona);
		const now = await this.#rows(table, key);
		const changed = JSON.stringify(now) !== JSON.stringify(held);
		// Back to all that it was, what triggers wrote included, so that the next persona changes it too.
		if (changed) for (const row of held) await this.#restore(table, row);
		assert.deepEqual(
			[persona, said(answer), changed],
			[persona, allowed ? 'rows' : refused ? '42501' : 'nothing', allowed]
		);
		if (allowed) assert.deepEqual({ ...now[0], ...set }, now[0]);
	}

	async #tryInsert({ table, insert, ...rule }: Rule, persona: Persona) {
		const client = this.#world.client(persona);
		if (insert === 'no grant') {
			// The row itself again: without the right, not even a double is refused as one.
			const [row] = await this.#rows(table, rule.key(this.#world));
			const answer = await client.from(table).insert(row ?? {});
			return assert.deepEqual([persona, code(answer)], [persona, '42501']);
		}
		const row = insert.row(this.#world, persona);
		const key = Object.fromEntries(insert.found.map((name) => [name, row[name]]));
		const held = await this.#rows(table, key);
		const answer = await client.from(table).insert(row);
		const stopped = insert.stopped?.[persona];
		const allowed = insert.by.includes(persona) || stopped === 'allowed';
		const now = await this.#rows(table, key);
		if (now.length > held.length) {
			const { owner } = this.#cercle;
			await owner`delete from ${owner(table)} t where to_jsonb(t) @> ${owner.json(text(key))}`;
		}
		assert.deepEqual(
			[persona, code(answer), now.length - held.length],
			[persona, allowed ? null : (stopped ?? '42501'), allowed ? 1 : 0]
		);
	}

	/** An update that names no row needs no right to read any: only its own policy is in the way. */
	async #tryUpdateBlindly(
		{ table, ...rule }: Rule,
		update: Exclude<Rule['update'], 'no grant'>,
		persona: Persona
	) {
		const key = rule.key(this.#world);
		const held = await this.#held(table, key);
		let now = held;
		const said = await this.#stripped(table, persona, async (sql) => {
			await sql`update ${sql(table)} set ${sql(update.set)}`;
			await sql`reset role`;
			now = await this.#rows(table, key, sql);
		});
		const changed = JSON.stringify(now) !== JSON.stringify(held);
		assert.deepEqual([persona, said, changed], [persona, null, update.by.includes(persona)]);
	}

	/**
	 * Works as a persona of whom nothing but the policies keeps anything: triggers sleep, and all
	 * columns are granted. Whatever was done is undone; the result is the code of the refusal.
	 */
	async #stripped(
		table: string,
		persona: Persona,
		work: (sql: TransactionSql) => Promise<void>
	): Promise<string | null> {
		if (persona === 'anonymous') throw new Error('nobody is nobody’s persona here');
		const claims = claimsOf(this.#world.people[persona]);
		const undone = new Error('undone');
		try {
			await this.#cercle.owner.begin(async (sql) => {
				await sql`grant insert, update on ${sql(table)} to authenticated`;
				await sql`set local session_replication_role = replica`;
				await sql`select set_config('request.jwt.claims', ${claims}, true)`;
				await sql`set local role authenticated`;
				await work(sql);
				throw undone;
			});
		} catch (error) {
			if (error !== undone) return (error as { code?: string }).code ?? String(error);
		}
		return null;
	}

	/** The rows, which have to be there. */
	async #held(table: string, key: Record<string, unknown>) {
		const rows = await this.#rows(table, key);
		assert(rows.length > 0, `no such row in ${table}`);
		return rows;
	}

	/** The rows as they are, whoever may see them. */
	async #rows(
		table: string,
		key: Record<string, unknown>,
		sql: Sql | TransactionSql = this.#cercle.owner
	): Promise<Record<string, unknown>[]> {
		const found = await sql`
			select to_jsonb(t) as row from ${sql(table)} t
			where (to_jsonb(t) @> ${sql.json(text(key))}) order by t
		`;
		return found.map(({ row }) => row as Record<string, unknown>);
	}

	/** Makes of a row what it was, triggers asleep. */
	async #restore(table: string, row: Record<string, unknown>): Promise<void> {
		await this.#cercle.owner.begin(async (sql) => {
			await sql`set local session_replication_role = replica`;
			const names = sql(Object.keys(row));
			const { id } = row;
			await sql`
				update ${sql(table)} set (${names}) = (
					select ${names} from jsonb_populate_record(null::${sql(table)}, ${sql.json(row as never)})
				) where id = ${String(id)}
			`;
		});
	}

	/** The arguments with the version that is in force just now: only the role can be in the way. */
	async #argsOf({ name, args }: Call): Promise<Record<string, unknown>> {
		const { owner } = this.#cercle;
		const [row] =
			name === 'plan_session'
				? await owner`select version from sessions where id = ${this.#world.planned}`
				: await owner`select version from room_states where session_id = ${this.#world.live}`;
		return args(this.#world, row?.version as number);
	}
}

const text = (key: Record<string, unknown>) =>
	Object.fromEntries(Object.entries(key).map(([name, value]) => [name, `${value}`]));

function said({ data, error }: { data: unknown; error: { code: string } | null }): string {
	if (error) return error.code;
	return Array.isArray(data) && data.length > 0 ? 'rows' : 'nothing';
}

function byPersona(answer: (persona: Persona, turn: number) => string): Record<string, string> {
	return Object.fromEntries(personas.map((persona, turn) => [persona, answer(persona, turn)]));
}
