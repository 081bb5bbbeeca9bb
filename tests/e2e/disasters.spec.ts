import type { Page } from '@playwright/test';
import { planRoom } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';
import { openProfile, type Profile } from '../support/profile.ts';
import { stored } from '../support/disk.ts';
import { setWallClock } from '../support/wall-clock.ts';
import { expect, type Phone, test as base } from './fixtures.ts';
import { go, note, setNetwork, startNote } from './steps.ts';

// The browser itself is what fails here; what our own code can be made to meet is in
// tests/unit/offline. Everybody is a member of the demo group (supabase/seed.sql).
const test = base.extend<{ profile(name: string): Promise<Profile> }>({
	/** A browser of its own, of a member who signed in before. */
	profile: async ({ cercle, kept }, use) => {
		const opened: Profile[] = [];
		await use(async (name) => {
			const profile = await openProfile(cercle.url);
			opened.push(profile);
			await profile.context.setStorageState(await kept(name));
			await ready(profile);
			return profile;
		});
		for (const profile of opened) await profile.remove();
		expect(opened.flatMap(({ faults }) => faults)).toEqual([]);
	}
});

test.use({ demo: true });

const HOUR = 3_600_000;
const challenge = '/challenge/00000004-0000-4000-8000-000000000003';

test('tab killed while typing: the words are back, as a draft', async ({ phone }) => {
	const aicha = await ready(await phone('Aïcha Diallo', { member: true }));
	await setNetwork(aicha, false);
	await aicha.page.goto(challenge);
	await aicha.page.getByLabel('Ce que j’attends du groupe').fill('Des récits, et des dates.');
	await expect(aicha.page.getByText(/Enregistré sur cet appareil/)).toBeVisible();
	const crashed = aicha.page.waitForEvent('crash');
	const session = await aicha.context.newCDPSession(aicha.page);
	session.send('Page.crash').catch(() => undefined);
	await crashed;
	const reopened = await aicha.context.newPage();
	await reopened.goto(challenge);
	await expect(reopened.getByLabel('Ce que j’attends du groupe')).toHaveValue(
		'Des récits, et des dates.'
	);
});

test('browser killed: what was confirmed is there, what was being typed too', async ({
	profile,
	cercle
}) => {
	const karim = await profile('Karim Benali');
	await karim.context.setOffline(true);
	await note(karim.page, 'Confirmée avant la panne');
	await startNote(karim.page, 'Encore au bout des doigts');
	// Sealing the last key takes a moment; nothing but time may pass between it and the end.
	await expect.poll(() => karim.page.evaluate(stored, null)).toContain('Encore au bout des doigts');
	await karim.kill();
	await karim.start('offline');
	await karim.page.goto('/actions');
	await expect(karim.page.getByText('Confirmée avant la panne')).toBeVisible();
	await karim.page.getByRole('button', { name: 'Ajouter une action' }).first().click();
	await expect(karim.page.getByLabel('Ce que je m’engage à faire')).toHaveValue(
		'Encore au bout des doigts'
	);
	await karim.context.setOffline(false);
	await expect.poll(() => count(cercle.dataFolder, 'Confirmée avant la panne')).toBe(1);
});

test('storage full: it is said, the words stay, and they are kept once there is room', async ({
	profile
}) => {
	const julien = await profile('Julien Lefèvre');
	const origin = new URL(julien.page.url()).origin;
	// Chromium remembers for a while how much room there was: a new one asks.
	await julien.restart();
	const { page, context } = julien;
	const session = await context.newCDPSession(page);
	await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
	await page.goto('/actions');
	await startNote(page, 'Faire de la place');
	const add = page.getByRole('button', { name: 'Ajouter', exact: true });
	await add.click();
	await expect(page.getByRole('dialog').getByText('Cet appareil n’a plus de place.')).toBeVisible();
	await expect(page.getByLabel('Ce que je m’engage à faire')).toHaveValue('Faire de la place');
	// This look waits for what was being written: nothing of it was kept.
	expect(await page.evaluate(stored, null)).not.toContain('Faire de la place');
	await session.send('Storage.overrideQuotaForOrigin', { origin });
	await add.click();
	await expect(page.getByRole('link', { name: 'Faire de la place' })).toBeVisible();
	await page.reload();
	await expect(page.getByRole('link', { name: 'Faire de la place' })).toBeVisible();
});

test('storage full in the room: a choice that is not kept says so, and does not show as made', async ({
	profile,
	cercle
}) => {
	const room = `/room/${await asOwner(cercle.dataFolder, planRoom)}`;
	const camille = await profile('Camille Roussel');
	await note(camille.page, 'Trier les photos de la salle');
	await camille.page.goto(room);
	await camille.page.getByRole('button', { name: 'Commencer la séance' }).click();
	await go(camille, 'Suivi des actions');
	const before = await camille.page.getByText(/ sur \d+ revu/).innerText();
	const origin = new URL(camille.page.url()).origin;
	await camille.restart();
	const { page, context } = camille;
	const session = await context.newCDPSession(page);
	await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
	await page.goto(room);
	const full = page.getByText('Cet appareil n’a plus de place.');
	const action = page.getByRole('group', { name: /Trier les photos de la salle/ });
	const outcome = action.getByRole('radio', { name: 'En partie' });
	const tools = page.getByRole('dialog');
	const attends = tools.getByRole('button', { name: 'Je participe' });

	await test.step('the outcome of an action', async () => {
		await outcome.click();
		await expect(full).toBeVisible();
		await expect(outcome).not.toBeChecked();
		await expect(page.getByText(before)).toBeVisible();
	});
	const open = () => page.getByRole('button', { name: 'Déroulé, présence, rôles' }).click();
	await test.step('whether one takes part', async () => {
		await open();
		const shown = String(await attends.getAttribute('aria-pressed'));
		await attends.click();
		await expect(tools.getByText('Cet appareil n’a plus de place.')).toBeVisible();
		await expect(attends).toHaveAttribute('aria-pressed', shown);
	});
	await test.step('both are kept once there is room', async () => {
		await session.send('Storage.overrideQuotaForOrigin', { origin });
		// What the room said of her meanwhile found no place either.
		await page.reload();
		await open();
		await expect(attends).toHaveAttribute('aria-pressed', 'true');
		await attends.click();
		await expect(attends).toHaveAttribute('aria-pressed', 'false');
		await tools.getByRole('button', { name: 'Fermer' }).click();
		await outcome.click();
		await expect(page.getByText(before)).toHaveCount(0);
		await expect(outcome).toBeChecked();
		await expect(full).toHaveCount(0);
	});
});

test('storage full: a choice that is not kept says so, shows as before, and can be made again', async ({
	profile,
	phone
}) => {
	const train = await profile('Aïcha Diallo');
	const desk = await phone('Aïcha Diallo', { member: true });
	await note(train.page, 'Rendre les clés');
	await writeOnBoth(train, desk, 'Sans place : un audit.', 'Au bureau : un sprint.');
	const origin = new URL(train.page.url()).origin;
	await train.restart();
	const { page, context } = train;
	const session = await context.newCDPSession(page);
	await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
	const full = 'Cet appareil n’a plus de place.';
	const both = page.getByRole('region', { name: 'Deux versions' });
	const mine = both.getByRole('button', { name: 'Garder ce que j’ai écrit ici' });

	await test.step('an action ticked off', async () => {
		await page.goto('/actions');
		const done = page.getByRole('checkbox', { name: /Rendre les clés/ });
		await done.click();
		await expect(page.getByRole('status').getByText(full).last()).toBeVisible();
		await expect(done).not.toBeChecked();
	});
	await test.step('the language', async () => {
		await page.goto('/me');
		await page.getByRole('radio', { name: 'English' }).click();
		await expect(page.getByRole('alert').getByText(full)).toBeVisible();
		await expect(page.getByRole('radio', { name: 'Français' })).toBeChecked();
		await expect(page.getByRole('heading', { name: 'Moi', level: 1 })).toBeVisible();
	});
	await test.step('a new charter, and a plan: long to write, and to be sent in one piece', async () => {
		await page.goto('/group/charter');
		await page.getByRole('button', { name: 'Écrire une nouvelle version' }).click();
		const charter = page.getByRole('textbox', { name: 'Texte de la charte' });
		await charter.fill('Ce qui se dit ici reste ici.');
		await expect(charter).toHaveAccessibleDescription(new RegExp(full));
		await expect(charter).toHaveValue('Ce qui se dit ici reste ici.');
		await page.goto('/session/new');
		await page.getByRole('textbox', { name: 'Lieu' }).fill('Chez Grace');
		await expect(page.locator('#content').getByText(full)).toBeVisible();
	});
	await test.step('one of two versions', async () => {
		await page.goto(challenge);
		await mine.click();
		await expect(both.getByText(full)).toBeVisible();
		await expect(both.getByText('Sans place : un audit.')).toBeVisible();
	});
	await test.step('it is kept once there is room', async () => {
		await session.send('Storage.overrideQuotaForOrigin', { origin });
		const sent = page.waitForResponse(/\/rpc\/apply_ops/);
		await mine.click();
		await expect(both).toHaveCount(0);
		await sent;
		await desk.page.reload();
		await expect(tried(desk.page)).toHaveValue('Sans place : un audit.');
	});
});

test('private mode: a browser that keeps nothing says so on every page, instead of staying blank', async ({
	cercle
}) => {
	const blocked = { profile: { default_content_setting_values: { cookies: 2 } } };
	const profile = await openProfile(cercle.url, blocked);
	for (const address of ['/today', '/sign-in']) {
		await profile.page.goto(address);
		await expect(profile.page.getByText(/refuse de garder des données/)).toBeVisible();
	}
	await profile.remove();
	expect(profile.faults).toEqual([]);
});

test('two tabs: what both write without a network arrives, once each', async ({
	phone,
	cercle
}) => {
	const elodie = await ready(await phone('Élodie Marchand', { member: true }));
	await setNetwork(elodie, false);
	const [first, second] = [elodie.page, await elodie.context.newPage()];
	await second.goto('/actions');
	await note(first, 'Du premier onglet');
	await expect(second.getByText('Du premier onglet')).toBeVisible();
	await note(second, 'Du second onglet');
	await expect(first.getByText('Du second onglet')).toBeVisible();
	await setNetwork(elodie, true);
	for (const tab of [first, second]) await expect(tab.getByText(/en attente/)).toHaveCount(0);
	expect(await count(cercle.dataFolder, 'Du premier onglet')).toBe(1);
	expect(await count(cercle.dataFolder, 'Du second onglet')).toBe(1);
});

test('two devices: a text written on both, one of them offline, shows both versions', async ({
	phone
}) => {
	const train = await phone('Aïcha Diallo', { member: true });
	const desk = await phone('Aïcha Diallo', { member: true });
	await writeOnBoth(train, desk, 'Dans le train : un audit.', 'Au bureau : deux sprints.');
});

test('clock jump: hours back between two changes, both arrive in order and nobody is alarmed', async ({
	phone,
	cercle
}) => {
	const thomas = await ready(await phone('Thomas Nguyen', { member: true }));
	const { page } = thomas;
	await setNetwork(thomas, false);
	await note(page, 'Dite à la bonne heure');
	await page.evaluate(setWallClock, -30 * HOUR);
	await page.getByRole('link', { name: 'Dite à la bonne heure' }).click();
	await page.getByRole('button', { name: 'Modifier' }).click();
	await page.getByLabel('Ce que je m’engage à faire').fill('Redite, il y a trente heures');
	await page.getByRole('button', { name: 'Enregistrer' }).click();
	await expect(page.getByRole('heading', { name: 'Redite, il y a trente heures' })).toBeVisible();
	// The other way: a month ahead ages what was just written.
	await page.evaluate(setWallClock, 24 * 31 * HOUR);
	await page.getByRole('link', { name: 'Actions' }).first().click();
	await expect(page.getByText('Redite, il y a trente heures')).toBeVisible();
	await expect(page.getByText(/depuis plus de 5 jours/)).toHaveCount(0);
	await setNetwork(thomas, true);
	await expect.poll(() => count(cercle.dataFolder, 'Redite, il y a trente heures')).toBe(1);
	expect(await count(cercle.dataFolder, 'Dite à la bonne heure')).toBe(0);
});

test('a newer version of the app owns the storage: the page says so, and loses nothing', async ({
	phone
}) => {
	const julien = await ready(await phone('Julien Lefèvre', { member: true }));
	await setNetwork(julien, false);
	await note(julien.page, 'Écrite dans l’ancienne version');
	const newer = await julien.context.newPage();
	// An address of the app's own origin that opens nothing itself.
	await newer.goto('/icon.svg');
	expect(await newer.evaluate(stored, 99)).toContain('Écrite dans l’ancienne version');
	const said = julien.page.getByText('Une version plus récente de Cercle est ouverte.');
	await expect(said).toBeVisible();
	await julien.page.goto('/actions');
	await expect(said).toBeVisible();
	await julien.page.getByRole('button', { name: 'Recharger' }).click();
	await expect(said).toBeVisible();
	expect(await newer.evaluate(stored, 99)).toContain('Écrite dans l’ancienne version');
});

test('rows of an earlier release: they show, without what it did not know', async ({ phone }) => {
	const camille = await ready(await phone('Camille Roussel', { member: true }));
	await setNetwork(camille, false);
	await camille.page.evaluate(forget);
	await camille.page.reload();
	await camille.page.getByRole('link', { name: /Déléguer l’astreinte/ }).click();
	await expect(camille.page.getByRole('heading', { name: /Déléguer l’astreinte/ })).toBeVisible();
});

test('account changed on the same phone', async ({ phone, cercle }) => {
	const shared = await ready(await phone('Camille Roussel', { member: true }));
	const { page } = shared;
	await setNetwork(shared, false);
	await note(page, 'Restée sur le téléphone');
	await test.step('Karim sees nothing of hers, and that something waits', async () => {
		await changeTo(shared, 'Karim Benali');
		await page.getByRole('link', { name: 'Actions' }).first().click();
		await expect(page.getByRole('checkbox').first()).toBeVisible();
		await expect(page.getByText('Restée sur le téléphone')).toHaveCount(0);
		await page.getByRole('link', { name: 'Moi' }).first().click();
		await expect(page.getByText(/garde 1 changement non envoyé d’un autre compte/)).toBeVisible();
		await expect(page.getByText(/en attente/)).toHaveCount(0);
		await page.getByRole('button', { name: 'Synchroniser' }).click();
		await expect(page.getByText(/À jour/)).toBeVisible();
		expect(await page.evaluate(databases)).toHaveLength(2);
		expect(await count(cercle.dataFolder, 'Restée sur le téléphone')).toBe(0);
	});
	await test.step('Camille finds it again, it is sent as hers, and his database is gone', async () => {
		await changeTo(shared, 'Camille Roussel');
		await page.getByRole('link', { name: 'Actions' }).first().click();
		await expect(page.getByText('Restée sur le téléphone')).toBeVisible();
		await expect
			.poll(() => ownersOf(cercle.dataFolder, 'Restée sur le téléphone'))
			.toEqual(['Camille Roussel']);
		await expect.poll(() => page.evaluate(databases)).toHaveLength(1);
	});
});

test('a proxy answers for the server, with pages of its own: nobody is signed out, nothing is lost', async ({
	phone,
	cercle
}) => {
	const { page, context } = await ready(await phone('Karim Benali', { member: true }));
	const statuses = [302, 403, 401];
	let renewals = 0;
	await page.evaluate(expireToken);
	await context.route(/\/(auth|rest|api)\//, (route) => {
		if (route.request().url().includes('/token')) renewals += 1;
		const status = statuses[renewals % statuses.length] ?? 200;
		const body = '<!doctype html><title>Identifiez-vous</title>';
		const headers = { 'content-type': 'text/html', ...(status === 302 && { location: '/portal' }) };
		return route.fulfill({ status, headers, body });
	});
	await note(page, 'Écrite derrière la page');
	await startNote(page, 'Encore à écrire');
	// It asks again only while it is signed in.
	await expect.poll(() => renewals).toBeGreaterThan(statuses.length);
	await context.unroute(/\/(auth|rest|api)\//);
	await expect.poll(() => count(cercle.dataFolder, 'Écrite derrière la page')).toBe(1);
	await page.reload();
	await expect(page.getByRole('link', { name: 'Écrite derrière la page' })).toBeVisible();
	await page.getByRole('button', { name: 'Ajouter une action' }).first().click();
	await expect(page.getByLabel('Ce que je m’engage à faire')).toHaveValue('Encore à écrire');
});

/** Runs in the page: the token on this phone is over, and must be renewed before the next call. */
async function expireToken(): Promise<void> {
	const kept = (await window.disk.read()).find(({ store, key }) => {
		return store === 'auth' && key === 'session';
	});
	if (typeof kept?.value !== 'string') throw new Error('nobody is signed in here');
	const session = { ...JSON.parse(kept.value), expires_at: 1 };
	await window.disk.replace(kept, JSON.stringify(session));
}

/**
 * The session of the member who was signed in ends; somebody else signs in, with the network back.
 */
async function changeTo(phone: Phone, name: string): Promise<void> {
	const { page } = phone;
	await setNetwork(phone, false);
	await page.evaluate(endSession);
	await page.goto('/sign-in');
	const member = page.getByRole('button', { name });
	await expect(member).toBeVisible();
	await setNetwork(phone, true);
	await member.click();
	await page.waitForURL('**/today');
}

/** Runs in the page: what is left when a session ended by itself, long after the last visit. */
async function endSession(): Promise<void> {
	for (const kept of await window.disk.read()) {
		if (kept.store === 'auth') await window.disk.replace(kept, null);
	}
}

/** Runs in the page: the databases of accounts that hold anything. */
async function databases(): Promise<string[]> {
	const names = (await window.disk.raw()).map(({ database }) => database);
	return [...new Set(names)].filter((name) => !['cercle', 'cercle-auth'].includes(name));
}

/** Lets a phone open its actions and take the app with it. */
async function ready<P extends Pick<Phone, 'page'>>(phone: P): Promise<P> {
	await phone.page.goto('/actions');
	await expect(phone.page.getByRole('checkbox').first()).toBeVisible();
	await phone.page.evaluate(() => navigator.serviceWorker.ready);
	return phone;
}

/** How many actions of this title the server has. */
function count(dataFolder: string, title: string): Promise<number> {
	return asOwner(dataFolder, async (sql) => {
		const rows = await sql`select from actions where title = ${title}`;
		return rows.length;
	});
}

/** The names of those who own the actions of this title on the server. */
function ownersOf(dataFolder: string, title: string): Promise<string[]> {
	return asOwner(dataFolder, async (sql) => {
		const rows = await sql<{ name: string }[]>`
			select p.name from actions a join profiles p on p.id = a.owner_id
			where a.title = ${title}
		`;
		return rows.map(({ name }) => name);
	});
}

/** Runs in the page: makes the rows it keeps those of the release before goals and outcomes. */
async function forget(): Promise<void> {
	const columns = ['goal_id', 'partner_id', 'rank', 'outcome', 'line', 'decided_carries'];
	const tables = (await window.disk.read()).filter(({ store }) => store === 'tables');
	for (const table of tables) {
		if (table.key === 'goals' || table.key === 'action_events') {
			await window.disk.replace(table, null);
		}
		if (table.key !== 'actions') continue;
		for (const [, row] of table.value as [number, object][]) {
			for (const column of columns) Reflect.deleteProperty(row, column);
		}
		await window.disk.replace(table, table.value);
	}
}

function tried(page: Page) {
	return page.getByLabel('Ce que j’ai déjà essayé');
}

/**
 * Writes the same text of the same member on two phones, the first of them offline, then online
 * again; resolves when it shows both versions.
 */
async function writeOnBoth(
	train: Pick<Phone, 'page' | 'context'>,
	desk: Phone,
	inTrain: string,
	atDesk: string
): Promise<void> {
	for (const { page } of [train, desk]) {
		await page.goto(challenge);
		await expect(tried(page)).toHaveValue(/./);
	}
	await setNetwork(train, false);
	await tried(train.page).fill(inTrain);
	await tried(train.page).blur();
	await tried(desk.page).fill(atDesk);
	await tried(desk.page).blur();
	await expect(desk.page.getByText('Enregistré et envoyé')).toBeVisible();
	await setNetwork(train, true);
	const both = train.page.getByRole('region', { name: 'Deux versions' });
	await expect(both.getByText(inTrain)).toBeVisible();
	// The refusal is kept first, then comes what the other phone wrote.
	await expect(both.getByText(atDesk)).toBeVisible();
}
