import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import type { Claims } from './token.ts';
import { Turns } from './turns.ts';

/** What a policy on `realtime.messages` may allow separately. */
export type Extension = 'broadcast' | 'presence';

/** What a client may receive on a topic. */
export type Readable = Record<Extension, boolean>;

/** Ends a probing transaction: nothing of it stays. */
class Undo extends Error {}

const DENIED = '42501';

/**
 * Questions asked at once, fewer than the gateway has connections: when all clients come back
 * together, messages of rooms that are complete again do not queue behind thousands of questions.
 */
const AT_ONCE = 4;

/** Asks the row level security of `realtime.messages` who may read and write a topic. */
export class Authorizer {
	readonly #sql: postgres.Sql;
	readonly #turns = new Turns(AT_ONCE);

	/** `sql` connects as the table's owner, who may take the roles of members. */
	constructor(sql: postgres.Sql) {
		this.#sql = sql;
	}

	/**
	 * Shows the claims one row of each extension, and looks which they see. Null, without asking, when
	 * nobody wants to know any more by the time it is this question's turn.
	 */
	read(
		topic: string,
		claims: Claims,
		isWanted: () => boolean = () => true
	): Promise<Readable | null> {
		return this.#turns.take(async () => (isWanted() ? this.#ask(topic, claims) : null));
	}

	async #ask(topic: string, claims: Claims): Promise<Readable> {
		const broadcast = randomUUID();
		const presence = randomUUID();
		let seen = new Set<unknown>();
		await this.#undone(async (sql) => {
			// Sent in one go; the connection keeps their order.
			const [, , rows] = await Promise.all([
				sql`insert into realtime.messages (id, topic, extension, private) values
					(${broadcast}, ${topic}, 'broadcast', true), (${presence}, ${topic}, 'presence', true)`,
				become(sql, topic, claims),
				sql`select id from realtime.messages where id in (${broadcast}, ${presence})`
			]);
			seen = new Set(rows.map((row) => row['id']));
		});
		return { broadcast: seen.has(broadcast), presence: seen.has(presence) };
	}

	/** Tries to write a row in the name of the claims. */
	async write(topic: string, claims: Claims, extension: Extension): Promise<boolean> {
		try {
			await this.#turns.take(() =>
				this.#undone((sql) =>
					Promise.all([
						become(sql, topic, claims),
						sql`insert into realtime.messages (topic, extension, private)
							values (${topic}, ${extension}, true)`
					])
				)
			);
			return true;
		} catch (error) {
			if (error instanceof postgres.PostgresError && error.code === DENIED) return false;
			throw error;
		}
	}

	async #undone(probe: (sql: postgres.TransactionSql) => Promise<unknown>): Promise<void> {
		try {
			await this.#sql.begin(async (sql) => {
				await probe(sql);
				throw new Undo();
			});
		} catch (error) {
			if (!(error instanceof Undo)) throw error;
		}
	}
}

function become(sql: postgres.TransactionSql, topic: string, claims: Claims) {
	return sql`select
		set_config('role', ${claims.role}, true),
		set_config('realtime.topic', ${topic}, true),
		set_config('request.jwt.claims', ${claims.json}, true),
		set_config('request.jwt.claim.role', ${claims.role}, true),
		set_config('request.jwt.claim.sub', ${claims.sub ?? ''}, true)`;
}
