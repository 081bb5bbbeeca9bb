import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLog } from '#lib/server/log.ts';
import { eraseExpired, openEraser } from '#lib/server/retention/eraser.ts';
import { hostedSupabase } from '#lib/server/supabase.ts';
import { tablesWith } from '../support/canary.ts';
import { connect, type Connection, openServer, type TestServer } from '../support/server.ts';
import { foundGroup } from './people.ts';
import { type History, plant } from './retention-model.ts';

let server: TestServer;
let cercle: Connection;
let log: Record<string, unknown>[] = [];
const write = openLog((line) => log.push(JSON.parse(line) as Record<string, unknown>));
const at = new Date('2026-11-28T12:00:00Z');

beforeAll(async () => {
	server = await openServer();
	cercle = connect(server);
	await foundGroup(await cercle.signIn('Ada'));
});
afterAll(async () => {
	await cercle.close();
	await server.close();
});

/** So many sessions long past and one of yesterday, each with its words. */
function past(count: number): History {
	const closed = { status: 'closed' as const };
	const sessions = Array.from({ length: count }, (_, turn) => ({ ...closed, age: 600 + turn }));
	return {
		...{ retention: 12, actions: [], goals: [] },
		sessions: [...sessions, { ...closed, age: 1 }]
	};
}

const supabase = (key = server.secretKey) => hostedSupabase(server.hosted, key);
const turn = (signal = new AbortController().signal) => eraseExpired(supabase(), write, signal, at);

test('more than one batch is erased in one turn, and the log says how much in numbers', async () => {
	const { words, run } = await cercle.owner.begin((sql) => plant(sql, past(203), at));
	log = [];
	await turn();
	expect(log).toEqual([
		{
			...{ at: expect.any(String) as string, event: 'erased', sessions: 203 },
			...{ contributions: 203, feedbacks: 203, reviews: 0, breaches: 0 },
			...{ actions: 0, goals: 0, invitations: 0, reminders: 0, operations: 0 }
		}
	]);
	expect(await tablesWith(cercle.owner, words.at(-1)!)).not.toEqual([]);
	expect(await tablesWith(cercle.owner, words[0]!)).toEqual([]);
	expect(JSON.stringify(log)).not.toContain(run);
	log = [];
	await turn();
	expect(log).toMatchObject([{ event: 'erased', sessions: 0 }]);
});

test('while another process erases, nothing is done and nothing said', async () => {
	await cercle.owner.begin((sql) => plant(sql, past(1), at));
	log = [];
	await cercle.owner.begin(async (sql) => {
		await sql`select pg_advisory_xact_lock(hashtextextended('erase_expired', 0))`;
		await turn();
	});
	expect(log).toEqual([]);
	await turn();
	expect(log).toMatchObject([{ event: 'erased', sessions: 1 }]);
});

test('a key that is not the server’s erases nothing', async () => {
	await cercle.owner.begin((sql) => plant(sql, past(1), at));
	const signal = new AbortController().signal;
	await expect(
		eraseExpired(supabase(server.publishableKey), write, signal, at)
	).rejects.toMatchObject({ code: '42501' });
	log = [];
	await turn();
	expect(log).toMatchObject([{ sessions: 1 }]);
});

test('a process works at its start, or says why it does not', async () => {
	log = [];
	await openEraser(null, write).close();
	expect(log).toMatchObject([{ event: 'erasing_off', reason: 'SUPABASE_SECRET_KEY' }]);
	log = [];
	const eraser = openEraser(supabase(), write);
	await expect.poll(() => log).toMatchObject([{ event: 'erased' }]);
	await eraser.close();
	const away = openEraser(
		hostedSupabase({ ...server.hosted, url: 'http://127.0.0.1:1' }, 'no'),
		write
	);
	await expect.poll(() => log).toMatchObject([{}, { event: 'erasing_failed' }]);
	await away.close();
});
