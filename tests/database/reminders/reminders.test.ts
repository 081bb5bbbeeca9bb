import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { refusal } from '../../support/as-person.ts';
import { connected, type Person } from '../../support/server.ts';
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
	leave,
	openSession,
	planFor,
	planSession,
	sign
} from '../people.ts';
import { browser } from '../personas.ts';

const cercle = connected();

const claimFormat = z.array(
	z.object({
		id: z.uuid(),
		kind: z.string(),
		channel: z.string(),
		seconds: z.number(),
		language: z.string(),
		address: z.string().nullable(),
		subscription: z.object({ endpoint: z.string() }).nullable()
	})
);
type Claim = z.infer<typeof claimFormat>[number];

/** What one process takes at this moment, for these people; in local time of Paris. */
async function claim(at: string, ...people: Person[]): Promise<Claim[]> {
	const taken = await cercle.owner.begin(async (sql) => {
		await sql`set local role service_role`;
		const [row] = await sql`select claim_reminders(${at}::text::timestamptz, 200) as taken`;
		return claimFormat.parse(row?.taken);
	});
	const emails = people.map(({ email }) => email);
	return taken.filter(({ address }) => address === null || emails.includes(address));
}

const kinds = (claims: Claim[]) => claims.map(({ kind, channel }) => `${kind} ${channel}`).sort();

/** Each test has a year of its own: what is due is due to everybody in the database. */
let year = 2040;
const nextYear = () => String(++year);

async function finish({ id }: Claim, outcome = 'sent') {
	await cercle.owner`select finish_reminder(${id}, ${outcome})`;
}

const settings = (changes: Record<string, unknown> = {}) => ({
	...{ mail: ['week', 'day', 'after', 'charter'], push: ['week', 'day', 'after', 'charter'] },
	...{ quiet_from: '21:00', quiet_to: '08:00', time_zone: 'Europe/Paris', ...changes }
});
const choose = (by: Person, changes: Record<string, unknown>) =>
	by.client.rpc('set_reminders', { settings: settings(changes) });

/** A group whose session is on the 20th of March at 18:30 in Paris. */
async function meeting(): Promise<{ group: Group; ada: Person; session: string; on: string }> {
	const on = nextYear();
	const ada = await cercle.signIn('Ada');
	const group = await foundGroup(ada);
	const starts_at = `${on}-03-20T18:30:00+01:00`;
	const session = await planSession(ada, planFor(group, { starts_at }));
	return { group, ada, session, on };
}

describe('before a session', () => {
	test('a week ahead, the hour being the same though clocks change in between', async () => {
		const ada = await cercle.signIn('Ada');
		const group = await foundGroup(ada);
		// Summer time begins in Paris on the 27th of March.
		await planSession(ada, planFor(group, { starts_at: '2039-03-30T18:30:00+02:00' }));
		expect(await claim('2039-03-23T18:29:00+01:00', ada)).toEqual([]);
		const [week, ...more] = await claim('2039-03-23T18:31:00+01:00', ada);
		expect(more).toEqual([]);
		expect(week).toMatchObject({ kind: 'week', channel: 'mail', language: 'fr' });
	});

	test('the week’s is not sent any more once the day before has come', async () => {
		const { ada, on } = await meeting();
		expect(kinds(await claim(`${on}-03-19T18:29:00+01:00`, ada))).toEqual(['week mail']);
		const late = await meeting();
		expect(kinds(await claim(`${late.on}-03-19T18:31:00+01:00`, late.ada))).toEqual(['day mail']);
	});

	test('the day’s is not sent any more once the session has begun, after a long standstill', async () => {
		const { ada, on } = await meeting();
		const [day] = await claim(`${on}-03-20T18:29:00+01:00`, ada);
		expect(day).toMatchObject({ kind: 'day', seconds: 60 });
		const late = await meeting();
		expect(await claim(`${late.on}-03-20T18:31:00+01:00`, late.ada)).toEqual([]);
	});

	test('one that is held early reminds nobody', async () => {
		const { ada, session, on } = await meeting();
		await cercle.owner`update sessions set status = 'live' where id = ${session}`;
		expect(await claim(`${on}-03-20T12:00:00+01:00`, ada)).toEqual([]);
	});

	test('one that is moved to another day is a new occasion, moved by an hour it is not', async () => {
		const { ada, session, on } = await meeting();
		for (const one of await claim(`${on}-03-15T12:00:00+01:00`, ada)) await finish(one);
		const move = (to: string) =>
			cercle.owner`update sessions set starts_at = ${to}::text::timestamptz where id = ${session}`;
		await move(`${on}-03-20T19:30:00+01:00`);
		expect(await claim(`${on}-03-15T12:10:00+01:00`, ada)).toEqual([]);
		await move(`${on}-03-21T19:30:00+01:00`);
		expect(kinds(await claim(`${on}-03-15T12:20:00+01:00`, ada))).toEqual(['week mail']);
	});
});

describe('who is reminded', () => {
	test('members who signed the charter in force, and not who left', async () => {
		const { group, ada, on } = await meeting();
		const bob = await joinGroup(cercle, group, 'Bob');
		const unsigned = await joinGroup(cercle, group, 'Carol', { sign: false });
		const gone = await joinGroup(cercle, group, 'Dan');
		await leave(cercle, group.id, gone);
		const taken = await claim(`${on}-03-20T12:00:00+01:00`, ada, bob, unsigned, gone);
		expect(taken.map(({ address }) => address).sort()).toEqual([ada.email, bob.email].sort());
	});

	test('nobody by mail whose address was never confirmed', async () => {
		const { ada, on } = await meeting();
		await cercle.owner`update auth.users set email_confirmed_at = null where id = ${ada.id}`;
		expect(await claim(`${on}-03-20T12:00:00+01:00`, ada)).toEqual([]);
	});

	test('after a session, those who were members then and have open actions, for two days', async () => {
		const on = nextYear();
		const ada = await cercle.signIn('Ada');
		const group = await foundGroup(ada);
		const idle = await joinGroup(cercle, group, 'Idle');
		const room = await openSession(ada, planFor(group, { starts_at: `${on}-03-20T18:30:00Z` }));
		const next = planFor(group, { starts_at: `${on}-04-20T18:30:00Z` });
		given(await close(ada, room.session_id, room.version, next));
		const later = await joinGroup(cercle, group, 'Later');
		await addAction(ada, group.id);
		await addAction(later, group.id);
		const closed_at = `${on}-03-20T14:00:00+01:00`;
		await date(cercle, async (sql) => {
			await sql`
				update sessions set closed_at = ${closed_at}::text::timestamptz
				where id = ${room.session_id}
			`;
			await sql`
				update memberships set joined_at = ${closed_at}::text::timestamptz + interval '1 minute'
				where member_id = ${later.id}
			`;
		});
		expect(await claim(`${on}-03-20T14:59:00+01:00`, ada, idle, later)).toEqual([]);
		expect(await claim(`${on}-03-22T14:01:00+01:00`, ada, idle, later)).toEqual([]);
		const [one, ...more] = await claim(`${on}-03-20T15:01:00+01:00`, ada, idle, later);
		expect(more).toEqual([]);
		expect(one).toMatchObject({ kind: 'after', address: ada.email });
	});

	test('who has not signed: once for each version of the charter, within a month', async () => {
		const on = nextYear();
		const ada = await cercle.signIn('Ada');
		const group = await foundGroup(ada);
		const bob = await joinGroup(cercle, group, 'Bob', { sign: false });
		const begin = `${on}-03-01T12:00:00+01:00`;
		const moveCharters = () =>
			date(cercle, async (sql) => {
				await sql`
					update charters set created_at = ${begin}::text::timestamptz where group_id = ${group.id}
				`;
				await sql`
					update memberships set joined_at = ${begin}::text::timestamptz where group_id = ${group.id}
				`;
			});
		await moveCharters();
		expect(await claim(`${on}-03-01T12:59:00+01:00`, ada, bob)).toEqual([]);
		expect(await claim(`${on}-04-02T12:00:00+01:00`, ada, bob)).toEqual([]);
		const [one, ...more] = await claim(`${on}-03-02T12:00:00+01:00`, ada, bob);
		expect(more).toEqual([]);
		expect(one).toMatchObject({ kind: 'charter', address: bob.email });
		await finish(one!);
		expect(await claim(`${on}-03-03T12:00:00+01:00`, ada, bob)).toEqual([]);
		const charter = { group_id: group.id, body: 'Louder.', expected_version: 1 };
		given(await ada.client.rpc('write_charter', charter));
		await moveCharters();
		await sign(ada, group.id).catch(() => undefined);
		const again = await claim(`${on}-03-04T12:00:00+01:00`, ada, bob);
		expect(again.map(({ kind, address }) => [kind, address])).toEqual([['charter', bob.email]]);
	});
});

describe('quiet hours', () => {
	test('delay and lose nothing, in the member’s own zone, over midnight', async () => {
		const { ada, on } = await meeting();
		given(await choose(ada, { time_zone: 'America/New_York' }));
		// 19:00 to 21:00 in Paris is afternoon in New York; 03:00 and 12:00 in Paris are night there.
		expect(await claim(`${on}-03-20T03:00:00+01:00`, ada)).toEqual([]);
		expect(await claim(`${on}-03-20T12:00:00+01:00`, ada)).toEqual([]);
		expect(kinds(await claim(`${on}-03-20T13:01:00+01:00`, ada))).toEqual(['day mail']);
	});

	test('of who chose nothing are 21:00 to 08:00 where the group meets', async () => {
		const { ada, on } = await meeting();
		expect(await claim(`${on}-03-19T21:00:00+01:00`, ada)).toEqual([]);
		expect(await claim(`${on}-03-20T07:59:00+01:00`, ada)).toEqual([]);
		expect(kinds(await claim(`${on}-03-20T08:00:00+01:00`, ada))).toEqual(['day mail']);
	});

	test('can be none', async () => {
		const { ada, on } = await meeting();
		given(await choose(ada, { quiet_from: null, quiet_to: null }));
		expect(kinds(await claim(`${on}-03-20T03:00:00+01:00`, ada))).toEqual(['day mail']);
	});

	test('end at their hour on the night when clocks go forward', async () => {
		const ada = await cercle.signIn('Ada');
		const group = await foundGroup(ada);
		given(await choose(ada, { quiet_from: '23:00', quiet_to: '02:30' }));
		await planSession(ada, planFor(group, { starts_at: '2038-03-28T18:30:00+02:00' }));
		// 02:30 does not exist that night in Paris: after 01:59 comes 03:00.
		expect(await claim('2038-03-28T01:59:00+01:00', ada)).toEqual([]);
		expect(kinds(await claim('2038-03-28T03:00:00+02:00', ada))).toEqual(['day mail']);
	});
});

describe('by which way', () => {
	test('as each member chose, kind by kind', async () => {
		const { ada, on } = await meeting();
		const phone = browser();
		given(await ada.client.rpc('subscribe_push', phone));
		given(await choose(ada, { mail: ['day'], push: ['week'] }));
		const [week, ...more] = await claim(`${on}-03-15T12:00:00+01:00`, ada);
		expect(more).toEqual([]);
		expect(week).toMatchObject({ kind: 'week', subscription: { endpoint: phone.endpoint } });
		expect(kinds(await claim(`${on}-03-20T12:00:00+01:00`, ada))).toEqual(['day mail']);
		given(await choose(ada, { mail: [], push: [] }));
		given(await ada.client.rpc('unsubscribe_push', { endpoint: phone.endpoint }));
	});

	test('each browser is reminded by itself, but not of what came before it', async () => {
		const { ada, on } = await meeting();
		const [first, second, late] = [browser(), browser(), browser()];
		for (const phone of [first, second, late]) given(await ada.client.rpc('subscribe_push', phone));
		await cercle.owner`
			update push_subscriptions set created_at = ${`${on}-03-20T11:00:00+01:00`}::text::timestamptz
			where endpoint = ${late.endpoint}
		`;
		const taken = await claim(`${on}-03-20T12:00:00+01:00`, ada);
		expect(taken.map(({ subscription }) => subscription?.endpoint ?? 'mail').sort()).toEqual(
			[first.endpoint, second.endpoint, 'mail'].sort()
		);
		for (const one of taken) await finish(one, one.subscription ? 'gone' : 'sent');
		// Those whose browser said no are forgotten.
		const { data } = await ada.client.rpc('read_reminders');
		expect(data.endpoints).toEqual([late.endpoint]);
	});

	test('a browser that changes hands leaves the account it had before', async () => {
		const [ada, bob] = [await cercle.signIn('Ada'), await cercle.signIn('Bob')];
		const phone = browser();
		given(await ada.client.rpc('subscribe_push', phone));
		given(await bob.client.rpc('subscribe_push', phone));
		expect(given(await ada.client.rpc('read_reminders')).endpoints).toEqual([]);
		expect(given(await bob.client.rpc('read_reminders')).endpoints).toEqual([phone.endpoint]);
		given(await ada.client.rpc('unsubscribe_push', { endpoint: phone.endpoint }));
		expect(given(await bob.client.rpc('read_reminders')).endpoints).toEqual([phone.endpoint]);
	});

	test('ten browsers at most: the oldest makes room', async () => {
		const ada = await cercle.signIn('Ada');
		const phones = Array.from({ length: 11 }, browser);
		for (const phone of phones) given(await ada.client.rpc('subscribe_push', phone));
		const { endpoints } = given(await ada.client.rpc('read_reminders'));
		expect(endpoints.sort()).toEqual(
			phones
				.slice(1)
				.map(({ endpoint }) => endpoint)
				.sort()
		);
	});

	test.each([
		['an endpoint that is none', { endpoint: 'javascript:alert(1)' }],
		['an endpoint without end', { endpoint: `https://push.example/${'x'.repeat(1000)}` }],
		['a key that is none', { p256dh: 'short' }],
		['a secret that is none', { auth: '' }],
		['no key', { p256dh: null }]
	])('%s is refused', async (_, change) => {
		const ada = await cercle.signIn('Ada');
		expect(code(await ada.client.rpc('subscribe_push', { ...browser(), ...change }))).toMatch(/^2/);
	});
});

describe('once', () => {
	test('what one process has taken, no other takes for five minutes; then any may', async () => {
		const { ada, on } = await meeting();
		const [first] = await claim(`${on}-03-20T12:00:00+01:00`, ada);
		expect(await claim(`${on}-03-20T12:04:59+01:00`, ada)).toEqual([]);
		const [again] = await claim(`${on}-03-20T12:05:00+01:00`, ada);
		expect(again).toMatchObject({ id: first!.id, kind: 'day' });
		// It waits longer each time.
		expect(await claim(`${on}-03-20T12:14:59+01:00`, ada)).toEqual([]);
		await finish(again!);
		expect(await claim(`${on}-03-20T18:00:00+01:00`, ada)).toEqual([]);
	});

	test('ten processes at the same moment take each reminder exactly once', async () => {
		const { group, ada, on } = await meeting();
		const people = [ada];
		for (const name of ['B', 'C', 'D', 'E']) people.push(await joinGroup(cercle, group, name));
		const at = `${on}-03-20T12:00:00+01:00`;
		const taken = await Promise.all(Array.from({ length: 10 }, () => claim(at, ...people)));
		expect(
			taken
				.flat()
				.map(({ address }) => address)
				.sort()
		).toEqual(people.map(({ email }) => email).sort());
	});

	test('what is still meant at its time only: chosen off meanwhile, it is not tried again', async () => {
		const { ada, on } = await meeting();
		await claim(`${on}-03-20T12:00:00+01:00`, ada);
		given(await choose(ada, { mail: [] }));
		expect(await claim(`${on}-03-20T13:00:00+01:00`, ada)).toEqual([]);
	});

	test('its memory holds no text, and ends after three months', async () => {
		const { ada, on } = await meeting();
		await claim(`${on}-03-20T12:00:00+01:00`, ada);
		const held = () => cercle.owner`select * from private.reminders where member_id = ${ada.id}`;
		const [row] = await held();
		expect(Object.keys(row!).sort()).toEqual([
			...['attempts', 'channel', 'claimed_until', 'day', 'id', 'kind', 'member_id', 'outcome'],
			...['settled_at', 'subject', 'target']
		]);
		await claim(`${on}-07-20T12:00:00+01:00`, ada);
		expect(await held()).toEqual([]);
	});
});

describe('choosing', () => {
	test('is read back as it was chosen; before, there is nothing', async () => {
		const ada = await cercle.signIn('Ada');
		const none = { settings: null, endpoints: [], calendar: null };
		expect(given(await ada.client.rpc('read_reminders'))).toEqual(none);
		given(await choose(ada, { mail: ['day'], quiet_from: '22:15' }));
		expect(given(await ada.client.rpc('read_reminders')).settings).toEqual({
			...settings({ mail: ['day'], quiet_from: '22:15:00', quiet_to: '08:00:00' })
		});
	});

	test.each([
		['an unknown kind', { mail: ['week', 'party'] }],
		['kinds that are no list', { push: 'week' }],
		['no kinds', { mail: null }],
		['half of the quiet hours', { quiet_to: null }],
		['an hour that is none', { quiet_from: '25:00' }],
		['a zone that is none', { time_zone: 'Europe/Nowhere' }],
		['a zone in an abbreviation', { time_zone: 'CEST' }],
		['no zone', { time_zone: null }]
	])('%s is refused and changes nothing', async (_, change) => {
		const ada = await cercle.signIn('Ada');
		expect(code(await choose(ada, change))).toMatch(/^(2|CR005)/);
		expect(given(await ada.client.rpc('read_reminders')).settings).toBeNull();
	});

	test('for somebody else is refused', async () => {
		const [ada, eve] = [await cercle.signIn('Ada'), await cercle.signIn('Eve')];
		const writing = eve.sql(
			(sql) => sql`insert into reminder_settings (id, mail) values (${ada.id}, '{}')`
		);
		expect(await refusal(writing)).toBe('42501');
		expect(await cercle.owner`select from reminder_settings where id = ${ada.id}`).toHaveLength(0);
	});
});

test('nothing of a group is in what a process is given', async () => {
	const { group, ada, on } = await meeting();
	const secret = `canary-${randomUUID()}`;
	await cercle.owner`update groups set name = ${secret} where id = ${group.id}`;
	await cercle.owner`update sessions set place = ${secret} where group_id = ${group.id}`;
	await applyOne(ada, 'profile.write', { id: ada.id, changes: { name: secret } });
	const taken = await claim(`${on}-03-20T12:00:00+01:00`, ada);
	expect(taken).toHaveLength(1);
	expect(JSON.stringify(taken)).not.toContain('canary');
	expect(JSON.stringify(taken)).not.toContain(group.id);
});
