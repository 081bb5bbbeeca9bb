import {
	type Browser,
	type BrowserContext,
	expect,
	type Page,
	test as base
} from '@playwright/test';
import { type MailCatcher, openMailCatcher } from '../support/mail.ts';
import { type CercleProcess, openProcess } from '../support/process.ts';
import { setWallClock } from '../support/wall-clock.ts';

/** One person with a phone of their own. */
export interface Phone {
	name: string;
	email: string;
	context: BrowserContext;
	page: Page;
}

export interface PhoneOptions {
	/** How far this phone's wall clock is from the right time, in ms. */
	skew?: number;
}

interface Fixtures {
	/** A new phone; any request to another origin fails the test. */
	phone(name: string, options?: PhoneOptions): Promise<Phone>;
}

interface WorkerFixtures {
	mails: MailCatcher;
	cercle: CercleProcess;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
	mails: [
		async ({}, use) => {
			const mails = await openMailCatcher();
			await use(mails);
			await mails.close();
		},
		{ scope: 'worker' }
	],
	cercle: [
		async ({ mails }, use) => {
			const cercle = await openProcess({ CERCLE_DEMO: '0', SMTP_URL: mails.url });
			await use(cercle);
			await cercle.remove();
		},
		{ scope: 'worker', timeout: 60_000 }
	],
	phone: async ({ browser, cercle }, use, testInfo) => {
		const foreign: string[] = [];
		const broken: string[] = [];
		const opened: Phone[] = [];
		await use(async (name, options = {}) => {
			const phone = await openPhone(browser, cercle.url, name, options);
			opened.push(phone);
			phone.context.on('request', (request) => {
				const url = new URL(request.url());
				if (url.origin !== cercle.url && url.protocol !== 'blob:' && url.protocol !== 'data:') {
					foreign.push(request.url());
				}
			});
			phone.page.on('pageerror', (error) => broken.push(error.message));
			return phone;
		});
		for (const { name, context, page } of opened) {
			// What each phone showed when the test failed.
			const path = testInfo.outputPath(`${name}.png`);
			if (testInfo.errors.length > 0) await page.screenshot({ path }).catch(() => undefined);
			await context.close();
		}
		expect(foreign, 'no request leaves the origin').toEqual([]);
		expect(broken, 'no page throws').toEqual([]);
	}
});

export { expect };

async function openPhone(
	browser: Browser,
	url: string,
	name: string,
	{ skew = 0 }: PhoneOptions
): Promise<Phone> {
	const context = await browser.newContext({ baseURL: url });
	if (skew !== 0) await context.addInitScript(setWallClock, skew);
	const ascii = name
		.normalize('NFD')
		.replace(/\P{ASCII}/gu, '')
		.toLowerCase();
	const email = `${ascii}.${crypto.randomUUID().slice(0, 8)}@test.example`;
	return { name, email, context, page: await context.newPage() };
}
