import type { Sql, TransactionSql } from 'postgres';
import { noTable, SCHEMAS } from '#lib/server/embedded/facts.ts';

// Whatever asks for tables or functions of ours names them from here.
export { inSql, noTable, SCHEMAS } from '#lib/server/embedded/facts.ts';

/** Those whose tables members are granted rows of. */
export const SHARED = SCHEMAS.filter((name) => name !== 'private');

/** That of the functions which a client may call. */
export const EXPOSED = 'public';

/** Where the owner's connections of tests look for a name that comes without its schema. */
export const SEARCH_PATH = SHARED.join();

export interface Table {
	schema: string;
	name: string;
	/** As it is written in SQL under our search path. */
	written: string;
	/** Whatever is in it, in its order. */
	columns: string[];
	/** Of these, what members may read of the rows they may read. */
	readable: string[];
}

/**
 * The tables of these schemas; with 'v' among the kinds, the views too. @throws where there is none: a test that asks something of each
 * table would pass without a word once the schemas have other names.
 */
export async function tablesOf(
	sql: Sql | TransactionSql,
	schemas: readonly string[] = SHARED,
	kinds: readonly string[] = ['r', 'p']
): Promise<Table[]> {
	const tables = await sql<Table[]>`
		select n.nspname as schema, c.relname as name, c.oid::regclass::text as written,
			array_agg(a.attname::text order by a.attnum) as columns,
			coalesce(
				array_agg(a.attname::text order by a.attnum) filter (
					where has_column_privilege('authenticated', c.oid, a.attnum, 'select')
				),
				'{}'
			) as readable
		from pg_class c
		join pg_namespace n on n.oid = c.relnamespace
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		where n.nspname = any (${[...schemas]}::text[]) and c.relkind = any (${[...kinds]}::text[])
		group by c.oid, 1, 2 order by 1, 2
	`;
	if (tables.length === 0) throw new Error(noTable(schemas));
	return [...tables];
}
