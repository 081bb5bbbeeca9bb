import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { difference, type Fact, line, readFacts } from '#lib/server/embedded/facts.ts';
import { type Database, openDatabase } from '#lib/server/embedded/open-database.ts';
import { differences, Gaps, loadWalls, wallsFile, wallsIn } from '#lib/server/embedded/walls.ts';
import { openWatch } from '#lib/server/embedded/watch.ts';
import { openLog } from '#lib/server/log.ts';
import { Refusal } from '#lib/server/refusal.ts';
import { connectTo, on } from '../support/owner.ts';
import { openServer } from '../support/server.ts';

// A database as a restore may leave it: each start refuses it and says what is missing, and a repair puts
// it right.

const root = resolve(import.meta.dirname, '../..');

let dataFolder: string;
/** Keys and lock of a Cercle that works on databases of the cluster as on somebody else's. */
let guestFolder: string;
let cluster: Database;
/** Asks for databases, and stays away from those that are copied. */
let keeper: Sql;
/** What the migrations make. */
let facts: Fact[];
let lines: string[];
const log = openLog((text) => void lines.push(text));
const databases: string[] = [];

beforeAll(async () => {
	dataFolder = await mkdtemp(join(tmpdir(), 'cercle-walls-'));
	guestFolder = await mkdtemp(join(tmpdir(), 'cercle-guest-'));
	lines = [];
	cluster = await openDatabase({ dataFolder, root, log });
	keeper = connectTo(addressOf('template1'));
	facts = await on(cluster.ownerUrl, (sql) => sql.begin((transaction) => readFacts(transaction)));
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

/** A database in which these statements were run. */
async function restored(statements: string): Promise<string> {
	const name = `restored_${databases.length}`;
	databases.push(name);
	await keeper.unsafe(`create database ${name} template postgres`);
	await keeper.unsafe(`revoke temporary on database ${name} from public`);
	await on(addressOf(name), (sql) => sql.unsafe(statements));
	return addressOf(name);
}

async function start(databaseUrl: string, repaired?: (gaps: string[]) => void): Promise<void> {
	const options = { dataFolder: guestFolder, root, log, databaseUrl };
	await (await openDatabase({ ...options, ...(repaired && { repaired }) })).close();
}

/** What a start refuses, word by word. */
async function gapsOf(url: string): Promise<readonly string[]> {
	const error: unknown = await start(url).catch((error: unknown) => error);
	expect(error).toBeInstanceOf(Gaps);
	return error instanceof Gaps ? error.gaps : [];
}

/** What is found after these statements, which are then taken back. */
async function gapsAfter(statements: string): Promise<string[]> {
	const undone = new Error('undone');
	const expected = await loadWalls(wallsFile(root));
	let gaps: string[] = [];
	const work = on(cluster.ownerUrl, (sql) =>
		sql.begin(async (transaction) => {
			await transaction.unsafe(statements);
			gaps = differences(expected, await wallsIn(transaction));
			throw undone;
		})
	);
	await expect(work).rejects.toBe(undone);
	return gaps;
}

const factsOf = (url: string) =>
	on(url, (sql) => sql.begin((transaction) => readFacts(transaction)));

const TEMPORARY = `
	do $$ begin
		execute format('grant temporary on database %I to public', current_database());
	end $$
`;

/** As a restore leaves it that takes no privileges along (`pg_restore --no-privileges`). */
const WITHOUT_PRIVILEGES = `
	update pg_class set relacl = null where relnamespace in ('cercle'::regnamespace, 'private'::regnamespace);
	update pg_attribute set attacl = null where attrelid in (
		select oid from pg_class where relnamespace in ('cercle'::regnamespace, 'private'::regnamespace)
	);
	update pg_proc set proacl = null
		where pronamespace in ('public'::regnamespace, 'cercle'::regnamespace, 'private'::regnamespace);
	update pg_namespace set nspacl = null where nspname in ('cercle', 'private');
	delete from pg_default_acl where defaclnamespace = 'public'::regnamespace or defaclnamespace = 0;
	${TEMPORARY};
`;
/** And on a server that has not the roles: whatever names one fails. */
const WITHOUT_ROLES = `
	${WITHOUT_PRIVILEGES}
	do $$
	declare
		one record;
	begin
		for one in select polname, polrelid::regclass as place from pg_policy loop
			execute format('drop policy %I on %s', one.polname, one.place);
		end loop;
	end $$;
`;

test('a database that nothing was taken from is opened, and needs no repair', async () => {
	const url = await restored('');
	await start(url);
	let gaps: string[] | null = null;
	await start(url, (found) => (gaps = found));
	expect(gaps).toEqual([]);
});

describe('a restore', () => {
	const without: [string, string, ...string[]][] = [
		[
			'without privileges',
			WITHOUT_PRIVILEGES,
			...['table cercle.actions: grants', 'function public.pull(jsonb): grants'],
			...['function private.erase_expired(timestamp with time zone,integer): grants'],
			...['table cercle.actions: column grants', 'schema private: grants'],
			...['default privileges owner f is missing', 'database the database: grants']
		],
		[
			'without roles',
			WITHOUT_ROLES,
			...['table cercle.actions: grants', 'policy cercle.actions select_member is missing'],
			'policy realtime.messages select_room is missing'
		]
	];
	const single: [string, string, string][] = [
		[
			'without one policy',
			'drop policy select_member on cercle.actions',
			'policy cercle.actions select_member is missing'
		],
		[
			'with a policy that says yes',
			'alter policy select_member on cercle.goals using (true)',
			'policy cercle.goals select_member: rule'
		],
		[
			'with a policy more',
			'create policy select_anybody on cercle.goals for select to anon using (true)',
			'policy cercle.goals select_anybody is not of Cercle'
		],
		[
			'without row security on one table',
			'alter table cercle.actions disable row level security',
			'table cercle.actions: row security'
		],
		[
			'without one grant',
			'revoke select on cercle.goals from authenticated',
			'table cercle.goals: grants'
		],
		[
			'with a grant on a column more',
			'grant update (carries) on cercle.actions to authenticated',
			'table cercle.actions: column grants'
		],
		[
			'with a function that anybody may call',
			'grant execute on function private.erase_sessions(uuid[], timestamptz) to public',
			'function private.erase_sessions(uuid[],timestamp with time zone): grants'
		],
		[
			'without the settings of a definer',
			'alter function private.my_group_ids() reset search_path',
			'function private.my_group_ids(): settings'
		],
		[
			'with a definer that asks as its caller',
			'alter function private.my_group_ids() security invoker',
			'function private.my_group_ids(): rights'
		],
		[
			'with another text of a function',
			`create or replace function private.breach_term() returns interval
				language sql immutable set search_path = '', pg_temp as $$ select interval '15 days' $$`,
			'function private.breach_term(): text'
		],
		[
			'with a view that anybody may read',
			'grant select on cercle.seen_actions to anon',
			'view cercle.seen_actions: grants'
		],
		[
			'with a view that asks with the rights of its owner',
			'alter view cercle.seen_sessions reset (security_invoker)',
			'view cercle.seen_sessions: rule'
		],
		['without a view', 'drop view cercle.seen_goals', 'view cercle.seen_goals is missing'],
		[
			'without a function',
			'drop function public.leave_group(uuid)',
			'function public.leave_group(uuid) is missing'
		],
		[
			'with a table of another owner',
			'alter table cercle.actions owner to authenticated',
			'table cercle.actions: owner'
		],
		[
			'with a function of another owner',
			'alter function private.my_group_ids() owner to authenticated',
			'function private.my_group_ids(): owner'
		],
		[
			'without a trigger',
			'drop trigger keep_removed on cercle.actions',
			'trigger cercle.actions keep_removed is missing'
		],
		[
			'with a trigger that rests',
			'alter table cercle.goals disable trigger keep_removed',
			'trigger cercle.goals keep_removed: state'
		],
		[
			'on a server that grants whatever is made',
			'alter default privileges in schema public grant select on tables to anon',
			'default privileges owner public r is not of Cercle'
		],
		['on a server where anybody makes temporary tables', TEMPORARY, 'database the database: grants']
	];

	test.each(without)('%s is refused by its name, and mended', async (_, statements, ...named) => {
		const url = await restored(statements);
		expect(await gapsOf(url)).toEqual(expect.arrayContaining(named));
		await expectMended(url);
	});

	test.each(single)('%s is named, and nothing else', async (_, statements, named) => {
		const object = named.replace(/:? (is .*|[a-z ]+)$/, '');
		const gaps = await gapsAfter(statements);
		expect(gaps).toContain(named);
		// Of a table that is given away its grants speak of another owner, too.
		expect(gaps.filter((gap) => !gap.startsWith(object))).toEqual([]);
	});

	test('with all of these faults at once is refused, and mended', async () => {
		const url = await restored(single.map(([, statements]) => statements).join(';'));
		await gapsOf(url);
		await expectMended(url);
	});

	/** All of it is as the migrations make it, and the next start goes on. */
	async function expectMended(url: string): Promise<void> {
		let mended: string[] = [];
		await start(url, (gaps) => (mended = gaps));
		expect(mended).not.toEqual([]);
		const wished = difference(facts, await factsOf(url)).filter(
			// The platform's own, in which nothing of ours is granted.
			({ kind, name }) => !(kind === 'default privileges' && name.startsWith('owner public '))
		);
		expect(wished.map(line)).toEqual([]);
		await start(url);
	}

	test('whose refusal says what to do, and names twenty at most', async () => {
		const error: unknown = await start(await restored(WITHOUT_ROLES)).catch(
			(error: unknown) => error
		);
		const words = error instanceof Gaps ? error.message : '';
		expect(words).toMatch(/npm run database -- repair$/);
		expect(words).toMatch(/^ {2}- and \d+ more$/m);
		expect(words.match(/^ {2}- /gm)).toHaveLength(21);
	});

	const lasting: [string, string, string][] = [
		[
			'a view shows what its table hides',
			'create view cercle.shown as select * from cercle.actions',
			'view cercle.shown is not of Cercle'
		],
		[
			'a function of the name of ours is called in its place',
			"create function public.pull(int) returns int language sql as 'select 1'",
			'function public.pull(integer) is not of Cercle'
		],
		[
			'a constraint is missing',
			'alter table cercle.goals drop constraint goals_named',
			'constraint cercle.goals goals_named is missing'
		],
		[
			'a column is missing',
			'alter table cercle.push_subscriptions drop column created_at',
			'table cercle.push_subscriptions: columns'
		]
	];
	test('in which a repair would touch rows, or what others made, is refused by every name', async () => {
		const statements = lasting.map(([, statement]) => statement);
		const url = await restored([...statements, single[4]![1]].join(';'));
		const named = [...lasting.map(([, , name]) => name), single[4]![2]];
		expect(await gapsOf(url)).toEqual(expect.arrayContaining(named));
		const before = await factsOf(url);
		const error: unknown = await start(url, () => undefined).catch((error: unknown) => error);
		expect(error).toBeInstanceOf(Refusal);
		for (const [, , name] of lasting) {
			expect(error instanceof Refusal ? error.message : '').toContain(`- ${name}\n`);
		}
		expect(difference(before, await factsOf(url))).toEqual([]);
	});

	test('beside which somebody made a function of their own in public is opened', async () => {
		await start(
			await restored("create function public.mine() returns int language sql as 'select 1'")
		);
	});
});

test('a role that became more than it is made of is refused, and mended', async () => {
	const url = await restored('');
	await keeper`alter role authenticated bypassrls`;
	try {
		expect(await gapsOf(url)).toEqual(['role authenticated: rights']);
		await start(url, () => undefined);
		await start(url);
	} finally {
		await keeper`alter role authenticated nobypassrls`;
	}
});

test('the daily look names what no longer holds, once, and sees when it holds again', async () => {
	const url = await restored('');
	lines = [];
	const watch = openWatch({ ownerUrl: url, file: wallsFile(root), log, every: 20 });
	try {
		expect(watch.holds).toBe(true);
		await on(url, (sql) => sql`alter function private.my_group_ids() reset search_path`);
		await expect.poll(() => watch.holds).toBe(false);
		await on(
			url,
			(sql) => sql`alter function private.my_group_ids() set search_path = '', pg_temp`
		);
		await expect.poll(() => watch.holds).toBe(true);
	} finally {
		await watch.close();
	}
	const events = lines.map((text) => JSON.parse(text) as Record<string, unknown>);
	expect(events.map(({ event, name }) => [event, name])).toEqual([
		['walls_differ', 'function.private.my_group_ids.:.settings'],
		['walls_hold', undefined]
	]);
});

describe('health', () => {
	const statusOf = async (url: string) => (await fetch(`${url}/healthz`)).status;

	test('is asked as a member asks: a server whose owner alone is answered is not well', async () => {
		const server = await openServer();
		try {
			expect(await statusOf(server.url)).toBe(200);
			const faults: [string, string][] = [
				['revoke select on cercle.memberships from', 'grant select on cercle.memberships to'],
				['revoke usage on schema private from', 'grant usage on schema private to'],
				[
					'revoke execute on function private.pull(jsonb) from',
					'grant execute on function private.pull(jsonb) to'
				]
			];
			for (const [fault, mend] of faults) {
				await on(server.ownerUrl, (sql) => sql.unsafe(`${fault} authenticated`));
				expect([fault, await statusOf(server.url)]).toEqual([fault, 503]);
				await on(server.ownerUrl, (sql) => sql.unsafe(`${mend} authenticated`));
				expect(await statusOf(server.url)).toBe(200);
			}
			await on(server.ownerUrl, (sql) => sql`revoke select on auth.users from authenticator`);
			expect(await statusOf(server.url)).toBe(503);
		} finally {
			await server.close();
		}
	});

	test('says 503 from the daily look that finds a difference', async () => {
		const server = await openServer({ lookEvery: 20 });
		try {
			expect(await statusOf(server.url)).toBe(200);
			await on(server.ownerUrl, (sql) => sql`drop policy insert_owner on cercle.goals`);
			await expect.poll(() => statusOf(server.url)).toBe(503);
			expect(server.log.join('')).toContain('"name":"policy.cercle.goals.insert_owner.is.missing"');
		} finally {
			await server.close();
		}
	});
});
