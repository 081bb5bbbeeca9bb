import { randomUUID } from 'node:crypto';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { describe, expect, test } from 'vitest';
import { type Person, personOf, started } from '../../support/server.ts';
import {
	addAction,
	code,
	enterByCode,
	foundGroup,
	given,
	joinGroup,
	leave,
	NOTHING_YET,
	planFor,
	planSession,
	roomOf,
	start
} from '../people.ts';
import { browser } from '../personas.ts';

const { server, cercle } = await started();

const PHONE =
	'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';
const LAPTOP = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';

/** A device on which somebody signs in with the code of a mail. */
async function device(email: string, userAgent = PHONE): Promise<Person> {
	const client = createClient(server.url, server.publishableKey, {
		auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
		global: { headers: { 'user-agent': userAgent } }
	});
	const { data, error } = await enterByCode(server, client, email);
	if (error || !data.session) throw error ?? new Error('no session');
	const { session } = data;
	return personOf(cercle.owner, { id: session.user.id, email, session, client });
}

/** One member with a phone and a laptop. */
async function pair(): Promise<{ phone: Person; laptop: Person }> {
	const email = `ada.${randomUUID().slice(0, 8)}@test.example`;
	const phone = await device(email, PHONE);
	return { phone, laptop: await device(email, LAPTOP) };
}

interface Listed {
	id: string;
	since: string;
	seen: string;
	current: boolean;
	system: string | null;
	browser: string | null;
}
const listed = async ({ client }: Person) => given(await client.rpc('list_sign_ins')) as Listed[];
const named = async (by: Person) =>
	(await listed(by)).map(({ system, browser, current }) => ({ system, browser, current }));

/** The session of this device, as the database names it. */
async function sessionOf(by: Person): Promise<string> {
	const own = (await listed(by)).find(({ current }) => current);
	if (!own) throw new Error('no session of its own');
	return own.id;
}

async function lives(session: string): Promise<boolean> {
	const rows = await cercle.owner`select from auth.sessions where id = ${session}`;
	return rows.length === 1;
}

/** Asks for a row that the member may read, and that is there. */
async function reads(by: Person, action: string): Promise<number> {
	const rows = await cercle.owner`select from actions where id = ${action}`;
	expect(rows).toHaveLength(1);
	return (await by.sql((sql) => sql`select from actions where id = ${action}`)).length;
}

const iphone = { system: 'iphone', browser: 'safari' };
const linux = { system: 'linux', browser: 'firefox' };

describe('the list', () => {
	test('shows a member where they are signed in, this device first, and nothing of the network', async () => {
		const { phone, laptop } = await pair();
		expect(await named(phone)).toEqual([
			{ ...iphone, current: true },
			{ ...linux, current: false }
		]);
		expect(await named(laptop)).toEqual([
			{ ...linux, current: true },
			{ ...iphone, current: false }
		]);
		const [own] = await listed(phone);
		expect(Object.keys(own!).sort()).toEqual([
			...['browser', 'current', 'id', 'seen', 'since', 'system']
		]);
		const [held] = await cercle.owner`select ip from auth.sessions where id = ${own!.id}`;
		expect(held).toEqual({ ip: null });
	});

	test('says when a device was seen: at the latest renewal of its token', async () => {
		const { phone, laptop } = await pair();
		const session = await sessionOf(phone);
		await cercle.owner`
			update auth.sessions set created_at = '2026-01-01', updated_at = '2026-01-01',
				refreshed_at = '2026-01-02 10:00' where id = ${session}
		`;
		const of = async () => (await listed(laptop)).find(({ id }) => id === session)!;
		expect(new Date((await of()).seen).toISOString()).toBe('2026-01-02T10:00:00.000Z');
		await phone.client.auth.refreshSession();
		expect(Date.parse((await of()).seen)).toBeGreaterThan(Date.parse('2026-01-03'));
		expect(await named(phone)).toContainEqual({ ...iphone, current: true });
	});

	test.each([
		[
			'Mozilla/5.0 (Linux; Android 15; SM-S911B) Chrome/140.0 Mobile Safari/537.36',
			'android chrome'
		],
		['Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0', 'windows edge'],
		['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.6 Safari/605.1.15', 'mac safari'],
		['Mozilla/5.0 (iPhone; CPU iPhone OS 18_6) CriOS/140.0 Mobile Safari/604.1', 'iphone chrome'],
		['Mozilla/5.0 (X11; CrOS x86_64) Chrome/140.0 Safari/537.36 OPR/124', 'chromeos opera'],
		['curl/8.5.0', 'null null']
	])('calls %s: %s', async (userAgent, words) => {
		const [row] = await cercle.owner`
			select private.system_of(${userAgent}) as system, private.browser_of(${userAgent}) as browser
		`;
		expect(`${row?.system} ${row?.browser}`).toBe(words);
	});

	test('shows nothing of another account, and ends nothing there', async () => {
		const { phone } = await pair();
		const eve = await cercle.signIn('Eve');
		const session = await sessionOf(phone);
		expect((await listed(eve)).map(({ id }) => id)).not.toContain(session);
		expect(code(await eve.client.rpc('end_sign_ins', { sign_in_id: session }))).toBe('CR001');
		expect(given(await eve.client.rpc('end_sign_ins'))).toBe(0);
		expect(given(await eve.client.rpc('end_sign_ins', { everywhere: true }))).toBe(1);
		expect(await lives(session)).toBe(true);
	});

	test('one, all others, or all: never one and all', async () => {
		const { phone, laptop } = await pair();
		const sign_in_id = await sessionOf(laptop);
		const both = await phone.client.rpc('end_sign_ins', { sign_in_id, everywhere: true });
		expect(code(both)).toBe('CR005');
		expect(await lives(sign_in_id)).toBe(true);
	});
});

describe('a device that was signed out elsewhere', () => {
	test('is refused at once at every door, and told why; the other one goes on', async () => {
		const { phone, laptop } = await pair();
		const group = await foundGroup(phone);
		const action = await addAction(phone, group.id);
		expect(await reads(phone, action)).toBe(1);
		const refresh_token = phone.session.refresh_token;
		expect(
			given(await laptop.client.rpc('end_sign_ins', { sign_in_id: await sessionOf(phone) }))
		).toBe(1);

		expect(await reads(phone, action)).toBe(0);
		const { client } = phone;
		const answers = [
			await client.rpc('pull', { ask: NOTHING_YET }),
			await client.rpc('apply_ops', { client_id: randomUUID(), operations: [] }),
			await client.rpc('list_sign_ins'),
			await client.rpc('end_sign_ins'),
			await client.rpc('open_calendar'),
			await client.rpc('subscribe_push', browser())
		];
		expect(answers.map(code)).toEqual(answers.map(() => 'CR013'));
		const renewed = await cercle.anonymous().auth.refreshSession({ refresh_token });
		expect(renewed.error?.code).toBe('refresh_token_not_found');
		const { access_token } = phone.session;
		const password = await fetch(`${server.url}/auth/v1/user`, {
			method: 'PUT',
			headers: {
				...{ apikey: server.publishableKey, authorization: `Bearer ${access_token}` },
				'content-type': 'application/json'
			},
			body: JSON.stringify({ password: 'a sentence long enough' })
		});
		expect(password.status).toBe(403);
		expect(await named(laptop)).toEqual([{ ...linux, current: true }]);
		expect(await reads(laptop, action)).toBe(1);
	});

	test('may be all the others at once, or this one too', async () => {
		const { phone, laptop } = await pair();
		const third = await device(phone.email);
		expect(given(await phone.client.rpc('end_sign_ins'))).toBe(2);
		expect([
			code(await laptop.client.rpc('list_sign_ins')),
			code(await third.client.rpc('pull', { ask: NOTHING_YET }))
		]).toEqual(['CR013', 'CR013']);
		expect(await named(phone)).toHaveLength(1);
		expect(given(await phone.client.rpc('end_sign_ins', { everywhere: true }))).toBe(1);
		expect(code(await phone.client.rpc('list_sign_ins'))).toBe('CR013');
	});

	test('is not this one: signing out here leaves the others signed in', async () => {
		const { phone, laptop } = await pair();
		const session = await sessionOf(phone);
		await phone.client.auth.signOut({ scope: 'local' });
		expect(await lives(session)).toBe(false);
		expect(await named(laptop)).toEqual([{ ...linux, current: true }]);
	});

	test('has no more reminders; the other browser has', async () => {
		const { phone, laptop } = await pair();
		given(await phone.client.rpc('subscribe_push', browser()));
		const kept = browser();
		given(await laptop.client.rpc('subscribe_push', kept));
		const due = async () => {
			const group = await foundGroup(laptop);
			const on = planFor(group, { starts_at: '2061-03-20T18:30:00+01:00' });
			await planSession(laptop, on);
			const rows = await cercle.owner`
				select subscription ->> 'endpoint' as endpoint
				from private.due_reminders('2061-03-19T18:31:00+01:00')
				where channel = 'push' and member_id = ${phone.id} and subject = ${on.id}
			`;
			return rows.map(({ endpoint }) => endpoint as string);
		};
		await cercle.owner`update push_subscriptions set created_at = '2026-01-01'`;
		expect(await due()).toHaveLength(2);
		given(await laptop.client.rpc('end_sign_ins'));
		expect(await due()).toEqual([kept.endpoint]);
		const left = await cercle.owner`
			select endpoint from push_subscriptions where member_id = ${phone.id}
		`;
		expect(left).toEqual([{ endpoint: kept.endpoint }]);
	});

	test('is reminded no more even where its subscription is still there', async () => {
		const { phone } = await pair();
		given(await phone.client.rpc('subscribe_push', browser()));
		await cercle.owner`update push_subscriptions set created_at = '2026-01-01'`;
		const group = await foundGroup(phone);
		await planSession(phone, planFor(group, { starts_at: '2062-03-20T18:30:00+01:00' }));
		const due = () => cercle.owner`
			select from private.due_reminders('2062-03-19T18:31:00+01:00')
			where channel = 'push' and member_id = ${phone.id}
		`;
		expect(await due()).toHaveLength(1);
		await cercle.owner`
			update push_subscriptions set session_id = gen_random_uuid() where member_id = ${phone.id}
		`;
		expect(await due()).toHaveLength(0);
	});

	test('keeps the calendar’s address, unless it was everywhere', async () => {
		const { phone, laptop } = await pair();
		const token = given(await phone.client.rpc('open_calendar')) as string;
		const feed = async () =>
			(
				await fetch(`${server.url}/rest/v1/rpc/read_calendar`, {
					method: 'POST',
					headers: { apikey: server.publishableKey, 'content-type': 'application/json' },
					body: JSON.stringify({ token })
				})
			).json();
		expect(await feed()).toEqual([]);
		given(await laptop.client.rpc('end_sign_ins'));
		expect(await feed()).toEqual([]);
		given(await laptop.client.rpc('end_sign_ins', { everywhere: true }));
		expect(await feed()).toBeNull();
	});
});

describe('the other devices are signed out', () => {
	const password = 'une phrase assez longue';

	test('by a new password', async () => {
		const { phone, laptop } = await pair();
		await phone.client.auth.reauthenticate();
		const nonce = await server.mails.code(phone.email);
		expect(await named(phone)).toHaveLength(2);
		expect((await phone.client.auth.updateUser({ password, nonce })).error).toBeNull();
		expect(await named(phone)).toEqual([{ ...iphone, current: true }]);
		expect(code(await laptop.client.rpc('pull', { ask: NOTHING_YET }))).toBe('CR013');
	});

	test('not by one that is refused', async () => {
		const { phone } = await pair();
		expect((await phone.client.auth.updateUser({ password: 'short' })).error?.status).toBe(422);
		expect(await named(phone)).toHaveLength(2);
	});
});

describe('an open socket', () => {
	/** A group whose session is live, and what its room is called just now. */
	async function liveRoom(founder: Person) {
		const group = await foundGroup(founder);
		const { id } = planFor(group);
		await planSession(founder, { ...planFor(group), id });
		await start(founder, id);
		const topic = async () => {
			const [row] = await cercle.owner`select private.room_topic(${id}) as topic`;
			return row?.topic as string;
		};
		return { group, session: id, topic };
	}

	/** Listens to a topic with the real client; what it heard, and how the channel stands. */
	async function listen(client: SupabaseClient, topic: string) {
		const heard: string[] = [];
		const closed = Promise.withResolvers<undefined>();
		await client.realtime.setAuth();
		await new Promise<void>((joined, failed) => {
			client
				.channel(topic, { config: { private: true } })
				.on('broadcast', { event: '*' }, ({ event }) => heard.push(event))
				.subscribe((status, error) => {
					if (status === 'SUBSCRIBED') joined();
					else if (status === 'CLOSED') closed.resolve(undefined);
					else if (error) failed(error);
				});
		});
		return { heard, closed: closed.promise };
	}

	const say = (topic: string, event: string) =>
		cercle.owner`select realtime.send('{}', ${event}, ${topic}, true)`;

	test('of a session that was ended closes and hears nothing more; the other one goes on', async () => {
		const { phone, laptop } = await pair();
		const { topic } = await liveRoom(phone);
		const before = await topic();
		const onPhone = await listen(phone.client, before);
		await say(before, 'still here');
		await expect.poll(() => onPhone.heard).toContain('still here');
		given(await laptop.client.rpc('end_sign_ins', { sign_in_id: await sessionOf(phone) }));
		await onPhone.closed;
		const after = await topic();
		expect(after).not.toBe(before);
		const onLaptop = await listen(laptop.client, after);
		await expect(listen(phone.client, after)).rejects.toThrow(/Unauthorized/);
		await say(before, 'old');
		await say(after, 'new');
		await expect.poll(() => onLaptop.heard).toEqual(['new']);
		expect(onPhone.heard.at(-1)).toBe('still here');
		await Promise.all([phone, laptop].map(({ client }) => client.realtime.disconnect()));
	});

	test('of a member whose device was signed out stays where no session is live', async () => {
		const { phone, laptop } = await pair();
		const group = await foundGroup(phone);
		const epoch = () => cercle.owner`select epoch from groups where id = ${group.id}`;
		const before = await epoch();
		given(await laptop.client.rpc('end_sign_ins'));
		expect(await epoch()).toEqual(before);
	});

	test('of who left closes and hears nothing more; the others go on', async () => {
		const { phone } = await pair();
		const { group, session, topic } = await liveRoom(phone);
		const bob = await joinGroup(cercle, group, 'Bob');
		await roomOf(bob, session);
		const onBob = await listen(bob.client, await topic());
		// His own coming may still be told; what follows this comes after.
		await say(await topic(), 'still here');
		await expect.poll(() => onBob.heard).toContain('still here');
		await leave(cercle, group.id, bob);
		await onBob.closed;
		const onPhone = await listen(phone.client, await topic());
		await say(await topic(), 'new');
		// That he left may be told to the new topic before it.
		await expect.poll(() => onPhone.heard).toContain('new');
		const after = onBob.heard.slice(onBob.heard.indexOf('still here') + 1);
		expect(after.filter((event) => event !== 'moved')).toEqual([]);
		await Promise.all([phone, bob].map(({ client }) => client.realtime.disconnect()));
	});
});
