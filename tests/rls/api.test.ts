import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '#lib/server/embedded/open-database.ts';
import { type Connection, connect, openServer, type TestServer } from '../support/server.ts';

const CANARY = 'canary-of-a-member-8d1f';

let server: TestServer;
let cercle: Connection;
let dataFolder: string;

/** Made before the server starts: the API reads the catalogue once. */
const SCHEMA = `
		create table public.notes (
			id int primary key, body text check (body <> '${CANARY}'), extra jsonb
		);
		alter table public.notes enable row level security;
		grant select, insert on public.notes to authenticated;
		create policy all_notes on public.notes for all to authenticated using (true) with check (true);
		create function public.kind_of(document jsonb) returns text language sql
			as $$ select jsonb_typeof(document) $$;
		grant execute on function public.kind_of to authenticated;
		create function public.fail(state text, words text) returns void language plpgsql
			as $$ begin raise exception using errcode = state, message = words; end $$;
		grant execute on function public.fail to authenticated;
`;

beforeAll(async () => {
	dataFolder = await mkdtemp(join(tmpdir(), 'cercle-api-'));
	const root = resolve(import.meta.dirname, '../..');
	const database = await openDatabase({ dataFolder, root, log: () => undefined });
	const owner = postgres(database.ownerUrl, { max: 1 });
	await owner.unsafe(SCHEMA);
	await owner.end();
	await database.close();
	server = await openServer({ dataFolder });
	cercle = connect(server);
});
afterAll(async () => {
	await cercle.close();
	await server.close();
	await rm(dataFolder, { recursive: true, force: true });
});

describe('the embedded API answers as a hosted Supabase', () => {
	test('a document arrives as a document, not as a long string', async () => {
		const { client } = await cercle.signIn('Ada');
		for (const [document, kind] of [
			[{ a: [1, { b: 'x' }] }, 'object'],
			[[{ a: 1 }], 'array']
		]) {
			expect((await client.rpc('kind_of', { document })).data).toBe(kind);
		}
		await client.from('notes').insert({ id: 1, extra: { deep: [true] } });
		expect((await client.from('notes').select('extra')).data).toEqual([
			{ extra: { deep: [true] } }
		]);
	});

	test.each([
		['CR005', 400],
		['P0001', 400],
		['23514', 400],
		['42501', 403],
		['53100', 503],
		['57P01', 503]
	])('a function that fails with %s is answered with that code', async (state, status) => {
		const { client } = await cercle.signIn('Ada');
		const answer = await client.rpc('fail', { state, words: 'a rule' });
		expect(answer.status).toBe(status);
		expect(answer.error?.code).toBe(status === 503 ? 'unavailable' : state);
	});

	test('a person’s metadata is a document in the database', async () => {
		const email = 'document@auth.example';
		const data = { name: 'Ada', language: 'en' };
		await cercle.anonymous().auth.signUp({ email, password: 'correct horse', options: { data } });
		const [row] = await cercle.owner`
			select raw_user_meta_data ->> 'name' as name, raw_app_meta_data ->> 'provider' as provider
			from auth.users where email = ${email}
		`;
		expect(row).toEqual({ name: 'Ada', provider: 'email' });
	});

	test('only what is meant to be called can be', async () => {
		const headers = { apikey: server.publishableKey };
		for (const path of [
			'/rest/v1/',
			'/rest/v1',
			'/rest/v1/a/b',
			'/storage/v1/bucket',
			'/_system/info'
		]) {
			expect((await fetch(server.url + path, { headers })).status, path).toBe(404);
		}
	});
});

describe('nothing a member wrote reaches a log', () => {
	test('whatever fails: a constraint, a type, a function, an unknown path, a malformed body', async () => {
		const { client, session } = await cercle.signIn('Ada');
		const answers = [
			await client.from('notes').insert({ id: 2, body: CANARY }),
			await client.from('notes').insert({ id: CANARY }),
			await client.from('notes').select().eq('id', CANARY),
			await client.from('notes').select().eq('nothing', CANARY),
			await client.rpc('fail', { state: 'XX000', words: CANARY }),
			await client.rpc('fail', { state: '57P01', words: CANARY })
		];
		for (const answer of answers) expect(answer.error).not.toBeNull();
		await fetch(`${server.url}/rest/v1/notes?body=eq.${CANARY}`, {
			method: 'POST',
			headers: {
				apikey: server.publishableKey,
				authorization: `Bearer ${session.access_token}`,
				'content-type': 'application/json'
			},
			body: `{"body": "${CANARY}`
		});
		await fetch(`${server.url}/${CANARY}?${CANARY}`);
		expect(server.log.join('')).toContain('api_failed');
		expect(server.log.join('')).not.toContain(CANARY);
	});
});

describe('a database that fails', () => {
	test('is answered with 503, and found again when it is back', async () => {
		expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
		const { client } = await cercle.signIn('Ada');
		const state = readFileSync(join(dataFolder, 'postgres', 'postmaster.pid'), 'utf8');
		process.kill(Number(state.split('\n')[0]), 'SIGQUIT');
		await expect.poll(() => server.log.join('')).toContain('postgres_lost');
		const down = await fetch(`${server.url}/healthz`);
		expect(down.status).toBe(503);
		expect(await down.json()).toMatchObject({ status: 'failed', database: 'failed' });
		// Refused at once, or answered late by the database that came back.
		expect([200, 503]).toContain((await client.from('notes').select()).status);
		await expect
			.poll(async () => (await fetch(`${server.url}/healthz`)).status, { timeout: 20_000 })
			.toBe(200);
		expect((await client.from('notes').select()).status).toBe(200);
	});
});
