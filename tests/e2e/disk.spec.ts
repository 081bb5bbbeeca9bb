import type { Page } from '@playwright/test';
import { enter, memberId } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';
import { openProfile, type Profile } from '../support/profile.ts';
import { gone, type SealedBytes, sealedBytes } from '../support/sealed-bytes.ts';
import { setWallClock } from '../support/wall-clock.ts';
import { expect, test } from './fixtures.ts';
import { note } from './steps.ts';

// The files of a real browser, searched byte by byte after what is to leave nothing behind.

test.use({ demo: true, apart: 'disk' });

const CODE = 'ardoise 47';
const DRAFT = 'Une phrase à moitié écrite';
const KARIM = 'Karim Benali';
const DAY = 86_400_000;
const locked = (page: Page) => page.getByRole('heading', { name: 'Cercle est verrouillé' });

test('a copied disk gives nothing of before a code, ten wrong ones, a sign-out, an exclusion, 30 days', async ({
	cercle
}) => {
	const profile = await openProfile(cercle.url);

	await test.step('a code', async () => {
		await enter(profile.page, KARIM);
		const before = await use(profile);
		expect(await found(profile, before), 'what is there is found').toEqual(stores(before));
		await setCode(profile.page);
		await profile.restart();
		expect(await found(profile, before)).toEqual([]);
	});

	await test.step('the code taken away', async () => {
		const { page } = profile;
		await page.goto('/me/lock');
		await give(page, CODE);
		await page.getByLabel('Code', { exact: true }).fill(CODE);
		const before = await sealedBytes(page);
		await page.getByRole('button', { name: 'Ne plus demander de code' }).click();
		await expect(page.getByText('Cercle s’ouvre de nouveau sans code.')).toBeVisible();
		await profile.restart();
		expect(before.length).toBeGreaterThan(5);
		expect(await found(profile, before)).toEqual([]);
	});

	await test.step('ten wrong codes', async () => {
		const { page } = profile;
		await setCode(page);
		await page.goto('/actions');
		await expect(locked(page)).toBeVisible();
		const before = await sealedBytes(page);
		for (let left = 9; left >= 0; left--) await give(page, `faux ${left}`, left);
		await expect(page.getByRole('heading', { name: 'Tout est effacé ici' })).toBeVisible();
		expect(before.length).toBeGreaterThan(5);
		expect(await found(profile, before)).toEqual([]);
	});

	await test.step('a sign-out', async () => {
		await enter(profile.page, KARIM);
		const before = await use(profile);
		const { page } = profile;
		await page.goto('/me');
		await page.getByRole('button', { name: 'Se déconnecter', exact: true }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Se déconnecter' }).click();
		await expect(page.getByLabel('Adresse e-mail')).toBeVisible();
		expect(await found(profile, before)).toEqual([]);
	});

	await test.step('30 days without a contact', async () => {
		await enter(profile.page, KARIM);
		const { page } = profile;
		await page.evaluate(setWallClock, -31 * DAY);
		await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
		await expect.poll(() => page.evaluate(lastContact)).toBeLessThan(Date.now() - 30 * DAY);
		const before = await sealedBytes(page);
		await profile.restart('offline');
		await profile.page.goto('/today');
		await expect(profile.page.getByLabel('Adresse e-mail')).toBeVisible();
		expect(stores(before)).toEqual(['auth', 'meta', 'tables']);
		await expect.poll(() => found(profile, before)).toEqual([]);
		await profile.restart();
	});

	await test.step('an exclusion', async () => {
		await enter(profile.page, KARIM);
		const before = await use(profile);
		await asOwner(cercle.dataFolder, async (sql) => {
			await sql`
				update memberships set left_at = clock_timestamp() where member_id = ${memberId(KARIM)}
			`;
		});
		await profile.page.goto('/today');
		await expect(profile.page.getByText('Vous ne faites plus partie d’un groupe')).toBeVisible();
		const rows = before.filter(({ store }) => store === 'tables');
		expect(rows.length).toBeGreaterThan(5);
		// His own rows stay, and are not sealed anew.
		const left = async () => found(profile, gone(rows, await sealedBytes(profile.page)));
		await expect.poll(left).toEqual([]);
		expect(gone(rows, await sealedBytes(profile.page)).length).toBeGreaterThan(5);
	});

	expect(await profile.search([DRAFT, 'access_token":'])).toEqual([]);
	expect(profile.faults).toEqual([]);
	await profile.remove();
});

test('what a build before places kept in the default store is found until the sign-out, not after', async ({
	cercle,
	kept
}) => {
	const storage = await kept('Aïcha Diallo');
	// Its signature is as random as a key: a file that is packed holds it as it is.
	const [, token] = /\.([\w-]{43})\\?"/.exec(JSON.stringify(storage.origins)) ?? [];
	if (!token) throw new Error('nobody is signed in there');
	const profile = await openProfile(cercle.url);
	await profile.context.setStorageState(storage);
	const { page } = profile;
	await page.goto('/me');
	await expect(page.getByRole('button', { name: 'Se déconnecter', exact: true })).toBeVisible();
	expect(await profile.search([token])).toEqual([token]);
	await page.getByRole('button', { name: 'Se déconnecter', exact: true }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Se déconnecter' }).click();
	await expect(page.getByLabel('Adresse e-mail')).toBeVisible();
	await expect.poll(() => profile.search([token])).toEqual([]);

	await test.step('no other site can have a browser ask for that', async () => {
		const asked = await fetch(`${cercle.url}/api/erasure`, {
			method: 'POST',
			headers: { 'sec-fetch-site': 'cross-site' }
		});
		expect([asked.status, asked.headers.get('clear-site-data')]).toEqual([403, null]);
	});
	expect(profile.faults).toEqual([]);
	await profile.remove();
});

/** Writes, and types something without saving it; answers what lies on the disk by then. */
async function use({ page }: Profile): Promise<SealedBytes[]> {
	await page.goto('/actions');
	await note(page, `Rappeler le comptable, ${crypto.randomUUID().slice(0, 4)}`);
	await page.getByRole('button', { name: 'Ajouter une action' }).first().click();
	await page.getByLabel('Ce que je m’engage à faire').fill(DRAFT);
	await expect
		.poll(async () => stores(await sealedBytes(page)))
		.toEqual(['auth', 'drafts', 'meta', 'tables']);
	return sealedBytes(page);
}

const stores = (of: readonly SealedBytes[]) =>
	[...new Set(of.map(({ store }) => store))].toSorted();

/** Of which stores anything is found in the files of this browser. */
async function found(profile: Profile, sought: readonly SealedBytes[]): Promise<string[]> {
	const hits = await profile.search(sought.map(({ bytes }) => bytes));
	return stores(sought.filter(({ bytes }) => hits.includes(bytes)));
}

/** Runs in the page: when all was last compared with the server's. */
async function lastContact(): Promise<number> {
	const kept = (await window.disk.read()).find(({ key }) => key === 'replica');
	return (kept?.value as { completeAt?: number } | undefined)?.completeAt ?? Infinity;
}

async function setCode(page: Page): Promise<void> {
	await page.goto('/me/lock');
	await page.getByLabel('Nouveau code').fill(CODE);
	await page.getByLabel('Le même code').fill(CODE);
	await page.getByRole('button', { name: 'Demander ce code' }).click();
	await expect(page.getByText('Un code est demandé à l’ouverture')).toBeVisible();
}

async function give(page: Page, code: string, left?: number): Promise<void> {
	await expect(locked(page)).toBeVisible();
	await page.getByLabel('Code', { exact: true }).fill(code);
	await page.getByRole('button', { name: 'Ouvrir' }).click();
	if (left)
		await expect(page.getByText(left === 1 ? 'Encore un essai' : `Encore ${left}`)).toBeVisible();
	if (left === undefined) await expect(locked(page)).toBeHidden();
}
