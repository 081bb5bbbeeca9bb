import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { difference, type Fact, line, readFacts } from '#lib/server/embedded/facts.ts';
import { type Database, openDatabase } from '#lib/server/embedded/open-database.ts';
import { readWalls, wallsFile, writeWalls } from '#lib/server/embedded/walls.ts';
import { SCHEMAS } from '../../scripts/schemas.ts';
import { connectTo } from '../support/owner.ts';
import { prepare, writeDatabase } from '../support/written-database.ts';

const root = resolve(import.meta.dirname, '../..');
const log = () => undefined;

let dataFolder: string;
let cluster: Database;
/** From the migrations. */
let migrated: Sql;
/** From the schema files. */
let written: Sql;
let facts: Fact[];

beforeAll(async () => {
	dataFolder = await mkdtemp(join(tmpdir(), 'cercle-schemas-'));
	cluster = await openDatabase({ dataFolder, root, log, walls: null });
	migrated = connectTo(cluster.ownerUrl);
	written = connectTo(await writeDatabase(cluster, 'written'));
	facts = await read(written);
});
afterAll(async () => {
	await Promise.all([migrated?.end(), written?.end()]);
	await cluster?.close();
	await rm(dataFolder, { recursive: true, force: true });
});

const read = (sql: Sql) => sql.begin((transaction) => readFacts(transaction));

/** The kinds of facts that `statements` change, which are then taken back. */
async function changed(statements: string): Promise<string[]> {
	const undone = new Error('undone');
	let kinds: string[] = [];
	const work = written.begin(async (transaction) => {
		await transaction.unsafe(statements);
		const after = await readFacts(transaction);
		kinds = difference(facts, after).map(({ kind }) => kind);
		throw undone;
	});
	await expect(work).rejects.toBe(undone);
	return [...new Set(kinds)].sort();
}

test('the schema files say what the migrations end up with', async () => {
	expect(difference(facts, await read(migrated)).map(line)).toEqual([]);
});

test('the next start changes nothing of that, nor of what the next migration will be granted', async () => {
	await prepare(cluster, cluster.ownerUrl);
	expect(difference(facts, await read(migrated)).map(line)).toEqual([]);
});

test('the walls that each start compares are those of the migrations: npm run database -- walls', async () => {
	expect(writeWalls(await readWalls(migrated))).toBe(await readFile(wallsFile(root), 'utf8'));
});

describe('the comparison notices a difference of each kind:', () => {
	/** The least statement that changes a fact of each kind; other kinds may change with it. */
	const breaks: Record<string, string> = {
		'schema owner': 'alter schema private owner to authenticated',
		'schema grants': 'grant usage on schema cercle to anon',
		'database grants': 'grant temporary on database written to anon',
		'default privileges':
			'alter default privileges in schema public grant select on tables to authenticated',
		table: 'alter table cercle.actions set (fillfactor = 50)',
		'table owner': 'alter table cercle.actions owner to authenticated',
		'table grants': 'grant delete on cercle.actions to authenticated',
		'row security': 'alter table cercle.actions force row level security',
		'view owner': 'alter view cercle.seen_goals owner to authenticated',
		'view grants': 'grant select on cercle.seen_goals to anon',
		view: 'create view public.shown as select 1 as one',
		sequence: 'create sequence public.counted',
		'column type': 'alter table cercle.segments alter minutes type bigint',
		'column nullability': 'alter table cercle.actions alter line drop not null',
		'column default': "alter table cercle.actions alter line set default '…'",
		'column generation':
			'alter table cercle.actions alter carries drop default, alter carries add generated always as identity',
		'column collation': 'alter table cercle.communities alter name type text collate "C"',
		'column storage': 'alter table cercle.charters alter body set storage external',
		'column grants': 'grant update (carries) on cercle.actions to authenticated',
		constraint: `alter table cercle.actions drop constraint actions_carries_check,
			add constraint actions_carries_check check (carries > 0)`,
		index:
			'drop index cercle.actions_group; create index actions_group on cercle.actions (group_id, id)',
		trigger: `drop trigger raise_version on cercle.actions;
			create trigger raise_version before insert on cercle.actions
				for each row execute function private.raise_version()`,
		'trigger state': 'alter table cercle.actions disable trigger raise_version',
		'policy command': `drop policy select_member on cercle.actions;
			create policy select_member on cercle.actions for all to authenticated using (true)`,
		'policy roles': 'alter policy select_member on cercle.actions to anon',
		'policy mode': `drop policy select_member on cercle.actions;
			create policy select_member on cercle.actions as restrictive for select using (true)`,
		'policy using': 'alter policy select_member on cercle.actions using (true)',
		'policy check': 'alter policy insert_owner on cercle.goals with check (true)',
		'function body': `create or replace function private.breach_term() returns interval
			language sql immutable set search_path = '', pg_temp as $$ select interval '15 days' $$`,
		'function arguments': `create or replace function public.leave_group(group_id uuid default null)
			returns void language sql security definer set search_path = '' as ''`,
		'function result': `drop function public.close_calendar();
			create function public.close_calendar() returns int language sql as 'select 1'`,
		'function language': `create or replace function public.close_calendar() returns void
			language plpgsql as 'begin end'`,
		'function volatility': 'alter function public.close_calendar() stable',
		'function parallelism': 'alter function public.close_calendar() parallel safe',
		'function strictness': 'alter function public.leave_group(uuid) strict',
		'function rights': 'alter function public.close_calendar() security definer',
		'function settings': 'alter function public.close_calendar() reset search_path',
		'function planning': 'alter function public.close_calendar() cost 1',
		'function owner': 'alter function public.close_calendar() owner to authenticated',
		'function grants': 'grant execute on function public.close_calendar() to anon',
		role: 'alter role authenticated createdb',
		type: "create type public.mood as enum ('calm')",
		comment: "comment on column cercle.actions.carries is '…'",
		publication: 'create publication live for table cercle.actions',
		extension: 'drop extension plpgsql cascade'
	};

	test.each(Object.entries(breaks))('%s', async (kind, statements) => {
		expect(await changed(statements)).toContain(kind);
	});

	test('none was forgotten', () => {
		const known = new Set([...facts.map(({ kind }) => kind), ...Object.keys(breaks)]);
		expect(Object.keys(breaks).sort()).toEqual([...known].sort());
	});

	test('and none where only a comment or a line break of a function is another', async () => {
		const restated = `
			create or replace function private.breach_term() returns interval
			language sql immutable set search_path = '', pg_temp as $$
				-- Two weeks.
				select
					interval '14 days'
			$$`;
		expect(await changed(restated)).toEqual([]);
	});

	test('a space in a quoted text is a difference', async () => {
		const restated = `
			create or replace function private.breach_term() returns interval
			language sql immutable set search_path = '', pg_temp as $$ select interval '14  days' $$`;
		expect(await changed(restated)).toEqual(['function body']);
	});
});

describe('nothing is compared in vain:', () => {
	test('each schema of ours holds something', () => {
		for (const schema of SCHEMAS) {
			expect(facts.some(({ name }) => name.startsWith(`${schema}.`))).toBe(true);
		}
	});

	test.each([[[]], [['extensions']], [['nowhere']]])('schemas %j', async (schemas: string[]) => {
		await expect(written.begin((transaction) => readFacts(transaction, schemas))).rejects.toThrow();
	});
});
