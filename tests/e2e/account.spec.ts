import { readFile } from 'node:fs/promises';
import { asOwner } from '../support/owner.ts';
import { tablesWith } from '../support/canary.ts';
import { expect, type Phone, test } from './fixtures.ts';
import { setNetwork } from './steps.ts';

test.use({ demo: true, apart: 'account' });

const KARIM = 'Karim Benali';
const CAMILLE = 'Camille Roussel';

async function open({ page }: Phone, address: string) {
	await page.goto(address);
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

test('a member takes along what is theirs, as Markdown and as JSON', async ({ phone }) => {
	const camille = await phone(CAMILLE, { member: true });
	const { page } = camille;
	await open(camille, '/me');
	await page.getByRole('link', { name: 'Exporter', exact: true }).click();
	const save = async (name: string) => {
		const coming = page.waitForEvent('download');
		await page.getByRole('button', { name }).click();
		const download = await coming;
		return [download.suggestedFilename(), await readFile(await download.path(), 'utf8')] as const;
	};
	const [markdownName, markdown] = await save('Fichier Markdown');
	expect(markdownName).toMatch(/^cercle-\d{4}-\d\d-\d\d\.md$/);
	expect(markdown).toContain('# Cercle · Camille Roussel\n');
	expect(markdown).toContain('## Objectifs\n\n### ');
	expect(markdown).not.toContain('Karim');
	await expect(page.getByText(`${markdownName} est enregistré`)).toBeVisible();
	const [jsonName, json] = await save('Fichier JSON');
	expect(jsonName).toMatch(/\.json$/);
	expect(JSON.parse(json)).toMatchObject({ version: 1, account: { name: CAMILLE } });

	await setNetwork(camille, false);
	await page.getByRole('button', { name: 'Fichier JSON' }).click();
	await expect(page.getByText('L’export demande du réseau').first()).toBeVisible();
});

test('the group changes how long its words are kept, and the other member sees it', async ({
	phone
}) => {
	const [camille, karim] = [
		await phone(CAMILLE, { member: true }),
		await phone(KARIM, { member: true })
	];
	await open(camille, '/group/charter');
	await expect(camille.page.getByText('12 mois')).toBeVisible();
	const section = camille.page.getByRole('region', { name: 'Durée de conservation' });
	await section.getByRole('button', { name: 'Modifier' }).click();
	const sheet = camille.page.getByRole('dialog');
	await sheet.getByLabel('Garder pendant').selectOption('6');
	await expect(sheet.getByText('Tout ce qui a plus de 6 mois sera effacé')).toBeVisible();

	await test.step('who saw another number is told, and shown the one that holds', async () => {
		await open(karim, '/group/charter');
		const own = karim.page.getByRole('region', { name: 'Durée de conservation' });
		await own.getByRole('button', { name: 'Modifier' }).click();
		await sheet.getByRole('button', { name: 'Enregistrer' }).click();
		await expect(section.getByText('6 mois', { exact: true })).toBeVisible();
		const late = karim.page.getByRole('dialog');
		await late.getByLabel('Garder pendant').selectOption('24');
		await late.getByRole('button', { name: 'Enregistrer' }).click();
		await expect(late.getByText('Cela a changé entre-temps')).toBeVisible();
		await late.getByRole('button', { name: 'Enregistrer' }).click();
		await expect(own.getByText('24 mois', { exact: true })).toBeVisible();
	});

	await test.step('the register names who made it shorter', async () => {
		await open(karim, '/group');
		const line = (name: string) => karim.page.getByText(`${name} a raccourci la durée`);
		await expect(line(CAMILLE)).toBeVisible();
		await expect(line(KARIM)).toHaveCount(0);
	});
});

test('a member deletes their account: neither the device nor the server keeps a word of them', async ({
	phone,
	cercle
}) => {
	const karim = await phone(KARIM, { member: true });
	const { page } = karim;
	await open(karim, '/me');
	const address = await page.locator('header p').innerText();
	const start = () => page.getByRole('button', { name: 'Supprimer…' }).click();
	const sheet = page.getByRole('dialog');

	await test.step('without a network it is said that it cannot be', async () => {
		await page.evaluate(() => navigator.serviceWorker.ready);
		await setNetwork(karim, false);
		await start();
		await expect(sheet.getByText('La suppression demande du réseau')).toBeVisible();
		await expect(sheet.getByRole('button', { name: 'Supprimer pour de bon' })).toBeDisabled();
		await setNetwork(karim, true);
		await page.reload();
	});

	await test.step('by another address nothing happens', async () => {
		await start();
		await expect(sheet.getByText('vos défis, avec leurs notes et les apports reçus')).toBeVisible();
		await sheet.getByLabel('Saisissez votre adresse').fill('somebody@test.example');
		await sheet.getByRole('button', { name: 'Supprimer pour de bon' }).click();
		await expect(sheet.getByText('Ce n’est pas l’adresse de ce compte.')).toBeVisible();
		await asOwner(cercle.dataFolder, async (sql) => {
			expect(await tablesWith(sql, address)).toContain('auth.users');
		});
	});

	await test.step('by their own it is done', async () => {
		await sheet.getByLabel('Saisissez votre adresse').fill(address);
		await sheet.getByRole('button', { name: 'Supprimer pour de bon' }).click();
		await expect(page.getByRole('heading', { name: 'Votre compte est supprimé' })).toBeVisible();
		await asOwner(cercle.dataFolder, async (sql) => {
			expect(await tablesWith(sql, address)).toEqual([]);
			expect(await tablesWith(sql, KARIM)).toEqual([]);
		});
	});

	await test.step('the device is wiped: it asks to sign in', async () => {
		await page.goto('/today');
		await expect(page.getByLabel('Adresse e-mail')).toBeVisible();
	});

	await test.step('the others see a former member', async () => {
		const camille = await phone(CAMILLE, { member: true });
		const [held] = await asOwner(
			cercle.dataFolder,
			(sql) => sql`select id from sessions where status = 'closed' limit 1`
		);
		await open(camille, `/session/${String(held!.id)}`);
		await expect(camille.page.getByText('ancien membre').first()).toBeVisible();
		await expect(camille.page.getByText(KARIM)).toHaveCount(0);
	});
});
