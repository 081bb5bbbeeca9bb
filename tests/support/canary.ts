import type { Sql, TransactionSql } from 'postgres';
import { SCHEMAS, tablesOf } from '../../scripts/schemas.ts';

type Asking = Sql | TransactionSql;

/**
 * The tables of ours and of accounts in which a word stands: in any column, in the words the database
 * itself would print.
 */
export async function tablesWith(
	sql: Asking,
	word: string,
	ours: readonly string[] = SCHEMAS
): Promise<string[]> {
	const found: string[] = [];
	const tables = [...(await tablesOf(sql, ours)), ...(await tablesOf(sql, ['auth']))];
	for (const { written: name } of tables) {
		const rows = await sql.unsafe(
			`select 1 from ${name} t where strpos(lower(t::text), lower($1)) > 0 limit 1`,
			[word]
		);
		if (rows.length > 0) found.push(name);
	}
	return found.sort();
}

/** Every word of this pattern that stands in any column of any table. */
export async function wordsLike(sql: Asking, pattern: string): Promise<string[]> {
	const found = new Set<string>();
	for (const { written: name } of await tablesOf(sql, SCHEMAS)) {
		const rows = await sql.unsafe(
			`select distinct (regexp_matches(t::text, $1, 'g'))[1] as word from ${name} t`,
			[`(${pattern})`]
		);
		for (const { word } of rows) found.add(String(word));
	}
	return [...found].sort();
}
