import { AsyncLocalStorage } from 'node:async_hooks';
import { PostgresConnection } from '@supabase/lite/postgres';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Pool } from './pool.ts';

/** The connection on which the work under way is done as a whole. */
const current = new AsyncLocalStorage<pg.PoolClient>();

/**
 * The way of `@supabase/lite` to the database, over our pool: its own client throws outside of any
 * promise when its connection dies while it writes. That client is made, since it cannot be avoided,
 * and never connects.
 */
export function openConnection(pool: Pool): PostgresConnection {
	const connection = new PostgresConnection({ url: 'postgres://nobody@127.0.0.1:1/none' });
	const { driver } = pool;
	const lent = {
		connect: async () => {
			const client = current.getStore();
			if (!client) return driver.connect();
			return { query: client.query.bind(client), release: () => undefined };
		},
		end: () => driver.end()
	};
	connection.kysely = new Kysely({ dialect: new PostgresDialect({ pool: lent }) });
	return connection;
}

/**
 * What lite does in several statements, as one: cut short between them, a renewal would leave the old
 * token spent and no new one. A failure, by an answer of 500 and more, is taken back.
 */
export function asWhole(pool: Pool, work: () => Promise<Response>): Promise<Response> {
	return pool.whole(
		(client) => current.run(client, work),
		({ status }) => status < 500
	);
}

const asText = (text: string) => text;
const { builtins } = pg.types;

/** Moments and days stay as Postgres wrote them, and counts are numbers: as lite reads them. */
export const liteTypes = {
	getTypeParser(type: number, format?: 'text' | 'binary') {
		const { DATE, TIME, TIMESTAMP, TIMESTAMPTZ, TIMETZ, INT8 } = builtins;
		if ([DATE, TIME, TIMESTAMP, TIMESTAMPTZ, TIMETZ].includes(type)) return asText;
		return type === INT8 ? Number : pg.types.getTypeParser(type, format);
	}
};
