import type { Page } from '@playwright/test';
import { expect, type Phone, test } from './fixtures.ts';
import { sound } from './sound.ts';
import { note, setNetwork } from './steps.ts';

test.use({ demo: true });

const CODE = 'ardoise 47';
const locked = (page: Page) => page.getByRole('heading', { name: 'Cercle est verrouillé' });
const anAction = (page: Page) => page.getByRole('checkbox').first();

test('with a code, the app opens without a network for who knows it, and shows nothing before', async ({
	phone
}) => {
	const karim = await ready(await phone('Karim Benali', { member: true }));
	const { page } = karim;

	await test.step('too short, or typed differently twice, it is not taken', async () => {
		await page.goto('/me');
		await page.getByRole('link', { name: /Code d’ouverture/ }).click();
		await page.getByLabel('Nouveau code').fill('court');
		await page.getByRole('button', { name: 'Demander ce code' }).click();
		await expect(page.getByText('Il faut six caractères au moins.')).toBeVisible();
		await page.getByLabel('Nouveau code').fill(CODE);
		await page.getByLabel('Le même code').fill('ardoise 74');
		await page.getByRole('button', { name: 'Demander ce code' }).click();
		await expect(page.getByText('Les deux codes ne sont pas les mêmes.')).toBeVisible();
	});
	await sound(karim, 'a code to be chosen');
	await setCode(page);
	await sound(karim, 'a code chosen');

	await setNetwork(karim, false);
	await page.goto('/actions');
	await expect(locked(page)).toBeVisible();
	await expect(anAction(page)).toHaveCount(0);
	await sound(karim, 'locked');
	await give(page, 'ardoise 74');
	await expect(page.getByText('Encore 9 essais')).toBeVisible();
	await sound(karim, 'a wrong code');
	await give(page, CODE);
	await expect(anAction(page)).toBeVisible();
	await note(page, 'Écrite derrière le code');
	await page.reload();
	await give(page, CODE);
	await expect(page.getByText('Écrite derrière le code')).toBeVisible();

	await test.step('taken away, the app opens by itself again', async () => {
		await page.goto('/me/lock');
		await give(page, CODE);
		await expect(locked(page)).toBeHidden();
		await page.getByRole('button', { name: 'Ne plus demander de code' }).click();
		await expect(page.getByText(/Encore \d essais/), 'nothing given is no try').toHaveCount(0);
		await page.getByLabel('Code', { exact: true }).fill(CODE);
		await page.getByRole('button', { name: 'Ne plus demander de code' }).click();
		await expect(page.getByText('Cercle s’ouvre de nouveau sans code.')).toBeVisible();
		await page.goto('/actions');
		await expect(page.getByText('Écrite derrière le code')).toBeVisible();
	});
});

test('ten wrong codes erase what the phone keeps, and its member signs in again', async ({
	phone
}) => {
	const thomas = await ready(await phone('Thomas Nguyen', { member: true }));
	const { page } = thomas;
	await page.goto('/me/lock');
	await setCode(page);
	await page.goto('/actions');
	for (let left = 9; left > 1; left--) {
		await give(page, `faux ${left}`);
		await expect(page.getByText(`Encore ${left} essais`)).toBeVisible();
	}
	await give(page, 'faux 1');
	await expect(page.getByText('Encore un essai')).toBeVisible();
	await give(page, 'faux 0');
	await expect(page.getByRole('heading', { name: 'Tout est effacé ici' })).toBeVisible();
	await sound(thomas, 'erased after wrong codes');
	expect(await page.evaluate(() => window.disk.raw())).toEqual([]);
	await page.getByRole('button', { name: 'Se connecter' }).click();
	await page.getByRole('button', { name: 'Thomas Nguyen' }).click();
	await page.waitForURL('**/today');
	await page.goto('/actions');
	await expect(anAction(page)).toBeVisible();
});

test('a forgotten code: erased from the lock itself, also without a network', async ({ phone }) => {
	const elodie = await ready(await phone('Élodie Marchand', { member: true }));
	const { page } = elodie;
	await page.goto('/me/lock');
	await setCode(page);
	await setNetwork(elodie, false);
	await page.goto('/today');
	await page.getByRole('button', { name: 'Code oublié ?' }).click();
	await sound(elodie, 'a forgotten code');
	await page.getByRole('dialog').getByRole('button', { name: 'Effacer et se reconnecter' }).click();
	await expect(page.getByLabel('Adresse e-mail')).toBeVisible();
	expect(await page.evaluate(() => window.disk.raw())).toEqual([]);
});

test('out of sight for five minutes, the app asks for the code again; a shorter look away does not', async ({
	phone
}) => {
	const julien = await ready(await phone('Julien Lefèvre', { member: true }));
	const { page } = julien;
	await page.goto('/me/lock');
	await setCode(page);
	await page.clock.install();
	await page.goto('/actions');
	await give(page, CODE);
	await expect(anAction(page)).toBeVisible();
	// What watches the app comes after the first screen.
	await page.waitForLoadState('networkidle');
	await page.clock.runFor(5_000);
	await show(page, 'hidden');
	await page.clock.runFor(4 * 60_000);
	await show(page, 'visible');
	await page.clock.runFor(4 * 60_000);
	await expect(anAction(page)).toBeVisible();
	await show(page, 'hidden');
	await page.clock.runFor(5 * 60_000 + 1_000);
	await expect(locked(page)).toBeVisible();
});

/** Lets a phone open its actions and take the app with it. */
async function ready(phone: Phone): Promise<Phone> {
	await phone.page.goto('/actions');
	await expect(anAction(phone.page)).toBeVisible();
	await phone.page.evaluate(() => navigator.serviceWorker.ready);
	return phone;
}

async function setCode(page: Page): Promise<void> {
	await page.getByLabel('Nouveau code').fill(CODE);
	await page.getByLabel('Le même code').fill(CODE);
	await page.getByRole('button', { name: 'Demander ce code' }).click();
	await expect(page.getByText('Un code est demandé à l’ouverture')).toBeVisible();
}

async function give(page: Page, code: string): Promise<void> {
	await expect(locked(page)).toBeVisible();
	await page.getByLabel('Code', { exact: true }).fill(code);
	await page.getByRole('button', { name: 'Ouvrir' }).click();
}

/** Says that the page is seen or not: Chromium shows every page of a test, whatever lies above it. */
async function show(page: Page, state: DocumentVisibilityState): Promise<void> {
	await page.evaluate((now) => {
		Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => now });
		document.dispatchEvent(new Event('visibilitychange'));
	}, state);
}
