import { enter, SESSION } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';
import { openProfile, type Profile } from '../support/profile.ts';
import { stored } from '../support/disk.ts';
import { expect, test } from './fixtures.ts';
import { commit } from './steps.ts';

test.use({ demo: true });

// Aïcha presents at the next session of the demo group, which Camille plans (supabase/seed.sql).
const challenge = '/challenge/00000004-0000-4000-8000-000000000003';
const action = '/actions/00000005-0000-4000-8000-000000000008';
const question = 'Faut-il réécrire le moteur de recherche, ou apprendre à vivre avec ?';

test.describe('the server dead, the network off, the browser started anew', () => {
	let phone: Profile;

	test.beforeAll(async ({ cercle }) => {
		phone = await openProfile(cercle.url);
		await enter(phone.page, 'Aïcha Diallo');
		await expect(phone.page.getByText('Croix-Rousse, chez Thomas')).toBeVisible();
		await phone.page.evaluate(() => navigator.serviceWorker.ready);
		await cercle.stop();
	});

	test.afterAll(async ({ cercle }) => {
		await phone.remove();
		expect(phone.faults).toEqual([]);
		await cercle.start();
	});

	const screens: readonly [name: string, address: string, words: readonly string[]][] = [
		['Today', '/today', ['Croix-Rousse, chez Thomas', 'Mesurer la latence vue par']],
		['Actions', '/actions', ['Mesurer la latence vue par les dix plus gros clients']],
		['an action', action, ['Mesurer la latence vue par', 'le groupe']],
		['the next session', `/session/${SESSION}`, ['Croix-Rousse, chez Thomas', 'Discussion']],
		['its plan, read only', `/session/${SESSION}/plan`, ['Camille Roussel']],
		['the charter', '/group/charter', ['Nous tenons nos engagements', 'Aïcha Diallo']]
	];

	for (const [name, address, words] of screens) {
		test(`${name} opens from its address and stays after a reload`, async () => {
			await phone.restart('offline');
			await phone.page.goto(address);
			for (const word of words) await expect(phone.page.getByText(word).first()).toBeVisible();
			await phone.page.reload();
			for (const word of words) await expect(phone.page.getByText(word).first()).toBeVisible();
			await expect(phone.page).toHaveURL(new RegExp(`${address}$`));
		});
	}

	test('one’s own challenge opens to be written, and what is typed is there again', async () => {
		await phone.restart('offline');
		await phone.page.goto(challenge);
		const field = phone.page.getByLabel('La question, en une ligne');
		await expect(field).toHaveValue(question);
		await phone.page.getByLabel('Ce que je n’attends pas').fill('Des promesses.');
		expect(await phone.page.evaluate(stored, null)).toContain('Des promesses.');
		await phone.restart('offline');
		await phone.page.goto(challenge);
		await expect(phone.page.getByLabel('Ce que je n’attends pas')).toHaveValue('Des promesses.');
		await phone.page.reload();
		await expect(phone.page.getByLabel('Ce que je n’attends pas')).toHaveValue('Des promesses.');
		await expect(phone.page.getByText(/Enregistré sur cet appareil/)).toBeVisible();
	});
});

test('done without a network, closed and opened again: what was done is done on the server', async ({
	cercle
}) => {
	const phone = await openProfile(cercle.url);
	await enter(phone.page, 'Camille Roussel');
	await commit({ page: phone.page }, 'Appeler la banque');
	await expect.poll(() => statusOf(cercle.dataFolder, 'Appeler la banque')).toBe('open');

	await test.step('the app is on the phone, and nothing else is in its caches', async () => {
		await phone.page.evaluate(() => navigator.serviceWorker.ready);
		const cached = await phone.page.evaluate(async () => {
			const addresses: string[] = [];
			for (const name of await caches.keys()) {
				for (const { url } of await (await caches.open(name)).keys()) addresses.push(url);
			}
			return addresses.map((url) => new URL(url).pathname);
		});
		expect(cached.length).toBeGreaterThan(10);
		expect(cached.filter((path) => /^\/(auth|rest|realtime|api)\//.test(path))).toEqual([]);
	});

	await test.step('the server is gone: one is marked done, and stays so in a new browser', async () => {
		await cercle.stop();
		await phone.restart('offline');
		await phone.page.goto('/actions');
		await phone.page.getByRole('checkbox', { name: /Appeler la banque/ }).check();
		await expect(phone.page.getByText(/en attente/).first()).toBeVisible();
		await phone.restart('offline');
		await phone.page.goto('/actions');
		await expect(phone.page.getByText(/en attente/).first()).toBeVisible();
	});

	await test.step('network on: it is sent, and done on the server', async () => {
		await cercle.start();
		await phone.context.setOffline(false);
		await expect.poll(() => statusOf(cercle.dataFolder, 'Appeler la banque')).toBe('done');
		await expect(phone.page.getByText(/en attente/)).toBeHidden();
	});
	await phone.remove();
	expect(phone.faults).toEqual([]);
});

/** What the database itself says of an action. */
function statusOf(dataFolder: string, title: string): Promise<string | undefined> {
	return asOwner(dataFolder, async (sql) => {
		const [row] = await sql`select status from actions where title = ${title}`;
		return row?.status;
	});
}
