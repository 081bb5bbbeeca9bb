import type { Route } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt, SignJWT } from 'jose';
import type { Sql } from 'postgres';
import {
	facilitatorOf,
	type Logged,
	memberId,
	planRoom,
	roomLog,
	silence
} from '../support/demo-room.ts';
import { asOwner, postgresOf } from '../support/owner.ts';
import type { CercleProcess } from '../support/process.ts';
import { setWallClock } from '../support/wall-clock.ts';
import { expect, type Phone, type PhoneOptions, test } from './fixtures.ts';
import { go, sameTime, secondsOf, setNetwork, shownSeconds } from './steps.ts';

// Everything that happens to phones, lines and servers during two hours, each in a room of its own.
test.use({ demo: true, lasting: true });

const CAMILLE = 'Camille Roussel';
const KARIM = 'Karim Benali';
const ELODIE = 'Élodie Marchand';
const THOMAS = 'Thomas Nguyen';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const SILENT = /Sans nouvelles du serveur depuis/;
const DEGRADED = /Mises à jour directes interrompues/;
const STALE = 'La salle a bougé entre-temps. La voici à jour : recommencez s’il le faut.';

test('the facilitator’s phone dies: the time goes on, the role stays until a member takes it', async ({
	phone,
	cercle
}) => {
	const room = await openRoom(cercle);
	const [camille, karim, elodie] = await meet(phone, room, [CAMILLE, KARIM, ELODIE]);

	await camille.context.close();
	await goesOn(karim);
	await sameTime([karim, elodie]);
	await expect(offer(karim)).toBeHidden();

	await room.sql((sql) => silence(sql, room.id, CAMILLE, 31));
	await expect(offer(karim)).toBeVisible();
	await expect(
		karim.page.getByText(/Le téléphone de Camille Roussel ne répond plus/)
	).toBeVisible();
	expect(await room.sql((sql) => facilitatorOf(sql, room.id))).toBe(memberId(CAMILLE));

	await offer(karim).click();
	await expect(karim.page.getByText('Vous animez')).toBeVisible();
	await openTools(elodie);
	await expect(facilitates(elodie, KARIM)).toBeVisible();
	await expect(facilitates(elodie, CAMILLE)).toBeHidden();
	await expect(elodie.page.getByText(/Karim Benali a pris l’animation/)).toBeVisible();

	await karim.page.getByRole('button', { name: 'Rendre l’animation' }).click();
	await expect(karim.page.getByText('Vous animez')).toBeHidden();
	await expect(facilitates(elodie, CAMILLE)).toBeVisible();
	await goesOn(karim);
	expect(await logged(room)).toEqual(['Camille start', 'Karim take_over', 'Karim undo']);
});

test('in a tunnel the digits go on and say since when; out of it they are right', async ({
	phone,
	cercle
}) => {
	const room = await openRoom(cercle);
	const [camille, karim] = await meet(phone, room, [CAMILLE, KARIM]);

	await setNetwork(karim, false);
	await expect(karim.page.getByText(SILENT)).toBeVisible();
	await goesOn(karim);
	await sameTime([camille, karim]);

	await go(camille, 'Suivi des actions');
	await camille.page.getByRole('button', { name: 'Retirer une minute' }).click();
	await expect(camille.page.getByText('1 retirée')).toBeVisible();
	await camille.page.getByRole('button', { name: 'Pause' }).click();
	await expect(camille.page.getByText('En pause')).toBeVisible();
	await expect(karim.page.getByRole('heading', { name: 'Ouverture' })).toBeVisible();
	await goesOn(karim);

	await setNetwork(karim, true);
	await expect(karim.page.getByRole('heading', { name: 'Suivi des actions' })).toBeVisible();
	await expect(karim.page.getByText('En pause')).toBeVisible();
	await sameTime([camille, karim]);
	await well(karim);
});

test('the server restarts, then dies: the digits go on, and commands work again without a reload', async ({
	phone,
	cercle
}) => {
	const room = await openRoom(cercle);
	const phones = await meet(phone, room, [CAMILLE, KARIM]);
	const [camille, karim] = phones;

	for (const [signal, step] of [
		['SIGTERM', 'Suivi des actions'],
		['SIGKILL', 'Présentation du défi']
	] as const) {
		await test.step(signal, async () => {
			await cercle.stop(signal);
			for (const one of phones) await expect(one.page.getByText(SILENT)).toBeVisible();
			for (const one of phones) await goesOn(one);
			await sameTime(phones);
			await cercle.start();
			for (const one of phones) await well(one);
			await sameTime(phones);
			await go(camille, step);
			await expect(karim.page.getByRole('heading', { name: step })).toBeVisible();
			await sameTime(phones);
		});
	}
	expect(await logged(room)).toEqual(['Camille start', 'Camille go', 'Camille go']);
});

test('the database dies: the digits go on, it comes back by itself, and nothing said is lost', async ({
	phone,
	cercle
}) => {
	const room = await openRoom(cercle);
	const phones = await meet(phone, room, [CAMILLE, KARIM]);
	const [camille, karim] = phones;
	await go(camille, 'Suivi des actions');
	cercle.keep();

	const { pid } = await postgresOf(cercle.dataFolder);
	const health = () =>
		fetch(`${cercle.url}/healthz`).then(
			(answer) => answer.ok,
			() => false
		);
	// Asked from the start: on a quick machine it is back before the last of these requests is
	// answered.
	await Promise.all([
		inTheMidst(cercle, () => process.kill(pid, 'SIGKILL')),
		expect.poll(health, { intervals: [50], timeout: 60_000 }).toBe(false)
	]);
	for (const one of phones) await goesOn(one);
	await sameTime(phones);
	await expect.poll(health).toBe(true);
	for (const one of phones) await well(one);
	expect((await postgresOf(cercle.dataFolder)).pid).not.toBe(pid);

	for (const { page } of phones) {
		await expect(page.getByRole('heading', { name: 'Suivi des actions' })).toBeVisible();
	}
	await sameTime(phones);
	await go(camille, 'Présentation du défi');
	await expect(karim.page.getByRole('heading', { name: 'Présentation du défi' })).toBeVisible();
	expect(await logged(room)).toEqual(['Camille start', 'Camille go', 'Camille go']);
});

test('a phone that slept through commands is right when it wakes, whatever its clocks did', async ({
	phone,
	cercle
}) => {
	const room = await openRoom(cercle);
	const [camille, karim] = await meet(phone, room, [CAMILLE, KARIM]);

	await test.step('asleep for a moment', async () => {
		const wake = await sleep(karim);
		await go(camille, 'Suivi des actions');
		await camille.page.getByRole('button', { name: 'Ajouter une minute' }).click();
		await expect(camille.page.getByText('1 ajoutée')).toBeVisible();
		await wake('Ouverture');
		await expect(karim.page.getByRole('heading', { name: 'Suivi des actions' })).toBeVisible();
		await sameTime([camille, karim]);
		await well(karim);
	});

	await test.step('asleep for ten minutes, in which its steady clock stood still', async () => {
		const before = await shownSeconds(karim);
		const wake = await sleep(karim);
		await room.sql((sql) => setRooms(sql, 10));
		try {
			await wake('Suivi des actions', 10 * MINUTE);
			// At waking: not when what was measured before has been forgotten beat by beat.
			await expect
				.poll(() => shownSeconds(karim), { timeout: 4_000 })
				.toBeLessThanOrEqual(before - 600);
			expect(await shownSeconds(karim)).toBeGreaterThan(before - 660);
		} finally {
			await room.sql((sql) => setRooms(sql, 0));
		}
	});
});

test('a phone’s clock that is hours wrong, or set while the room is open, does not move the digits', async ({
	phone,
	cercle
}) => {
	const room = await openRoom(cercle);
	const skews = [{}, { skew: 6 * HOUR }, { skew: -6 * HOUR }];
	const phones = await meet(phone, room, [CAMILLE, KARIM, ELODIE], skews);
	const [camille, karim, elodie] = phones;
	await sameTime(phones);
	// The sign-in counts its own time: a phone that is ahead does not renew it at every request.
	expect(await karim.page.evaluate(countRenewals)).toBeLessThanOrEqual(1);

	for (const { page } of phones) await page.evaluate(watchDigits);
	await camille.page.evaluate(setWallClock, 3 * HOUR);
	await karim.page.evaluate(setWallClock, -7 * HOUR);
	await elodie.page.evaluate(setWallClock, 40_000);
	for (const one of phones) {
		await expect.poll(() => one.page.evaluate(() => window.ends.length)).toBeGreaterThan(4);
	}
	for (const { page } of phones) {
		const ends = await page.evaluate(() => window.ends);
		// A busy machine paints late; a digit painted a second early or late is another digit.
		expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(1_000);
	}
	await sameTime(phones);
	await camille.page.getByRole('button', { name: 'Pause' }).click();
	for (const { page } of phones) await expect(page.getByText('En pause')).toBeVisible();
	await sameTime(phones);

	// Opened again, it shows no time before the server has said it: its own is hours wrong.
	await karim.context.addInitScript(rememberDigits);
	await karim.page.reload();
	await expect(karim.page.getByText('En pause')).toBeVisible();
	const right = await shownSeconds(camille);
	const texts = await karim.page.evaluate(() => window.texts);
	const digits = texts.filter((text) => /\d/.test(text));
	expect(digits.length).toBeGreaterThan(0);
	for (const text of digits) expect(Math.abs(secondsOf(text) - right)).toBeLessThanOrEqual(1);
});

test('a sign-in that expires during the session is renewed, also on a phone hours late', async ({
	phone,
	cercle
}) => {
	const room = await openRoom(cercle);
	const [camille, thomas] = await meet(phone, room, [CAMILLE, THOMAS], [{}, { skew: -6 * HOUR }]);

	// What the arrivals make every phone fetch is there: from here on nothing but the room asks.
	await thomas.page.waitForLoadState('networkidle');
	const expired = await expiredToken(cercle, await thomas.page.evaluate(signInKept, undefined));
	await thomas.page.evaluate(signInKept, expired);
	await thomas.page.waitForResponse(
		(answer) => answer.url().endsWith('/rpc/room_snapshot') && answer.status() === 401
	);
	await expect.poll(() => thomas.page.evaluate(signInKept, undefined)).not.toBe(expired);
	await well(thomas);
	await go(camille, 'Suivi des actions');
	await expect(thomas.page.getByRole('heading', { name: 'Suivi des actions' })).toBeVisible();
});

test('of two presses at once one moves the room, the other is told, whoever presses', async ({
	phone,
	cercle
}) => {
	const room = await openRoom(cercle);
	const [camille, second, karim, elodie] = await meet(phone, room, [
		CAMILLE,
		CAMILLE,
		KARIM,
		ELODIE
	]);

	await test.step('the facilitator on two phones', async () => {
		await atOnce([camille, second], ({ page }) =>
			page.getByRole('button', { name: 'Passer à : Suivi des actions' }).click()
		);
		await oneIsTold([camille, second]);
		for (const { page } of [camille, second, karim]) {
			await expect(page.getByRole('heading', { name: 'Suivi des actions' })).toBeVisible();
		}
		expect(await logged(room)).toEqual(['Camille start', 'Camille go']);
	});

	await test.step('two members who take the role over', async () => {
		await camille.context.close();
		await second.context.close();
		// What these phones had under way is answered: nothing of them is heard any more.
		await goesOn(karim);
		await room.sql((sql) => silence(sql, room.id, CAMILLE, 31));
		for (const one of [karim, elodie]) {
			// Opened again it asks at once, and not at its next beat.
			await one.page.reload();
			await expect(offer(one)).toBeVisible();
		}
		await atOnce([karim, elodie], (one) => offer(one).click());
		await oneIsTold([karim, elodie]);
		await expect.poll(async () => (await shown([karim, elodie], 'Vous animez')).length).toBe(1);
		const log = await logged(room);
		expect(log.slice(0, 2)).toEqual(['Camille start', 'Camille go']);
		expect(log).toHaveLength(3);
		expect(['Karim take_over', 'Élodie take_over']).toContain(log[2]);
	});
});

test('the role is handed over in sight of all, and can be taken back for ten seconds', async ({
	phone,
	cercle
}) => {
	const room = await openRoom(cercle);
	const [camille, karim, elodie] = await meet(phone, room, [CAMILLE, KARIM, ELODIE]);
	await openTools(elodie);
	await expect(facilitates(elodie, CAMILLE)).toBeVisible();

	await handOver(camille, KARIM);
	await expect(karim.page.getByText('Vous animez')).toBeVisible();
	await expect(facilitates(elodie, KARIM)).toBeVisible();
	await expect(elodie.page.getByText(/Camille Roussel a confié.* à Karim Benali/)).toBeVisible();
	await camille.page.getByRole('button', { name: 'Reprendre l’animation' }).click();
	await expect(camille.page.getByText('Vous animez')).toBeVisible();
	await expect(karim.page.getByText('Vous animez')).toBeHidden();
	await expect(facilitates(elodie, CAMILLE)).toBeVisible();

	await handOver(camille, KARIM);
	await go(karim, 'Suivi des actions');
	await expect(camille.page.getByRole('heading', { name: 'Suivi des actions' })).toBeVisible();
	expect(await logged(room)).toEqual([
		'Camille start',
		'Camille hand_over',
		'Camille undo',
		'Camille hand_over',
		'Karim go'
	]);
});

test('a member closes a session that ran past its end, and not before', async ({
	phone,
	cercle
}) => {
	const room = await openRoom(cercle);
	const [camille, karim] = await meet(phone, room, [CAMILLE, KARIM]);
	const close = karim.page.getByRole('button', { name: 'Clore la séance' });
	await room.sql((sql) => begunBefore(sql, room.id, 119));
	await expect(karim.page.getByTestId('clock')).toContainText('+');
	await expect(close).toBeHidden();

	await room.sql((sql) => begunBefore(sql, room.id, 1));
	await close.click();
	await karim.page.getByRole('dialog').getByRole('button', { name: 'Clore la séance' }).click();
	for (const { page } of [camille, karim]) {
		await expect(page.getByRole('heading', { name: 'La séance est close' })).toBeVisible();
	}
	expect(await logged(room)).toEqual(['Camille start', 'Karim close']);
});

test('a second tab is the same member; a double tap moves one step', async ({ phone, cercle }) => {
	const room = await openRoom(cercle);
	const [camille, karim] = await meet(phone, room, [CAMILLE, KARIM]);
	const tab = { ...camille, page: await camille.context.newPage() };

	await tab.page.goto(`/room/${room.id}`);
	await expect(tab.page.getByText('Vous animez · 2 présents')).toBeVisible();
	await sameTime([camille, tab, karim]);
	await tab.page.getByRole('button', { name: 'Pause' }).click();
	await expect(camille.page.getByText('En pause')).toBeVisible();
	await camille.page.getByRole('button', { name: 'Reprendre' }).click();
	await expect(tab.page.getByText('En pause')).toBeHidden();
	await tab.page.close();
	await openTools(karim);
	await expect(
		karim.page.getByRole('listitem').filter({ hasText: CAMILLE }).getByText('téléphone connecté')
	).toBeVisible();

	await doubleTap(camille, 'Passer à : Suivi des actions', 'Suivi des actions');
	await expect(karim.page.getByRole('heading', { name: 'Suivi des actions' })).toBeVisible();
	// Both taps have been answered once this later command has.
	await camille.page.getByRole('button', { name: 'Ajouter une minute' }).click();
	await expect(camille.page.getByText('1 ajoutée')).toBeVisible();
	expect(await logged(room)).toEqual([
		'Camille start',
		'Camille pause',
		'Camille resume',
		'Camille go',
		'Camille add'
	]);
});

/** A room of the demo group and the way to look into the database it is kept in. */
interface Room {
	id: string;
	sql<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}

async function openRoom({ dataFolder }: CercleProcess): Promise<Room> {
	const sql: Room['sql'] = (work) => asOwner(dataFolder, work);
	return { id: await sql(planRoom), sql };
}

type OpenPhone = (name: string, options?: PhoneOptions) => Promise<Phone>;
type Each<Names extends readonly string[]> = { [Index in keyof Names]: Phone };

/** A phone for each member, in a session that the first of them has started. */
async function meet<const Names extends readonly string[]>(
	phone: OpenPhone,
	{ id }: Room,
	names: Names,
	options: readonly PhoneOptions[] = []
): Promise<Each<Names>> {
	const phones = await Promise.all(
		names.map(async (name, index) => {
			const one = await phone(name, { member: true, ...options[index] });
			await one.page.goto(`/room/${id}`);
			return one;
		})
	);
	await phones[0]!.page.getByRole('button', { name: 'Commencer la séance' }).click();
	for (const { page } of phones) {
		await expect(page.getByRole('heading', { name: 'Ouverture' })).toBeVisible();
	}
	return phones as Each<Names>;
}

/** The digits of a phone count down. */
async function goesOn(phone: Phone): Promise<void> {
	const before = await shownSeconds(phone);
	await expect.poll(() => shownSeconds(phone)).toBeLessThan(before);
}

/** Neither the server nor its signals are missing. */
async function well({ page }: Phone): Promise<void> {
	await expect(page.getByText(SILENT)).toBeHidden();
	await expect(page.getByText(DEGRADED)).toBeHidden();
}

function offer({ page }: Phone) {
	return page.getByRole('button', { name: 'Prendre l’animation' });
}

/** The mark of the role beside a member's name, in the list that everybody can open. */
function facilitates({ page }: Phone, name: string) {
	return page.getByRole('listitem').filter({ hasText: name }).getByText('anime');
}

async function openTools({ page }: Phone): Promise<void> {
	await page.getByRole('button', { name: 'Déroulé, présence, rôles' }).click();
}

async function handOver(phone: Phone, name: string): Promise<void> {
	await openTools(phone);
	await phone.page.getByRole('button', { name: `Donner l’animation à ${name}` }).click();
}

/** Does it while the server has twelve requests under way, all its connections to the database. */
async function inTheMidst({ url, dataFolder }: CercleProcess, work: () => void): Promise<void> {
	const { publishableKey } = JSON.parse(await readFile(join(dataFolder, 'keys.json'), 'utf8'));
	const ask = () =>
		fetch(`${url}/rest/v1/rpc/read_calendar`, {
			method: 'POST',
			headers: { apikey: publishableKey, 'content-type': 'application/json' },
			body: JSON.stringify({ token: '0'.repeat(43) }),
			signal: AbortSignal.timeout(1_000)
		}).catch(() => null);
	let answers = 0;
	const keepAsking = async () => {
		while (answers < 150 && (await ask()) !== null) {
			answers += 1;
			if (answers === 100) work();
		}
	};
	await Promise.all(Array.from({ length: 12 }, keepAsking));
}

/** Presses on several phones so that none can have seen what another's press did. */
async function atOnce(
	phones: readonly Phone[],
	press: (phone: Phone) => Promise<void>
): Promise<void> {
	const { promise: all, resolve } = Promise.withResolvers<undefined>();
	let missing = phones.length;
	for (const { context } of phones) {
		const hold = async (route: Route) => {
			missing -= 1;
			if (missing === 0) resolve(undefined);
			await all;
			await route.continue();
		};
		await context.route('**/rpc/room_command', hold, { times: 1 });
	}
	await Promise.all(phones.map(press));
}

/** Exactly one of these phones says, in words, that its command came too late. */
async function oneIsTold(phones: readonly Phone[]): Promise<void> {
	await expect.poll(async () => (await shown(phones, STALE)).length).toBe(1);
}

/** The phones that show this text. */
async function shown(phones: readonly Phone[], text: string): Promise<Phone[]> {
	const visible = await Promise.all(
		phones.map(({ page }) => page.getByText(text).first().isVisible())
	);
	return phones.filter((_, index) => visible[index]);
}

/**
 * Stops all that a page does, as a phone asleep: no timer runs, nothing that arrives is heard. The
 * answer wakes it: it must still have shown this heading, and its wall clock may have gone on by
 * `slept` ms while its steady clock stood still.
 */
async function sleep({ context, page }: Phone) {
	const life = await context.newCDPSession(page);
	await life.send('Debugger.enable');
	const asleep = new Promise((resolve) => life.once('Debugger.paused', resolve));
	await life.send('Debugger.pause');
	await asleep;
	const ask = async (expression: string): Promise<unknown> =>
		(await life.send('Runtime.evaluate', { expression })).result.value;
	return async (heading: string, slept = 0) => {
		expect(await ask('document.querySelector("h1").textContent')).toContain(heading);
		await ask(`(${setWallClock})(${slept})`);
		await life.send('Debugger.resume');
		await life.detach();
	};
}

/** Sets the time of all rooms so many minutes ahead of the right one. */
async function setRooms(sql: Sql, minutes: number): Promise<void> {
	await sql.unsafe(`
		create or replace function private.room_time() returns timestamptz
		language sql volatile set search_path = '' as $$
			select clock_timestamp() + interval '${minutes} minutes'
		$$
	`);
}

/** The same access token, expired a minute ago. */
async function expiredToken({ dataFolder }: CercleProcess, token: string): Promise<string> {
	const { jwtSecret } = JSON.parse(await readFile(join(dataFolder, 'keys.json'), 'utf8'));
	return await new SignJWT(decodeJwt(token))
		.setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
		.setExpirationTime(new Date(Date.now() - MINUTE))
		.sign(new TextEncoder().encode(jwtSecret));
}

/** Two taps of one finger, the second when the answer to the first is already on screen. */
async function doubleTap({ page }: Phone, button: string, heading: string): Promise<void> {
	const box = await page.getByRole('button', { name: button }).boundingBox();
	if (!box) throw new Error(`no button ${button}`);
	const { mouse } = page;
	await mouse.move(box.x + box.width / 2, box.y + box.height / 2);
	await mouse.down({ clickCount: 1 });
	await mouse.up({ clickCount: 1 });
	await expect(page.getByRole('heading', { name: heading })).toBeVisible();
	await mouse.down({ clickCount: 2 });
	await mouse.up({ clickCount: 2 });
}

/** Makes a session and its step so many minutes older, and tells the phones. */
async function begunBefore(sql: Sql, session: string, minutes: number): Promise<void> {
	await sql.begin(async (sql) => {
		await sql`
			update sessions set started_at = started_at - make_interval(mins => ${minutes})
			where id = ${session}
		`;
		await sql`
			update room_states set
				started_at = started_at - make_interval(mins => ${minutes}), version = version + 1
			where session_id = ${session}
		`;
		await sql`
			select private.signal_room(session_id, 'state', private.room_json(r)),
				private.signal_room(session_id, 'changed', '{"tables":["sessions"]}')
			from room_states r where session_id = ${session}
		`;
	});
}

declare global {
	interface Window {
		/** For each change of the digits: when the step ends if they are right, by the steady clock. */
		ends: number[];
		/** Every text of the clock. */
		texts: string[];
	}
}

/** Runs in the page: notes each change of the digits. */
function watchDigits(): void {
	window.ends = [];
	const clock = document.querySelector('[data-testid="clock"]');
	if (!clock) throw new Error('no clock');
	const changed = () => {
		const [, minutes, seconds] = /(\d+):(\d\d)/.exec(clock.textContent ?? '') ?? [];
		const left = Number(minutes) * 60 + Number(seconds);
		window.ends.push(performance.now() + left * 1_000);
	};
	new MutationObserver(changed).observe(clock, {
		subtree: true,
		childList: true,
		characterData: true
	});
}

/** Runs in the page: how often it has renewed the sign-in. */
function countRenewals(): number {
	const requests = performance.getEntriesByType('resource');
	return requests.filter(({ name }) => name.includes('/auth/v1/token')).length;
}

/** Runs before the page: every text that its clock ever shows. */
function rememberDigits(): void {
	window.texts = [];
	const look = () => {
		const text = document.querySelector('[data-testid="clock"]')?.textContent;
		if (text && text !== window.texts.at(-1)) window.texts.push(text);
	};
	new MutationObserver(look).observe(document, {
		subtree: true,
		childList: true,
		characterData: true
	});
}

/**
 * Runs in the page: the access token the device keeps, and another in its place if one is given.
 */
async function signInKept(other?: string): Promise<string> {
	const all = await window.disk.read();
	const kept = all.find(({ store, key }) => store === 'auth' && key === 'session');
	if (!kept) throw new Error('nobody is signed in here');
	const session = JSON.parse(String(kept.value));
	if (other) {
		await window.disk.replace(kept, JSON.stringify({ ...session, access_token: other }));
	}
	return session.access_token;
}

/** The log of a room in words: each command and the member who gave it. */
async function logged(room: Room): Promise<string[]> {
	const log: Logged[] = await room.sql((sql) => roomLog(sql, room.id));
	return log.map(({ by, command }) => `${by} ${command}`);
}
