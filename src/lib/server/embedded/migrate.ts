import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { codeOf, type Log } from '#lib/server/log.ts';
import { Refusal } from '#lib/server/refusal.ts';

interface Migration {
	version: string;
	name: string;
	file: string;
}

/** Any number will do, as long as every Cercle on one database takes the same. */
const LOCK = 2_061_947_301;

/**
 * Applies the migrations that the database has not seen, in order, each in its own transaction, and
 * records them where `supabase db push` looks. `sql` must be the owner's and hold one connection:
 * the lock belongs to it. Refuses a database that is ahead of the folder.
 */
export async function migrate(sql: Sql, folder: string, log: Log): Promise<void> {
	const migrations = await listMigrations(folder);
	await sql`select pg_advisory_lock(${LOCK})`;
	try {
		await sql.unsafe(`
			create schema if not exists supabase_migrations;
			create table if not exists supabase_migrations.schema_migrations (version text primary key);
			alter table supabase_migrations.schema_migrations
				add column if not exists statements text[], add column if not exists name text;
		`);
		const rows = await sql<{ version: string }[]>`
			select version from supabase_migrations.schema_migrations
		`;
		const applied = new Set(rows.map((row) => row.version));
		const lost = [...applied].filter((version) => !migrations.some((m) => m.version === version));
		if (lost.length > 0) {
			throw new Refusal(
				`The database has migrations this Cercle does not know (${lost.join(', ')}):\n` +
					'it was used by a newer version. Install that one again, or restore a backup.'
			);
		}
		for (const migration of migrations) {
			if (!applied.has(migration.version)) await apply(sql, folder, migration, log);
		}
	} finally {
		await sql`select pg_advisory_unlock(${LOCK})`;
	}
}

/** The migrations of a folder, in order. */
export async function listMigrations(folder: string): Promise<Migration[]> {
	const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
	return files.map((file) => {
		const [, version, name] = /^(\d+)_(.+)\.sql$/.exec(file) ?? [];
		if (!version || !name) throw new Refusal(`${file} is not named <version>_<name>.sql`);
		return { version, name, file };
	});
}

async function apply(sql: Sql, folder: string, migration: Migration, log: Log): Promise<void> {
	const { version, name, file } = migration;
	const text = await readFile(join(folder, file), 'utf8');
	try {
		await sql.begin(async (transaction) => {
			await transaction.unsafe(text);
			await transaction`
				insert into supabase_migrations.schema_migrations (version, statements, name)
				values (${version}, ${[text]}, ${name})
			`;
		});
	} catch (error) {
		throw new Refusal(`The migration ${file} failed: ${describe(error)}.`);
	}
	log('migrated', { version });
}

/** Words of the database only where they speak of the statement: others may quote a row. */
export function describe(error: unknown): string {
	const code = codeOf(error);
	return code.startsWith('42') && error instanceof Error ? `${code} ${error.message}` : code;
}
