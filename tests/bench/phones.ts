import {
	type Browser,
	type BrowserContext,
	chromium as launcher,
	type Page
} from '@playwright/test';
import { chromium } from '../support/chromium.ts';
import { setWallClock } from '../support/wall-clock.ts';

/** How wrong the seven phones' wall clocks are, in ms: up to six hours, each its own way. */
export const SKEWS = [6, -6, 4.5, -3, 0.5, -1.25, 2].map((hours) => hours * 3_600_000);

export interface PhoneOptions {
	/** How wrong its wall clock is, in ms. */
	skew?: number;
	/** Where it finds the server, when not where the others do. */
	url?: string;
}

export interface Bench {
	browser: Browser;
	/** A phone of its own, not yet signed in. */
	phone(options?: PhoneOptions): Promise<{ context: BrowserContext; page: Page }>;
}

export async function withPhones<Answer>(
	url: string,
	work: (bench: Bench) => Promise<Answer>
): Promise<Answer> {
	const browser = await launcher.launch(chromium);
	try {
		return await work({
			browser,
			phone: async (options = {}) => {
				const { skew = 0 } = options;
				const context = await browser.newContext({
					baseURL: options.url ?? url,
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
