import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres, { type Sql, type TransactionSql } from 'postgres';
import { codeOf, type Log } from '#lib/server/log.ts';
import { Refusal } from '#lib/server/refusal.ts';
import { readHistory, stepFrom } from './history.ts';

interface Migration {
	version: string;
	name: string;
	file: string;
}

/** Any number will do, as long as every Cercle on one database takes the same. */
const LOCK = 2_061_947_301;
/** SQLSTATE of a plain `raise`. */
const RAISED = 'P0001';

/**
 * Applies the migrations that the database has not seen, in order, each in its own transaction, and
 * records them where `supabase db push` looks; a database of before the baseline is brought there
 * first. `sql` must be the owner's and hold one connection: the lock belongs to it. @throws Refusal for
 * a history that no way leads on from.
 */
export async function migrate(sql: Sql, folder: string, log: Log): Promise<void> {
	const migrations = await listMigrations(folder);
	const known = migrations.map(({ version }) => version);
	await sql`select pg_advisory_lock(${LOCK})`;
	try {
		if (stepFrom(await versionsOf(sql), known) === 'bridge') await cross(sql, folder, log);
		await sql.unsafe(`
			create schema if not exists supabase_migrations;
			create table if not exists supabase_migrations.schema_migrations (version text primary key);
			alter table supabase_migrations.schema_migrations
				add column if not exists statements text[], add column if not exists name text;
		`);
		const history = await versionsOf(sql);
		for (const migration of migrations) {
			if (!history.includes(migration.version)) await apply(sql, folder, migration, log);
		}
	} finally {
		await sql`select pg_advisory_unlock(${LOCK})`;
	}
}

async function versionsOf(sql: Sql): Promise<string[]> {
	return (await readHistory(sql)).map(({ version }) => version);
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
	const { version, file } = migration;
	const text = await readFile(join(folder, file), 'utf8');
	try {
		await sql.begin(async (transaction) => {
			await transaction.unsafe(text);
			await record(transaction, migration, text);
		});
	} catch (error) {
		throw new Refusal(`The migration ${file} failed: ${describe(error)}.`);
	}
	log('migrated', { version });
}

/** Brings a database of before the baseline there as a whole, or leaves it as it is. */
async function cross(sql: Sql, folder: string, log: Log): Promise<void> {
	const [baseline] = await listMigrations(folder);
	if (!baseline) throw new Refusal('There is no baseline to bring the database to.');
	const text = await readFile(join(folder, baseline.file), 'utf8');
	const bridge = await readFile(join(folder, '..', 'embedded', 'bridge.sql'), 'utf8');
	try {
		await sql.begin(async (transaction) => {
			// psql's word for a file that is run in this place.
			await transaction.unsafe(bridge.replace(/^\\ir .*$/m, () => text));
			await transaction`delete from supabase_migrations.schema_migrations`;
			await record(transaction, baseline, text);
		});
	} catch (error) {
		throw new Refusal(
			`The database could not be brought to this version: ${describeBridge(error)}.\n` +
				'Nothing of it was changed. The version that made it still opens it.'
		);
	}
	log('bridged', { version: baseline.version });
}

async function record(
	sql: TransactionSql,
	{ version, name }: Migration,
	text: string
): Promise<void> {
	await sql`
		insert into supabase_migrations.schema_migrations (version, statements, name)
		values (${version}, ${[text]}, ${name})
	`;
}

/**
 * What stopped the bridge: its own words, or the database's code with the table and the rule that
 * refused a row. None of them quotes a row.
 */
function describeBridge(error: unknown): string {
	if (!(error instanceof postgres.PostgresError)) return describe(error);
	if (error.code === RAISED) return error.message;
	const { table_name: table, constraint_name: rule } = error;
	return [describe(error), table && `in ${table}`, rule && `(${rule})`].filter(Boolean).join(' ');
}

/** Words of the database only where they speak of the statement: others may quote a row. */
export function describe(error: unknown): string {
	const code = codeOf(error);
	return code.startsWith('42') && error instanceof Error ? `${code} ${error.message}` : code;
}
