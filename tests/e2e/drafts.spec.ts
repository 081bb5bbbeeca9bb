import type { Page } from '@playwright/test';
import { limits } from '#lib/domain/limits.ts';
import { memberId, planRoom } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';
import { expect, test } from './fixtures.ts';
import { note } from './steps.ts';

// What was typed and not sent leaves the phone with what it is about: no page would show it again, and
// it would keep what an account left on a phone that somebody else uses next.

test.use({ demo: true });

/** The names under which this phone keeps what was typed. */
function drafts(page: Page): Promise<string[]> {
	return page.evaluate(async () =>
		(await window.disk.raw())
			.filter(({ store }) => store === 'drafts')
			.map(({ key }) => String(key).replace(/:.*/, ''))
			.toSorted()
	);
}

test('an action taken back leaves nothing of what was typed about it', async ({ phone }) => {
	const { page } = await phone('Karim Benali', { member: true });
	await page.goto('/actions');
	await note(page, 'Une erreur de ma part');
	await page.getByRole('link', { name: 'Une erreur de ma part' }).click();
	await page.getByRole('button', { name: 'Modifier' }).click();
	await page.getByLabel('Ce que je m’engage à faire').fill('Autrement dit');
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Dire où j’en suis' }).click();
	await page.getByLabel(/En une ligne/).fill('Pas encore');
	await page.keyboard.press('Escape');
	await expect.poll(() => drafts(page)).toEqual(['action', 'action-tell']);
	await page.getByRole('button', { name: 'Effacer cette action' }).click();
	await page.getByRole('button', { name: 'Effacer pour de bon' }).click();
	await expect(page.getByRole('heading', { name: 'Actions', level: 1 })).toBeVisible();
	await expect.poll(() => drafts(page)).toEqual([]);
});

test('a member who left a group keeps nothing of what they typed for it', async ({
	phone,
	cercle
}) => {
	const { page } = await phone('Karim Benali', { member: true });
	const leave = (at: Date | null) =>
		asOwner(
			cercle.dataFolder,
			(sql) => sql`
				update memberships set left_at = ${at} where member_id = ${memberId('Karim Benali')}`
		);
	await page.goto('/group/invite');
	await page.getByRole('textbox').fill('quelqu.un@example.org');
	await page.goto('/goals');
	await page.getByRole('button', { name: 'Ajouter un objectif', exact: true }).first().click();
	await page.getByLabel('Ce que je veux atteindre').fill('Un objectif');
	await page.keyboard.press('Escape');
	await expect.poll(() => drafts(page)).toEqual(['goal-new', 'invite']);
	await leave(new Date());
	try {
		await page.goto('/today');
		await expect.poll(() => drafts(page)).toEqual([]);
	} finally {
		// The group of the demo is everybody's in these tests.
		await leave(null);
	}
});

test('a session that closes leaves nothing of what was typed in its room', async ({
	phone,
	cercle
}) => {
	const room = await asOwner(cercle.dataFolder, async (sql) => {
		const session = await planRoom(sql);
		await sql`
			update sessions set scribe_id = ${memberId('Camille Roussel')} where id = ${session}`;
		return session;
	});
	const { page } = await phone('Camille Roussel', { member: true });
	const go = async (step: string) => {
		await page.getByRole('button', { name: 'Déroulé, présence, rôles' }).click();
		await page
			.getByRole('dialog')
			.getByRole('button', { name: `Passer à : ${step}` })
			.click();
		await expect(page.getByRole('heading', { name: step, level: 1 })).toBeVisible();
	};
	await page.goto(`/room/${room}`);
	await page.getByRole('button', { name: 'Commencer la séance' }).click();
	await go('Discussion');
	// Too long to be sent: it waits for its writer.
	await page.getByLabel('Notes du défi').fill('x'.repeat(limits.note + 1));
	await page.getByRole('button', { name: 'Écrire un apport' }).click();
	await page.getByRole('dialog').getByRole('textbox').fill('Non ajouté');
	await page.keyboard.press('Escape');
	await go('Une action chacun');
	await page.getByLabel('Mon engagement').fill('Non plus');
	await expect.poll(() => drafts(page)).toEqual(['commitment', 'contribution', 'notes']);
	await page.reload();
	await expect(page.getByLabel('Mon engagement')).toHaveValue('Non plus');
	await go('Clôture');
	await page.getByRole('button', { name: 'Clore la séance' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Clore la séance' }).click();
	await expect(page.getByRole('heading', { name: 'La séance est close' })).toBeVisible();
	await page.goto('/today');
	await expect.poll(() => drafts(page)).toEqual([]);
});
