import { type Browser, expect, type Page, test } from '@playwright/test';
import { enter, SESSION } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';
import { type CercleProcess, openProcess } from '../support/process.ts';
import { watch } from '../support/watch.ts';

let cercle: CercleProcess;
const broken: string[] = [];

test.beforeAll(async () => {
	cercle = await openProcess({ CERCLE_DEMO: '1' });
});
test.afterAll(() => cercle.remove());

test('the facilitator drives a late session, and everybody sees what changes', async ({
	browser
}) => {
	const camille = await inRoom(browser, 'Camille Roussel');
	const karim = await inRoom(browser, 'Karim Benali');

	await test.step('the lobby names what is missing; what cannot wait stops the start', async () => {
		await expect(camille.getByText('Camille Roussel et Karim Benali')).toBeVisible();
		await giveRoles(camille, ['Animation', 'Notes'], 'personne');
		const missing = camille.getByRole('region', { name: 'Avant de commencer' });
		await expect(missing).toContainText('Personne n’anime');
		await expect(missing).toContainText('Personne n’écrit les notes');
		await expect(missing.getByRole('link', { name: 'Modifier le plan' })).toBeVisible();
		await expect(camille.getByRole('button', { name: 'Commencer la séance' })).toBeHidden();
		await camille.getByRole('button', { name: 'Prendre l’animation' }).click();
		await expect(missing).not.toContainText('Personne n’anime');
		await camille.getByRole('button', { name: 'Commencer la séance' }).click();
		await expect(karim.getByRole('heading', { name: 'Ouverture' })).toBeVisible();
	});

	await test.step('late: shortened on every phone, and undone', async () => {
		for (let minute = 1; minute <= 7; minute++) await change(camille, '+', minute);
		await expect(camille.getByText(/Discussion 40\s→\s34 et Suivi des actions 25/)).toBeVisible();
		await camille.getByRole('button', { name: 'Raccourcir' }).click();
		await expect(camille.getByText('Ce que cela coûte')).toBeHidden();
		const agenda = await tools(karim);
		await expect(agenda).toContainText('34 min au lieu de 40');
		await expect(agenda).toContainText('24 min au lieu de 25');
		await camille.getByRole('button', { name: 'Annuler le nouveau déroulé' }).click();
		await expect(agenda).not.toContainText('au lieu de');
	});

	await test.step('run over: the card leaves the facilitator in peace until it grows', async () => {
		await camille.getByRole('button', { name: 'Dépasser' }).click();
		await expect(camille.getByRole('button', { name: 'Revoir' })).toBeFocused();
		for (const minute of [8, 9]) await change(camille, '+', minute);
		await expect(camille.getByRole('button', { name: 'Raccourcir' })).toBeHidden();
		await change(camille, '+', 10);
		await expect(camille.getByRole('button', { name: 'Raccourcir' })).toBeVisible();
	});

	await test.step('a step left out is passed over, struck for all, and comes back', async () => {
		await camille.getByRole('button', { name: 'Laisser de côté' }).click();
		await camille.getByRole('button', { name: /^Suivi des actions/ }).click();
		await expect(camille.getByRole('button', { name: 'Passer à : Présentation' })).toBeVisible();
		const agenda = karim.getByRole('dialog');
		await expect(agenda).toContainText('laissée de côté, 25 min prévues');
		const sheet = await tools(camille);
		await sheet.getByRole('button', { name: 'Remettre 25 min : Suivi des actions' }).click();
		await expect(agenda).not.toContainText('laissée de côté');
		await close(camille);
		await expect(camille.getByRole('button', { name: 'Passer à : Suivi' })).toBeVisible();
		await close(karim);
	});

	await test.step('the last minute and the end are felt and heard once', async () => {
		const sheet = await tools(karim);
		await sheet.getByLabel('Son sur ce téléphone').check();
		await close(karim);
		expect(await cues(karim), 'heard once when it is turned on').toEqual(['tone']);
		await (await tools(camille)).getByRole('button', { name: 'Passer à : Clôture' }).click();
		await expect(camille.getByRole('heading', { name: 'Clôture' })).toBeVisible();
		for (let minute = 1; minute <= 5; minute++) await change(camille, '-', minute);
		await expect(karim.getByText('Dépassement')).toBeVisible();
		expect(await cues(karim)).toEqual(['buzz 120', 'tone', 'buzz 200,160,200', 'tone', 'tone']);
		expect(await cues(camille)).toEqual(['buzz 120', 'buzz 200,160,200']);
		await karim.reload();
		await expect(karim.getByText('Dépassement')).toBeVisible();
		expect(await cues(karim), 'nothing for who comes in late').toEqual([]);
	});

	await test.step('from the keyboard, unless a sheet has it or it is turned off', async () => {
		await camille.keyboard.press(' ');
		await expect(karim.getByText('En pause')).toBeVisible();
		await camille.keyboard.press('u');
		await expect(karim.getByText('En pause')).toBeHidden();
		await camille.keyboard.press('ArrowLeft');
		await expect(karim.getByRole('heading', { name: 'Une action chacun' })).toBeVisible();
		await camille.keyboard.press('+');
		await expect(camille.getByText('1 ajoutée')).toBeVisible();
		// A key held down on a button presses it once.
		await camille.getByRole('button', { name: 'Retirer une minute' }).focus();
		for (let times = 0; times < 3; times++) await camille.keyboard.down('Enter');
		await camille.keyboard.up('Enter');
		for (let times = 0; times < 2; times++) await camille.keyboard.press('+');
		await expect(camille.getByText('2 ajoutées')).toBeVisible();
		await camille.keyboard.press('ArrowRight');
		await expect(karim.getByRole('heading', { name: 'Clôture' })).toBeVisible();
		const last = camille.getByRole('button', { name: 'Clore la séance' });
		await expect(last).not.toHaveAttribute('aria-busy');
		// After the last step comes the end, which asks first.
		await camille.keyboard.press('ArrowRight');
		await expect(camille.getByRole('dialog', { name: 'Clore la séance' })).toBeVisible();
		await camille.keyboard.press('ArrowLeft');
		await close(camille);
		const sheet = await tools(camille);
		await sheet.getByLabel('Raccourcis clavier').uncheck();
		await close(camille);
		await camille.keyboard.press('ArrowLeft');
		await change(camille, '+', 1);
		await expect(camille.getByRole('heading', { name: 'Clôture' })).toBeVisible();
	});

	await test.step('the room screen shows the time and nothing that is written', async () => {
		await camille.getByRole('button', { name: 'Déroulé, présence, rôles' }).click();
		await camille.getByRole('button', { name: 'Passer à : Discussion' }).click();
		await karim.goto(`/room/${SESSION}/screen`);
		await expect(karim.getByRole('heading', { name: 'Discussion' })).toBeVisible();
		await expect(karim.getByText('Ensuite : Ce que j’en retiens')).toBeVisible();
		await expect(karim.getByText(/^Fin prévue à/)).toBeVisible();
		await expect(karim.getByText('réécrire le moteur')).toBeHidden();
		await karim.keyboard.press('f');
		await expect(karim.getByRole('button', { name: 'Plein écran' })).toBeHidden();
		await karim.keyboard.press('f');
		await expect(karim.getByRole('button', { name: 'Plein écran' })).toBeVisible();
		await karim.goto(`/room/${SESSION}`);
	});

	await test.step('the role moves in sight of all, and back', async () => {
		const sheet = await tools(camille);
		await sheet.getByRole('button', { name: 'Donner l’animation à Karim' }).click();
		await expect(karim.getByRole('button', { name: 'Pause' })).toBeVisible();
		const log = await tools(karim);
		await expect(log).toContainText('Camille Roussel a confié l’animation à Karim Benali');
		await camille.getByRole('button', { name: 'Reprendre l’animation' }).click();
		await expect(log).not.toContainText('a confié l’animation');
		await close(karim);
	});

	await test.step('a press that comes a moment too late is told so, in words', async () => {
		const laptop = await inRoom(browser, 'Camille Roussel');
		const sent = Promise.withResolvers<null>();
		await laptop.route('**/rpc/room_command', async (route) => {
			await sent.promise;
			await route.continue();
		});
		await laptop.getByRole('button', { name: 'Ajouter une minute' }).click();
		await camille.getByRole('button', { name: 'Pause' }).click();
		await expect(camille.getByText('En pause')).toBeVisible();
		sent.resolve(null);
		await expect(laptop.getByText('La salle a bougé entre-temps')).toBeVisible();
		await expect(laptop.getByText('En pause')).toBeVisible();
		await laptop.unroute('**/rpc/room_command');
		await laptop.getByRole('button', { name: 'Reprendre' }).click();
		await expect(laptop.getByText('La salle a bougé entre-temps')).toBeHidden();
	});

	await test.step('a session that ran past its end is closed by any member', async () => {
		await expect(karim.getByRole('button', { name: 'Clore la séance' })).toBeHidden();
		await threeHoursPass();
		await karim.reload();
		await karim.getByRole('button', { name: 'Clore la séance' }).click();
		const sheet = karim.getByRole('dialog', { name: 'Clore la séance' });
		await sheet.getByLabel('Lieu').fill('Chez Karim');
		// What was typed is still there after a look at the room.
		await close(karim);
		await karim.getByRole('button', { name: 'Clore la séance' }).click();
		await expect(sheet.getByLabel('Lieu')).toHaveValue('Chez Karim');
		await sheet.getByRole('button', { name: 'Clore la séance' }).click();
		for (const page of [karim, camille]) {
			await expect(page.getByRole('heading', { name: 'La séance est close' })).toBeVisible();
		}
	});
	expect(broken, 'no page throws').toEqual([]);
});

/** A phone of this member, in the room; it notes what it would have let them feel and hear. */
async function inRoom(browser: Browser, name: string): Promise<Page> {
	const context = await browser.newContext({ baseURL: cercle.url });
	await watch(context, (what) => broken.push(what));
	await context.addInitScript(noteCues);
	const page = await context.newPage();
	page.on('pageerror', ({ message }) => broken.push(message));
	await enter(page, name);
	await page.goto(`/room/${SESSION}`);
	return page;
}

/** Runs in the page before it. */
function noteCues(): void {
	const noted: string[] = [];
	Object.assign(window, { noted });
	navigator.vibrate = (pattern) => {
		noted.push(`buzz ${String(pattern)}`);
		return true;
	};
	const { start } = OscillatorNode.prototype;
	OscillatorNode.prototype.start = function (when) {
		noted.push('tone');
		start.call(this, when);
	};
}

/** What a phone let somebody feel and hear since the last question. */
function cues(page: Page): Promise<unknown> {
	return page.evaluate(() => {
		const { noted } = window as unknown as { noted: string[] };
		return noted.splice(0);
	});
}

/** Gives these roles of the plan to somebody, then comes back to the room. */
async function giveRoles(page: Page, roles: readonly string[], name: string): Promise<void> {
	await page.goto(`/session/${SESSION}/plan`);
	for (const role of roles) {
		await page.getByRole('button', { name: new RegExp(`${role} : `) }).click();
		await page.getByRole('dialog').getByRole('button', { name }).click();
	}
	await page.getByRole('button', { name: 'Enregistrer' }).click();
	await page.waitForURL(`**/session/${SESSION}`);
	await page.goto(`/room/${SESSION}`);
}

/** Adds or takes a minute, and waits until the step has had so many. */
async function change(page: Page, way: '+' | '-', minutes: number): Promise<void> {
	const [name, word] =
		way === '+' ? ['Ajouter une minute', 'ajoutée'] : ['Retirer une minute', 'retirée'];
	await page.getByRole('button', { name }).click();
	await expect(page.getByText(`, ${minutes} ${word}`)).toBeVisible();
}

async function tools(page: Page) {
	await page.getByRole('button', { name: 'Déroulé, présence, rôles' }).click();
	return page.getByRole('dialog', { name: 'Déroulé, présence, rôles' });
}

async function close(page: Page): Promise<void> {
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toBeHidden();
}

/** The session began three hours earlier. */
async function threeHoursPass(): Promise<void> {
	await asOwner(
		cercle.dataFolder,
		(sql) => sql`update sessions set started_at = started_at - interval '3 hours'
			where id = ${SESSION}`
	);
}
