import type { Sql } from 'postgres';
import { stored } from '../support/disk.ts';
import { asOwner } from '../support/owner.ts';
import { expect, type Phone, test } from './fixtures.ts';
import { sound } from './sound.ts';
import { setNetwork, signIn } from './steps.ts';

/** The demo group, whose members sign in with one tap (supabase/seed.sql). */
test.use({ demo: true });

const CAMILLE = 'Camille Roussel';
const KARIM = 'Karim Benali';
const YEARLY = 'Une équipe plateforme qui tient deux semaines sans moi';
const PRIVATE = 'Décider si je reste après le rachat';

test('set without a network from a cold start, a goal waits, is sent and is read by the group', async ({
	phone,
	cercle
}) => {
	const camille = await phone(CAMILLE, { member: true });
	await open(camille, '/goals');
	await expect(camille.page.getByText(YEARLY)).toBeVisible();
	await camille.page.evaluate(() => navigator.serviceWorker.ready);
	await setNetwork(camille, false);
	await reopen(camille, '/goals');

	await test.step('the goals are there, each says who sees it', async () => {
		await expect(goal(camille, YEARLY)).toContainText('Visible par : le groupe');
		await expect(goal(camille, PRIVATE)).toContainText('Visible par : vous seul·e');
		await expect(goal(camille, 'Savoir où part le temps')).toContainText('atteint');
	});

	await test.step('half written, it survives the app being closed', async () => {
		await camille.page.getByRole('button', { name: 'Ajouter un objectif', exact: true }).click();
		await camille.page.getByLabel('Ce que je veux atteindre').fill('Recruter une équipe');
		await camille.page.getByRole('button', { name: 'Le rendre vérifiable' }).click();
		await camille.page.getByLabel('À quoi verrez-vous').fill('Trois contrats signés');
		await reopen(camille, '/goals');
		await camille.page.getByRole('button', { name: 'Ajouter un objectif', exact: true }).click();
		await expect(camille.page.getByLabel('Ce que je veux atteindre')).toHaveValue(/Recruter/);
		await expect(camille.page.getByLabel('À quoi verrez-vous')).toHaveValue(/Trois contrats/);
	});

	await test.step('set, it waits to be sent', async () => {
		await camille.page.getByRole('button', { name: 'Ajouter', exact: true }).last().click();
		await expect(goal(camille, 'Recruter une équipe')).toContainText('sera envoyé');
		await expect(camille.page.getByText(/en attente/)).toBeVisible();
		await reopen(camille, '/goals');
		await goal(camille, 'Recruter une équipe').getByRole('link').click();
		await expect(camille.page.getByText('Trois contrats signés')).toBeVisible();
	});

	await test.step('with the network it is sent as it was written', async () => {
		await setNetwork(camille, true);
		await expect
			.poll(() =>
				asOwner(cercle.dataFolder, async (sql) => {
					const [row] = await sql`
						select measure, shared from goals where title = 'Recruter une équipe'
					`;
					return row;
				})
			)
			.toEqual({ measure: 'Trois contrats signés', shared: true });
		await expect(camille.page.getByText(/en attente/)).toBeHidden();
	});

	await test.step('the group reads it, and never the private one', async () => {
		const karim = await phone(KARIM, { member: true });
		await open(karim, '/group');
		await karim.page.getByRole('link', { name: 'Ce que chacun vise' }).click();
		await expect(goal(karim, 'Recruter une équipe')).toBeVisible();
		await expect(karim.page.getByText(PRIVATE)).toHaveCount(0);
		const kept = await karim.page.evaluate(stored, null);
		expect(kept).toContain('Recruter une équipe');
		expect(kept).not.toContain(PRIVATE);
	});
});

test('the picture follows an action at once, on this phone and then on the others', async ({
	phone
}) => {
	const camille = await phone(CAMILLE, { member: true });
	const karim = await phone(KARIM, { member: true });
	await open(karim, '/goals#group');
	await expect(marks(karim, YEARLY)).toHaveText(/1 tenue, 1 en partie$/);

	await open(camille, '/goals#group');
	await expect(marks(camille, YEARLY)).toHaveText(/1 tenue, 1 en partie$/);
	await camille.page.goto('/actions');
	await camille.page.getByRole('checkbox', { name: /Déléguer l’astreinte/ }).check();
	await expect(camille.page.getByText('C’est fait.')).toBeVisible();
	await camille.page.goto('/goals#group');
	await expect(marks(camille, YEARLY)).toHaveText(/2 tenues$/);
	await expect(camille.page.getByText(/en attente/)).toBeHidden();

	await karim.page.reload();
	await expect(marks(karim, YEARLY)).toHaveText(/2 tenues$/);

	await test.step('people stand in the order of the alphabet', async () => {
		const people = await karim.page.getByRole('heading', { level: 2 }).allInnerTexts();
		expect(people).toEqual(people.toSorted((a, b) => a.localeCompare(b, 'fr')));
		expect(people.length).toBeGreaterThan(4);
	});
});

test('an action taken for a goal serves it at once', async ({ phone }) => {
	const elodie = await phone('Élodie Marchand', { member: true });
	const { page } = elodie;
	await open(elodie, '/goals');
	await goal(elodie, 'Redevenir disponible').getByRole('link').click();
	await page.getByRole('button', { name: 'Prendre une action' }).click();
	await expect(page.getByLabel('Objectif que cela sert')).toHaveValue(/.+/);
	await page.getByLabel('Ce que je m’engage à faire').fill('Annuler le point du lundi');
	await page.getByRole('button', { name: 'Ajouter', exact: true }).click();
	await expect(page.getByRole('link', { name: 'Annuler le point du lundi' })).toBeVisible();
	await open(elodie, '/goals#group');
	await expect(goal(elodie, 'Redevenir disponible')).toContainText('2 en cours');
});

test('reached with a word, opened again, taken back with all its words', async ({
	phone,
	cercle
}) => {
	const thomas = await phone('Thomas Nguyen', { member: true });
	const { page } = thomas;
	await open(thomas, '/goals');
	await goal(thomas, 'Un mandat écrit').getByRole('link').click();
	await page.getByRole('button', { name: 'Il est atteint' }).click();
	await page.getByLabel('Un mot, si vous voulez').fill('Une page, enfin.');
	await page.getByRole('dialog').getByRole('button', { name: 'Il est atteint' }).click();
	await expect(page.getByText('Une page, enfin.')).toBeVisible();
	await page.getByRole('button', { name: 'Rouvrir' }).click();
	await expect(page.getByText('Une page, enfin.')).toBeHidden();

	await page.getByRole('button', { name: 'Retirer' }).click();
	await expect(page.getByText('L’action qui le servait reste')).toBeVisible();
	await page.getByRole('button', { name: 'Retirer et effacer' }).click();
	await page.waitForURL('**/goals');
	await expect(page.getByText('Un mandat écrit')).toHaveCount(0);
	await expect
		.poll(() =>
			asOwner(cercle.dataFolder, async (sql) => {
				const [row] = await sql`select count(*)::int from goals where title like 'Un mandat%'`;
				return row?.count;
			})
		)
		.toBe(0);
	await page.goto('/actions');
	await expect(page.getByText('Demander au CEO')).toBeVisible();
});

test('changed on two phones, a goal shows both versions and loses neither', async ({ phone }) => {
	const title = 'Une recherche dont les gros clients ne se plaignent plus';
	const first = await phone('Aïcha Diallo', { member: true });
	const second = await phone('Aïcha Diallo', { member: true });
	for (const one of [first, second]) {
		await open(one, '/goals');
		await goal(one, title).getByRole('link').click();
		await expect(one.page.getByRole('button', { name: 'Modifier' })).toBeVisible();
	}
	await setNetwork(first, false);
	await change(first, { title: 'Une recherche sans plainte', means: 'Six semaines' });
	await expect(first.page.getByText(/en attente/)).toBeVisible();
	await change(second, { title: 'Une recherche rapide' });
	await expect(second.page.getByRole('heading', { name: 'Une recherche rapide' })).toBeVisible();
	await expect(second.page.getByText(/en attente/)).toBeHidden();

	await setNetwork(first, true);
	const dispute = first.page.getByRole('region', { name: 'Deux versions' });
	await expect(dispute).toContainText('Une recherche sans plainte');
	await expect(dispute).toContainText('Une recherche rapide');
	await sound(first, 'two versions of a goal');
	await first.page.goto('/goals');
	await goal(first, 'Une recherche rapide').getByText('deux versions').waitFor();
	await goal(first, 'Une recherche rapide').getByRole('link').click();
	await dispute.getByRole('button', { name: 'Garder ce qui est enregistré' }).click();
	await expect(dispute).toBeHidden();
	await expect(first.page.getByRole('heading', { name: 'Une recherche rapide' })).toBeVisible();
	// What nobody else had changed was never in doubt.
	await expect(first.page.getByText('Six semaines')).toBeVisible();
});

test('the goals are readable by everyone, in both appearances, and fit a small phone', async ({
	phone
}) => {
	const camille = await phone(CAMILLE, { member: true });
	const { page } = camille;
	await page.emulateMedia({ reducedMotion: 'reduce' });
	await open(camille, '/goals');
	await sound(camille, 'my goals');
	await page.getByRole('button', { name: 'Ajouter un objectif', exact: true }).click();
	await page.getByRole('button', { name: 'Le rendre vérifiable' }).click();
	await sound(camille, 'the sheet of a goal');
	await page.getByRole('button', { name: 'Fermer' }).click();
	await goal(camille, PRIVATE).getByRole('link').click();
	await expect(page.getByRole('heading', { name: PRIVATE })).toBeVisible();
	await sound(camille, 'a goal');
	await page.getByRole('button', { name: 'Retirer' }).click();
	await sound(camille, 'taking a goal back');
	await open(camille, '/goals#group');
	await sound(camille, 'the picture');
	await open(camille, '/group');
	await sound(camille, 'the group');
});

test('without a group, before the charter is signed, and after leaving, the page says so', async ({
	phone,
	mails,
	cercle
}) => {
	const nobody = await phone('Nadia');
	await signIn(nobody, mails);
	await open(nobody, '/goals');
	await expect(nobody.page.getByRole('link', { name: 'Fonder un groupe' })).toBeVisible();
	await sound(nobody, 'goals without a group');

	const julien = await phone('Julien Lefèvre', { member: true });
	const [group, member] = [
		'00000001-0000-4000-8000-000000000001',
		'00000000-0000-4000-8000-000000000006'
	];
	const owner = (work: (sql: Sql) => Promise<unknown>) => asOwner(cercle.dataFolder, work);
	const leave = (at: Date | null) =>
		owner(
			(sql) => sql`
				update memberships set left_at = ${at}
				where group_id = ${group} and member_id = ${member}`
		);
	await owner(
		(sql) => sql`
			insert into charters (group_id, version, body) values (${group}, 2, 'Une autre charte.')`
	);
	try {
		await open(julien, '/goals');
		await expect(julien.page.getByRole('link', { name: 'Lire et signer' })).toBeVisible();
		await expect(julien.page.getByTestId('goal')).toHaveCount(0);

		await leave(new Date());
		await julien.page.reload();
		await expect(goal(julien, 'Ouvrir une équipe mobile à Nantes')).toBeVisible();
		await expect(julien.page.getByTestId('goal')).toHaveCount(1);
		await goal(julien, 'Ouvrir une équipe mobile').getByRole('link').click();
		await expect(julien.page.getByText('Le gel de la ligne')).toBeVisible();
		await expect(julien.page.getByRole('button', { name: 'Modifier' })).toHaveCount(0);
	} finally {
		// The group of the demo is everybody's in these tests.
		await leave(null);
		await owner((sql) => sql`delete from charters where group_id = ${group} and version = 2`);
	}
});

/** Opens a page and waits for it to be drawn. */
async function open({ page }: Phone, address: string): Promise<void> {
	// The address may only differ by what follows the #, which loads nothing.
	await page.goto('about:blank');
	await page.goto(address);
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

/** Closes the app and opens it again. */
async function reopen(phone: Phone, address: string): Promise<void> {
	await phone.page.close();
	phone.page = await phone.context.newPage();
	await phone.page.goto(address);
	await expect(phone.page.getByRole('heading', { level: 1 })).toBeVisible();
}

/** The row of a goal on the page of goals. */
function goal({ page }: Phone, title: string) {
	return page.getByTestId('goal').filter({ hasText: title });
}

function marks(phone: Phone, title: string) {
	return goal(phone, title).getByText(/tenue/);
}

/** Changes the words of the goal on screen. */
async function change({ page }: Phone, words: { title: string; means?: string }): Promise<void> {
	await page.getByRole('button', { name: 'Modifier' }).click();
	await page.getByLabel('Ce que je veux atteindre').fill(words.title);
	if (words.means) await page.getByLabel('Qu’est-ce qui le met').fill(words.means);
	await page.getByRole('button', { name: 'Enregistrer' }).click();
	await expect(page.getByRole('dialog')).toBeHidden();
}
