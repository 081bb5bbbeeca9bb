import type { Page } from '@playwright/test';
import { foundGroup } from '../support/group.ts';
import { asOwner } from '../support/owner.ts';
import { expect, type Phone, test } from './fixtures.ts';
import { sound } from './sound.ts';
import { choose, commit, dateIn, signIn } from './steps.ts';

test('the screens are readable by everyone, in both appearances, and fit a small phone', async ({
	phone,
	mails,
	cercle
}) => {
	const anne = await phone('Anne');
	const bruno = await phone('Bruno');
	// A movement half done is neither of its two colours.
	for (const { page } of [anne, bruno]) await page.emulateMedia({ reducedMotion: 'reduce' });

	await test.step('before signing in', async () => {
		await anne.page.goto('/');
		await sound(anne, 'landing');
		await anne.page.goto('/sign-in');
		await expect(anne.page.getByLabel('Adresse e-mail')).toBeVisible();
		await sound(anne, 'sign-in');
	});

	await signIn(anne, mails);
	await signIn(bruno, mails);
	await asOwner(cercle.dataFolder, (sql) =>
		foundGroup(sql, 'Les Terrasses', [anne.email, bruno.email])
	);
	const session = await plan(anne, bruno);
	await commit(anne, 'Écrire la feuille de route');

	await test.step('the pages of every day', async () => {
		const { page } = anne;
		for (const address of ['/today', '/actions', '/group', `/session/${session}/plan`, '/me']) {
			await page.goto(address);
			await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
			await sound(anne, address);
		}
		await bruno.page.goto('/today');
		await bruno.page.getByRole('link', { name: 'Défi à préparer' }).first().click();
		await expect(bruno.page.getByLabel('La question, en une ligne')).toBeVisible();
		await sound(bruno, 'challenge');
	});

	await test.step('the room is driven with the keyboard alone', async () => {
		const { page } = anne;
		await bruno.page.goto(`/room/${session}`);
		await page.goto(`/room/${session}`);
		await press(page, 'Commencer la séance');
		await expect(page.getByRole('heading', { name: 'Ouverture' })).toBeVisible();
		await press(page, 'Passer à : Suivi des actions');
		await expect(page.getByRole('heading', { name: 'Suivi des actions' })).toBeVisible();
		await press(page, 'Passer à : Présentation du défi');
		await expect(bruno.page.getByText('Vous avez la parole')).toBeVisible();
		// Two presses lead back to the step before.
		await press(page, 'Déroulé, présence, rôles');
		await press(page, 'Passer à : Suivi des actions');
		await expect(page.getByRole('heading', { name: 'Suivi des actions' })).toBeVisible();
	});

	await test.step('the room as facilitator and as member, in time and over it; its screen', async () => {
		await sound(anne, 'follow-up as facilitator');
		await sound(bruno, 'follow-up as member');
		await press(anne.page, 'Passer à : Présentation du défi');
		await expect(bruno.page.getByText('Vous avez la parole')).toBeVisible();
		await sound(bruno, 'presentation as presenter');
		for (let minute = 1; minute <= 20; minute++) {
			await anne.page.getByRole('button', { name: 'Retirer une minute' }).click();
			await expect(anne.page.getByText(`${minute} retirée`)).toBeVisible();
			// The last minute is said in a word, and once to those who listen to the screen.
			if (minute < 19) continue;
			const word = minute === 19 ? 'Dernière minute' : 'Dépassement';
			const said = minute === 19 ? 'Il reste une minute' : 'Le temps prévu est écoulé';
			await expect(bruno.page.getByTestId('clock')).toContainText(word);
			await expect(bruno.page.getByRole('status').filter({ hasText: said })).toHaveCount(1);
		}
		await sound(anne, 'overtime as facilitator');
		await sound(bruno, 'overtime as presenter');
		await bruno.page.goto(`/room/${session}/screen`);
		await expect(bruno.page.getByText('Dépassement')).toBeVisible();
		await sound(bruno, 'screen');
	});
});

test('the language is the member’s choice and stays', async ({ phone, mails }) => {
	const anne = await phone('Anne');
	const { page } = anne;
	await signIn(anne, mails);
	await page.goto('/me');
	await page.getByRole('radio', { name: 'English' }).check();
	await expect(page.getByRole('heading', { name: 'Me', exact: true })).toBeVisible();
	await page.reload();
	await expect(page.getByRole('heading', { name: 'Me', exact: true })).toBeVisible();
	await expect(page.locator('html')).toHaveAttribute('lang', 'en');
	await page.goto('/today');
	await expect(page.getByRole('heading', { name: 'Today' })).toBeVisible();
});

/** A session in three days, led by the first and with the challenge of the second; its id. */
async function plan(leader: Phone, presenter: Phone): Promise<string> {
	const { page } = leader;
	await page.goto('/session/new');
	await page.getByLabel('Date').fill(dateIn(3));
	await page.getByLabel('Heure').fill('18:30');
	await choose(leader, 'Animation', 'vous');
	await choose(leader, 'Défi 1', presenter.name);
	await page.getByRole('button', { name: 'Valider la séance' }).click();
	await page.waitForURL(/\/session\/[0-9a-f-]{36}$/);
	return page.url().split('/').at(-1) ?? '';
}

/** Walks to a button with the Tab key and presses Enter. */
async function press(page: Page, name: string): Promise<void> {
	const button = page.getByRole('button', { name });
	await expect(button).toBeVisible();
	for (let steps = 0; steps < 60; steps++) {
		if (await button.evaluate((element) => element === document.activeElement)) break;
		await page.keyboard.press('Tab');
	}
	await expect(button).toBeFocused();
	await page.keyboard.press('Enter');
}
