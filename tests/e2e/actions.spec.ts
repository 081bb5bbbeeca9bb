import { randomUUID } from 'node:crypto';
import { enter, memberId, planRoom } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';
import { expect, type Phone, test } from './fixtures.ts';
import { sound } from './sound.ts';
import { setNetwork } from './steps.ts';

// What a member does with their actions between two sessions, on their phone and off the network.

test.use({ demo: true });

const CAMILLE = memberId('Camille Roussel');
const KARIM = memberId('Karim Benali');

test('offline from a cold start: taken, told, put in order, taken back; then sent, and seen', async ({
	phone,
	cercle
}) => {
	await asOwner(
		cercle.dataFolder,
		(sql) => sql`
			insert into goals (id, group_id, owner_id, title, year, measure, means, reason, shared)
			select ${randomUUID()}, group_id, member_id, 'Une équipe qui livre seule', 2026, '', '', '', true
			from memberships where member_id = ${CAMILLE}`
	);
	const camille = await phone('Camille Roussel', { member: true });
	await camille.page.goto('/actions');
	await expect(camille.page.getByRole('link', { name: /Écrire la fiche/ })).toBeVisible();
	await camille.page.evaluate(() => navigator.serviceWorker.ready);
	await synced(camille);
	await reopened(camille, false);

	await test.step('taken, with the goal it serves and who asks after it', async () => {
		const { page } = camille;
		await page.getByRole('button', { name: 'Ajouter une action' }).click();
		const sheet = page.getByRole('dialog');
		await sheet.getByLabel('Ce que je m’engage à faire').fill('Choisir un adjoint');
		await sheet.getByLabel('Objectif que cela sert').selectOption('Une équipe qui livre seule');
		await sheet.getByLabel(/Qui demandera/).selectOption('Karim Benali');
		// Closed by mistake: what was written and chosen comes back.
		await page.keyboard.press('Escape');
		await page.getByRole('button', { name: 'Ajouter une action' }).click();
		await expect(sheet.getByLabel(/Qui demandera/)).toHaveValue(KARIM);
		await sound(camille, 'the sheet of an action');
		await sheet.getByRole('button', { name: 'Ajouter', exact: true }).click();
		await expect(page.getByText(/1\sen attente/)).toBeVisible();
		await page.getByRole('link', { name: 'Choisir un adjoint' }).click();
		await expect(page.getByRole('link', { name: 'Une équipe qui livre seule' })).toBeVisible();
		await expect(page.getByRole('link', { name: 'Karim Benali' })).toBeVisible();
	});

	await test.step('told, in one line', async () => {
		const { page } = camille;
		await page.getByRole('button', { name: 'Dire où j’en suis' }).click();
		const sheet = page.getByRole('dialog');
		await sheet.getByRole('button', { name: 'Enregistrer' }).click();
		await expect(sheet.getByText('Choisissez où elle en est.')).toBeVisible();
		await sheet.getByLabel('En partie').check();
		await sheet.getByLabel(/En une ligne/).fill('Deux noms sur la table.');
		await sheet.getByRole('button', { name: 'Enregistrer' }).click();
		const history = page.getByRole('region', { name: 'Historique' });
		await expect(history).toContainText('Deux noms sur la table.');
		await expect(history).toContainText('au retour du réseau');
		await expect(history).not.toContainText('2020');
		await sound(camille, 'the page of an action');
	});

	await test.step('put in order with the keyboard: the place is said and the key stays there', async () => {
		const { page } = camille;
		await page.goto('/actions');
		await page.getByRole('button', { name: 'Mettre en ordre' }).click();
		const up = page.getByRole('button', { name: /Monter «\sChoisir/ });
		await up.focus();
		await page.keyboard.press('Enter');
		await expect(page.getByRole('status').filter({ hasText: /adjoint.*place/ })).toHaveCount(1);
		await expect(up).toBeFocused();
		while (await up.isEnabled()) await up.press('Enter');
		await expect(page.getByRole('button', { name: /Descendre «\sChoisir/ })).toBeFocused();
		await sound(camille, 'actions being put in order');
		await page.getByRole('button', { name: 'Terminé' }).click();
		await expect(page.getByRole('checkbox').first()).toHaveAccessibleName(/Choisir un adjoint/);
	});

	await test.step('one written by mistake is erased, and what that means is said', async () => {
		const { page } = camille;
		await page.getByRole('button', { name: 'Ajouter une action' }).click();
		await page.getByLabel('Ce que je m’engage à faire').fill('Une erreur');
		await page.getByRole('button', { name: 'Ajouter', exact: true }).click();
		await page.getByRole('link', { name: 'Une erreur' }).click();
		await page.getByRole('button', { name: 'Effacer cette action' }).click();
		await expect(page.getByRole('dialog')).toContainText('Personne ne pourra les retrouver');
		await page.getByRole('button', { name: 'Effacer pour de bon' }).click();
		await expect(page.getByRole('heading', { name: 'Actions', level: 1 })).toBeVisible();
		await expect(page.getByText('Une erreur')).toBeHidden();
	});

	await test.step('one that a session reviewed is not erased but dropped', async () => {
		const { page } = camille;
		await page.getByRole('link', { name: /Déléguer l’astreinte/ }).click();
		await page.getByRole('button', { name: 'Effacer cette action' }).click();
		await expect(page.getByRole('button', { name: 'Effacer pour de bon' })).toBeHidden();
		await page.getByRole('dialog').getByRole('button', { name: 'Abandonner' }).click();
		await expect(page.getByRole('dialog').getByLabel('Abandonné')).toBeChecked();
		await page.keyboard.press('Escape');
	});

	await test.step('closed and opened again, still off the network: nothing is missing', async () => {
		await reopened(camille, false);
		await expect(camille.page.getByRole('checkbox').first()).toHaveAccessibleName(/Choisir/);
		await expect(camille.page.getByText(/en attente/).first()).toBeVisible();
	});

	await test.step('on a phone what waits stands beside the title, or under it, and breaks no word', async () => {
		const { page } = camille;
		const size = page.viewportSize()!;
		for (const width of [390, 320]) {
			await page.setViewportSize({ width, height: 844 });
			await page.goto('/today');
			await expect(page.getByText(/Hors ligne.*en attente/)).toBeVisible();
			const lines = await page.getByRole('heading', { level: 1 }).evaluate((title) => {
				const words = document.createRange();
				words.selectNodeContents(title);
				return words.getClientRects().length;
			});
			expect(lines, `${width} px wide`).toBe(1);
		}
		await sound(camille, 'Today with changes that wait');
		await page.setViewportSize(size);
	});

	await test.step('each of them can be looked at', async () => {
		const { page } = camille;
		await page.goto('/me');
		for (const words of ['Une action', 'Un mot sur une action', 'L’ordre de vos actions']) {
			await expect(page.getByText(words, { exact: true }).first()).toBeVisible();
		}
		await expect(page.getByText('Un changement illisible')).toBeHidden();
	});

	await test.step('sent: who accompanies it sees it, with the word', async () => {
		await setNetwork(camille, true);
		await expect
			.poll(() => told(cercle.dataFolder, 'Choisir un adjoint'))
			.toBe('partly Deux noms sur la table.');
		const karim = await phone('Karim Benali', { member: true });
		await karim.page.goto('/actions');
		const accompanied = karim.page.getByRole('region', { name: 'Vous accompagnez' });
		await expect(accompanied).toContainText('Choisir un adjoint');
		await expect(accompanied).toContainText('Camille Roussel');
		await sound(karim, 'actions with one accompanied');
		await accompanied.getByRole('link', { name: 'Choisir un adjoint' }).click();
		await expect(karim.page.getByText('C’est vous qui demandez')).toBeVisible();
		await expect(karim.page.getByText('Deux noms sur la table.')).toBeVisible();
		await expect(karim.page.getByRole('button', { name: 'Modifier' })).toBeHidden();
	});
});

test('the third carry: the close counts it, Today asks until it is decided', async ({
	phone,
	cercle
}) => {
	const room = await asOwner(cercle.dataFolder, async (sql) => {
		const session = await planRoom(sql);
		await sql`
			update actions set due_in = ${session}, due_on = current_date - 1, carries = 2
			where owner_id = ${KARIM} and status = 'open' and title like 'Couper%'`;
		await sql`
			update actions set due_in = ${session} where owner_id = ${CAMILLE} and carries = 3`;
		return session;
	});
	const camille = await phone('Camille Roussel', { member: true });
	const karim = await phone('Karim Benali', { member: true });

	await test.step('Today asks for what is at its third carry, with what each answer means', async () => {
		await camille.page.goto('/today');
		const card = camille.page.getByRole('region', { name: 'À vous de décider' }).first();
		await expect(card).toContainText('Écrire la fiche de poste');
		await expect(card).toContainText('repart de zéro');
		await card.getByLabel('La reformuler').check();
		await sound(camille, 'a decision on Today');
	});

	await test.step('in the room its owner decides in the same words', async () => {
		const { page } = camille;
		await page.goto(`/room/${room}`);
		await page.getByRole('button', { name: 'Commencer la séance' }).click();
		await page.getByRole('button', { name: 'Passer à : Suivi des actions' }).click();
		await expect(page.getByText('Couper l’ancien CRM').first()).toBeVisible();
		await page.getByRole('button', { name: 'Décider' }).click();
		const sheet = page.getByRole('dialog', { name: 'À vous de décider' });
		await sheet.getByLabel('L’abandonner').check();
		await sheet.getByLabel(/Pourquoi/).fill('Le poste n’existe plus.');
		await sound(camille, 'a decision in the room');
		await sheet.getByRole('button', { name: 'C’est décidé' }).click();
		await expect(sheet).toBeHidden();
		await expect(page.getByRole('radio', { name: 'Abandonné', checked: true })).toBeVisible();
	});

	await test.step('the close says whose actions remain to be decided, and not which', async () => {
		const { page } = camille;
		await page.getByRole('button', { name: 'Déroulé, présence, rôles' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Passer à : Clôture' }).click();
		await expect(page.getByRole('heading', { name: 'Clôture' })).toBeVisible();
		await page.getByRole('button', { name: 'Clore la séance' }).click();
		const sheet = page.getByRole('dialog', { name: 'Clore la séance' });
		await expect(sheet).toContainText('1 action restera à décider, par Karim Benali');
		await expect(sheet).not.toContainText('CRM');
		await sheet.getByRole('button', { name: 'Clore la séance' }).click();
		await expect(page.getByRole('heading', { name: 'La séance est close' })).toBeVisible();
	});

	await test.step('its owner is asked, on its page too, and reshapes it', async () => {
		const { page } = karim;
		await page.goto('/today');
		const card = page.getByRole('region', { name: 'À vous de décider' }).last();
		await card.getByRole('link', { name: 'Couper l’ancien CRM' }).click();
		const here = page.getByRole('region', { name: 'À vous de décider' });
		await expect(page.getByRole('region', { name: 'Historique' })).toContainText('Report n° 3');
		await here.getByLabel('La reformuler').check();
		await here.getByRole('button', { name: 'C’est décidé' }).click();
		await expect(here.getByText('Ce sont les mêmes mots.')).toBeVisible();
		await here.getByLabel(/Ce que je m’engage à faire/).fill('Débrancher un premier module');
		await here.getByRole('button', { name: 'C’est décidé' }).click();
		await expect(page.getByText('Votre décision est notée.')).toBeVisible();
		await expect(here).toBeHidden();
		await expect(page.getByRole('heading', { name: 'Débrancher un premier module' })).toBeVisible();
		const history = page.getByRole('region', { name: 'Historique' });
		await expect(history).toContainText('Décidé : la reformuler');
		await expect(history).toContainText('Couper l’ancien CRM');
	});
});

test('two phones of one member change the same words off the network: both versions, and a choice', async ({
	phone,
	cercle
}) => {
	const [first, second] = [await phone('Camille 1'), await phone('Camille 2')];
	const title = 'Présenter trois jalons de la refonte au comité';
	for (const device of [first, second]) {
		await enter(device.page, 'Camille Roussel');
		await device.page.goto('/actions');
		await expect(device.page.getByRole('link', { name: title })).toBeVisible();
		await device.page.evaluate(() => navigator.serviceWorker.ready);
		await synced(device);
	}
	await setNetwork(second, false);
	await edit(second, title, 'Présenter deux jalons');
	await edit(first, title, 'Présenter un seul jalon');
	await expect.poll(() => titles(cercle.dataFolder)).toContain('Présenter un seul jalon');
	await setNetwork(second, true);

	await test.step('Today shows both; mine is written on top of what is there', async () => {
		const { page } = second;
		await page.goto('/today');
		const card = page.getByRole('region', { name: 'Deux versions' });
		await expect(card).toContainText('Présenter deux jalons');
		await expect(card).toContainText('Présenter un seul jalon');
		await sound(second, 'two versions of an action');
		await card.getByRole('button', { name: 'Garder ce que j’ai écrit ici' }).click();
		await expect(card).toBeHidden();
		await expect.poll(() => titles(cercle.dataFolder)).toContain('Présenter deux jalons');
	});

	await test.step('the page of the action shows both; theirs stays, and nothing waits any more', async () => {
		await setNetwork(first, false);
		await first.page.goto('/actions');
		await edit(first, /^Présenter/, 'Présenter tout');
		await edit(second, 'Présenter deux jalons', 'Ne rien présenter');
		await expect.poll(() => titles(cercle.dataFolder)).toContain('Ne rien présenter');
		await setNetwork(first, true);
		const card = first.page.getByRole('region', { name: 'Deux versions' });
		await expect(card).toContainText('Présenter tout');
		await card.getByRole('button', { name: 'Garder ce qui est enregistré' }).click();
		await expect(card).toBeHidden();
		await expect(first.page.getByRole('heading', { name: 'Ne rien présenter' })).toBeVisible();
		await first.page.goto('/me');
		await expect(first.page.getByText(/pas été accepté|refusé/)).toBeHidden();
	});
});

test('who left the group reads what they took on, and no button fails them', async ({
	phone,
	cercle
}) => {
	const thomas = await phone('Thomas Nguyen', { member: true });
	const leave = (at: Date | null) =>
		asOwner(
			cercle.dataFolder,
			(sql) => sql`
				update memberships set left_at = ${at} where member_id = ${memberId('Thomas Nguyen')}`
		);
	await leave(new Date());
	try {
		const { page } = thomas;
		await page.goto('/actions');
		await expect(page.getByText('Vous n’êtes plus dans ce groupe')).toBeVisible();
		await expect(page.getByRole('button', { name: 'Ajouter une action' })).toBeHidden();
		await page.getByRole('link', { name: /Demander au CEO/ }).click();
		await expect(page.getByRole('region', { name: 'Historique' })).toContainText('Pas fait');
		await expect(page.getByText('Vous n’êtes plus dans ce groupe')).toBeVisible();
		await expect(page.getByRole('main').getByRole('button')).toHaveCount(0);
		await sound(thomas, 'an action of a former member');
	} finally {
		// The group of the demo is everybody's in these tests.
		await leave(null);
	}
});

/** Changes the words of an action from its page. */
async function edit({ page }: Phone, from: string | RegExp, to: string): Promise<void> {
	await page.goto('/actions');
	await page.getByRole('link', { name: from }).click();
	await page.getByRole('button', { name: 'Modifier' }).click();
	await page.getByLabel('Ce que je m’engage à faire').fill(to);
	await page.getByRole('button', { name: 'Enregistrer' }).click();
	await expect(page.getByText('Modifié.', { exact: true })).toBeVisible();
}

/** Nothing waits on this phone, and it knows that the server has all of it. */
async function synced({ page }: Phone): Promise<void> {
	await expect(page.getByText(/en attente|Hors ligne/)).toHaveCount(0);
}

/** Closes the app and opens it again on the actions, with or without a network. */
async function reopened(phone: Phone, online: boolean): Promise<void> {
	await setNetwork(phone, online);
	await phone.page.close();
	phone.page = await phone.context.newPage();
	await phone.page.goto('/actions');
	await expect(phone.page.getByRole('link', { name: /Écrire la fiche/ })).toBeVisible();
}

function told(dataFolder: string, title: string): Promise<string | null> {
	return asOwner(dataFolder, async (sql) => {
		const [row] = await sql<{ said: string }[]>`
			select concat_ws(' ', outcome, line) as said from actions where title = ${title}`;
		return row?.said ?? null;
	});
}

function titles(dataFolder: string): Promise<string[]> {
	return asOwner(dataFolder, async (sql) => {
		const rows = await sql<{ title: string }[]>`
			select title from actions where owner_id = ${CAMILLE}`;
		return rows.map(({ title }) => title);
	});
}
