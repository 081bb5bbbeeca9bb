import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { openLog } from '#lib/server/log.ts';
import { eraseExpired, openEraser } from '#lib/server/retention/eraser.ts';
import { hostedSupabase } from '#lib/server/supabase.ts';
import { tablesWith } from '../../support/canary.ts';
import { started } from '../../support/server.ts';
import { date, foundGroup, given, joinGroup } from '../people.ts';
import { type History, plant } from './retention-model.ts';

const { server, cercle } = await started();
let log: Record<string, unknown>[] = [];
const write = openLog((line) => log.push(JSON.parse(line) as Record<string, unknown>));
const at = new Date('2026-11-28T12:00:00Z');

beforeAll(async () => {
	await foundGroup(await cercle.signIn('Ada'));
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
			...{ contributions: 203, feedbacks: 203, reviews: 0, breaches: 0, forgotten: 0 },
			...{ actions: 0, goals: 0, invitations: 0, reminders: 0, operations: 0, sign_ins: 0 },
			address_changes: 0
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
	).rejects.toMatchObject({ code: 'PGRST202' });
	log = [];
	await turn();
	expect(log).toMatchObject([{ sessions: 1 }]);
});

describe('the words of a breach whose days are over', () => {
	/** Raised so long ago in a group of three, with one vote, and touched by nobody since. */
	async function raised(interval: string) {
		const ada = await cercle.signIn('Ada');
		const group = await foundGroup(ada);
		const [bob, dan] = [
			await joinGroup(cercle, group, 'Bob'),
			await joinGroup(cercle, group, 'Dan')
		];
		const [id, reason] = [randomUUID(), `canary-of-a-breach-${randomUUID()}`];
		const about = { group_id: group.id, accused_id: dan.id, reason };
		given(await ada.client.rpc('raise_breach', { id, ...about }));
		given(await bob.client.rpc('vote_breach', { breach_id: id, exclude: true }));
		await date(
			cercle,
			(sql) => sql`
				update breaches set raised_at = now() - ${interval}::text::interval where id = ${id}
			`
		);
		return { group, ada, id, reason };
	}
	const outcomeOf = async ({ id }: { id: string }) => {
		const [row] = await cercle.owner`
			select b.outcome, b.reason, count(v)::int as votes
			from breaches b left join breach_votes v on v.breach_id = b.id
			where b.id = ${id} group by b.id
		`;
		return row;
	};

	test('go in every group, also where nobody votes or leaves, and open ones stay', async () => {
		const [one, other, open] = [
			await raised('14 days'),
			await raised('90 days'),
			await raised('13 days 23 hours')
		];
		for (const { reason } of [one, other, open]) {
			expect(await tablesWith(cercle.owner, reason)).toEqual(['breaches']);
		}
		log = [];
		await turn();
		expect(log).toMatchObject([{ event: 'erased', breaches: 2 }]);
		for (const breach of [one, other]) {
			expect(await tablesWith(cercle.owner, breach.reason)).toEqual([]);
			expect(await outcomeOf(breach)).toEqual({ outcome: 'lapsed', reason: '', votes: 0 });
			const line = await breach.ada.sql(
				(sql) => sql`select kind from decisions where id = ${breach.id}`
			);
			expect(line).toEqual([{ kind: 'breach_dismissed' }]);
		}
		expect(await outcomeOf(open)).toEqual({ outcome: null, reason: open.reason, votes: 1 });
		log = [];
		await turn();
		expect(log).toMatchObject([{ event: 'erased', breaches: 0 }]);
	});

	test('wait for the next run where somebody holds the group, and keep nobody waiting', async () => {
		const [held, free] = [await raised('14 days'), await raised('14 days')];
		await cercle.owner.begin(async (sql) => {
			await sql`select from groups where id = ${held.group.id} for no key update`;
			const [row] = await cercle.owner.begin(async (eraser) => {
				await eraser`set local lock_timeout = '1s'`;
				return eraser`select erase_expired(${at}) as erased`;
			});
			expect(row!.erased).toMatchObject({ breaches: 1 });
		});
		expect(await outcomeOf(held)).toMatchObject({ outcome: null, reason: held.reason });
		expect(await outcomeOf(free)).toMatchObject({ outcome: 'lapsed', reason: '' });
		await turn();
		expect(await outcomeOf(held)).toMatchObject({ outcome: 'lapsed', reason: '' });
	});
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
