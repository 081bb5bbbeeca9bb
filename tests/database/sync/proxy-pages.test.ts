import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import * as account from '#lib/data/account.ts';
import * as address from '#lib/data/address.ts';
import { Backend } from '#lib/data/backend.ts';
import { Proof } from '#lib/data/proof.ts';
import * as signIns from '#lib/data/sign-ins.ts';
import * as exported from '#lib/data/export.ts';
import * as groups from '#lib/data/groups.ts';
import * as moderation from '#lib/data/moderation.ts';
import * as reminders from '#lib/data/reminders.ts';
import { remote } from '#lib/data/remote.ts';
import * as rooms from '#lib/data/rooms.ts';
import * as sessions from '#lib/data/sessions.ts';
import * as sharing from '#lib/data/sharing.ts';
import { instant } from '#lib/domain/time.ts';
import { Device } from '#lib/offline/device.svelte.ts';
import { Installation } from '#lib/offline/installation.ts';
import type { Platform } from '#lib/offline/platform.ts';
import type { Tables } from '#lib/offline/replica.ts';
import { RoomChannel } from '#lib/room/room-channel.ts';
import { openPageProxy, type PageProxy } from '../../support/page-proxy.ts';
import { connected, type Person } from '../../support/server.ts';
import { foundGroup, type Group, planFor, planSession } from '../people.ts';

// A phone as the app makes it (its clients, its disk, its sync), behind a proxy that for a while
// answers everything with a page of its own.

const STATUSES = [200, 302, 400, 401, 403, 404, 429, 500, 502, 503, 504];
const HOUR = 3_600;

const cercle = connected();
let proxy: PageProxy;
let member: Person;
let group: Group;
let phone: Phone;

beforeAll(async () => {
	// The client of Auth tries again for half a minute: it passes at once.
	proxy = await openPageProxy(cercle.url, () => vi.setSystemTime(Date.now() + 30_000));
});
afterAll(async () => {
	await proxy.close();
});

beforeEach(async () => {
	vi.useFakeTimers({ toFake: ['Date'] });
	vi.stubGlobal('indexedDB', new IDBFactory());
	// In a browser, a path is one of the site that the page came from.
	const outside = globalThis.fetch;
	vi.stubGlobal('fetch', (input: string, init: RequestInit) =>
		outside(new URL(input, proxy.url), init)
	);
	member = await cercle.signIn('Anne');
	group = await foundGroup(member);
	phone = new Phone();
	await phone.signIn(member);
});
afterEach(async () => {
	proxy.page = null;
	await phone.close();
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

class Phone {
	readonly installation = new Installation();
	readonly backend = new Backend(
		{ url: proxy.url, key: cercle.publishableKey },
		this.installation.auth
	);
	readonly device: Device<Tables, Tables>;

	constructor() {
		const model = {
			parse: (tables: Tables) => ({ rows: tables, whole: true }),
			view: (tables: Tables) => tables,
			folding: async () => (tables: Tables) => tables,
			connect: (id: string) => remote(this.backend, id, this.installation.vault.place)
		};
		this.device = new Device(this.installation, model, PLATFORM);
	}

	async signIn({ id, session }: Person): Promise<void> {
		await this.keepSession({ ...session, expires_at: Math.floor(Date.now() / 1_000) + HOUR });
		await this.device.open(id);
		await this.device.sync();
	}

	async keepSession(session: object): Promise<void> {
		await this.installation.auth.setItem('session', JSON.stringify(session));
	}

	/** What is kept of the sign-in; null: nothing. */
	async session(): Promise<{ access_token: string; expires_at: number } | null> {
		return JSON.parse((await this.installation.auth.getItem('session')) ?? 'null');
	}

	async close(): Promise<void> {
		await this.device.close();
		await (await this.backend.auth()).stopAutoRefresh();
		await this.installation.close();
	}
}

/** Nothing happens by itself: each sync is asked for. */
const PLATFORM: Platform = {
	now: () => Date.now(),
	idle: () => () => {},
	random: () => 0.5,
	after: () => () => {},
	online: () => true,
	visible: () => true,
	watch: () => () => {},
	exclusive: (_name, _signal, work) => work(),
	uuid: randomUUID
};

const add = (title: string) => ({
	id: randomUUID(),
	group_id: group.id,
	owner_id: member.id,
	goal_id: null,
	partner_id: null,
	title,
	due_on: '2030-01-08',
	born_in: null
});

/** Every call of the app but the sign-out, which succeeds on the phone whatever the server says. */
const calls: readonly ((backend: Backend) => Promise<unknown>)[] = [
	(backend) => account.sendCode(backend, 'anne@test.example', 'fr'),
	(backend) => account.enterCode(backend, 'anne@test.example', '123456'),
	(backend) => account.enterPassword(backend, 'anne@test.example', 'a long enough one'),
	(backend) => new Proof(backend).send(),
	(backend) => new Proof(backend).give('123456'),
	(backend) => account.setPassword(backend, 'a long enough one'),
	(backend) => address.ask(backend, 'anne@elsewhere.example'),
	(backend) => address.change(backend, randomUUID(), { old: '123456', new: '654321' }),
	(backend) => address.wait(backend, randomUUID(), '123456', null),
	(backend) => address.stop(backend),
	() => address.stopBy('a'.repeat(43)),
	(backend) => address.confirm(backend, randomUUID(), group.id),
	(backend) => account.remove(backend, 'anne@test.example'),
	(backend) => signIns.list(backend),
	(backend) => signIns.replace(backend, randomUUID()),
	(backend) => signIns.endOthers(backend),
	(backend) => exported.take(backend),
	(backend) => groups.found(backend, randomUUID(), 'Les Quais', 'What is said stays.'),
	(backend) => groups.invite(backend, group.id, ['karim@test.example'], 'fr'),
	(backend) => groups.revoke(backend, randomUUID()),
	(backend) => groups.read(backend, 'token'),
	(backend) => groups.join(backend, 'token'),
	(backend) => groups.sign(backend, group.charterId),
	(backend) => groups.amend(backend, group.id, 'What is said stays.', 1),
	(backend) => groups.leave(backend, group.id),
	(backend) => groups.retain(backend, group.id, 6, 12),
	(backend) =>
		moderation.raise(backend, {
			id: randomUUID(),
			group: group.id,
			accused: randomUUID(),
			reason: 'Words left.'
		}),
	(backend) => moderation.termsOf(backend, group.id, randomUUID()),
	(backend) => moderation.vote(backend, randomUUID(), true),
	(backend) => moderation.withdraw(backend, randomUUID()),
	(backend) => reminders.read(backend),
	(backend) => reminders.choose(backend, reminders.defaults('Europe/Paris')),
	(backend) => reminders.subscribe(backend, { endpoint: 'https://push', p256dh: 'p', auth: 'a' }),
	(backend) => reminders.unsubscribe(backend, 'https://push'),
	() => reminders.pushKey(),
	(backend) => reminders.openCalendar(backend),
	(backend) => reminders.closeCalendar(backend),
	(backend) => rooms.snapshot(backend, randomUUID()),
	(backend) => rooms.command(backend, randomUUID(), { command: 'start' }, 1, randomUUID()),
	(backend) => rooms.speak(backend, randomUUID(), { command: 'raise' }),
	(backend) => rooms.signal(backend, randomUUID(), 'pause'),
	(backend) => rooms.dismiss(backend, randomUUID(), 'pause'),
	(backend) => rooms.clock(backend),
	(backend) => sessions.plan(backend, plan(), 0),
	(backend) => sessions.close(backend, randomUUID(), null, 1, randomUUID()),
	(backend) => sharing.share(backend, randomUUID(), randomUUID(), true)
];

function plan(): sessions.Plan {
	return {
		id: randomUUID(),
		group: group.id,
		startsAt: instant(0),
		timeZone: 'Europe/Paris',
		place: '',
		format: 'mastermind',
		lengthMinutes: 120,
		facilitator: null,
		scribe: null,
		host: null,
		presenters: [],
		segments: []
	};
}

test.each(STATUSES)(
	'a page of %i refuses no call, ends no sign-in, loses no change',
	async (status) => {
		const { device, backend, installation } = phone;
		const rows = device.view;
		await device.keep('note', 'what was being typed');
		proxy.page = status;

		for (const call of calls) {
			await expect(call(backend), String(call)).rejects.toMatchObject({ code: 'busy' });
		}
		await device.write('action.add', add('Written behind the page'));
		await device.sync();
		expect(device.problem).toBe('failing');

		// The token is over as well: it is to be renewed first, by a sync and by a call.
		await phone.keepSession({ ...(await phone.session()), expires_at: 1 });
		await device.sync();
		expect(device.problem).toBe('failing');
		await expect(signIns.list(backend)).rejects.toMatchObject({ code: 'busy' });
		expect(await account.email(backend)).toBeNull();

		expect(device.account).toBe(member.id);
		expect(await installation.account()).toBe(member.id);
		expect(await installation.ended()).toBe(false);
		expect(device.view).toEqual(rows);
		expect(device.draft('note')).toBe('what was being typed');
		expect([device.pending.length, device.refused.length]).toEqual([1, 0]);

		proxy.page = null;
		// Auth's client remembers for a minute that it could not renew.
		vi.setSystemTime(Date.now() + 60_000);
		await device.sync();
		expect(device.problem).toBeNull();
		expect([device.pending.length, device.refused.length]).toEqual([0, 0]);
		const { actions, action_events: events, ...others } = device.view ?? {};
		expect(actions).toMatchObject([{ title: 'Written behind the page' }]);
		expect(events).toHaveLength(1);
		expect(others).toEqual(rows);
		expect(device.draft('note')).toBe('what was being typed');
		expect((await phone.session())?.expires_at).toBeGreaterThan(Date.now() / 1_000);
		expect(await signIns.list(backend)).toHaveLength(1);
	}
);

test('no call of the app is missing in these tests', async () => {
	proxy.page = 403;
	proxy.paged.splice(0);
	for (const call of calls) await call(phone.backend).catch(() => undefined);
	await phone.device.write('action.add', add('One more'));
	await phone.device.sync();
	const { signal } = new AbortController();
	const { pull, refresh } = remote(phone.backend, member.id);
	for (const ask of [pull({ all: true, tables: {} }, signal), refresh(signal)]) {
		await expect(ask).rejects.toMatchObject({ reason: 'failing' });
	}
	const named = sources().flatMap((text) =>
		[...text.matchAll(/\bcall(?:As)?\(\s*(?:\w+, )?'(\w+)'/g)].map(([, name]) => `rpc/${name}`)
	);
	expect(named.length).toBeGreaterThan(30);
	const asked = proxy.paged.map((line) => line.replace(/^\w+ \/(rest\/v1|auth\/v1|api)\//, ''));
	const others = [
		'otp',
		'verify',
		'token',
		'user',
		'address',
		'address/wait',
		'address/stop',
		'invitations',
		'push'
	];
	expect(new Set(asked)).toEqual(new Set([...named, ...others]));
});

/** The one place that names functions of the database. */
function sources(): string[] {
	const folder = resolve(import.meta.dirname, '../../../src/lib/data');
	return readdirSync(folder).map((name) => readFileSync(resolve(folder, name), 'utf8'));
}

test('a session that Auth ended is over: the phone forgets the rows and asks to sign in', async () => {
	const { device, installation } = phone;
	await cercle.owner`delete from auth.sessions where user_id = ${member.id}`;
	await device.sync();
	await vi.waitFor(async () => expect(await installation.ended()).toBe(true));
	expect(device.account).toBeNull();
	expect(await phone.session()).toBeNull();
});

test('a renewal that another tab overtook ends nothing', async () => {
	const outside = globalThis.fetch;
	vi.stubGlobal('fetch', async (input: string, init: RequestInit) => {
		const answer = await outside(input, init);
		await phone.keepSession({ ...(await phone.session()), refresh_token: 'of the other tab' });
		return answer;
	});
	const { refresh } = remote(phone.backend, member.id);
	await expect(refresh(new AbortController().signal)).rejects.toMatchObject({ reason: 'failing' });
	expect(await phone.session()).toMatchObject({ refresh_token: 'of the other tab' });
});

test('the live signals come once the page is gone', async () => {
	const session = await planSession(member, planFor(group));
	const { topic } = await rooms.snapshot(phone.backend, session);
	proxy.page = 200;
	proxy.paged.splice(0);
	const live = vi.fn();
	const nothing = () => undefined;
	const room = new RoomChannel(phone.backend, member.id, {
		state: nothing,
		floor: nothing,
		signals: nothing,
		changed: nothing,
		moved: nothing,
		present: nothing,
		live
	});
	await room.listen(topic);
	await vi.waitFor(() => expect(proxy.paged).toContain('GET /realtime/v1/websocket'));
	expect(live).not.toHaveBeenCalledWith(true);
	proxy.page = null;
	await vi.waitFor(() => expect(live).toHaveBeenCalledWith(true), 15_000);
	await room.close();
});
