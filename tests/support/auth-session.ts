import { randomUUID } from 'node:crypto';
import type { Sql, TransactionSql } from 'postgres';

/** What a sign-in leaves behind: a session of this person, whose id a token names. */
export async function openAuthSession(sql: Sql | TransactionSql, person: string): Promise<string> {
	const id = randomUUID();
	await sql`insert into auth.sessions (id, user_id) values (${id}, ${person})`;
	return id;
}
