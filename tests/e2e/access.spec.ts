import { tablesOf } from '../../scripts/schemas.ts';
import { stored } from '../support/disk.ts';
import { asPerson, refusal } from '../support/as-person.ts';
import { foundGroup } from '../support/group.ts';
import { asOwner } from '../support/owner.ts';
import { createClient } from '@supabase/supabase-js';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressFor, expect, test } from './fixtures.ts';
import { found, invitationLink, join as joinGroup, setNetwork, sign, signIn } from './steps.ts';

test('a wrong code does not sign in, says so, and a right one still does', async ({
	phone,
	mails
}) => {
	const { page, email, name } = await phone('Anne');
	await page.goto('/sign-in');
	await page.getByLabel('Adresse e-mail').fill(email);
	await page.getByRole('button', { name: 'Recevoir un code' }).click();
	const code = await mails.code(email);
	const wrong = code === '000000' ? '111111' : '000000';
	await page.getByLabel('Code reçu par e-mail').fill(wrong);
	await expect(page.getByText('Ce code n’est pas le bon, ou il a expiré.')).toBeVisible();
	await page.getByLabel('Code reçu par e-mail').fill(code);
	await page.getByLabel('Prénom et nom').fill(name);
	await page.getByRole('button', { name: 'Continuer' }).click();
	await expect(page.getByText('Pas encore de groupe')).toBeVisible();
});

test('a password, once chosen, signs in too; a wrong one says so', async ({ phone, mails }) => {
	const anne = await phone('Anne');
	const { page } = anne;
	await signIn(anne, mails);
	await page.goto('/me');
	await page.getByRole('button', { name: 'Choisir' }).click();
	const sheet = page.getByRole('dialog');
	await sheet.getByRole('button', { name: 'Recevoir un code' }).click();
	const code = await mails.code(anne.email);
	const wrong = code === '000000' ? '111111' : '000000';
	await sheet.getByLabel('Code reçu par e-mail').fill(wrong);
	await sheet
		.getByRole('textbox', { name: 'Nouveau mot de passe' })
		.fill('une phrase assez longue');
	const save = sheet.getByRole('button', { name: 'Enregistrer' });
	await save.click();
	await expect(sheet.getByText('Ce code n’est pas le bon, ou il a expiré.')).toBeVisible();
	await sheet.getByLabel('Code reçu par e-mail').fill(code);
	await save.click();
	await expect(page.getByText('Votre mot de passe est enregistré.')).toBeVisible();

	const other = await phone('Anne');
	await other.page.goto('/sign-in');
	await other.page.getByLabel('Adresse e-mail').fill(anne.email);
	await other.page.getByRole('button', { name: 'Utiliser un mot de passe' }).click();
	await other.page.getByLabel('Mot de passe', { exact: true }).fill('une phrase trop courte');
	await other.page.getByRole('button', { name: 'Se connecter' }).click();
	await expect(other.page.getByText('Adresse ou mot de passe incorrect.')).toBeVisible();
	await other.page.getByLabel('Mot de passe', { exact: true }).fill('une phrase assez longue');
	await other.page.getByRole('button', { name: 'Se connecter' }).click();
	await expect(other.page.getByText('Pas encore de groupe')).toBeVisible();
});

test('an account moves to another address with a code from each, and signs in with the new one', async ({
	phone,
	mails
}) => {
	const anne = await phone('Anne');
	const { page } = anne;
	await signIn(anne, mails);
	await page.goto('/me');
	await page.getByRole('button', { name: 'Changer', exact: true }).click();
	const sheet = page.getByRole('dialog');
	const moved = addressFor('Ailleurs');
	await sheet.getByLabel('Nouvelle adresse e-mail').fill(moved);
	await sheet.getByRole('button', { name: 'Recevoir les deux codes' }).click();
	const codes = { old: await mails.code(anne.email), new: await mails.code(moved) };
	await sheet.getByLabel(`Code reçu à ${anne.email}`).fill(codes.new);
	await sheet.getByLabel(`Code reçu à ${moved}`).fill(codes.new);
	const save = sheet.getByRole('button', { name: 'Changer d’adresse' });
	await save.click();
	await expect(sheet.getByText('L’un des deux codes n’est pas le bon.')).toBeVisible();
	await sheet.getByLabel(`Code reçu à ${anne.email}`).fill(codes.old);
	await save.click();
	await expect(page.getByText(`Votre compte a maintenant l’adresse ${moved}.`)).toBeVisible();
	await page.reload();
	await expect(page.getByText(moved).first()).toBeVisible();

	const other = await phone('Anne');
	await signIn({ ...other, email: moved }, mails);
	await expect(other.page.getByText('Pas encore de groupe')).toBeVisible();
});

test('an account without its old address waits, in sight of its group, until the old one stops it', async ({
	phone,
	mails,
	cercle
}) => {
	const anne = await phone('Anne');
	const bruno = await phone('Bruno');
	for (const one of [bruno, anne]) await signIn(one, mails);
	await asOwner(cercle.dataFolder, (sql) =>
		foundGroup(sql, 'Les Quais', [bruno.email, anne.email])
	);
	const { page } = anne;
	await page.goto('/me');
	await page.getByRole('button', { name: 'Changer', exact: true }).click();
	const sheet = page.getByRole('dialog');
	const moved = addressFor('Ailleurs');
	await sheet.getByLabel('Nouvelle adresse e-mail').fill(moved);
	await sheet.getByRole('button', { name: 'Recevoir les deux codes' }).click();
	await mails.code(anne.email);
	await sheet.getByRole('button', { name: 'Je ne lis plus l’ancienne adresse' }).click();
	await sheet.getByLabel(`Code reçu à ${moved}`).fill(await mails.code(moved));
	await sheet.getByRole('button', { name: 'Demander le changement' }).click();
	await expect(page.getByText(`Demandé pour ${moved}.`)).toBeVisible();
	await expect(page.getByText('Les Quais : 0 sur 2')).toBeVisible();

	await bruno.page.goto('/today');
	await bruno.page.getByRole('button', { name: 'C’est bien Anne' }).click();
	await expect(bruno.page.getByText('Anne change d’adresse')).toBeHidden();
	await page.goto('/today');
	await expect(page.getByText('Les Quais : 1 sur 2')).toBeVisible();

	const { text } = await mails.next(anne.email);
	const stranger = await phone('Ancienne');
	await stranger.page.goto(/\/stop#[\w-]{43}/.exec(text)?.[0] ?? '/stop');
	await stranger.page.getByRole('button', { name: 'Arrêter' }).click();
	await expect(stranger.page.getByText('C’est arrêté.')).toBeVisible();
	await page.reload();
	await expect(page.getByRole('heading', { name: 'Aujourd’hui' })).toBeVisible();
	await expect(page.getByText('Votre compte change d’adresse')).toBeHidden();
});

test('an invitation opens for its address only, and only once', async ({ phone, mails }) => {
	const anne = await phone('Anne');
	const bruno = await phone('Bruno');
	await signIn(anne, mails);
	await found(anne, 'Les Quais', [bruno, { email: addressFor('Chloé') }]);
	const link = await invitationLink(bruno, mails);

	const eve = await phone('Eve');
	await signIn(eve, mails);
	await eve.page.goto(link);
	await expect(
		eve.page.getByText('Cette invitation n’est pas adressée à ce compte.')
	).toBeVisible();
	await expect(eve.page.getByText('Les Quais')).toBeHidden();

	await bruno.page.goto(link);
	await bruno.page.getByRole('link', { name: 'Se connecter' }).click();
	await bruno.page.waitForURL('**/sign-in#*');
	await signIn(bruno, mails);
	await expect(bruno.page.getByText('Les Quais')).toBeVisible();
	await sign(bruno, 'Signer et rejoindre');
	await expect(bruno.page.getByRole('heading', { name: 'Aujourd’hui' })).toBeVisible();
});

test('until the charter is signed, a member sees no content', async ({ phone, mails, cercle }) => {
	const anne = await phone('Anne');
	const bruno = await phone('Bruno');
	await signIn(anne, mails);
	await found(anne, 'Les Quais', [bruno, { email: addressFor('Chloé') }]);
	await joinGroup(bruno, mails);
	await anne.page.goto('/actions');
	await anne.page.getByRole('button', { name: 'Ajouter une action' }).first().click();
	await anne.page.getByLabel('Ce que je m’engage à faire').fill('Canari du contrat');
	// Not past anywhere: on the phone it may be tomorrow already.
	const due = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
	await anne.page.getByLabel('Pour quand').fill(due);
	await anne.page.getByRole('button', { name: 'Ajouter', exact: true }).click();
	// Bruno's phone asks when it is opened, and then in a minute.
	await expect
		.poll(() =>
			asOwner(cercle.dataFolder, async (sql) => {
				const rows = await sql`select from actions where title = 'Canari du contrat'`;
				return rows.length;
			})
		)
		.toBe(1);
	await bruno.page.goto('/actions');
	await bruno.page.getByRole('radio', { name: 'Du groupe' }).check();
	await expect(bruno.page.getByText('Canari du contrat')).toBeVisible();

	await anne.page.goto('/group/charter');
	await anne.page.getByRole('button', { name: 'Écrire une nouvelle version' }).click();
	await anne.page.getByLabel('Texte de la charte').fill('Une charte plus courte.');
	await anne.page.getByRole('button', { name: 'Enregistrer et signer' }).click();
	await expect(anne.page.getByText('Une charte plus courte.')).toBeVisible();
	await bruno.page.goto('/actions');
	await expect(bruno.page.getByText('Canari du contrat')).toBeHidden();
	await bruno.page.goto('/group');
	await sign(bruno, 'Signer la charte');
	await expect(bruno.page.getByRole('heading', { name: 'Membres' })).toBeVisible();
	await bruno.page.goto('/actions');
	await bruno.page.getByRole('radio', { name: 'Du groupe' }).check();
	await expect(bruno.page.getByText('Canari du contrat')).toBeVisible();

	await test.step('what members wrote is in no log line and no mail', async () => {
		for (const text of ['Canari', 'Les Quais', bruno.email]) {
			expect(cercle.output.filter((line) => line.includes(text))).toEqual([]);
		}
		for (const text of ['Canari', 'Les Quais', 'Anne']) {
			expect(mails.mails.filter(({ raw }) => raw.includes(text))).toEqual([]);
		}
	});
});

test('signing out leaves nothing on the phone, also without network', async ({
	phone,
	mails,
	cercle
}) => {
	const anne = await phone('Anne');
	await signIn(anne, mails);
	await asOwner(cercle.dataFolder, (sql) => foundGroup(sql, 'Les Quais', [anne.email]));
	await anne.page.goto('/me');
	await anne.page.evaluate(() => navigator.serviceWorker.ready);
	await setNetwork(anne, false);
	await anne.page.getByRole('button', { name: 'Se déconnecter' }).first().click();
	await anne.page.getByRole('dialog').getByRole('button', { name: 'Se déconnecter' }).click();
	await expect(anne.page.getByLabel('Adresse e-mail')).toBeVisible();
	const left = await anne.page.evaluate(async () => {
		const names = (await indexedDB.databases()).map(({ name }) => name);
		names.push(...(await Reflect.get(navigator, 'storageBuckets').keys()));
		return { names, keys: [...Object.keys(sessionStorage), ...Object.keys(localStorage)] };
	});
	// Where the next sign-in will be kept, and by which key.
	const empty = /^cercle$|^[bs][0-9a-f]{8}_cercle-(keys|auth)$/;
	expect(left.names.filter((name) => !empty.test(String(name)))).toEqual([]);
	expect(await anne.page.evaluate(stored, null)).toBe('[]');
	// Where the page was scrolled to, how it looks, what the browser was asked: nothing of anybody.
	const plain = /^(sveltekit:|theme$|PARAGLIDE_LOCALE$|storage-asked$)/;
	expect(left.keys.filter((key) => !plain.test(key))).toEqual([]);
});

test('a stranger with the public key reads and writes nothing', async ({ cercle }) => {
	const keys = JSON.parse(await readFile(join(cercle.dataFolder, 'keys.json'), 'utf8'));
	const stranger = createClient(cercle.url, keys.publishableKey, {
		auth: { persistSession: false }
	});
	const args = { client_id: crypto.randomUUID(), operations: [] };
	const since = { cursor: null, sums: {}, full: [] };
	for (const answer of [
		await stranger.rpc('pull', { since }),
		await stranger.rpc('apply_ops', args)
	]) {
		// As if there were no such function.
		expect(answer.error?.code).toBe('PGRST202');
	}
	await asOwner(cercle.dataFolder, async (sql) => {
		for (const { schema, name } of await tablesOf(sql)) {
			const asking = asPerson(sql, null, (sql) => sql`select from ${sql(`${schema}.${name}`)}`);
			expect(await refusal(asking), name).toBe('42501');
		}
	});
});
