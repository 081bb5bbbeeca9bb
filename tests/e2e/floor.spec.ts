import { createClient } from '@supabase/supabase-js';
import { openKeys } from '#lib/server/embedded/keys.ts';
import { memberId, planRoom } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';
import type { CercleProcess } from '../support/process.ts';
import { expect, type Phone, test } from './fixtures.ts';
import { sound } from './sound.ts';
import { setNetwork } from './steps.ts';

/** The demo group, whose members sign in with one tap (supabase/seed.sql). */
const GROUP = '00000001-0000-4000-8000-000000000001';

test.use({ demo: true });

test('a discussion: the floor goes round, what is written arrives, signals have no name', async ({
	phone,
	cercle
}) => {
	const session = await asOwner(cercle.dataFolder, planRoom);
	const camille = await phone('Camille Roussel', { member: true });
	const karim = await phone('Karim Benali', { member: true });
	const elodie = await phone('Élodie Marchand', { member: true });
	const all = [camille, karim, elodie];
	await Promise.all(all.map((person) => enter(person, session)));

	await test.step('who listens has nothing to type and nobody to ask', async () => {
		await press(camille, 'Commencer la séance');
		await press(camille, 'Passer à : Suivi des actions');
		await press(camille, 'Passer à : Présentation du défi');
		await expect(karim.page.getByText('Aïcha Diallo a la parole')).toBeVisible();
		await expect(karim.page.getByRole('button', { name: 'Lever la main' })).toBeHidden();
		await expect(karim.page.getByRole('textbox')).toHaveCount(0);
	});

	await test.step('raised hands are in the same order on every phone', async () => {
		await press(camille, 'Passer à : Discussion');
		await press(karim, 'Lever la main');
		await expect(karim.page.getByRole('button', { name: 'Prendre la parole' })).toBeVisible();
		await press(elodie, 'Lever la main');
		await expect.poll(() => hands(camille)).toEqual(['Karim Benali', 'Élodie Marchand']);
		await expect.poll(() => hands(karim)).toEqual(['Vous', 'Élodie Marchand']);
		await expect.poll(() => hands(elodie)).toEqual(['Karim Benali', 'Vous']);
		await expect(elodie.page.getByRole('button', { name: 'Prendre la parole' })).toBeHidden();
	});

	await test.step('the floor is given: the speaker’s own time runs on every phone', async () => {
		await press(camille, 'Donner la parole à Karim Benali');
		await expect(floor(karim)).toContainText('Vous avez la parole');
		await expect(floor(elodie)).toContainText('Karim Benali');
		for (const person of all) await expect.poll(() => spoken(person)).toBeGreaterThan(0);
		await sound(elodie, 'discussion as member');
	});

	await test.step('a reloaded phone knows who speaks, and since when', async () => {
		const before = await spoken(karim);
		await karim.page.reload();
		await expect(karim.page.getByRole('button', { name: 'J’ai terminé' })).toBeVisible();
		expect(await spoken(karim)).toBeGreaterThanOrEqual(before);
		await expect.poll(() => hands(karim)).toEqual(['Élodie Marchand']);
	});

	await test.step('without network a hand says why it stays, a written word waits and arrives', async () => {
		await setNetwork(elodie, false);
		await press(elodie, 'Baisser la main');
		await expect(elodie.page.getByText(/Pas de réponse du serveur/)).toBeVisible();
		await press(elodie, 'Fermer');
		await press(elodie, 'Écrire un apport');
		const sheet = elodie.page.getByRole('dialog');
		// The rule of the step: experience, no advice.
		await expect(sheet.getByRole('radio', { name: 'Conseil' })).toHaveCount(0);
		await sheet.getByRole('radio', { name: 'Expérience' }).check();
		await sheet.getByLabel('Ce que vous avez vécu').fill('Réécrit par le bord, en dix-huit mois.');
		await sheet.getByRole('button', { name: 'Ajouter' }).click();
		await expect(sheet.getByText('sera envoyé au retour du réseau')).toBeVisible();
		await sound(elodie, 'contributions');
		await setNetwork(elodie, true);
		await press(camille, 'Écrire un apport');
		const seen = camille.page.getByRole('dialog').getByText('Réécrit par le bord');
		await expect(seen).toBeVisible();
		await sheet.getByRole('button', { name: 'Reprendre' }).click();
		await expect(sheet.getByLabel('Ce que vous avez vécu')).toHaveValue(/Réécrit par le bord/);
		await expect(seen).toBeHidden();
		await press(camille, 'Fermer');
		await press(elodie, 'Fermer');
		await expect(elodie.page.getByRole('button', { name: 'Finir mon apport' })).toBeVisible();
	});

	await test.step('a signal reaches the facilitator, without a name, and nobody else', async () => {
		await press(karim, 'Signal discret');
		await expect(karim.page.getByRole('button', { name: 'C’est un conseil' })).toBeHidden();
		await press(karim, 'Hors sujet');
		await expect(karim.page.getByText('Transmis, sans votre nom.')).toBeVisible();
		await press(karim, 'Fermer');
		const heard = camille.page.getByRole('status', { name: 'Signaux discrets' });
		await expect(heard).toHaveText(/«\sHors sujet\s» · 1 personne/);
		await expect(heard).not.toContainText('Karim');
		for (const { page } of [karim, elodie]) {
			await page.reload();
			await expect(page.getByRole('heading', { name: 'Discussion' })).toBeVisible();
			await expect(page.getByText('Hors sujet')).toHaveCount(0);
		}
		await sound(camille, 'discussion as facilitator, with a signal');
		await press(camille, 'Entendu : Hors sujet');
		await expect(heard).toBeEmpty();
	});

	await test.step('when a turn ends, whoever waited longest takes the next one', async () => {
		await press(karim, 'J’ai terminé');
		await press(elodie, 'Prendre la parole');
		await expect(floor(camille)).toContainText('Élodie Marchand');
		await expect.poll(() => hands(camille)).toEqual([]);
		await press(camille, 'Terminer');
		await expect(floor(elodie)).toContainText('La parole est libre.');
	});
});

test('thumbs give a topic two minutes more, then one, then nothing', async ({ phone, cercle }) => {
	const session = await planTopic(cercle);
	const camille = await phone('Camille Roussel', { member: true });
	const karim = await phone('Karim Benali', { member: true });
	await Promise.all([enter(camille, session), enter(karim, session)]);
	const question = karim.page.getByText('Continuer ce sujet');
	// A topic of one minute is in its last one from the start.
	await press(camille, 'Commencer la séance');

	for (const minutes of [2, 1]) {
		await test.step(`+${minutes} min`, async () => {
			await thumb(karim, 'Oui, continuer').click();
			await thumb(camille, 'Non, passer au suivant').click();
			await expect(thumb(camille, 'Oui, continuer')).toHaveText(/1$/);
			await expect(thumb(karim, 'Non, passer au suivant')).toHaveText(/1$/);
			await expect(thumb(karim, 'Oui, continuer')).toHaveAttribute('aria-pressed', 'true');
			if (minutes === 2) await sound(camille, 'thumbs');
			await expect(karim.page.getByRole('button', { name: /^\+\d/ })).toBeHidden();
			const grant = camille.page.getByRole('button', { name: new RegExp(`^\\+${minutes}\\smin`) });
			await grant.click();
			await expect(question).toBeHidden();
			await twoMinutesPass(cercle.dataFolder, session);
			await Promise.all([camille.page.reload(), karim.page.reload()]);
		});
	}
	await expect(karim.page.getByTestId('clock')).toContainText('Dépassement');
	await expect(question).toBeHidden();
});

/** Opens the room before the session begins. */
async function enter({ page }: Phone, session: string): Promise<void> {
	await page.goto(`/room/${session}`);
	await expect(page.getByRole('heading', { name: 'La séance n’a pas commencé' })).toBeVisible();
}

function press({ page }: Phone, name: string): Promise<void> {
	return page.getByRole('button', { name, exact: true }).click();
}

const floor = ({ page }: Phone) => page.getByRole('region', { name: 'La parole' });
const thumb = ({ page }: Phone, name: string) => page.getByRole('button', { name });

/** The members who wait, as this phone shows them. */
async function hands(phone: Phone): Promise<string[]> {
	const rows = floor(phone).getByRole('listitem').locator(':scope > span:nth-child(2)');
	// All in one look: a row that is gone by the next must not be waited for.
	return (await rows.allInnerTexts()).map((text) => text.trim());
}

/** Seconds of the turn under way, as this phone counts them. */
async function spoken(phone: Phone): Promise<number> {
	const [, minutes, seconds] = /(\d+):(\d\d)/.exec(await floor(phone).innerText()) ?? [];
	return Number(minutes) * 60 + Number(seconds);
}

/** A session of one topic, planned by its facilitator. */
async function planTopic({ url, dataFolder }: CercleProcess): Promise<string> {
	const keys = await openKeys(dataFolder);
	const client = createClient(url, keys.publishableKey, { auth: { persistSession: false } });
	await client.auth.signInWithPassword({ email: 'camille@demo.example', password: 'cercle-demo' });
	const label = { fr: 'Un sujet', en: 'A topic' };
	const topic = {
		...{ kind: 'topic', label, minutes: 1, least: 1 },
		...{ speakers: 'everyone', rule: 'free', person_id: null }
	};
	const id = crypto.randomUUID();
	const plan = {
		...{
			id,
			group_id: GROUP,
			facilitator_id: memberId('Camille Roussel'),
			scribe_id: null,
			host_id: null
		},
		...{ starts_at: new Date(Date.now() + 20 * 86_400_000).toISOString(), place: '' },
		...{ time_zone: 'Europe/Paris', format: 'lean-coffee', length_minutes: 60, presenters: [] },
		segments: [topic]
	};
	const { error } = await client.rpc('plan_session', { plan, expected_version: 0 });
	expect(error).toBeNull();
	return id;
}

/** The step under way began two minutes earlier. */
async function twoMinutesPass(dataFolder: string, session: string): Promise<void> {
	await asOwner(
		dataFolder,
		(sql) => sql`update room_states set started_at = started_at - interval '2 minutes'
			where session_id = ${session}`
	);
}
