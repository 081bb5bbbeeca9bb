import { PostgresConnection } from '@supabase/lite/postgres';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Pool } from './pool.ts';

/**
 * The way of `@supabase/lite` to the database, over our pool: its own client throws outside of any
 * promise when its connection dies while it writes. That client is made, since it cannot be avoided,
 * and never connects.
 */
export function openConnection(pool: Pool): PostgresConnection {
	const connection = new PostgresConnection({ url: 'postgres://nobody@127.0.0.1:1/none' });
	connection.kysely = new Kysely({ dialect: new PostgresDialect({ pool: pool.driver }) });
	return connection;
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
