import { defineConfig } from '@playwright/test';
import { chromium } from './tests/support/chromium.ts';

/** Where the time on several phones is compared: never two of these at once, on two cores. */
const clocks = ['room-faults', 'two-hours', 'session', 'drive', 'floor'].map(
	(name) => `**/${name}.spec.ts`
);

// Against the built app in a process of its own (tests/e2e/fixtures.ts).
export default defineConfig({
	testDir: 'tests/e2e',
	outputDir: 'test-results',
	workers: 2,
	retries: 0,
	forbidOnly: Boolean(process.env.CI),
	timeout: 180_000,
	expect: { timeout: 15_000 },
	projects: [
		{ name: 'clocks', testMatch: clocks, workers: 1 },
		{ name: 'pages', testMatch: '**/*.spec.ts', testIgnore: clocks }
	],
	use: {
		actionTimeout: 15_000,
		viewport: { width: 390, height: 844 },
		locale: 'fr-FR',
		timezoneId: 'Europe/Paris',
		launchOptions: chromium
	}
});
