import { asOwner } from '../support/owner.ts';
import { expect, test } from './fixtures.ts';
import { commit, found, setNetwork, signIn } from './steps.ts';

test('visited once, the app reopens without network; an action done there is done on the server', async ({
	phone,
	mails,
	cercle
}) => {
	const anne = await phone('Anne');
	await signIn(anne, mails);
	await found(anne, 'Les Quais', [await phone('Bruno'), await phone('Chloé')]);
	await commit(anne, 'Relire le contrat');
	await commit(anne, 'Appeler la banque');
	await expect.poll(() => statusOf(cercle.dataFolder, 'Appeler la banque')).toBe('open');

	await test.step('the shell is on the phone, and nothing else is in its caches', async () => {
		await anne.page.evaluate(() => navigator.serviceWorker.ready);
		const cached = await anne.page.evaluate(async () => {
			const addresses: string[] = [];
			for (const name of await caches.keys()) {
				for (const { url } of await (await caches.open(name)).keys()) addresses.push(url);
			}
			return addresses.map((url) => new URL(url).pathname);
		});
		expect(cached.length).toBeGreaterThan(10);
		expect(cached.filter((path) => /^\/(auth|rest|realtime|api)\//.test(path))).toEqual([]);
	});

	await test.step('network off, app closed and opened again: the actions are there', async () => {
		// The server itself is gone as well: nothing can slip out while a page closes or opens.
		await setNetwork(anne, false);
		await cercle.stop();
		await anne.page.close();
		anne.page = await anne.context.newPage();
		await anne.page.goto('/actions');
		await expect(anne.page.getByText('Relire le contrat')).toBeVisible();
		await expect(anne.page.getByText('Hors ligne')).toBeVisible();
	});

	await test.step('an address never visited opens too', async () => {
		await anne.page.goto('/group/charter');
		await expect(anne.page.getByText('Confidentialité').first()).toBeVisible();
		await anne.page.goto('/actions');
	});

	await test.step('one is marked done, and stays so when the app is closed again', async () => {
		await anne.page.getByRole('checkbox', { name: /Appeler la banque/ }).check();
		await expect(anne.page.getByText(/en attente/)).toBeVisible();
		await anne.page.close();
		anne.page = await anne.context.newPage();
		await anne.page.goto('/actions');
		await expect(anne.page.getByText(/en attente/)).toBeVisible();
	});

	await test.step('network on: it is sent, and done on the server', async () => {
		await cercle.start();
		await setNetwork(anne, true);
		await expect.poll(() => statusOf(cercle.dataFolder, 'Appeler la banque')).toBe('done');
		await expect(anne.page.getByText(/en attente/)).toBeHidden();
	});
});

/** What the database itself says of an action. */
function statusOf(dataFolder: string, title: string): Promise<string | undefined> {
	return asOwner(dataFolder, async (sql) => {
		const [row] = await sql`select status from public.actions where title = ${title}`;
		return row?.status;
	});
}
