import { expect, type Phone, test } from './fixtures.ts';
import {
	choose,
	commit,
	dateIn,
	found,
	go,
	join,
	sameTime,
	setNetwork,
	shownSeconds,
	signIn
} from './steps.ts';

const MINUTE = 60_000;

test('a group meets: from the founding to the next session, on four phones with wrong clocks', async ({
	phone,
	mails
}) => {
	const anne = await phone('Anne');
	const bruno = await phone('Bruno', { skew: 7 * MINUTE });
	const chloe = await phone('Chloé', { skew: -4 * MINUTE });
	const denis = await phone('Denis', { skew: 2 * MINUTE });
	const all = [anne, bruno, chloe, denis];
	const guests = [bruno, chloe, denis];

	await test.step('found a group, invite by mail, read and sign the charter', async () => {
		await signIn(anne, mails);
		await found(anne, 'Les Terrasses', guests);
		for (const guest of guests) await join(guest, mails);
	});

	await test.step('plan: an over-full plan says by how much, and can be shortened', async () => {
		const { page } = anne;
		await page.goto('/session/new');
		await page.getByLabel('Date').fill(dateIn(3));
		await page.getByLabel('Heure').fill('18:30');
		await page.getByLabel('Lieu').fill('Chez Bruno');
		await choose(anne, 'Animation', 'vous');
		await choose(anne, 'Défi 1', 'Bruno');
		await choose(anne, 'Notes', 'Chloé');
		await page.getByRole('button', { name: 'Ajuster' }).click();
		await page.getByRole('button', { name: 'Plus : minutes de « Discussion »' }).click();
		await expect(page.getByText(/de trop/)).toBeVisible();
		await page.getByRole('button', { name: 'Raccourcir' }).click();
		await expect(page.getByText(/tient$/)).toBeVisible();
		await page.getByRole('button', { name: 'Valider la séance' }).click();
		await expect(page.getByText('Chez Bruno').first()).toBeVisible();
	});
	const session = anne.page.url().split('/').at(-1) ?? '';
	const room = `/room/${session}`;

	let challenge = '';
	await test.step('prepare a challenge, note actions between sessions', async () => {
		await bruno.page.goto('/today');
		await bruno.page.getByRole('link', { name: 'Défi à préparer' }).first().click();
		await bruno.page
			.getByLabel('La question, en une ligne')
			.fill('Faut-il garder deux dépôts ou un seul ?');
		await bruno.page.getByLabel('Le contexte').fill('Deux équipes, un client.');
		await bruno.page.getByLabel('Le contexte').blur();
		challenge = new URL(bruno.page.url()).pathname;
		await commit(anne, 'Écrire la feuille de route');
		await commit(denis, 'Appeler le prestataire');
	});

	await test.step('a challenge is read without network, by who opened the app before', async () => {
		await chloe.page.goto('/today');
		await chloe.page.evaluate(() => navigator.serviceWorker.ready);
		await expect(chloe.page.getByText('Chez Bruno')).toBeVisible();
		await setNetwork(chloe, false);
		await chloe.page.goto(challenge);
		await expect(chloe.page.getByText('Faut-il garder deux dépôts ou un seul ?')).toBeVisible();
		await expect(chloe.page.getByText('Deux équipes, un client.')).toBeVisible();
		await setNetwork(chloe, true);
	});

	await test.step('start: every phone shows the same step and the same time', async () => {
		for (const { page } of [anne, bruno, chloe]) await page.goto(room);
		await anne.page.getByRole('button', { name: 'Commencer la séance' }).click();
		// Denis is late: he joins a session that runs.
		await denis.page.goto(room);
		for (const { page } of all) {
			await expect(page.getByRole('heading', { name: 'Ouverture' })).toBeVisible();
		}
		await sameTime(all);
		await expect(anne.page.getByText('4 présents')).toBeVisible();
	});

	await test.step('pause, resume, and overtime that cuts nobody', async () => {
		await anne.page.getByRole('button', { name: 'Pause' }).click();
		for (const { page } of all) await expect(page.getByText('En pause')).toBeVisible();
		await sameTime(all);
		await anne.page.getByRole('button', { name: 'Reprendre' }).click();
		for (const { page } of all) await expect(page.getByText('En pause')).toBeHidden();
		// The step's five minutes are taken off one by one: the accelerated end of the step.
		for (let minute = 0; minute < 5; minute++) {
			await anne.page.getByRole('button', { name: 'Retirer une minute' }).click();
			await expect(anne.page.getByText(`${minute + 1} retirée`)).toBeVisible();
		}
		for (const { page } of all) await expect(page.getByTestId('clock')).toContainText('+0:');
		await sameTime(all);
		await anne.page.getByRole('button', { name: 'Ajouter une minute' }).click();
		for (const { page } of all) await expect(page.getByTestId('clock')).not.toContainText('+');
	});

	await test.step('follow-up: every open action, member by member, with an outcome', async () => {
		await go(anne, 'Suivi des actions');
		await expect(anne.page.getByText('Écrire la feuille de route', { exact: true })).toBeVisible();
		const denisAction = anne.page.getByRole('group', { name: /Appeler le prestataire/ });
		await denisAction.getByRole('radio', { name: 'Fait', exact: true }).check();
		const anneAction = anne.page.getByRole('group', { name: /Écrire la feuille de route/ });
		await anneAction.getByRole('radio', { name: 'En partie' }).check();
		await expect(anne.page.getByText('2 sur 2 revues')).toBeVisible();
		await expect(bruno.page.getByText('2 sur 2 revues')).toBeVisible();
	});

	await test.step('a phone without network keeps the time and catches up', async () => {
		await setNetwork(denis, false);
		await go(anne, 'Présentation du défi');
		await expect(bruno.page.getByRole('heading', { name: 'Présentation du défi' })).toBeVisible();
		await expect(denis.page.getByText(/Sans nouvelles du serveur depuis/)).toBeVisible();
		await expect(denis.page.getByRole('heading', { name: 'Suivi des actions' })).toBeVisible();
		const before = await shownSeconds(denis);
		await expect.poll(() => shownSeconds(denis)).toBeLessThan(before);
		await setNetwork(denis, true);
		await expect(denis.page.getByRole('heading', { name: 'Présentation du défi' })).toBeVisible();
		await sameTime(all);
	});

	await test.step('the scribe writes; a reloaded phone is right at once', async () => {
		await chloe.page.getByLabel('Notes du défi').fill('Deux dépôts, deux rythmes.');
		await chloe.page.reload();
		await expect(chloe.page.getByLabel('Notes du défi')).toHaveValue('Deux dépôts, deux rythmes.');
		await sameTime(all);
	});

	let replaced: Phone = anne;
	await test.step('the facilitator’s phone dies: the clock goes on, another one drives on', async () => {
		await anne.context.close();
		const before = await shownSeconds(bruno);
		await expect.poll(() => shownSeconds(bruno)).toBeLessThan(before - 1);
		replaced = { ...(await phone('Anne')), email: anne.email };
		await signIn(replaced, mails);
		await replaced.page.goto(room);
		await expect(replaced.page.getByText('Vous animez')).toBeVisible();
		// A member who writes keeps the field: going on to the next segment takes nothing from under
		// the hand.
		const writing = chloe.page.getByLabel('Notes du défi');
		await writing.focus();
		await go(replaced, 'Discussion');
		await expect(chloe.page.getByRole('heading', { name: 'Discussion' })).toBeVisible();
		await expect(writing).toBeFocused();
		for (const { page } of [bruno, chloe, denis]) {
			await expect(page.getByRole('heading', { name: 'Discussion' })).toBeVisible();
		}
	});

	await test.step('a step taken too early is taken back, on every phone', async () => {
		const before = await shownSeconds(bruno);
		await go(replaced, 'Ce que j’en retiens');
		await expect(bruno.page.getByRole('heading', { name: 'Ce que j’en retiens' })).toBeVisible();
		await replaced.page.getByRole('button', { name: 'Annuler le changement d’étape' }).click();
		for (const { page } of [replaced, bruno, chloe, denis]) {
			await expect(page.getByRole('heading', { name: 'Discussion' })).toBeVisible();
		}
		// The clock of the step runs as if it had never been left.
		expect(await shownSeconds(bruno)).toBeLessThanOrEqual(before);
		expect(await shownSeconds(bruno)).toBeGreaterThan(before - 30);
	});

	await test.step('takeaways, commitments, plus and delta', async () => {
		await go(replaced, 'Ce que j’en retiens');
		await bruno.page.getByLabel('Ce que vous en retenez').fill('Un seul dépôt, deux équipes.');
		await bruno.page.getByLabel('Ce que vous en retenez').blur();
		await go(replaced, 'Une action chacun');
		await bruno.page.getByLabel('Mon engagement').fill('Fusionner les dépôts');
		await bruno.page.getByRole('button', { name: 'Je m’engage' }).click();
		await expect(replaced.page.getByText('Fusionner les dépôts')).toBeVisible();
		await go(replaced, 'Clôture');
		await denis.page.getByLabel('Plus : ce qui a aidé').fill('On a fini à l’heure.');
		await denis.page.getByLabel('Plus : ce qui a aidé').blur();
	});

	await test.step('close: unfinished actions go on, the next session has its date', async () => {
		const { page } = replaced;
		await page.getByRole('button', { name: 'Clore la séance' }).click();
		const sheet = page.getByRole('dialog', { name: 'Clore la séance' });
		await expect(sheet.getByText('1 engagement passera à la prochaine séance.')).toBeVisible();
		await sheet.getByLabel('Date').fill(dateIn(31));
		await sheet.getByLabel('Animera').selectOption({ label: 'Anne' });
		await sheet.getByRole('button', { name: 'Clore la séance' }).click();
		for (const { page } of [replaced, bruno, chloe, denis]) {
			await expect(page.getByRole('heading', { name: 'La séance est close' })).toBeVisible();
		}
		await page.goto('/actions');
		await expect(page.getByText('Écrire la feuille de route')).toBeVisible();
		await expect(page.getByText(/reportée 1 fois/)).toBeVisible();
		await bruno.page.goto('/today');
		await expect(bruno.page.getByText(/Prochaine séance/).first()).toBeVisible();
		await expect(bruno.page.getByText('Fusionner les dépôts')).toBeVisible();
		await denis.page.goto(`/session/${session}`);
		await expect(denis.page.getByText('Un seul dépôt, deux équipes.')).toBeVisible();
		await expect(denis.page.getByText('On a fini à l’heure.')).toBeVisible();
	});

	await test.step('open the next session: the carried action waits in its follow-up', async () => {
		const { page } = replaced;
		await page.goto('/today');
		await page.getByRole('link', { name: new RegExp(dayIn(31)) }).click();
		await page.getByRole('link', { name: 'Ouvrir la salle' }).click();
		await page.getByRole('button', { name: 'Commencer la séance' }).click();
		await go(replaced, 'Suivi des actions');
		await expect(page.getByText('Écrire la feuille de route', { exact: true })).toBeVisible();
		await expect(page.getByText(/reportée 1 fois/)).toBeVisible();
		await expect(page.getByText('Fusionner les dépôts', { exact: true })).toBeVisible();
		await expect(page.getByText('Appeler le prestataire', { exact: true })).toBeHidden();
	});
});
/** A day so many days from today, as the app writes it: "26 novembre". */
function dayIn(days: number): string {
	const day = new Intl.DateTimeFormat('fr-FR', { day: 'numeric', month: 'long', timeZone: 'UTC' });
	return day
		.format(new Date(dateIn(days)))
		.replace(/^1 /, '1er ')
		.replace(' ', '\\s');
}
