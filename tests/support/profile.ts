import { type BrowserContext, chromium as engine, type Page } from '@playwright/test';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholeChromium } from './chromium.ts';
import { watch } from './watch.ts';

/** A browser with a profile on disk: it can be ended in any way and started again with what it keeps. */
export interface Profile {
	context: BrowserContext;
	page: Page;
	/** What pages threw, asked of other origins or were refused, since the first start. */
	faults: string[];
	/** Ends it as a person does, then starts it again; without a network if so said. */
	restart(network?: 'offline'): Promise<void>;
	/** Ends it at once, as a phone that needs its memory, or a power cut, would. */
	kill(): Promise<void>;
	/** Starts it again after `kill`. */
	start(network?: 'offline'): Promise<void>;
	/** Those of these texts and bytes that stand in any file of it, as it lies on the disk now. */
	search<T extends string | Buffer>(sought: readonly T[]): Promise<T[]>;
	/** Ends it and removes what it kept. */
	remove(): Promise<void>;
}

/** Starts one for the app at `url`; `preferences` are Chromium's own, as its settings would be. */
export async function openProfile(url: string, preferences: object = {}): Promise<Profile> {
	const folder = await mkdtemp(join(tmpdir(), 'cercle-profile-'));
	await mkdir(join(folder, 'Default'));
	await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences));
	const faults: string[] = [];

	async function launch(network?: 'offline'): Promise<Pick<Profile, 'context' | 'page'>> {
		const context = await engine.launchPersistentContext(folder, {
			...wholeChromium,
			baseURL: url,
			viewport: { width: 390, height: 844 },
			locale: 'fr-FR',
			timezoneId: 'Europe/Paris'
		});
		await watch(context, (what) => faults.push(what));
		context.on('weberror', (error) => faults.push(error.error().message));
		context.on('request', (request) => {
			const asked = new URL(request.url());
			if (/^(http|ws)/.test(asked.protocol) && asked.origin !== url) faults.push(request.url());
		});
		if (network === 'offline') await context.setOffline(true);
		return { context, page: context.pages()[0] ?? (await context.newPage()) };
	}

	const profile: Profile = {
		...(await launch()),
		faults,
		async restart(network) {
			await profile.context.close();
			await profile.start(network);
		},
		async kill() {
			const browser = profile.context.browser();
			if (!browser) throw new Error('no browser to kill');
			const session = await browser.newBrowserCDPSession();
			const { processInfo } = await session.send('SystemInfo.getProcessInfo');
			const main = processInfo.find(({ type }) => type === 'browser');
			if (!main) throw new Error('no process to kill');
			const ended = new Promise((done) => profile.context.once('close', done));
			process.kill(main.id, 'SIGKILL');
			await ended;
		},
		async start(network) {
			Object.assign(profile, await launch(network));
		},
		async search(sought) {
			const found = new Set<(typeof sought)[number]>();
			for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
				if (!file.isFile()) continue;
				// The browser may remove it at this moment.
				const bytes = await readFile(join(file.parentPath, file.name)).catch(() => Buffer.of());
				for (const one of sought) {
					const forms = typeof one === 'string' ? [one, Buffer.from(one, 'utf16le')] : [one];
					if (forms.some((form) => bytes.includes(form))) found.add(one);
				}
			}
			return [...found];
		},
		async remove() {
			await profile.context.close();
			await rm(folder, { recursive: true, force: true, maxRetries: 5 });
		}
	};
	return profile;
}
