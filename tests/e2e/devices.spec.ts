import type { Page } from '@playwright/test';
import { stored } from '../support/disk.ts';
import { foundGroup } from '../support/group.ts';
import { asOwner } from '../support/owner.ts';
import { expect, type Phone, test } from './fixtures.ts';
import { sound } from './sound.ts';
import { commit, setNetwork, signIn } from './steps.ts';

/** Another in each test: they share a server. */
const canary = () => `Canari ${crypto.randomUUID().slice(0, 8)}`;

/** How many actions of this title the server has. */
function held(folder: string, title: string): Promise<number> {
	return asOwner(folder, async (sql) => {
		return (await sql`select from actions where title = ${title}`).length;
	});
}

const devices = (page: Page) => page.getByRole('button', { name: /^Déconnecter / });
const confirm = (page: Page, name: string) =>
	page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

test('one device signs the other out, which loses its rows and asks to sign in', async ({
	phone,
	mails,
	cercle
}) => {
	const title = canary();
	const laptop = await phone('Anne');
	await signIn(laptop, mails);
	await asOwner(cercle.dataFolder, (sql) => foundGroup(sql, 'Les Quais', [laptop.email]));
	await commit(laptop, title);
	await expect.poll(() => held(cercle.dataFolder, title)).toBe(1);
	await laptop.page.goto('/me/devices');
	await expect(
		laptop.page.getByText('Votre compte n’est ouvert nulle part ailleurs.')
	).toBeVisible();
	await expect(devices(laptop.page)).toHaveCount(0);

	const lost: Phone = { ...(await phone('Anne')), email: laptop.email };
	await signIn(lost, mails);
	await lost.page.goto('/actions');
	await expect(lost.page.getByText(title)).toBeVisible();
	expect(await lost.page.evaluate(stored, null)).toContain(title);
	await lost.page.evaluate(() => navigator.serviceWorker.ready);
	await setNetwork(lost, false);

	await test.step('without a network the list says what it needs', async () => {
		await lost.page.goto('/me/devices');
		await expect(lost.page.getByText('Il faut le réseau pour voir vos appareils')).toBeVisible();
	});

	await test.step('the laptop ends it', async () => {
		const { page } = laptop;
		await page.reload();
		await expect(page.getByText('Chrome sur Linux')).toHaveCount(2);
		await expect(page.getByText('Cet appareil', { exact: true })).toHaveCount(1);
		await sound(laptop, 'the devices');
		await page.getByRole('button', { name: 'Déconnecter Chrome sur Linux' }).click();
		await confirm(page, 'Déconnecter');
		await expect(page.getByText('Cet appareil-là est déconnecté.')).toBeVisible();
		await expect(page.getByText('Chrome sur Linux')).toHaveCount(1);
	});

	await test.step('the lost phone has its rows until it meets the network, then nothing', async () => {
		const { page } = lost;
		await page.goto('/actions');
		await expect(page.getByText(title)).toBeVisible();
		await setNetwork(lost, true);
		await expect(page.getByText('Cet appareil a été déconnecté')).toBeVisible();
		await expect(page.getByLabel('Adresse e-mail')).toBeVisible();
		const left = await page.evaluate(stored, null);
		expect(left).not.toContain(title);
		expect(left).not.toContain('access_token');
		await page.reload();
		await expect(page.getByText('Cet appareil a été déconnecté')).toBeVisible();
		await sound(lost, 'a device that was signed out');
	});

	await test.step('the laptop goes on; the phone may sign in again', async () => {
		await laptop.page.goto('/actions');
		await expect(laptop.page.getByText(title)).toBeVisible();
		await signIn(lost, mails);
		await lost.page.goto('/actions');
		await expect(lost.page.getByText(title)).toBeVisible();
	});

	await test.step('everywhere means here too', async () => {
		await laptop.page.goto('/me/devices');
		await laptop.page.getByRole('button', { name: 'Se déconnecter partout' }).click();
		await confirm(laptop.page, 'Se déconnecter partout');
		await expect(laptop.page.getByLabel('Adresse e-mail')).toBeVisible();
		expect(await laptop.page.evaluate(stored, null)).not.toContain(title);
		await lost.page.reload();
		await expect(lost.page.getByText('Cet appareil a été déconnecté')).toBeVisible();
		const left = await asOwner(
			cercle.dataFolder,
			(sql) => sql`
			select from auth.sessions s join auth.users u on u.id = s.user_id
			where u.email = ${laptop.email}
		`
		);
		expect(left).toHaveLength(0);
	});
});

test('signing out on a phone ends its own session, and leaves the laptop signed in', async ({
	phone,
	mails,
	cercle
}) => {
	const laptop = await phone('Anne');
	await signIn(laptop, mails);
	await expect(laptop.page.getByText('Pas encore de groupe')).toBeVisible();
	const mobile: Phone = { ...(await phone('Anne')), email: laptop.email };
	await signIn(mobile, mails);
	await expect(mobile.page.getByText(/Pas encore de groupe|Prénom et nom/).first()).toBeVisible();
	const sessions = () =>
		asOwner(cercle.dataFolder, async (sql) => {
			const rows = await sql`
				select from auth.sessions s join auth.users u on u.id = s.user_id
				where u.email = ${laptop.email}
			`;
			return rows.length;
		});
	expect(await sessions()).toBe(2);
	await mobile.page.goto('/me');
	await mobile.page.getByRole('button', { name: 'Se déconnecter', exact: true }).click();
	await confirm(mobile.page, 'Se déconnecter');
	await expect(mobile.page.getByLabel('Adresse e-mail')).toBeVisible();
	expect(await sessions()).toBe(1);
	await laptop.page.reload();
	await expect(laptop.page.getByText('Pas encore de groupe')).toBeVisible();
});

test('who leaves a group loses its rows: a phone at its next contact, one without a network then too', async ({
	phone,
	mails,
	cercle
}) => {
	const title = canary();
	const anne = await phone('Anne');
	const bruno = await phone('Bruno');
	await signIn(anne, mails);
	await signIn(bruno, mails);
	await asOwner(cercle.dataFolder, (sql) =>
		foundGroup(sql, 'Les Quais', [anne.email, bruno.email])
	);
	await commit(anne, title);
	await expect.poll(() => held(cercle.dataFolder, title)).toBe(1);
	const away: Phone = { ...(await phone('Bruno')), email: bruno.email };
	await signIn(away, mails);
	for (const { page } of [bruno, away]) {
		await page.goto('/actions');
		await page.getByRole('radio', { name: 'Du groupe' }).check();
		await expect(page.getByText(title)).toBeVisible();
	}
	await setNetwork(away, false);
	await asOwner(
		cercle.dataFolder,
		(sql) => sql`
		update memberships m set left_at = clock_timestamp() from auth.users u
		where u.id = m.member_id and u.email = ${bruno.email}
	`
	);
	await bruno.page.reload();
	await expect.poll(() => bruno.page.evaluate(stored, null)).not.toContain(title);
	expect(await bruno.page.evaluate(stored, null)).not.toContain('Les Quais');
	expect(await away.page.evaluate(stored, null)).toContain(title);
	await setNetwork(away, true);
	await expect.poll(() => away.page.evaluate(stored, null)).not.toContain(title);
	expect(await away.page.evaluate(stored, null)).not.toContain('Les Quais');
	expect(await held(cercle.dataFolder, title)).toBe(1);
});
