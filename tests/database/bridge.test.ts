import { appendFile, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seedDemo } from '#lib/server/demo.ts';
import { copiesFolder } from '#lib/server/embedded/copy.ts';
import { difference, type Fact, line, readFacts } from '#lib/server/embedded/facts.ts';
import { EARLIER } from '#lib/server/embedded/history.ts';
import { type Database, openDatabase } from '#lib/server/embedded/open-database.ts';
import { openLog } from '#lib/server/log.ts';
import { Refusal } from '#lib/server/refusal.ts';
import { SCHEMAS, tablesOf } from '../../scripts/schemas.ts';
import { connectTo, on } from '../support/owner.ts';
import { readRows, readShape, type Shape, withoutDigests } from '../support/rows.ts';
import { makeDatabase } from '../support/written-database.ts';

// What the build of before the baseline left behind is imitated here: its tables, with the rows of the
// demo group and of every table that it leaves empty, where they were. `npm run bench:upgrade` takes
// the build itself.

const root = resolve(import.meta.dirname, '../..');
const supabase = join(root, 'supabase');
/** Of ours, before the baseline. */
const EARLIER_SCHEMAS = ['public', 'private'];

let dataFolder: string;
/** Keys and lock of a Cercle that works on databases of the cluster as on somebody else's. */
let guestFolder: string;
let cluster: Database;
/** Asks for databases, and stays away from those that are copied. */
let keeper: Sql;
let lines: string[];
const log = openLog((text) => void lines.push(text));
/** What the baseline makes. */
let facts: Fact[];
/** The former tables with their columns, and their rows. */
let shape: Shape;
let rows: Record<string, string[]>;
/** Made for one test. */
const databases: string[] = [];

const factsOf = (sql: Sql, schemas = SCHEMAS) =>
	sql.begin((transaction) => readFacts(transaction, schemas));

beforeAll(async () => {
	lines = [];
	dataFolder = await mkdtemp(join(tmpdir(), 'cercle-bridge-'));
	guestFolder = await mkdtemp(join(tmpdir(), 'cercle-guest-'));
	cluster = await openDatabase({ dataFolder, root, log });
	keeper = connectTo(addressOf('template1'));
	await on(cluster.ownerUrl, async (sql) => {
		facts = await factsOf(sql);
		await seedDemo(sql, join(supabase, 'seed.sql'));
		await sql.begin(async (transaction) => {
			await transaction`select set_config('search_path', ${SCHEMAS.join()}, true)`;
			await transaction.unsafe(await readFile(resolve('tests/support/more-rows.sql'), 'utf8'));
		});
		await goBack(sql, await readBaseline());
		shape = await readShape(sql, EARLIER_SCHEMAS);
		rows = withoutDigests(await readRows(sql, EARLIER_SCHEMAS, shape));
	});
});
afterAll(async () => {
	await keeper?.end();
	await cluster?.close();
	for (const folder of [dataFolder, guestFolder])
		await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
	for (const name of databases.splice(0)) await keeper.unsafe(`drop database ${name}`);
});

function addressOf(database: string): string {
	const url = new URL(cluster.ownerUrl);
	url.pathname = database;
	return url.href;
}

/** The baseline without what later migrations made of it. */
interface Baseline {
	/** Of each table. */
	columns: Map<string, string[]>;
	facts: Fact[];
}

async function readBaseline(): Promise<Baseline> {
	const [baseline = ''] = await readdir(join(supabase, 'migrations'));
	const url = await makeDatabase(cluster, 'bare', [baseline]);
	const read = await on(url, async (sql) => {
		const tables = await tablesOf(sql, SCHEMAS);
		return {
			columns: new Map(tables.map(({ name, columns }) => [name, columns])),
			facts: await factsOf(sql)
		};
	});
	await keeper`drop database bare`;
	return read;
}

/** How what a later migration added is taken away again, by the kind of its fact and its name. */
const additions: Record<string, (name: string, table: string, own: string) => string> = {
	'function body': (name) => `drop function if exists ${name} cascade`,
	trigger: (_, table, own) => `drop trigger if exists ${own} on ${table}`,
	'policy command': (_, table, own) => `drop policy if exists ${own} on ${table}`,
	constraint: (_, table, own) => `alter table ${table} drop constraint if exists ${own}`,
	index: (name) => `drop index if exists ${name}`,
	view: (name) => `drop view if exists ${name}`
};

async function dropLater(sql: Sql, baseline: Fact[]): Promise<void> {
	const known = new Set(baseline.map(({ kind, name }) => `${kind} ${name}`));
	for (const { kind, name } of facts) {
		const drop = additions[kind];
		if (!drop || known.has(`${kind} ${name}`)) continue;
		await sql.unsafe(drop(name, ...halves(name)));
	}
}

/** A table and what is named within it. */
const halves = (name: string): [string, string] => {
	const space = name.indexOf(' ');
	return [name.slice(0, space), name.slice(space + 1)];
};

/** Puts tables, functions, triggers and history where the former build had them, and nothing else. */
async function goBack(sql: Sql, baseline: Baseline): Promise<void> {
	await dropLater(sql, baseline.facts);
	const bridge = await readFile(join(supabase, 'embedded', 'bridge.sql'), 'utf8');
	const listed = (what: string, end: RegExp) => {
		const [, names = ''] =
			new RegExp(`${what} constant text\\[\\] := '{([^}]*)}'`).exec(bridge) ?? [];
		return names.split(end).map((name) => name.trim().replaceAll('"', ''));
	};
	const [functions, tables] = [listed('functions', /,/), listed('tables', /,/)];
	// Of functions, those that the baseline has not, with their arguments.
	const gone = listed('gone', /(?<="),/).map((name) => name.replace('function ', ''));
	const counts = [functions.length, tables.length, gone.length];
	expect(counts, 'as many as that build had').toEqual([39, 33, 10]);
	for (const { written, name, columns } of await tablesOf(sql, SCHEMAS)) {
		const isKnown = tables.includes(name);
		if (!isKnown) await sql.unsafe(`drop table ${written} cascade`);
		const later = columns.filter(
			(column) => isKnown && !baseline.columns.get(name)?.includes(column)
		);
		for (const column of later) {
			await sql`alter table ${sql.unsafe(written)} drop column ${sql(column)} cascade`;
		}
	}
	await sql.unsafe(`
		do $$
		declare
			one record;
		begin
			-- The former ones did themselves what these hand on to those of private.
			for one in select oid::regprocedure as name from pg_proc
				where pronamespace = 'public'::regnamespace and proname <> all ('{${functions.join()}}')
					or pronamespace = 'private'::regnamespace and proname = any ('{${functions.join()}}')
			loop
				execute format('drop function %s', one.name);
			end loop;
			for one in select oid::regclass as name from pg_class
				where relnamespace = 'cercle'::regnamespace and relkind = 'r'
			loop
				execute format('alter table %s set schema public', one.name);
			end loop;
			for one in select t.tgname as name, t.tgrelid::regclass as place from pg_trigger t
				join pg_class c on c.oid = t.tgrelid
				where c.relnamespace = 'auth'::regnamespace and not t.tgisinternal
			loop
				execute format('drop trigger %I on %s', one.name, one.place);
			end loop;
			execute format('grant temporary on database %I to public', current_database());
		end $$;
		drop schema cercle;
	`);
	for (const name of gone) {
		const schema = functions.includes(name.slice(0, name.indexOf('('))) ? 'public' : 'private';
		const returned =
			name === 'end_session()'
				? `trigger language plpgsql as 'begin return old; end'`
				: `void language sql as ''`;
		await sql.unsafe(`create function ${schema}.${name} returns ${returned}`);
	}
	await sql.unsafe(`
		create trigger create_profile after insert on auth.users
			for each row execute function private.end_session();
		create trigger erase_account before delete on auth.users
			for each row execute function private.end_session();
		create trigger end_session after delete on auth.sessions
			for each row execute function private.end_session();
	`);
	await keepHistory(sql, EARLIER);
}

async function keepHistory(sql: Sql, versions: readonly string[]): Promise<void> {
	await sql`delete from supabase_migrations.schema_migrations`;
	await sql`
		insert into supabase_migrations.schema_migrations (version)
		select unnest(${[...versions]}::text[])
	`;
}

const historyOf = async (sql: Sql) => {
	const found = await sql`select version from supabase_migrations.schema_migrations order by 1`;
	return found.map(({ version }) => String(version));
};

/** A database as the former build left it, changed by these statements. Answers its address. */
async function earlier(statements = ''): Promise<string> {
	const name = `earlier_${databases.length}`;
	databases.push(name);
	await keeper.unsafe(`create database ${name} template postgres`);
	await on(addressOf(name), (sql) => sql.unsafe(statements));
	return addressOf(name);
}

/** Starts this version on a database of somebody else's, and stops it. */
async function start(databaseUrl: string, bridge = true): Promise<void> {
	const database = await openDatabase({ dataFolder: guestFolder, root, log, databaseUrl, bridge });
	await database.close();
}

/** All that may not change where the bridge was not gone. */
const stateOf = (url: string) =>
	on(url, async (sql) => {
		const found = await readShape(sql, EARLIER_SCHEMAS);
		return {
			facts: await factsOf(sql, EARLIER_SCHEMAS),
			rows: await readRows(sql, EARLIER_SCHEMAS, found),
			history: await historyOf(sql)
		};
	});

/** Starts it, and answers its words when it refused and left all as it was. */
async function refused(url: string, bridge = true): Promise<string> {
	const before = await stateOf(url);
	const error: unknown = await start(url, bridge).catch((error: unknown) => error);
	expect(error).toBeInstanceOf(Refusal);
	expect(await stateOf(url)).toEqual(before);
	return error instanceof Refusal ? error.message : '';
}

async function expectCrossed(url: string): Promise<void> {
	await on(url, async (sql) => {
		expect(await readRows(sql, SCHEMAS, shape)).toEqual(rows);
		expect(difference(facts, await factsOf(sql)).map(line)).toEqual([]);
		const migrations = await readdir(join(supabase, 'migrations'));
		expect(await historyOf(sql)).toEqual(migrations.map((name) => name.slice(0, 14)));
		expect(await sql`select from pg_namespace where nspname = 'earlier'`).toHaveLength(0);
	});
}

test('every table of before has a row, so that each is seen to come over', () => {
	expect(Object.keys(rows).filter((table) => rows[table]?.length === 0)).toEqual([]);
});

describe('a database of somebody else', () => {
	test('is brought over when asked for: the rows of before in what the baseline makes', async () => {
		const url = await earlier();
		await start(url);
		await expectCrossed(url);
		await start(url, false);
		await expectCrossed(url);
	});

	test('is left as it is while nobody asked, in words that say back up first, and how', async () => {
		const words = await refused(await earlier(), false);
		expect(words).toMatch(/back it up .*\n.*npm run serve -- --bridge/);
	});
});

test('a history that no way leads on from is refused before anything is done', async () => {
	const url = await earlier();
	await on(url, (sql) => keepHistory(sql, [...EARLIER, '20261130001000']));
	expect(await refused(url)).toContain('Nothing was changed');
});

test('a database whose baseline had another text is refused, and never for what the CLI kept', async () => {
	const url = await earlier();
	await start(url);
	const keep = (statements: string) =>
		on(url, (sql) =>
			sql.unsafe(`update supabase_migrations.schema_migrations set statements = ${statements}`)
		);
	await keep(`array['-- Of before.' || chr(10) || statements[1]]`);
	expect(await refused(url)).toContain('Nothing was changed');
	await keep(`array['create schema cercle', 'create schema private']`);
	await start(url);
	await keep('null');
	await start(url);
});

describe('what somebody else made', () => {
	/** What is made, and the names of what would be lost of it. */
	const made: [string, ...string[]][] = [
		['create table public.kept (word text)', 'table kept', 'table column kept.word'],
		['alter table public.actions add mood text', 'table column actions.mood'],
		['alter table public.goals alter title set default 1', 'default value for goals.title'],
		['create index by_title on public.actions (title)', 'index by_title'],
		['alter table public.goals add constraint calm check (true)', 'table constraint calm on goals'],
		['create policy calm on public.goals for select using (true)', 'policy calm on goals'],
		['create rule calm as on delete to public.goals do nothing', 'rule calm on goals'],
		['create statistics calm on title, line from public.goals', 'statistics object calm'],
		['create sequence private.counted', 'sequence counted'],
		["create type private.mood as enum ('calm')", 'type mood'],
		[
			"create function private.calm() returns trigger language plpgsql as 'begin return null; end'",
			'function calm()'
		],
		[
			`create trigger calm after delete on public.goals
				for each statement execute function private.calm()`,
			'trigger calm on goals'
		],
		[
			`create trigger calm after delete on auth.users
				for each statement execute function private.calm()`,
			'trigger calm on auth.users'
		],
		['create view public.one as select 1 as one', 'view one'],
		['create view mine.titles as select title from public.goals', 'view mine.titles'],
		[
			'create table mine.noted (id uuid references public.groups (id), of public.goals)',
			'table constraint noted_id_fkey on mine.noted',
			'table column mine.noted.of'
		],
		[
			'create publication mine for table public.goals',
			'publication relation goals in publication mine'
		],
		// Named as what the baseline adds: nothing is copied to that.
		[
			'create table public.noted_changes (id int)',
			'table noted_changes',
			'table column noted_changes.id'
		],
		[
			'create publication whole for tables in schema public, private',
			'publication whole of tables in schema public',
			'publication whole of tables in schema private'
		],
		// Named as one of Cercle's, with arguments of its own.
		[
			"create function public.pull(int) returns int language sql as 'select 1'",
			'function pull(integer)'
		]
	];

	test('and would be lost stops the bridge, all of it by its name', async () => {
		const statements = ['create schema mine', ...made.map(([statement]) => statement)];
		const words = await refused(await earlier(statements.join(';')));
		const [, names = ''] = /would be lost \((.*)\)\.$/m.exec(words) ?? [];
		expect(names.split(', ').sort()).toEqual(made.flatMap(([, ...lost]) => lost).sort());
	});

	test('in public, but for tables and views, stays', async () => {
		const url = await earlier(`
			create function public.mine() returns int language sql as $$select 1$$;
			create type public.mood as enum ('calm');
			create sequence public.counted;
		`);
		await start(url);
		const kept = `select public.mine(), 'calm'::public.mood, nextval('public.counted')::int as next`;
		expect([...(await on(url, (sql) => sql.unsafe(kept)))]).toEqual([
			{ mine: 1, mood: 'calm', next: 1 }
		]);
	});
});

describe('a database that is not as the former build left it stops the bridge:', () => {
	test('a table that is missing', async () => {
		expect(await refused(await earlier('drop table private.room_thumbs'))).toContain(
			'"earlier.room_thumbs"'
		);
	});

	test('a row that the baseline refuses, by its table and rule and never by its words', async () => {
		const url = await earlier(`
			set session_replication_role = replica;
			alter table public.groups drop constraint groups_name_check;
			update public.groups set name = repeat('canary ', 100);
		`);
		const words = await refused(url);
		expect(words).toContain('23514 in groups (groups_name_check)');
		expect(words + lines.join('')).not.toContain('canary');
	});
});

test('a bridge that ends at its last statement leaves all as it was', async () => {
	const url = await earlier(`
		create function pg_catalog.end_here() returns event_trigger language plpgsql
			as $$ begin raise division_by_zero; end $$;
		create event trigger end_here on ddl_command_start when tag in ('DROP SCHEMA')
			execute function pg_catalog.end_here();
	`);
	expect(await refused(url)).toContain('22012');
	await on(url, (sql) => sql`drop event trigger end_here`);
	await start(url);
	await expectCrossed(url);
});

test('the embedded database is copied as it was, and brought over', async () => {
	await keeper.end();
	await cluster.close();
	lines = [];
	cluster = await openDatabase({ dataFolder, root, log });
	await expectCrossed(cluster.ownerUrl);
	const events = lines.map((text) => String(JSON.parse(text).event));
	expect(events).toEqual(expect.arrayContaining(['data_copied', 'bridged']));
	const copies = await readdir(copiesFolder(dataFolder));
	expect(copies).toEqual([expect.stringMatching(/^\d{8}T\d{6}Z-20261129002000$/)]);
});

test('the embedded database is opened by its own baseline alone, and left as it was by another', async () => {
	const otherRoot = join(guestFolder, 'other');
	await cp(supabase, join(otherRoot, 'supabase'), { recursive: true });
	const [baseline = ''] = await readdir(join(supabase, 'migrations'));
	await appendFile(join(otherRoot, 'supabase', 'migrations', baseline), '-- Rewritten.\n');
	const reopen = async (place: string) => {
		await cluster.close();
		cluster = await openDatabase({ dataFolder, root: place, log });
	};
	await expect(reopen(otherRoot)).rejects.toThrow(/another text of\n20261130000000/);
	await reopen(root);
	await expectCrossed(cluster.ownerUrl);
	await on(cluster.ownerUrl, (sql) =>
		sql.unsafe('update supabase_migrations.schema_migrations set statements = null')
	);
	await expect(reopen(root)).rejects.toThrow(Refusal);
});
