import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '#lib/server/embedded/open-database.ts';
import { on } from '../../support/owner.ts';
import { type Person, started } from '../../support/server.ts';

const CANARY = 'canary-of-a-member-8d1f';

let ada: Person;

/** Functions of every kind that PostgREST can call, and some that it cannot. */
const SCHEMA = `
	create table public.notes (
		id int primary key, body text check (body <> '${CANARY}'), at timestamptz, sum numeric
	);
	alter table public.notes enable row level security;
	grant select, insert on public.notes to authenticated;
	create policy all_notes on public.notes for all to authenticated using (true) with check (true);
	insert into public.notes values
		(1, 'one', '2026-11-30 12:00:00+00', 0.10), (2, null, null, 12345678901234567890.5);

	create function public.kind_of(document jsonb) returns text language sql
		as $$ select jsonb_typeof(document) $$;
	create function public.fail(state text, words text) returns void language plpgsql
		as $$ begin raise exception using errcode = state, message = words; end $$;
	create function public.sum_of(numbers int[], base numeric default 0.10) returns numeric
		language sql as $$ select base + sum(n) from unnest(numbers) n $$;
	create function public.moment() returns timestamptz language sql stable
		as $$ select timestamptz '2026-11-30 12:00:00.123456+02' $$;
	create function public.nothing_at_all() returns text language sql as $$ select null::text $$;
	create function public.numbers() returns setof int language sql as $$ select generate_series(1, 3) $$;
	create function public.many() returns setof int language sql
		as $$ select generate_series(1, 1500) $$;
	create function public.no_numbers() returns setof int language sql as $$ select 1 where false $$;
	create function public.one_note() returns public.notes language sql stable
		as $$ select * from notes where id = 1 $$;
	create function public.all_notes() returns setof public.notes language sql stable
		as $$ select * from notes order by id $$;
	create function public.pairs(out first int, out second text) language sql
		as $$ select 1, 'b' $$;
	create function public.listed() returns table (place int, word text) language sql
		as $$ values (1, 'a'), (2, 'b') $$;
	create function public.write_note(id int) returns void language sql
		as $$ insert into notes (id) values (write_note.id) $$;
	create function public.write_stably() returns int language plpgsql stable
		as $$ begin execute 'insert into notes (id) values (99)'; return 1; end $$;
	create function public.whoever() returns json language sql stable as $$
		select json_build_object('role', current_user, 'claims', auth.jwt() ->> 'sub', 'uid', auth.uid(),
			'path', current_setting('search_path'), 'patience', current_setting('statement_timeout'),
			'lock', current_setting('lock_timeout'))
	$$;
	create function public.twice(a int) returns int language sql as $$ select 1 $$;
	create function public.twice(a text) returns int language sql as $$ select 2 $$;
	create function public.unnamed(int) returns int language sql as $$ select 1 $$;
	create function public.variadic_one(variadic a int[]) returns int language sql as $$ select 1 $$;
	create function public.of_the_service() returns int language sql as $$ select 7 $$;
	create function public.wait_for_lock() returns void language sql
		as $$ select pg_advisory_xact_lock(4711) $$;
	create function private.hidden() returns int language sql as $$ select 1 $$;
	grant execute on all functions in schema public to authenticated;
	grant execute on function private.hidden() to authenticated;
	revoke execute on function public.of_the_service() from public, anon, authenticated;
	grant execute on function public.of_the_service() to service_role;
`;

const dataFolder = await mkdtemp(join(tmpdir(), 'cercle-api-'));
afterAll(() => rm(dataFolder, { recursive: true, force: true }));
const root = resolve(import.meta.dirname, '../../..');
const database = await openDatabase({ dataFolder, root, log: () => undefined });
await on(database.ownerUrl, (sql) => sql.unsafe(SCHEMA));
await database.close();
const { server, cercle } = await started({ dataFolder, walls: null });

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
});

interface Asked {
	key?: string;
	token?: string | null;
	headers?: Record<string, string>;
}

/** Calls as a client without any library would; `null` asks in nobody's name. */
function call(name: string, body: string, { key, token, headers }: Asked = {}) {
	const bearer = token === undefined ? ada.session.access_token : token;
	return fetch(`${server.url}/rest/v1/rpc/${name}`, {
		method: 'POST',
		headers: {
			...{ apikey: key ?? server.publishableKey, 'content-type': 'application/json' },
			...(bearer !== null && { authorization: `Bearer ${bearer}` }),
			...headers
		},
		body
	});
}

describe('a function is answered as PostgREST 14.17 answers it', () => {
	test.each([
		['a text', 'kind_of', '{"document": {"a": [1, {"b": "x"}]}}', '"object"'],
		['a document that is a list', 'kind_of', '{"document": [{"a": 1}]}', '"array"'],
		['a list and a default', 'sum_of', '{"numbers": [1, 2]}', '3.10'],
		[
			'a number of any length',
			'sum_of',
			'{"numbers": [1], "base": 12345678901234567890.5}',
			'12345678901234567891.5'
		],
		['a moment', 'moment', '{}', '"2026-11-30T10:00:00.123456+00:00"'],
		['no value', 'nothing_at_all', '', 'null'],
		['values', 'numbers', '{}', '[1,2,3]'],
		['no values', 'no_numbers', '{}', '[]'],
		[
			'a row of a table',
			'one_note',
			'{}',
			'{"id":1,"body":"one","at":"2026-11-30T12:00:00+00:00","sum":0.10}'
		],
		['columns by name', 'pairs', '{}', '{"first":1,"second":"b"}'],
		['rows', 'listed', '{}', '[{"place":1,"word":"a"},{"place":2,"word":"b"}]']
	])('%s', async (_, name, body, expected) => {
		const answer = await call(name, body);
		expect((await answer.text()).replaceAll(/\s*\n\s*/g, '').replaceAll(', ', ',')).toBe(expected);
		expect(answer.status).toBe(200);
		expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
	});

	test('rows of a table, each number as Postgres wrote it', async () => {
		const text = await (await call('all_notes', '{}')).text();
		expect(text).toContain('12345678901234567890.5');
		expect(JSON.parse(text)).toHaveLength(2);
	});

	test('nothing: 204 without a body', async () => {
		const answer = await call('write_note', '{"id": 3}');
		expect([answer.status, await answer.text()]).toEqual([204, '']);
		const [row] = await cercle.owner`select from notes where id = 3`;
		expect(row).toBeDefined();
	});

	test('at most a thousand rows', async () => {
		expect(await (await call('many', '{}')).json()).toHaveLength(1000);
	});

	test('with the role, the claims, the path and the time-outs of a hosted Supabase', async () => {
		expect(await (await call('whoever', '{}')).json()).toEqual({
			...{ role: 'authenticated', claims: ada.id, uid: ada.id },
			...{ path: 'public,extensions', patience: '8s', lock: '8s' }
		});
	});

	test('a stable one in a transaction that only reads', async () => {
		const answer = await call('write_stably', '{}');
		// Postgres refuses the word before it tries: the state is the function's or the transaction's.
		expect(['0A000', '25006']).toContain((await answer.json()).code);
		expect(await cercle.owner`select from notes where id = 99`).toHaveLength(0);
	});

	test.each([
		['an argument is missing', 'kind_of', '{}'],
		['an argument is nobody’s', 'kind_of', '{"document": 1, "surname": 2}'],
		['a name is a prototype’s', 'kind_of', '{"constructor": 1}'],
		['a name is the prototype', 'kind_of', '{"document": 1, "__proto__": 1}'],
		['there is none', 'surname', '{}'],
		['its arguments have no names', 'unnamed', '{}'],
		['it takes any number of arguments', 'variadic_one', '{"a": [1]}'],
		['it is in another schema', 'hidden', '{}'],
		['it is Postgres’s own', 'pg_sleep', '{}'],
		['it is granted to another role', 'of_the_service', '{}']
	])('404 PGRST202 where %s', async (_, name, body) => {
		const answer = await call(name, body);
		expect(answer.status).toBe(404);
		expect(await answer.json()).toMatchObject({ code: 'PGRST202', details: null, hint: null });
	});

	test('404 for nobody in particular, where the function is for members', async () => {
		expect((await call('kind_of', '{"document": 1}', { token: null })).status).toBe(404);
		expect((await call('kind_of', '{"document": 1}')).status).toBe(200);
	});

	test('the service has its own', async () => {
		const answer = await call('of_the_service', '{}', { key: server.secretKey, token: null });
		expect(await answer.json()).toBe(7);
	});

	test('300 PGRST203 where a name stands for several', async () => {
		const answer = await call('twice', '{"a": 1}');
		expect([answer.status, (await answer.json()).code]).toEqual([300, 'PGRST203']);
	});

	test.each(['[]', '5', '"x"', 'null', '{', 'x'])(
		'400 PGRST102 for a body that is %s',
		async (body) => {
			const answer = await call('numbers', body);
			expect([answer.status, (await answer.json()).code]).toEqual([400, 'PGRST102']);
		}
	);

	test('400 for another kind of body, 406 for another kind of answer', async () => {
		const headers = { 'content-type': 'text/csv' };
		expect((await call('numbers', 'a,b', { headers })).status).toBe(400);
		const accept = { accept: 'application/vnd.pgrst.object+json' };
		expect((await call('numbers', '{}', { headers: accept })).status).toBe(406);
	});

	test('`Prefer` changes nothing', async () => {
		const headers = { prefer: 'tx=rollback, count=planned, params=single-object' };
		expect(await (await call('numbers', '{}', { headers })).json()).toEqual([1, 2, 3]);
	});

	test('401 for a token that is none of ours', async () => {
		const answer = await call('numbers', '{}', { token: 'a.b.c' });
		expect([answer.status, (await answer.json()).code]).toEqual([401, 'PGRST301']);
		expect(answer.headers.get('www-authenticate')).toContain('Bearer');
	});

	test('a function that came with a later migration is found', async () => {
		await cercle.owner.unsafe(`
			create function public.arrived_later() returns int language sql as $$ select 1 $$;
			grant execute on function public.arrived_later() to authenticated;
		`);
		await expect.poll(async () => (await call('arrived_later', '{}')).status).toBe(200);
	});

	test.each([
		['CR005', 400],
		['P0001', 400],
		['23514', 400],
		['23505', 409],
		['42501', 403],
		['40001', 500],
		['53100', 503],
		['57P01', 503]
	])('a function that fails with %s is answered with that code', async (state, status) => {
		const answer = await ada.client.rpc('fail', { state, words: 'a rule' });
		expect(answer.status).toBe(status);
		expect(answer.error?.code).toBe(status === 503 ? 'unavailable' : state);
	});
});

test('a person’s metadata is a document in the database', async () => {
	const email = 'document@auth.example';
	await cercle.anonymous().auth.signInWithOtp({ email });
	const [row] = await cercle.owner`
		select raw_app_meta_data ->> 'provider' as provider from auth.users where email = ${email}
	`;
	expect(row).toEqual({ provider: 'email' });
});

test('404 for everything else, tables first of all, whatever the method and the role', async () => {
	const paths = [
		...['/rest/v1/', '/rest/v1', '/rest/v1/notes', '/rest/v1/profiles?limit=0', '/rest/v1/a/b'],
		...['/rest/v1/rpc', '/rest/v1/rpc/', '/rest/v1/rpc/a/b', '/storage/v1/bucket', '/_system/info']
	];
	const keys = [
		{ apikey: server.publishableKey, authorization: `Bearer ${ada.session.access_token}` },
		{ apikey: server.secretKey }
	];
	for (const headers of keys) {
		for (const path of paths) {
			for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) {
				const answer = await fetch(server.url + path, { method, headers });
				expect([method, path, answer.status]).toEqual([method, path, 404]);
			}
		}
		const read = await fetch(`${server.url}/rest/v1/rpc/numbers`, { headers });
		expect(read.status).toBe(404);
	}
	expect((await cercle.owner`select from notes`).length).toBeGreaterThan(0);
});

test('nothing a member wrote reaches a log: a constraint, a type, a function, a path, a body', async () => {
	const answers = [
		await ada.client.rpc('kind_of', { document: CANARY, [CANARY]: CANARY }),
		await ada.client.rpc('write_note', { id: CANARY }),
		await ada.client.rpc('fail', { state: 'XX000', words: CANARY }),
		await ada.client.rpc('fail', { state: '57P01', words: CANARY }),
		await ada.client.rpc(CANARY)
	];
	for (const answer of answers) expect(answer.error).not.toBeNull();
	await call('kind_of', `{"document": "${CANARY}`);
	await fetch(`${server.url}/${CANARY}?${CANARY}`);
	expect(server.log.join('')).toContain('api_failed');
	expect(server.log.join('')).not.toContain(CANARY);
});

describe('fair turns', () => {
	test('60 slow calls of one account keep nobody else waiting, and run two at a time', async () => {
		const bob = await cercle.signIn('Bob');
		const gate = await cercle.owner.reserve();
		await gate`select pg_advisory_lock(4711)`;
		const flood = Array.from({ length: 60 }, () => call('wait_for_lock', '{}'));
		const waiting = async () => {
			const [row] = await cercle.owner`
				select count(*)::int as count from pg_stat_activity
				where application_name = 'cercle-api' and wait_event = 'advisory'
			`;
			return row?.count;
		};
		await expect.poll(waiting).toBe(2);
		// All 60 wait, and nothing lets them go on before the other's call was answered.
		const { access_token: token } = bob.session;
		expect((await call('numbers', '{}', { token })).status).toBe(200);
		// One's own clock of the room does not wait behind one's own flood either.
		expect((await call('server_clock', '{}')).status).toBe(200);
		expect(await waiting()).toBe(2);
		await gate`select pg_advisory_unlock(4711)`;
		gate.release();
		const statuses = await Promise.all(flood.map(async (answer) => (await answer).status));
		expect(new Set(statuses)).toEqual(new Set([204]));
	});
});

describe('a database that fails', () => {
	test('is answered with 503, and found again when it is back', async () => {
		expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
		const state = readFileSync(join(dataFolder, 'postgres', 'postmaster.pid'), 'utf8');
		process.kill(Number(state.split('\n')[0]), 'SIGSTOP');
		process.kill(Number(state.split('\n')[0]), 'SIGKILL');
		await expect.poll(() => server.log.join('')).toContain('postgres_lost');
		const [down, refused] = await Promise.all([
			fetch(`${server.url}/healthz`),
			call('numbers', '{}')
		]);
		expect(down.status).toBe(503);
		expect(await down.json()).toMatchObject({ status: 'failed', database: 'failed' });
		expect(refused.status).toBe(503);
		expect(await refused.json()).toMatchObject({ code: 'unavailable' });
		await expect
			.poll(async () => (await fetch(`${server.url}/healthz`)).status, { timeout: 20_000 })
			.toBe(200);
		expect((await call('numbers', '{}')).status).toBe(200);
		expect((await ada.client.auth.getUser()).data.user?.id).toBe(ada.id);
	});
});
