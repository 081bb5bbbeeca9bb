import { MEMBERS, memberId } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';
import { stored } from '../support/disk.ts';
import { expect, type Phone, test } from './fixtures.ts';
import { sound } from './sound.ts';
import { note, setNetwork } from './steps.ts';

test.use({ demo: true, apart: 'leaving' });

const [CAMILLE, KARIM, ELODIE, THOMAS, ...OTHERS] = MEMBERS as [string, string, string, string];
/** Where the session to come is held: what a row of one's own never names. */
const PLACE = 'Croix-Rousse, chez Thomas';
const REASON = 'A proposé ses services à deux d’entre nous.';

/** Opens the sheet about Élodie where the vote waits. */
async function openVote({ page }: Phone): Promise<void> {
	await page.goto('/today');
	await expect(page.getByText(`Il concerne ${ELODIE}. Votre avis est attendu.`)).toBeVisible();
	await page.getByRole('button', { name: 'Lire et voter' }).click();
}

test('three phones: what two decide about the third erases it there, and says so calmly', async ({
	cercle,
	phone
}) => {
	// Three are left to decide about the fourth, so that one vote decides nothing yet.
	await asOwner(cercle.dataFolder, async (sql) => {
		await sql`
			update memberships set left_at = clock_timestamp()
			where member_id = any (${OTHERS.map(memberId)})
		`;
	});
	const camille = await phone(CAMILLE, { member: true });
	const karim = await phone(KARIM, { member: true });
	const elodie = await phone(ELODIE, { member: true });

	await test.step('the third has the group on the phone, and an action of their own', async () => {
		await elodie.page.goto('/actions');
		await note(elodie.page, 'Relire le contrat');
		await elodie.page.goto('/group');
		await expect(elodie.page.getByRole('heading', { name: 'Décisions' })).toBeVisible();
		expect(await elodie.page.evaluate(stored, null)).toContain(PLACE);
	});

	await test.step('the first says what happened; without network it waits on the phone', async () => {
		const { page } = camille;
		await page.goto('/group');
		await page.getByRole('button', { name: `Signaler un manquement de ${ELODIE}` }).click();
		const sheet = page.getByRole('dialog');
		await setNetwork(camille, false);
		await expect(sheet.getByText('Cela demande le réseau.')).toBeVisible();
		await sheet.getByLabel('Ce qui s’est passé').fill(REASON);
		await expect(sheet.getByRole('button', { name: 'Signaler au groupe' })).toBeDisabled();
		await setNetwork(camille, true);
		await sheet.getByRole('button', { name: 'Signaler au groupe' }).click();
		await expect(page.getByText('Le signalement est ouvert.')).toBeVisible();
		await openVote(camille);
		await page.getByRole('radio', { name: 'Exclure' }).check();
		await sound(camille, 'vote');
		await page.getByRole('button', { name: 'Voter', exact: true }).click();
		await expect(page.getByText('Votre vote est enregistré.')).toBeVisible();
	});

	await test.step('nothing of it reaches the third', async () => {
		await elodie.page.goto('/today');
		await elodie.page.goto('/group');
		await expect(elodie.page.getByRole('heading', { name: 'Décisions' })).toBeVisible();
		await expect(elodie.page.getByText('manquement a été')).toHaveCount(0);
		const kept = await elodie.page.evaluate(stored, null);
		expect(kept).not.toContain(REASON);
		expect(kept).not.toContain('accused_id');
	});

	await test.step('the second reads it, changes their mind, and decides', async () => {
		const { page } = karim;
		await openVote(karim);
		await expect(page.getByText(REASON)).toBeVisible();
		await expect(page.getByText(`${CAMILLE} a signalé ceci`)).toBeVisible();
		await page.getByRole('radio', { name: 'Garder dans le groupe' }).check();
		await page.getByRole('button', { name: 'Voter', exact: true }).click();
		await page.getByRole('button', { name: 'Revoir mon vote' }).click();
		await page.getByRole('radio', { name: 'Exclure' }).check();
		await page.getByRole('button', { name: 'Changer mon vote' }).click();
		await expect(page.getByText('Le vote est clos.')).toBeVisible();
		await page.goto('/group');
		await expect(page.getByText(`${ELODIE} a été exclu·e par un vote du groupe`)).toBeVisible();
		await expect(page.getByText('2 voix sur 3 pour l’exclusion')).toBeVisible();
	});

	await test.step('at the next contact the third phone holds nothing of the group', async () => {
		const { page } = elodie;
		await page.goto('/today');
		await expect(page.getByText('Vous ne faites plus partie d’un groupe')).toBeVisible();
		await expect(page.getByText('exclu')).toHaveCount(0);
		const kept = await page.evaluate(stored, null);
		for (const gone of [PLACE, CAMILLE, KARIM, 'Les Quais', 'Ce qui se dit ici reste ici']) {
			expect(kept).not.toContain(gone);
		}
		await sound(elodie, 'excluded');
		await page.goto('/group');
		await expect(page.getByText('Vous ne faites plus partie d’un groupe')).toBeVisible();
		await page.goto('/actions');
		await expect(page.getByText('Relire le contrat')).toBeVisible();
		await expect(page.getByRole('button', { name: 'Ajouter une action' })).toHaveCount(0);
	});
});

test('leaving says what is kept and what is erased, needs the network, and is done at once', async ({
	phone
}) => {
	const thomas = await phone(THOMAS, { member: true });
	const { page } = thomas;
	await page.goto('/group');
	await page.getByRole('button', { name: 'Quitter le groupe' }).click();
	const sheet = page.getByRole('dialog');
	await expect(sheet.getByText('Ce que vous gardez')).toBeVisible();
	await expect(sheet.getByText('Ce qui s’efface de ce téléphone')).toBeVisible();
	await sound(thomas, 'leaving');
	await setNetwork(thomas, false);
	await expect(sheet.getByText('Cela demande le réseau.')).toBeVisible();
	await expect(sheet.getByRole('button', { name: 'Quitter le groupe' })).toBeDisabled();
	await setNetwork(thomas, true);
	await sheet.getByRole('button', { name: 'Quitter le groupe' }).click();
	await expect(page.getByText('Vous ne faites plus partie d’un groupe')).toBeVisible();
	expect(await page.evaluate(stored, null)).not.toContain(PLACE);
});
