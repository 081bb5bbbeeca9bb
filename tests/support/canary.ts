import type { Sql, TransactionSql } from 'postgres';

type Asking = Sql | TransactionSql;

/** Every table of these schemas, by the catalogue. */
async function tablesOf(sql: Asking, schemas: readonly string[]): Promise<string[]> {
	const tables = await sql`
		select format('%I.%I', relnamespace::regnamespace, relname) as name from pg_class
		where relnamespace::regnamespace::text = any (${[...schemas]}) and relkind = 'r'
		order by 1
	`;
	return tables.map(({ name }) => String(name));
}

/** The tables in which a word stands: in any column, in the words the database itself would print. */
export async function tablesWith(
	sql: Asking,
	word: string,
	schemas: readonly string[] = ['public', 'private', 'auth']
): Promise<string[]> {
	const found: string[] = [];
	for (const name of await tablesOf(sql, schemas)) {
		const rows = await sql.unsafe(
			`select 1 from ${name} t where strpos(lower(t::text), lower($1)) > 0 limit 1`,
			[word]
		);
		if (rows.length > 0) found.push(name);
	}
	return found;
}

/** Every word of this pattern that stands in any column of any table. */
export async function wordsLike(sql: Asking, pattern: string): Promise<string[]> {
	const found = new Set<string>();
	for (const name of await tablesOf(sql, ['public', 'private'])) {
		const rows = await sql.unsafe(
			`select distinct (regexp_matches(t::text, $1, 'g'))[1] as word from ${name} t`,
			[`(${pattern})`]
		);
		for (const { word } of rows) found.add(String(word));
	}
	return [...found].sort();
}
