import { stored } from '../support/disk.ts';
import { expect, type Phone, test } from './fixtures.ts';
import { setNetwork } from './steps.ts';

/** The demo group, whose members sign in with one tap (supabase/seed.sql). */
test.use({ demo: true });

/** Presented two months ago. */
const JULIEN = 'Julien Lefèvre';
const THOMAS = 'Thomas Nguyen';
const SESSION = '/session/00000003-0000-4000-8000-000000000001';
const WORDS = [
	'Comment garder l’équipe plateforme',
	'Huit personnes, deux départs annoncés',
	'Parler aux deux partants séparément',
	'Geler une ligne de produit'
];

/** All that the phone keeps. */
async function kept({ page }: Phone): Promise<string> {
	return page.evaluate(stored, null);
}

test('a challenge withdrawn without a network leaves the other phones at their next sync', async ({
	phone
}) => {
	const julien = await phone(JULIEN, { member: true });
	const thomas = await phone(THOMAS, { member: true });
	await thomas.page.goto(SESSION);
	await expect(thomas.page.getByText('Geler une ligne de produit')).toBeVisible();
	const before = await kept(thomas);
	for (const word of WORDS) expect(before).toContain(word);

	await test.step('its presenter keeps it for themselves, and the others read no notes', async () => {
		await julien.page.goto(SESSION);
		await julien.page.getByRole('radio', { name: 'Pour moi seul·e' }).check();
		await expect(julien.page.getByText('Visible par : vous seul·e')).toBeVisible();
		await expect(julien.page.getByText(/en attente/)).toBeHidden();
		await thomas.page.reload();
		await expect(thomas.page.getByText(/garde pour soi les notes/)).toBeVisible();
		await expect(thomas.page.getByText('Geler une ligne de produit')).toBeHidden();
		await expect.poll(() => kept(thomas)).not.toContain('Geler une ligne de produit');
	});

	await test.step('withdrawn offline, it is gone on their phone at once', async () => {
		await julien.page.evaluate(() => navigator.serviceWorker.ready);
		await setNetwork(julien, false);
		await julien.page.getByRole('button', { name: 'Retirer ce défi' }).click();
		const sheet = julien.page.getByRole('dialog');
		await expect(sheet.getByText('C’est définitif.', { exact: false })).toBeVisible();
		await sheet.getByRole('button', { name: 'Retirer ce défi' }).click();
		await expect(julien.page.getByText('Vous avez retiré ce défi', { exact: false })).toBeVisible();
		await expect(julien.page.getByText(WORDS[0]!, { exact: false })).toBeHidden();
		await setNetwork(julien, true);
		await expect(julien.page.getByText(/en attente/)).toBeHidden();
	});

	await test.step('nothing of it is left on anybody’s phone', async () => {
		await thomas.page.reload();
		await expect(
			thomas.page.getByText(`${JULIEN} a retiré ce défi`, { exact: false })
		).toBeVisible();
		for (const someone of [thomas, julien]) {
			await expect
				.poll(async () => {
					const text = await kept(someone);
					return WORDS.filter((word) => text.includes(word));
				})
				.toEqual([]);
		}
	});
});
