import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { compiledAhead, groups, ownLanguage } from './scripts/first-screen.ts';
import { chromium } from './tests/support/chromium.ts';

export default defineConfig({
	plugins: [
		paraglideVitePlugin({
			project: './project.inlang',
			outdir: './src/lib/paraglide',
			// As `npm run sync` writes it: what stands there is not written again under a reader's eyes.
			emitReadme: false,
			strategy: ['localStorage', 'baseLocale']
		}),
		tailwindcss(),
		sveltekit(),
		compiledAhead(),
		ownLanguage()
	],
	build: {
		// Everything is in the service worker's cache after the first visit: lists of what to load
		// ahead, page by page, would weigh more than they spare.
		modulePreload: false,
		rolldownOptions: {
			// A name that stands for a text costs nothing: the codes of refusals, for one.
			optimization: { inlineConst: { mode: 'all', pass: 2 } },
			// Svelte's list of itself would bring what only other pages use into the first screen.
			treeshake: {
				moduleSideEffects: [{ test: /svelte.src.internal.client/, sideEffects: false }]
			},
			output: {
				// Kept by tests/e2e/weight.spec.ts.
				codeSplitting: groups
			}
		}
	},
	test: {
		// Two, also where there are only two processors: most of a database test is waiting for an answer.
		maxWorkers: 2,
		// Beside another suite a look at the database may take a second by itself.
		expect: { poll: { timeout: 15_000 } },
		// postgres 3.4.9 may still write to a connection that just died with its database, and throws
		// where nobody can catch it (porsager/postgres issue 1154). Tests that restart a database meet it.
		onUnhandledError: ({ message, stack = '' }) =>
			!(message.includes("reading 'write'") && stack.includes('postgres/src/connection.js')),
		projects: [
			{
				extends: true,
				test: {
					name: 'unit',
					environment: 'node',
					// A process loads a module once, not once for each file: a third of the processor time.
					isolate: false,
					include: ['tests/unit/**/*.test.ts'],
					exclude: ['tests/unit/**/*.browser.test.ts'],
					// Two suites run side by side: a limit is for what hangs, not for a busy machine.
					testTimeout: 30_000
				}
			},
			{
				// Where the browser is what fails: a real one, with its real storage and locks.
				extends: true,
				optimizeDeps: { include: ['fast-check', 'idb', 'zod/mini'] },
				test: {
					name: 'browser',
					include: ['tests/unit/**/*.browser.test.ts'],
					browser: {
						enabled: true,
						headless: true,
						screenshotFailures: false,
						provider: playwright({ launchOptions: chromium }),
						instances: [{ browser: 'chromium' }]
					}
				}
			},
			{
				extends: true,
				test: {
					name: 'database',
					environment: 'node',
					isolate: false,
					include: ['tests/database/**/*.test.ts'],
					globalSetup: 'tests/support/server.ts',
					testTimeout: 60_000,
					hookTimeout: 120_000
				}
			},
			{
				extends: true,
				test: {
					name: 'realtime',
					environment: 'node',
					include: ['tests/realtime/**/*.test.ts'],
					testTimeout: 60_000,
					hookTimeout: 120_000
				}
			},
			{
				extends: true,
				test: {
					name: 'process',
					environment: 'node',
					include: ['tests/process/**/*.test.ts'],
					testTimeout: 60_000,
					hookTimeout: 120_000
				}
			}
		]
	}
});
