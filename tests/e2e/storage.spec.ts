import type { Page } from '@playwright/test';
import { SESSION } from '../support/demo-room.ts';
import { openProfile } from '../support/profile.ts';
import { setWallClock } from '../support/wall-clock.ts';
import { expect, type Phone, test } from './fixtures.ts';
import { sound } from './sound.ts';
import { note, setNetwork } from './steps.ts';

test.use({ demo: true });

const DAY = 86_400_000;
const iphone =
	'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';
const overdue = (page: Page) => page.getByText(/depuis plus de 5 jours/);

test('the browser is asked at the first save and not again; then installing is offered, once', async ({
	cercle,
	kept
}) => {
	const profile = await openProfile(cercle.url);
	const { context, page } = profile;
	await context.setStorageState(await kept('Karim Benali'));
	let asked = 0;
	await context.exposeFunction('askedToPersist', () => asked++);
	await context.addInitScript(countAsking);

	await test.step('Chromium finds nothing missing for an installation', async () => {
		await page.goto('/me');
		// Asked before the right to keep is granted below.
		await expect(page.getByText('Le navigateur peut les effacer')).toBeVisible();
		const session = await context.newCDPSession(page);
		const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
		expect(installabilityErrors).toEqual([]);
		const { manifest, errors } = await session.send('Page.getAppManifest');
		expect(errors).toEqual([]);
		expect(manifest).toMatchObject({
			...{ id: `${cercle.url}/`, startUrl: `${cercle.url}/today`, scope: `${cercle.url}/` },
			...{ name: 'Cercle', display: 'kStandalone' }
		});
		const { origin } = new URL(cercle.url);
		await (
			await context.browser()?.newBrowserCDPSession()
		)?.send('Browser.grantPermissions', {
			origin,
			permissions: ['durableStorage']
		});
	});

	await test.step('before anything was saved nobody is asked', async () => {
		await page.goto('/today');
		await expect(page.getByText('Croix-Rousse, chez Thomas')).toBeVisible();
		await expect(page.getByText(/^Installé, Cercle/)).toHaveCount(0);
		expect(asked).toBe(0);
	});

	await test.step('the first save asks, the second does not, and Me shows the answer', async () => {
		await page.goto('/actions');
		await note(page, 'Une première chose');
		await note(page, 'Une seconde chose');
		await page.goto('/me');
		await expect(page.getByText('Gardées pour de bon')).toBeVisible();
		await expect(page.getByRole('button', { name: 'Installer' })).toBeVisible();
		expect(asked).toBe(1);
	});

	await test.step('Today offers to install until told not to; Me goes on offering', async () => {
		await page.goto('/today');
		const line = page.getByText(/^Installé, Cercle/);
		await expect(line.getByRole('button', { name: 'Installer' })).toBeVisible();
		await page.getByRole('button', { name: 'Plus tard' }).click();
		await expect(line).toBeHidden();
		await page.goto('/me');
		await expect(page.getByRole('button', { name: 'Installer' })).toBeVisible();
		await page.goto('/today');
		await expect(page.getByText('Croix-Rousse, chez Thomas')).toBeVisible();
		await expect(line).toHaveCount(0);
	});
	await profile.remove();
	expect(profile.faults).toEqual([]);
});

test('work unsent for six days where it may be erased: every page says so, the room does not', async ({
	phone
}) => {
	const grace = await unsent(await phone('Élodie Marchand', { member: true }), 6 * DAY);
	const { page } = grace;
	for (const address of ['/today', '/actions', '/group']) {
		await page.goto(address);
		await expect(overdue(page)).toBeVisible();
		await expect(page.getByText(/l’effacer quand la place manque/)).toBeVisible();
	}
	await sound(grace, 'work unsent for six days');
	await page.goto(`/room/${SESSION}`);
	await expect(page.getByRole('heading').first()).toBeVisible();
	await expect(overdue(page)).toHaveCount(0);
	await page.goto('/today');
	await page.getByRole('link', { name: 'Voir ce qui attend' }).click();
	await expect(page.getByRole('button', { name: 'Retirer' })).toBeVisible();
	await setNetwork(grace, true);
	await expect(overdue(page)).toBeHidden();
});

test('a wrong clock does not cry wolf: work from the future, or from another age', async ({
	phone
}) => {
	const { page } = await unsent(await phone('Thomas Nguyen', { member: true }), -40 * DAY);
	await page.evaluate(setWallClock, -20 * 365 * DAY);
	await note(page, 'Écrite avant Cercle');
	await page.goto('/today');
	await expect(page.getByText(/en attente/).first()).toBeVisible();
	await expect(page.getByText('Croix-Rousse, chez Thomas')).toBeVisible();
	await expect(overdue(page)).toHaveCount(0);
});

test('an iPhone is told in words how to install, and to send first what waits', async ({
	phone
}) => {
	const aicha = await phone('Aïcha Diallo', { member: true, userAgent: iphone });
	const { page } = await unsent(aicha, 6 * DAY);
	await page.goto('/today');
	await expect(page.getByText(/efface tout après une semaine sans visite/)).toBeVisible();
	await setNetwork(aicha, true);
	await page.getByRole('link', { name: 'Comment faire' }).click();
	await expect(page.getByText(/^Touchez Partager\s+, au bas de l’écran/)).toBeVisible();
	await expect(page.getByText(/Sur l’écran d’accueil/)).toBeVisible();
	await expect(page.getByText(/après une semaine sans visite/)).toBeVisible();
	await sound(aicha, 'how to install on an iPhone');
	await setNetwork(aicha, false);
	await page.goto('/actions');
	await note(page, 'Pas encore partie');
	await page.goto('/me');
	await expect(page.getByText(/^Attendez d’abord/)).toBeVisible();
});

/** A phone without a network, on which something was written so long ago by its clock. */
async function unsent(phone: Phone, age: number): Promise<Phone> {
	const { page } = phone;
	await page.goto('/actions');
	await expect(page.getByRole('checkbox').first()).toBeVisible();
	await page.evaluate(() => navigator.serviceWorker.ready);
	await setNetwork(phone, false);
	await page.evaluate(setWallClock, -age);
	await note(page, 'Écrite il y a longtemps');
	return phone;
}

/** Runs in the page: tells the test each time the browser is asked to keep things. */
function countAsking(): void {
	const asking = navigator.storage.persist;
	StorageManager.prototype.persist = function () {
		void Reflect.get(globalThis, 'askedToPersist')();
		return asking.call(this);
	};
}
