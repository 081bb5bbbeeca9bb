import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Sql, TransactionSql } from 'postgres';
import { beforeAll, describe, expect, test } from 'vitest';
import { SCHEMAS, tablesOf } from '../../../scripts/schemas.ts';
import { tablesWith, wordsLike } from '../../support/canary.ts';
import { type Person, started } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	close,
	code,
	date,
	foundGroup,
	given,
	type Group,
	joinGroup,
	openSession,
	planFor,
	planSession,
	roomOf,
	start
} from '../people.ts';
import { type Erased, expectedWords, type History, histories, plant } from './retention-model.ts';

// Of its own: what is looked at here is all there is, and other files write at the same time.
const { cercle } = await started();

/** Erases batch by batch until nothing is left to erase, and answers the numbers of all. */
async function erase(sql: Sql | TransactionSql, at: Date, most = 200): Promise<Erased> {
	const total: Erased = {};
	for (;;) {
		const [row] = await sql`select erase_expired(${at}, ${most}) as erased`;
		const erased = row!.erased as Erased;
		if (Object.values(erased).every((count) => count === 0)) return total;
		for (const [kind, count] of Object.entries(erased)) total[kind] = (total[kind] ?? 0) + count;
	}
}

class Undone extends Error {}

/** Works on the database and leaves no trace for the next test. */
async function undone(work: (sql: TransactionSql) => Promise<void>): Promise<void> {
	try {
		await cercle.owner.begin(async (sql) => {
			await work(sql);
			throw new Undone();
		});
	} catch (error) {
		if (!(error instanceof Undone)) throw error;
	}
}

describe('how long a group keeps its words', () => {
	let ada: Person;
	let group: Group;
	const held = async () => {
		const [row] = await cercle.owner`
			select retention_months as months from groups where id = ${group.id}
		`;
		return row!.months as number;
	};
	const set = (by: Person, months: unknown, expected: unknown) =>
		by.client.rpc('set_retention', { group_id: group.id, months, expected });

	beforeAll(async () => {
		ada = await cercle.signIn('Ada');
		group = await foundGroup(ada);
	});

	test('is twelve months unless somebody says otherwise', async () => {
		expect(await held()).toBe(12);
	});

	test('is changed by any member who signed, and shown to all', async () => {
		const bob = await joinGroup(cercle, group, 'Bob');
		given(await set(bob, 24, 12));
		const seen = await ada.sql(
			(sql) => sql`select retention_months from groups where id = ${group.id}`
		);
		expect(seen).toEqual([{ retention_months: 24 }]);
		given(await set(ada, 12, 24));
	});

	test('is not changed by who saw another number', async () => {
		expect(code(await set(ada, 6, 13))).toBe('CR003');
		expect(code(await set(ada, 6, null))).toBe('CR003');
		expect(await held()).toBe(12);
	});

	test('is a line of the register where a member makes it shorter, and names them', async () => {
		const bob = await joinGroup(cercle, group, 'Bob');
		const register = async () => [
			...(await ada.sql(
				(sql) => sql`
					select kind, subject_id from decisions
					where group_id = ${group.id} and kind = 'retention_shortened' order by at
				`
			))
		];
		const before = await register();
		given(await set(ada, 18, 12));
		given(await set(ada, 18, 18));
		expect(code(await set(bob, 6, 12))).toBe('CR003');
		expect(await register()).toEqual(before);
		given(await set(bob, 12, 18));
		const line = { kind: 'retention_shortened', subject_id: bob.id };
		expect(await register()).toEqual([...before, line]);
	});

	test.each([0, 61, -1, null])('is never %s months', async (months) => {
		expect(code(await set(ada, months, 12))).toBe('CR005');
		expect(await held()).toBe(12);
	});
});

test('of any history all that is older goes, and nothing that is younger or still needed', async () => {
	await fc.assert(
		fc.asyncProperty(histories, fc.integer({ min: 1, max: 5 }), async (history: History, most) => {
			await undone(async (sql) => {
				const at = new Date('2026-11-28T12:00:00Z');
				const planted = await plant(sql, history, at);
				await erase(sql, at, most);
				const left = await wordsLike(sql, `${planted.run}-[a-z0-9]+-`);
				expect(left).toEqual(expectedWords(history, planted).sort());
			});
		}),
		{ numRuns: 60 }
	);
});

describe('a group with two sessions behind it', () => {
	let ada: Person;
	let bob: Person;
	let group: Group;
	let old: string;
	let last: string;
	let action: string;
	const canary = `canari${randomUUID().slice(0, 8)}`;
	const now = () => new Date();

	/** Held and closed so many months ago, with words of everybody in it. */
	async function held(months: number, words: string): Promise<string> {
		const starts_at = new Date(Date.now() - months * 31 * 86_400_000).toISOString();
		const session = await planSession(
			ada,
			planFor(group, { starts_at, presenters: [bob.id], scribe_id: ada.id, place: words })
		);
		const [challenge] = await cercle.owner`
			select id from challenges where session_id = ${session}
		`;
		const id = String(challenge!.id);
		await applyOne(bob, 'challenge.write', { id, changes: { question: words, context: words } });
		await start(ada, session);
		await roomOf(bob, session);
		const here = { group_id: group.id, session_id: session };
		await applyOne(ada, 'notes.write', { id, changes: { body: words, takeaways: words } });
		const gift = { challenge_id: id, kind: 'advice', text: words };
		await applyOne(ada, 'contribution.add', { id: randomUUID(), ...here, ...gift });
		await applyOne(bob, 'feedback.write', { ...here, plus: words, delta: words });
		const review = { action_id: action, outcome: 'partly', line: words };
		await applyOne(ada, 'review.record', { ...here, ...review });
		const { version } = await roomOf(ada, session);
		const next = planFor(group, { starts_at: '2031-01-08T18:30:00Z' });
		given(await close(ada, session, version, next));
		await date(
			cercle,
			(sql) => sql`
				update sessions set closed_at = ${starts_at}::timestamptz where id = ${session}
			`
		);
		return session;
	}

	beforeAll(async () => {
		ada = await cercle.signIn('Ada');
		group = await foundGroup(ada);
		bob = await joinGroup(cercle, group, 'Bob');
		await date(
			cercle,
			(sql) => sql`
				update memberships set joined_at = joined_at - interval '3 years' where group_id = ${group.id}
			`
		);
		action = await addAction(bob, group.id);
		old = await held(30, canary);
		last = await held(20, 'Sur le dernier banc');
	});

	const reviewsOf = (session: string) => cercle.owner`
		select outcome, line from reviews where session_id = ${session}
	`;

	test('keeps the words while a member writes them, and the last session’s though it is old', async () => {
		expect(await tablesWith(cercle.owner, canary)).toEqual([
			'challenge_notes',
			'challenges',
			'contributions',
			'feedbacks',
			'reviews',
			'sessions'
		]);
		const erased = await erase(cercle.owner, now());
		expect(erased).toMatchObject({ sessions: 1, contributions: 1, feedbacks: 1, reviews: 1 });
		expect(await tablesWith(cercle.owner, canary)).toEqual([]);
		expect(await tablesWith(cercle.owner, 'Sur le dernier banc')).toHaveLength(7);
	});

	test('still knows who was there, whose turn it was and what became of an action', async () => {
		const { owner } = cercle;
		expect(await owner`select 1 from attendances where session_id = ${old}`).not.toHaveLength(0);
		const turns = await owner`select presenter_id from challenges where session_id = ${old}`;
		expect(turns).toMatchObject([{ presenter_id: bob.id }]);
		expect(await reviewsOf(old)).toMatchObject([{ outcome: 'partly', line: '' }]);
		const [open] = await owner`select title, line, status from actions where id = ${action}`;
		expect(open).toEqual({ title: 'Call the bank', line: 'Sur le dernier banc', status: 'open' });
	});

	test('gets no new words into the erased session', async () => {
		const [row] = await cercle.owner`select id from challenges where session_id = ${old}`;
		const id = String(row!.id);
		const here = { group_id: group.id, session_id: old };
		expect([
			await applyOne(bob, 'challenge.write', { id, changes: { question: 'Encore' } }),
			await applyOne(bob, 'notes.write', { id, changes: { body: 'Encore' } }),
			await applyOne(bob, 'feedback.write', { ...here, plus: 'Encore', delta: '' })
		]).toEqual(['CR004', 'CR004', 'CR004']);
		const kept = { group_id: group.id, session_id: last };
		expect(await applyOne(bob, 'feedback.write', { ...kept, plus: 'Sur le dernier banc' })).toBe(
			null
		);
	});

	test('loses nothing by a second run', async () => {
		expect(await erase(cercle.owner, now())).toEqual({});
	});

	test('tells its live room that anything may have changed', async () => {
		await held(15, 'Au fond');
		const room = await openSession(ada, planFor(group));
		const told = () => cercle.owner`
			select payload -> 'tables' as tables from realtime.messages
			where topic like ${`room:${room.session_id}:%`} and event = 'changed' order by inserted_at
		`;
		const before = (await told()).length;
		expect((await erase(cercle.owner, now())).sessions).toBeGreaterThan(0);
		expect((await told()).slice(before)).toEqual([{ tables: null }]);
	});
});

describe('what names people for a time only', () => {
	test('an invitation that is over goes after ninety days, a pending one stays', async () => {
		const ada = await cercle.signIn('Ada');
		const group = await foundGroup(ada);
		await undone(async (sql) => {
			const at = new Date();
			for (const [email, ended, days] of [
				['expired', 'expires_at', 91],
				['accepted', 'accepted_at', 91],
				['revoked', 'revoked_at', 91],
				['recent', 'expires_at', 89],
				['pending', 'expires_at', -3]
			] as const) {
				const moment = new Date(at.getTime() - days * 86_400_000);
				await sql`
					insert into invitations ${sql({
						...{ group_id: group.id, email: `${email}@test.example`, invited_by: ada.id },
						...{ token_hash: Buffer.from(email.padEnd(32, '.')), [ended]: moment }
					})}
				`;
			}
			expect((await erase(sql, at)).invitations).toBe(3);
			const left = await sql`select email from invitations where group_id = ${group.id} order by 1`;
			expect(left.map(({ email }) => email)).toEqual([
				'pending@test.example',
				'recent@test.example'
			]);
		});
	});

	test('operations are forgotten after a year, reminders after ninety days', async () => {
		const { id } = await cercle.signIn('Ada');
		await undone(async (sql) => {
			for (const [sequence, days] of [
				[1, 367],
				[2, 360]
			]) {
				await sql`
					insert into operations (client_id, member_id, sequence, applied_at)
					values (${randomUUID()}, ${id}, ${sequence!}, now() - make_interval(days => ${days!}))
				`;
			}
			await sql`
				insert into private.reminders (member_id, kind, subject, day, channel, target, claimed_until)
				select ${id}, 'day', gen_random_uuid(), '2026-01-01', 'mail', ${id},
					now() - make_interval(days => d) from unnest(array[89, 91]) d
			`;
			expect(await erase(sql, new Date())).toMatchObject({ operations: 1, reminders: 1 });
			const left = await sql`select sequence from operations where member_id = ${id}`;
			expect(left.map(({ sequence }) => Number(sequence))).toEqual([2]);
		});
	});

	test('a sign-in nobody renewed for thirty days ends, as the phone forgets then; another one stays', async () => {
		const { id } = await cercle.signIn('Ada');
		const { id: other } = await cercle.signIn('Bob');
		const unused = (days: number) =>
			cercle.owner`now() at time zone 'UTC' - make_interval(days => ${days})`;
		await undone(async (sql) => {
			await sql`
				update auth.sessions set created_at = now() - interval '200 days',
					updated_at = now() - interval '200 days', refreshed_at = ${unused(31)}
				where user_id = ${id}
			`;
			await sql`
				update auth.sessions set created_at = now() - interval '200 days',
					updated_at = now() - interval '200 days', refreshed_at = ${unused(29)}
				where user_id = ${other}
			`;
			expect(await erase(sql, new Date())).toMatchObject({ sign_ins: 1 });
			const left = await sql`select user_id from auth.sessions where user_id in (${id}, ${other})`;
			expect(left).toEqual([{ user_id: other }]);
		});
	});
});

test('of two processes that erase at once one does nothing, and says so', async () => {
	const { owner } = cercle;
	await owner.begin(async (sql) => {
		await sql`select erase_expired(now())`;
		const [other] = await owner`select erase_expired(now()) as erased`;
		expect(other!.erased).toEqual({});
	});
});

test('every column that can hold words of a session is decided upon', async () => {
	await tablesOf(cercle.owner, SCHEMAS);
	const columns = await cercle.owner`
		select c.table_name || '.' || c.column_name as name
		from information_schema.columns c
		where c.table_schema = any (${[...SCHEMAS]}) and c.data_type in ('text', 'jsonb', 'ARRAY')
			and (c.table_name = 'sessions' or exists (
				select from pg_constraint f
				join pg_attribute s on s.attrelid = f.conrelid and s.attnum = f.conkey[1]
				where f.conrelid = format('%I.%I', c.table_schema, c.table_name)::regclass
					and f.confrelid = 'sessions'::regclass and s.attname = 'session_id'
			))
		order by 1
	`;
	expect(columns.map(({ name }) => name as string)).toEqual([
		// Written by the database; goes with its action.
		...['choice', 'kind', 'line', 'outcome', 'title'].map((name) => `action_events.${name}`),
		// Emptied.
		...['body', 'takeaways'].map((name) => `challenge_notes.${name}`),
		...[
			'context',
			'keep',
			'need',
			'options',
			'question',
			'tags',
			'tried',
			'unwanted',
			'wanted'
		].map((name) => `challenges.${name}`),
		// Deleted.
		...['contributions.kind', 'contributions.text', 'feedbacks.delta', 'feedbacks.plus'],
		// The outcome stays, the line is emptied.
		...['reviews.line', 'reviews.outcome'],
		// Deleted.
		...['room_commands.args', 'room_commands.before', 'room_commands.command'],
		// Of a list of words, deleted at the close.
		'room_signals.kind',
		// Numbers.
		'room_states.minutes',
		// The label is replaced; the others are of a list.
		...['kind', 'label', 'rule', 'speakers'].map((name) => `segments.${name}`),
		// The place is emptied; the others are of a list.
		...['format', 'place', 'status', 'time_zone'].map((name) => `sessions.${name}`)
	]);
});
