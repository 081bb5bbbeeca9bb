import {
	type Browser,
	type BrowserContext,
	chromium as launcher,
	type Page
} from '@playwright/test';
import { chromium } from '../support/chromium.ts';
import { setWallClock } from '../support/wall-clock.ts';

/** The session the demo group is about to hold (supabase/seed.sql). */
export const SESSION = '00000003-0000-4000-8000-000000000003';

/** The demo group's seven members, the facilitator of that session first. */
export const MEMBERS = [
	'Camille Roussel',
	'Karim Benali',
	'Élodie Marchand',
	'Thomas Nguyen',
	'Aïcha Diallo',
	'Julien Lefèvre',
	'Grace Okafor'
];

export interface Bench {
	browser: Browser;
	/** A phone of its own, not yet signed in; `skew` is how wrong its wall clock is, in ms. */
	phone(skew?: number): Promise<{ context: BrowserContext; page: Page }>;
}

export async function withPhones(
	url: string,
	work: (bench: Bench) => Promise<void>
): Promise<void> {
	const browser = await launcher.launch(chromium);
	try {
		await work({
			browser,
			phone: async (skew = 0) => {
				const context = await browser.newContext({
					baseURL: url,
					locale: 'fr-FR',
					viewport: { width: 390, height: 844 }
				});
				if (skew !== 0) await context.addInitScript(setWallClock, skew);
				context.setDefaultTimeout(20_000);
				return { context, page: await context.newPage() };
			}
		});
	} finally {
		await browser.close();
	}
}

/** Signs in as a member of the demo group, in one tap. */
export async function enter(page: Page, name: string): Promise<void> {
	await page.goto('/sign-in');
	await page.getByRole('button', { name }).click();
	await page.waitForURL('**/today');
}
