import {
	type Browser,
	type BrowserContext,
	type BrowserContextOptions,
	expect,
	type Page,
	test as base
} from '@playwright/test';
import { isDeepStrictEqual } from 'node:util';
import { enter } from '../support/demo-room.ts';
import { type MailCatcher, openMailCatcher } from '../support/mail.ts';
import { asOwner } from '../support/owner.ts';
import { type CercleProcess, openProcess } from '../support/process.ts';
import { type Pace, quicken } from '../support/quick-clock.ts';
import { Traces } from '../support/traces.ts';
import { setWallClock } from '../support/wall-clock.ts';
import { seeStorage, watch } from '../support/watch.ts';

/** One person with a phone of their own. */
export interface Phone {
	name: string;
	email: string;
	context: BrowserContext;
	page: Page;
}

export interface PhoneOptions {
	/** How far this phone's wall clock is from the right time, in ms. */
	skew?: number;
	/** How fast its clocks run; as ours unless said otherwise. */
	pace?: Pace;
	/**
	 * True: it has been used before by the member of the demo group of this name, and is signed in.
	 */
	member?: boolean;
	/** What the browser says it is; Chromium unless said otherwise. */
	userAgent?: string;
}

/** A phone, and what went wrong in it since its test began. */
interface WatchedPhone extends Phone {
	faults: { refused: string[]; foreign: string[]; broken: string[] };
}

type Storage = Exclude<BrowserContextOptions['storageState'], string | undefined>;

interface Fixtures {
	/**
	 * A new phone; any request to another origin, and anything its browser refuses for the sake of a
	 * policy of the page, fails the test.
	 */
	phone(name: string, options?: PhoneOptions): Promise<Phone>;
}

interface WorkerFixtures {
	/**
	 * Whether a phone of a member of the demo group lasts from one test to the next: what it keeps
	 * stays, its pages are closed. For files whose tests have a room each, and ask no more of the
	 * phone.
	 */
	lasting: boolean;
	/** Phones that wait for the next test, by the name of their member. */
	waiting: Map<string, WatchedPhone[]>;
	/** Names a server that a file has to itself, because it leaves another demo group behind. */
	apart: string | null;
	/** Whether the server has the demo group, whose members sign in with one tap. */
	demo: boolean;
	mails: MailCatcher;
	cercle: CercleProcess;
	/** What was seen from outside; a text of a member in it fails the run. */
	traces: Traces;
	/** What a phone keeps of a member of the demo group who signed in: done once for each. */
	kept(name: string): Promise<Storage>;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
	lasting: [false, { option: true, scope: 'worker' }],
	waiting: [
		async ({}, use) => {
			const waiting = new Map<string, WatchedPhone[]>();
			await use(waiting);
			for (const { context } of [...waiting.values()].flat()) await context.close();
		},
		{ scope: 'worker' }
	],
	apart: [null, { option: true, scope: 'worker' }],
	demo: [false, { option: true, scope: 'worker' }],
	mails: [
		async ({}, use) => {
			const mails = await openMailCatcher();
			await use(mails);
			await mails.close();
		},
		{ scope: 'worker' }
	],
	cercle: [
		async ({ demo, mails }, use) => {
			const cercle = await openProcess({ CERCLE_DEMO: demo ? '1' : '0', SMTP_URL: mails.url });
			await use(cercle);
			await cercle.remove();
		},
		{ scope: 'worker', timeout: 60_000 }
	],
	traces: [
		async ({ cercle, mails }, use) => {
			const traces = new Traces();
			await use(traces);
			for (const mail of mails.mails)
				traces.see('mail', `${mail.subject}\n${mail.text}\n${mail.raw}`);
			// The names beside the addresses are printed for the person who starts the demo.
			const printed = cercle.output.filter((line) => !/^ {2}\S+@demo\.example /.test(line));
			traces.see('log', printed.join('\n'));
			await seeCalendars(cercle, traces);
			expect(await traces.leaks(), 'no text of a member leaves the app').toEqual([]);
		},
		{ scope: 'worker', timeout: 60_000 }
	],
	kept: [
		async ({ browser, cercle, traces }, use) => {
			const refused: string[] = [];
			const members = new Map<string, Promise<Storage>>();
			const signIn = async (name: string) => {
				const context = await browser.newContext({ baseURL: cercle.url });
				await watch(context, (what) => refused.push(what), traces);
				const page = await context.newPage();
				await enter(page, name);
				const storage = await signInKept(page);
				await context.close();
				return storage;
			};
			await use((name) => {
				const storage = members.get(name) ?? signIn(name);
				members.set(name, storage);
				return storage;
			});
			expect(refused, 'the browser refuses nothing of the app').toEqual([]);
		},
		{ scope: 'worker' }
	],
	phone: async ({ browser, cercle, kept, lasting, traces, waiting }, use, testInfo) => {
		const opened: { phone: WatchedPhone; lasts: boolean }[] = [];
		await use(async (name, options = {}) => {
			const lasts = lasting && isDeepStrictEqual(options, { member: true });
			const known = lasts ? waiting.get(name)?.pop() : undefined;
			if (known) known.page = await known.context.newPage();
			const storage = options.member && !known ? await kept(name) : null;
			const phone = known ?? (await openPhone(browser, cercle.url, name, options, storage, traces));
			opened.push({ phone, lasts });
			return phone;
		});
		for (const { phone, lasts } of opened) {
			const { name, context, page } = phone;
			// What each phone showed when the test failed.
			const path = testInfo.outputPath(`${name}.png`);
			if (testInfo.errors.length > 0) await page.screenshot({ path }).catch(() => undefined);
			await seeStorage(context, cercle.url, traces).catch(() => undefined);
			if (lasts && (await rest(phone))) {
				waiting.set(name, [...(waiting.get(name) ?? []), phone]);
			} else await context.close();
		}
		// Before the next test erases some of it; a database that a test left away has nothing to say.
		await asOwner(cercle.dataFolder, (sql) => traces.harvest(sql)).catch(() => undefined);
		const all = (kind: keyof WatchedPhone['faults']) =>
			opened.flatMap(({ phone }) => phone.faults[kind].splice(0));
		expect(all('refused'), 'the browser refuses nothing of the app').toEqual([]);
		expect(all('foreign'), 'no request leaves the origin').toEqual([]);
		expect(all('broken'), 'no page throws').toEqual([]);
	}
});

/**
 * Puts a phone aside for the next test, online and without a page; false when its browser is gone.
 */
async function rest({ context }: Phone): Promise<boolean> {
	try {
		await context.unrouteAll({ behavior: 'ignoreErrors' });
		await context.setOffline(false);
		for (const page of context.pages()) await page.close();
		return true;
	} catch {
		return false;
	}
}

export { expect };

/** Sees what calendar programs read: a fresh address for some of the members. */
async function seeCalendars({ url, dataFolder }: CercleProcess, traces: Traces): Promise<void> {
	const tokens = await asOwner(dataFolder, async (sql) => {
		await traces.harvest(sql);
		return sql<{ token: string }[]>`
			with fresh as (
				select id, replace(gen_random_uuid()::text || gen_random_uuid(), '-', '') as token
				from profiles order by id limit 10
			), kept as (
				insert into calendars (id, token_hash) select id, sha256(token::bytea) from fresh
				on conflict (id) do update set token_hash = excluded.token_hash
			)
			select token from fresh
		`;
	});
	for (const { token } of tokens) {
		const answer = await fetch(`${url}/calendar/${token}.ics`);
		expect(answer.status, 'a calendar is answered').toBe(200);
		traces.see('calendar', await answer.text());
	}
}

/**
 * What a phone keeps of the sign-in, for others to begin with: in the clear, as an earlier version
 * of the app kept it, because no key leaves its browser.
 */
async function signInKept(page: Page): Promise<Storage> {
	const { cookies, origins } = await page.context().storageState();
	const kept = await page.evaluate(() => window.disk.read());
	const recordsOf = (name: string) =>
		kept.flatMap(({ store, key, value }) =>
			store === name ? [{ key, value: { value, mark: null } }] : []
		);
	const stores = ['device', 'auth'].map((name) => ({
		...{ name, autoIncrement: true, indexes: [] },
		records: recordsOf(name)
	}));
	const indexedDB = [{ name: 'cercle', version: 1, stores }];
	const { origin } = new URL(page.url());
	const localStorage = origins.find((one) => one.origin === origin)?.localStorage ?? [];
	return { cookies, origins: [{ origin, localStorage, ...{ indexedDB } }] };
}

/** Another address at each call, for somebody of this name. */
export function addressFor(name: string): string {
	const ascii = name
		.normalize('NFD')
		.replace(/\P{ASCII}/gu, '')
		.toLowerCase();
	return `${ascii}.${crypto.randomUUID().slice(0, 8)}@test.example`;
}

async function openPhone(
	browser: Browser,
	url: string,
	name: string,
	{ skew = 0, pace, userAgent }: PhoneOptions,
	storage: Storage | null,
	traces: Traces
): Promise<WatchedPhone> {
	const context = await browser.newContext({
		baseURL: url,
		...(storage && { storageState: storage }),
		...(userAgent && { userAgent })
	});
	if (skew !== 0) await context.addInitScript(setWallClock, skew);
	if (pace) await context.addInitScript(quicken, pace);
	const email = addressFor(name);
	const faults: WatchedPhone['faults'] = { refused: [], foreign: [], broken: [] };
	await watch(context, (what) => faults.refused.push(`${name}: ${what}`), traces);
	context.on('request', (request) => {
		const asked = new URL(request.url());
		if (asked.origin !== url && asked.protocol !== 'blob:' && asked.protocol !== 'data:') {
			faults.foreign.push(request.url());
		}
	});
	context.on('weberror', (error) => faults.broken.push(error.error().message));
	return { name, email, context, page: await context.newPage(), faults };
}
