import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { databaseFolder, openKeys } from '#lib/server/embedded/keys.ts';
import { migrate } from '#lib/server/embedded/migrate.ts';
import { openPostgres, type Postgres } from '#lib/server/embedded/postgres.ts';

const PATIENCE = 60_000;
const log = () => undefined;

let root: string;
let folder: string;
let database: Postgres;
let sql: Sql;

beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'cercle-migrate-'));
	const { postgresPassword: password } = await openKeys(root);
	database = await openPostgres({ folder: databaseFolder(root), password, log });
	sql = postgres(database.ownerUrl, { max: 1, onnotice: () => undefined });
}, PATIENCE);
afterAll(async () => {
	await sql.end();
	await database.close();
	rmSync(root, { recursive: true, force: true });
}, PATIENCE);
beforeEach(async () => {
	await sql.unsafe('drop schema if exists supabase_migrations cascade; drop table if exists a, b');
	folder = join(root, 'migrations');
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder);
	write('20260101000000_first.sql', 'create table a (id int); insert into a values (1);');
	write('20260102000000_second.sql', 'create table b (id int);');
});

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const applied = () => sql`
	select version, name, statements from supabase_migrations.schema_migrations order by version
`;

test('migrations are applied once, in order, and recorded as the Supabase CLI does', async () => {
	await migrate(sql, folder, log);
	await migrate(sql, folder, log);
	expect(await sql`select id from a`).toHaveLength(1);
	expect([...(await applied())]).toEqual([
		{ version: '20260101000000', name: 'first', statements: [expect.stringContaining('create')] },
		{ version: '20260102000000', name: 'second', statements: [expect.any(String)] }
	]);
});

test('what the Supabase CLI applied is not applied again', async () => {
	await sql.unsafe(`
		create schema supabase_migrations;
		create table supabase_migrations.schema_migrations
			(version text primary key, statements text[], name text);
		insert into supabase_migrations.schema_migrations values ('20260101000000', '{}', 'first');
	`);
	await migrate(sql, folder, log);
	expect(await applied()).toHaveLength(2);
	await expect(sql`select from a`.execute()).rejects.toThrow(/does not exist/);
});

test('a migration that fails leaves nothing of itself, and tells no row', async () => {
	write('20260103000000_third.sql', "insert into b values (1); insert into b values ('canary');");
	await expect(migrate(sql, folder, log)).rejects.toThrow(
		'20260103000000_third.sql failed: 22P02.'
	);
	expect(await sql`select from b`).toHaveLength(0);
	expect(await applied()).toHaveLength(2);
});

test('a database that is ahead of the folder is refused', async () => {
	await migrate(sql, folder, log);
	unlinkSync(join(folder, '20260102000000_second.sql'));
	await expect(migrate(sql, folder, log)).rejects.toThrow(/newer version/);
});

test('two processes that start together apply each migration once', async () => {
	const other = postgres(database.ownerUrl, { max: 1, onnotice: () => undefined });
	await Promise.all([migrate(sql, folder, log), migrate(other, folder, log)]);
	await other.end();
	expect(await sql`select id from a`).toHaveLength(1);
});
