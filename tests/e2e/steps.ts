import type { Page } from '@playwright/test';
import type { MailCatcher } from '../support/mail.ts';
import { expect, type Phone } from './fixtures.ts';

/** What people do with the app, as they would: through the screen, by the words on it. */

/** Signs in with the code that comes by mail; gives the name when asked for the first time. */
export async function signIn(phone: Phone, mails: MailCatcher): Promise<void> {
	const { page, email, name } = phone;
	if (!page.url().includes('/sign-in')) await page.goto('/sign-in');
	await page.getByLabel('Adresse e-mail').fill(email);
	await page.getByRole('button', { name: 'Recevoir un code' }).click();
	await page.getByLabel('Code reçu par e-mail').fill(await mails.code(email));
	const asked = page.getByLabel('Prénom et nom');
	const inside = page.getByRole('navigation', { name: 'Navigation principale' });
	await expect(
		asked.or(inside).or(page.getByLabel('Votre nom, en signature')).first()
	).toBeVisible();
	if (await asked.isVisible()) {
		await asked.fill(name);
		await page.getByRole('button', { name: 'Continuer' }).click();
	}
}

/** Signs the charter on screen. */
export async function sign({ page, name }: Phone, button: string): Promise<void> {
	await page.getByLabel('Votre nom, en signature').fill(name);
	await page.getByLabel('J’ai lu cette charte et je m’engage à la tenir.').check();
	await page.getByRole('button', { name: button }).click();
}

/** Founds a group with the proposed charter and invites the others by mail. */
export async function found(
	phone: Phone,
	group: string,
	invited: readonly Pick<Phone, 'email'>[]
): Promise<void> {
	const { page } = phone;
	await page.goto('/group/new');
	await page.getByLabel('Nom du groupe').fill(group);
	await sign(phone, 'Fonder et signer');
	await page.getByLabel('Adresses e-mail').fill(invited.map(({ email }) => email).join('\n'));
	await page.getByRole('button', { name: /Envoyer \d+ invitations/ }).click();
	await expect(page.getByText(`${invited.length} invitations envoyées`)).toBeVisible();
}

/** The link in the invitation mail that came to this person. */
export async function invitationLink({ email }: Phone, mails: MailCatcher): Promise<string> {
	const link = /https?:\/\/\S+\/join#\S+/.exec((await mails.next(email)).text)?.[0];
	if (!link) throw new Error('no link in the invitation');
	return link;
}

/** Opens the invitation, signs in, reads the charter and signs it. */
export async function join(phone: Phone, mails: MailCatcher, link?: string): Promise<void> {
	const { page } = phone;
	await page.goto(link ?? (await invitationLink(phone, mails)));
	await page.getByRole('link', { name: 'Se connecter' }).click();
	await page.waitForURL('**/sign-in#*');
	await signIn(phone, mails);
	await sign(phone, 'Signer et rejoindre');
	await expect(page.getByRole('navigation', { name: 'Navigation principale' })).toBeVisible();
}

/** Gives a role of the plan to somebody. */
export async function choose({ page }: Phone, role: string, name: string): Promise<void> {
	const place = page.getByRole('button', { name: new RegExp(`${role} : `) });
	if ((await place.innerText()).includes(` ${name}`)) return;
	await place.click();
	await page
		.getByRole('dialog')
		.getByRole('button', { name: new RegExp(`^${name}`) })
		.click();
	await expect(page.getByText(`${role} : ${name}`).first()).toBeVisible();
}

/** Notes an action of one's own with the due date proposed. */
export async function commit({ page }: Pick<Phone, 'page'>, title: string): Promise<void> {
	await page.goto('/actions');
	await note(page, title);
}

/** The same, where the page of actions is open already. */
export async function note(page: Page, title: string): Promise<void> {
	await startNote(page, title);
	await page.getByRole('button', { name: 'Ajouter', exact: true }).click();
	await expect(page.getByText(title)).toBeVisible();
}

/** Opens the sheet of a new action and types its title, without saving it. */
export async function startNote(page: Page, title: string): Promise<void> {
	await page.getByRole('button', { name: 'Ajouter une action' }).first().click();
	await page.getByLabel('Ce que je m’engage à faire').fill(title);
}

/** A date so many days from today, as a date field takes it. */
export function dateIn(days: number): string {
	return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** Seconds shown on a room's clock: negative in overtime. */
export async function shownSeconds({ page }: Phone): Promise<number> {
	const clock = page.getByTestId('clock');
	// Until the server has said the time there are none.
	await expect(clock).toHaveText(/\d\s*:\s*\d/);
	return secondsOf(await clock.innerText());
}

/** The seconds that the text of a clock says: negative in overtime. */
export function secondsOf(text: string): number {
	const match = /(\+?)(\d+):(\d\d)/.exec(text.replaceAll(/\s/g, ''));
	if (!match) throw new Error(`no clock in ${JSON.stringify(text)}`);
	const [, sign, minutes, seconds] = match;
	return (sign === '+' ? -1 : 1) * (Number(minutes) * 60 + Number(seconds));
}

/** Moves the room to the next step, which must be this one. */
export async function go({ page }: Pick<Phone, 'page'>, step: string): Promise<void> {
	await page.getByRole('button', { name: `Passer à : ${step}` }).click();
	await expect(page.getByRole('heading', { name: step })).toBeVisible();
}

/** The digits of all phones, read as nearly at once as can be, are the same to a second. */
export async function sameTime(phones: readonly Phone[]): Promise<void> {
	await expect
		.poll(async () => {
			const shown = await Promise.all(phones.map(shownSeconds));
			return Math.max(...shown) - Math.min(...shown);
		})
		.toBeLessThanOrEqual(1);
}

const API = /\/(auth|rest|realtime|api)\//;

/**
 * Takes the network away from a phone, or gives it back. The browser's own switch leaves a page that
 * is just being opened online for a moment, so the API's addresses are cut as well.
 */
export async function setNetwork({ context }: Pick<Phone, 'context'>, on: boolean): Promise<void> {
	if (on) await context.unroute(API);
	else await context.route(API, (route) => route.abort('internetdisconnected'));
	await context.setOffline(!on);
}
