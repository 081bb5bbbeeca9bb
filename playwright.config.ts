import { defineConfig } from '@playwright/test';
import { chromium } from './tests/support/chromium.ts';

// Against the built app in a process of its own (tests/e2e/fixtures.ts). One worker: a session has
// several phones already, and the tests must not race each other for two cores.
export default defineConfig({
	testDir: 'tests/e2e',
	testMatch: '**/*.spec.ts',
	outputDir: 'test-results',
	workers: 1,
	retries: 0,
	forbidOnly: Boolean(process.env.CI),
	timeout: 180_000,
	expect: { timeout: 15_000 },
	use: {
		actionTimeout: 15_000,
		viewport: { width: 390, height: 844 },
		locale: 'fr-FR',
		timezoneId: 'Europe/Paris',
		launchOptions: chromium
	}
});
