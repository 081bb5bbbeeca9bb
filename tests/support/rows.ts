import type { Sql } from 'postgres';
import { noTable } from '../../scripts/schemas.ts';

/** The columns of each table, by its name without the schema. */
export type Shape = Record<string, string[]>;

/**
 * The columns of the tables of these schemas that hold rows of ours. Throws where there is no table.
 */
export async function readShape(sql: Sql, schemas: readonly string[]): Promise<Shape> {
	const tables = await sql<{ name: string; columns: string[] }[]>`
		select c.relname as name, array_agg(quote_ident(a.attname) order by a.attnum) as columns
		from pg_class c join pg_attribute a on a.attrelid = c.oid
		where c.relnamespace = any (${[...schemas]}::text[]::regnamespace[])
			and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
		group by c.relname order by 1
	`;
	if (tables.length === 0) throw new Error(noTable(schemas));
	return Object.fromEntries(tables.map(({ name, columns }) => [name, columns]));
}

/** Every row of these tables as a text of its columns, sorted: numbers of any size stay what they are. */
export async function readRows(
	sql: Sql,
	schemas: readonly string[],
	shape: Shape
): Promise<Record<string, string[]>> {
	const rows: Record<string, string[]> = {};
	await sql.begin(async (transaction) => {
		await transaction`select set_config('search_path', ${schemas.join()}, true)`;
		for (const [table, columns] of Object.entries(shape)) {
			const found = await transaction.unsafe<{ text: string }[]>(
				`select row_to_json(r)::text as text from (select ${columns.join()} from ${table}) r order by 1`
			);
			rows[table] = found.map(({ text }) => text);
		}
	});
	return rows;
}

/** Rows of before as a later version has them: digests of operations had no key, and were dropped. */
export function withoutDigests(rows: Record<string, string[]>): Record<string, string[]> {
	const { operations = [] } = rows;
	const without = operations.map((row) => row.replace(/"digest":"[^"]*"/, '"digest":null'));
	return { ...rows, operations: without };
}
