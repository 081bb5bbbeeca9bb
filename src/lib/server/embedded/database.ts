import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import type { Log } from '#lib/server/log.ts';
import { Refusal } from '#lib/server/refusal.ts';
import { describe, migrate } from './migrate.ts';

export interface PrepareOptions {
	ownerUrl: string;
	/** The repository's `supabase` folder. */
	folder: string;
	authenticatorPassword: string;
	/** Makes the schema `auth`, which belongs to the API. */
	makeAuthSchema: () => Promise<void>;
	log: Log;
}

/** Any number will do, as long as every Cercle on one database takes the same. */
const LOCK = 2_061_947_302;

/**
 * Brings a database to the state this version expects; run at each start, changes what is missing.
 * @throws Refusal.
 */
export async function prepareDatabase(options: PrepareOptions): Promise<void> {
	const { ownerUrl, folder, authenticatorPassword, makeAuthSchema, log } = options;
	const sql = postgres(ownerUrl, { max: 1, connect_timeout: 10, onnotice: () => undefined });
	try {
		// Two processes that start together would change the same roles and functions at once. Held
		// until the connection ends.
		await sql`select pg_advisory_lock(${LOCK})`;
		await runFile(sql, join(folder, 'embedded', 'roles.sql'));
		await sql.unsafe(`alter role authenticator password '${quoted(authenticatorPassword)}'`);
		await makeAuthSchema();
		await runFile(sql, join(folder, 'embedded', 'auth.sql'));
		const realtime = join(folder, 'embedded', 'realtime.sql');
		if (existsSync(realtime)) await runFile(sql, realtime);
		await migrate(sql, join(folder, 'migrations'), log);
	} finally {
		await sql.end({ timeout: 3 });
	}
}

const quoted = (text: string) => text.replaceAll("'", "''");

/** Runs a file of statements as one transaction. @throws Refusal. */
export async function runFile(sql: Sql, file: string): Promise<void> {
	const text = await readFile(file, 'utf8');
	try {
		await sql.begin((transaction) => transaction.unsafe(text));
	} catch (error) {
		throw new Refusal(`The database refused ${file}: ${describe(error)}.`);
	}
}

/** The same database for another login. */
export function addressFor(ownerUrl: string, user: string, password: string): string {
	const url = new URL(ownerUrl);
	url.username = user;
	url.password = password;
	return url.href;
}
