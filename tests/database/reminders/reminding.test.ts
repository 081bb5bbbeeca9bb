import { createHash, randomUUID } from 'node:crypto';
import ICAL from 'ical.js';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCercle, type RunningCercle } from '#lib/server/cercle.ts';
import { readConfig } from '#lib/server/config.ts';
import { openLog } from '#lib/server/log.ts';
import { openFeed } from '#lib/server/reminders/feed.ts';
import { openPush } from '#lib/server/reminders/push.ts';
import { openQueue, type Queue } from '#lib/server/reminders/queue.ts';
import { deliver } from '#lib/server/reminders/reminders.ts';
import { sendDue } from '#lib/server/reminders/scheduler.ts';
import { hostedSupabase } from '#lib/server/supabase.ts';
import { openPushReceiver, type PushReceiver } from '../../support/push.ts';
import { type Person, started } from '../../support/server.ts';
import {
	addAction,
	date,
	foundGroup,
	given,
	type Group,
	joinGroup,
	leave,
	planFor,
	planSession
} from '../people.ts';

const origin = 'https://cercle.example';
const { server, cercle } = await started();
let receiver: PushReceiver;
/** What the sender's clock says. */
let now = new Date();
let queue: Queue;
const log: unknown[] = [];

beforeAll(async () => {
	receiver = await openPushReceiver();
	queue = openQueue(hostedSupabase(server.hosted, server.secretKey), () => now);
});
afterAll(async () => {
	await receiver.close();
});

/** One turn of the scheduler of one process. */
function turn(): Promise<void> {
	const { mailer, backend } = server.running;
	const hosts = [receiver.origin];
	const contact = 'mailto:cercle@cercle.example';
	const push = openPush({ vapid: backend!.keys.vapid, contact, hosts });
	return sendDue(
		{
			queue,
			send: (reminder) => deliver(reminder, { mailer, push, origin }),
			log: (...line) => log.push(line)
		},
		new AbortController().signal
	);
}

const CANARY = 'canari-7f3a';

/** A group full of words that must not leave, which meets on the 20th of March of this year. */
async function meeting(year: number): Promise<{ group: Group; ada: Person; session: string }> {
	const ada = await cercle.signIn('Ada');
	const group = await foundGroup(ada, `${CANARY} groupe`);
	await addAction(ada, group.id, { title: `${CANARY} action` });
	const starts_at = `${year}-03-20T18:30:00+01:00`;
	const plan = planFor(group, { starts_at, place: `${CANARY} lieu`, presenters: [ada.id] });
	const session = await planSession(ada, plan);
	await cercle.owner`
		update challenges set question = ${`${CANARY} défi`} where session_id = ${session}
	`;
	return { group, ada, session };
}

describe('a mail', () => {
	test('says that something waits and where, nothing else, and is known by its identity', async () => {
		const { ada, group, session } = await meeting(2051);
		now = new Date('2051-03-20T12:00:00+01:00');
		await turn();
		const mail = await server.mails.next(ada.email);
		expect(mail.subject).toMatch(/^Cercle\s: une séance a lieu très bientôt$/);
		expect(mail.text).toContain(`${origin}/today`);
		for (const word of [CANARY, 'Ada', 'Les Quais', group.id, session, '18:30', '20']) {
			expect(mail.subject + mail.text).not.toContain(word);
		}
		expect(mail.raw).not.toContain(CANARY);
		const [row] = await cercle.owner`
			select id, outcome from private.reminders where member_id = ${ada.id}
		`;
		expect(row?.outcome).toBe('sent');
		expect(mail.raw).toMatch(new RegExp(`^Message-ID: <${row?.id}@`, 'm'));
		expect(mail.raw).toContain(`List-Unsubscribe: <${origin}/me/reminders>`);
		expect(mail.raw).toMatch(/^Auto-Submitted: auto-generated/m);
		await turn();
		expect(server.mails.mails.filter(({ to }) => to === ada.email)).toHaveLength(1);
	});

	test('is in the reader’s language', async () => {
		const { ada } = await meeting(2052);
		await cercle.owner`update profiles set language = 'en' where id = ${ada.id}`;
		now = new Date('2052-03-15T12:00:00+01:00');
		await turn();
		expect((await server.mails.next(ada.email)).subject).toBe('Cercle: a session is coming up');
	});
});

describe('a push', () => {
	async function pushTo(year: number) {
		const world = await meeting(year);
		const { ada } = world;
		const settings = { mail: [], push: ['day'], quiet_from: null, quiet_to: null };
		given(
			await ada.client.rpc('set_reminders', {
				settings: { ...settings, time_zone: 'Europe/Paris' }
			})
		);
		given(await ada.client.rpc('subscribe_push', receiver.subscription));
		now = new Date(`${year}-03-20T12:00:00+01:00`);
		receiver.pushes.length = 0;
		receiver.answer = { status: 201 };
		return world;
	}
	const outcomeOf = async ({ id }: Person) => {
		const rows = await cercle.owner`
			select outcome from private.reminders where member_id = ${id}
		`;
		return rows.map(({ outcome }) => outcome as unknown);
	};

	test('is for the browser’s eyes, signed with our key, and without content', async () => {
		const { ada } = await pushTo(2053);
		await turn();
		const [push, ...more] = receiver.pushes;
		expect(more).toEqual([]);
		expect(JSON.parse(push!.payload)).toEqual({ kind: 'day', language: 'fr' });
		expect(push).toMatchObject({ topic: expect.stringMatching(/^[0-9a-f]{32}$/), ttl: 23_400 });
		const { publicKey } = server.running.backend!.keys.vapid;
		expect(push!.key).toBe(publicKey);
		const bytes = Buffer.from(publicKey, 'base64url');
		const key = {
			...{ kty: 'EC', crv: 'P-256', x: bytes.subarray(1, 33).toString('base64url') },
			y: bytes.subarray(33).toString('base64url')
		};
		const token = /t=([^,]+)/.exec(push!.authorization)?.[1] ?? '';
		const { payload } = await jwtVerify(token, key, { audience: receiver.origin });
		expect(payload.sub).toBe('mailto:cercle@cercle.example');
		expect(await outcomeOf(ada)).toEqual(['sent']);
	});

	test('to a browser that took its subscription back is the last one', async () => {
		const { ada } = await pushTo(2054);
		receiver.answer = { status: 410 };
		await turn();
		expect(await outcomeOf(ada)).toEqual(['gone']);
		expect(given(await ada.client.rpc('read_reminders')).endpoints).toEqual([]);
	});

	test('that its service does not take now is tried again', async () => {
		const { ada } = await pushTo(2055);
		receiver.answer = { status: 503 };
		await turn();
		expect(await outcomeOf(ada)).toEqual([null]);
		receiver.answer = { status: 201 };
		now = new Date(now.getTime() + 5 * 60_000);
		await turn();
		expect(await outcomeOf(ada)).toEqual(['sent']);
		expect(receiver.pushes[1]?.topic).toBe(receiver.pushes[0]?.topic);
	});

	test('is led nowhere else', async () => {
		const { ada } = await pushTo(2056);
		receiver.answer = { status: 307, headers: { location: `${receiver.origin}/elsewhere` } };
		await turn();
		expect(receiver.pushes.map(({ path }) => path)).toEqual([
			new URL(receiver.subscription.endpoint).pathname
		]);
		expect(await outcomeOf(ada)).toEqual([null]);
	});

	test('to an address that is no push service knocks nowhere and is forgotten', async () => {
		const { ada } = await pushTo(2057);
		const endpoint = `${server.url}/healthz`;
		given(await ada.client.rpc('subscribe_push', { ...receiver.subscription, endpoint }));
		await ada.client.rpc('unsubscribe_push', { endpoint: receiver.subscription.endpoint });
		await turn();
		expect(await outcomeOf(ada)).toEqual(['gone']);
	});
});

test('two processes at the same moment send each reminder once', async () => {
	const { group, ada } = await meeting(2058);
	const people = [ada];
	for (const name of ['Bob', 'Carol', 'Dan']) people.push(await joinGroup(cercle, group, name));
	now = new Date('2058-03-20T12:00:00+01:00');
	await Promise.all([turn(), turn(), turn()]);
	for (const { email } of people) {
		expect(server.mails.mails.filter(({ to }) => to === email)).toHaveLength(1);
	}
});

describe('a process beside a hosted Supabase', () => {
	async function beside(env: Record<string, string>, lines: string[]): Promise<RunningCercle> {
		const config = readConfig('start', {
			...{ PORT: '0', SMTP_URL: server.mails.url, PUBLIC_SUPABASE_URL: server.url, ...env },
			PUBLIC_SUPABASE_PUBLISHABLE_KEY: server.publishableKey
		});
		const write = openLog((line) => lines.push(line));
		return openCercle({ config, root: '.', version: 'test', log: write, pages: false });
	}

	test('sends the reminders with its secret key, and says so when it has none', async () => {
		const { ada, session } = await meeting(2059);
		await cercle.owner`update sessions set starts_at = now() + interval '12 hours' where id = ${session}`;
		await date(
			cercle,
			(sql) => sql`
			update memberships set joined_at = now() - interval '3 days' where member_id = ${ada.id}
		`
		);
		const settings = { mail: ['day'], push: [], time_zone: 'Europe/Paris' };
		given(await ada.client.rpc('set_reminders', { settings }));
		const lines: string[] = [];
		const idle = await beside({}, lines);
		expect(lines.join()).toContain('"event":"reminders_off","reason":"SUPABASE_SECRET_KEY"');
		await idle.close();
		const busy = await beside({ SUPABASE_SECRET_KEY: server.secretKey }, lines);
		expect((await server.mails.next(ada.email)).subject).toMatch(/^Cercle/);
		await busy.close();
		expect(lines.join()).toContain('"event":"push_off"');
		expect(lines.join()).toContain('"event":"reminders_sent","count":1');
	});
});

describe('the calendar', () => {
	const feed = () => openFeed(hostedSupabase(server.hosted, server.publishableKey));
	const eventsOf = async (token: string) => {
		const answer = await feed().read(token, origin, '127.0.0.1');
		expect(answer.headers.get('cache-control')).toBe('no-store');
		if (answer.status !== 200) return answer.status;
		const text = await answer.text();
		expect(text).not.toContain(CANARY);
		const calendar = new ICAL.Component(ICAL.parse(text));
		return calendar
			.getAllSubcomponents('vevent')
			.map((event) => new ICAL.Event(event))
			.map(({ uid, summary, startDate }) => [uid, summary, startDate.toJSDate().toISOString()]);
	};

	test('has the sessions of its member, and no word about them', async () => {
		const { ada, session } = await meeting(2060);
		const token = String(given(await ada.client.rpc('open_calendar')));
		expect(token).toMatch(/^[\w-]{43}$/);
		expect(await eventsOf(token)).toEqual([
			[`${session}@cercle`, 'Cercle', '2060-03-20T17:30:00.000Z']
		]);
		const [row] = await cercle.owner`select * from calendars where id = ${ada.id}`;
		expect(Object.values(row!).map(String).join()).not.toContain(token);
		const hash = createHash('sha256').update(token).digest();
		expect(Buffer.from(row!.token_hash as Uint8Array).equals(hash)).toBe(true);
		// What a backup holds of it opens nothing.
		for (const kept of [
			hash.toString('hex'),
			hash.toString('base64url'),
			`\\x${hash.toString('hex')}`
		]) {
			expect(await eventsOf(kept)).toBe(404);
			const read = await cercle.anonymous().rpc('read_calendar', { token: kept });
			expect(given(read)).toBeNull();
		}
	});

	test('of yesterday’s address, of a revoked one and of none give the same answer', async () => {
		const { ada } = await meeting(2061);
		const first = String(given(await ada.client.rpc('open_calendar')));
		const second = String(given(await ada.client.rpc('open_calendar')));
		expect(second).not.toBe(first);
		expect(await eventsOf(first)).toBe(404);
		expect(await eventsOf(second)).toHaveLength(1);
		given(await ada.client.rpc('close_calendar'));
		const answers = await Promise.all(
			[second, randomUUID(), '', '../x', 'é'.repeat(5000)].map((token) =>
				feed().read(token, origin, '127.0.0.1')
			)
		);
		const told = answers.map(({ status, headers }) => [status, ...headers]);
		expect(new Set(told.map((answer) => JSON.stringify(answer))).size).toBe(1);
		expect(answers[0]?.status).toBe(404);
		expect(await answers[0]?.text()).toBe('');
	});

	test('shows nothing of a group one left, has not signed for, or before one came', async () => {
		const { ada, group, session } = await meeting(2062);
		const bob = await joinGroup(cercle, group, 'Bob', { sign: false });
		const token = String(given(await bob.client.rpc('open_calendar')));
		expect(await eventsOf(token)).toEqual([]);
		await bob.client.rpc('sign_charter', { charter_id: group.charterId });
		expect(await eventsOf(token)).toHaveLength(1);
		await cercle.owner`
			update sessions set status = 'closed', closed_at = now() - interval '1 hour' where id = ${session}
		`;
		expect(await eventsOf(token)).toEqual([]);
		const own = String(given(await ada.client.rpc('open_calendar')));
		expect(await eventsOf(own)).toEqual([]);
		await cercle.owner`update sessions set closed_at = now() where id = ${session}`;
		expect(await eventsOf(token)).toHaveLength(1);
		await leave(cercle, group.id, bob);
		expect(await eventsOf(token)).toEqual([]);
	});

	test('has the last sixty days', async () => {
		const { ada, session } = await meeting(2063);
		const token = String(given(await ada.client.rpc('open_calendar')));
		const move = (days: number) =>
			cercle.owner`
				update sessions set starts_at = now() - make_interval(days => ${days}) where id = ${session}
			`;
		await move(59);
		expect(await eventsOf(token)).toHaveLength(1);
		await move(61);
		expect(await eventsOf(token)).toEqual([]);
	});

	test('asked too often makes its reader wait', async () => {
		const one = feed();
		const answers = [];
		for (let times = 0; times < 61; times++)
			answers.push((await one.read('token', origin, '127.0.0.1')).status);
		expect(answers.slice(-2)).toEqual([404, 429]);
	});
});

test('what was printed meanwhile names no person and no words', () => {
	const printed = [...server.log, JSON.stringify(log)].join('\n');
	expect(printed).toContain('reminders_sent');
	expect(printed).not.toMatch(new RegExp(`${CANARY}|@test\\.example|Ada`));
});
