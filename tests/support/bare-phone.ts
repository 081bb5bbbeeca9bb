import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { chromium as launcher } from '@playwright/test';
import { chromium } from './chromium.ts';

/**
 * One page in a Chromium of its own, spoken to without Playwright: that keeps each page in view for
 * good, so that none can be put to sleep.
 */
export interface BarePhone {
	open(url: string): Promise<void>;
	/** Runs a function in the page and answers what it answers, as JSON can carry it there and back. */
	run<Answer, Given>(
		work: (given: Given) => Answer | Promise<Answer>,
		given?: Given
	): Promise<Answer>;
	/** Runs a function again and again until it answers true. */
	until<Given>(is: (given: Given) => boolean, given?: Given): Promise<void>;
	/** Runs a function in each document from now on, before the page's own code. */
	runFirst(work: () => void): Promise<void>;
	/**
	 * A new page in place of the one before: in a process of its own, with a processor so many times
	 * slower, and with every service worker asleep.
	 */
	renew(slower: number): Promise<void>;
	/** Out of view and stopped, as the system does with a page left in the background. */
	freeze(): Promise<void>;
	/** Running and in view again. */
	thaw(): Promise<void>;
	close(): Promise<void>;
}

export async function openBarePhone(): Promise<BarePhone> {
	const profile = await mkdtemp(join(tmpdir(), 'cercle-phone-'));
	const browser = spawn(
		chromium.executablePath ?? launcher.executablePath(),
		[
			...chromium.args,
			...['--headless=new', '--window-size=390,844', '--remote-debugging-port=0'],
			...[`--user-data-dir=${profile}`, 'about:blank']
		],
		{ stdio: ['ignore', 'ignore', 'pipe'] }
	);
	const socket = new WebSocket(await addressOf(browser.stderr));
	await once(socket, 'open');
	let sent = 0;
	const waiting = new Map<number, (answer: Answer) => void>();
	socket.on('message', (data) => {
		const answer: Answer = JSON.parse(String(data));
		if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
	});
	async function send(method: string, params: object, sessionId?: string): Promise<Result> {
		const id = ++sent;
		const answered = new Promise<Answer>((done) => waiting.set(id, done));
		socket.send(JSON.stringify({ id, method, params, sessionId }));
		const { result, error } = await answered;
		waiting.delete(id);
		if (error || result?.exceptionDetails)
			throw new Error(`${method}: ${JSON.stringify(error ?? result)}`);
		return result ?? {};
	}
	const firsts: string[] = [];
	let page = await newPage();
	const tell = (method: string, params: object = {}) => send(method, params, page.sessionId);

	async function newPage() {
		const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
		const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
		await send('Page.enable', {}, sessionId);
		for (const source of firsts) {
			await send('Page.addScriptToEvaluateOnNewDocument', { source }, sessionId);
		}
		return { targetId, sessionId };
	}

	const phone: BarePhone = {
		async open(url) {
			await tell('Page.navigate', { url });
		},
		async run(work, given) {
			const { result } = await tell('Runtime.evaluate', {
				...{
					expression: `(${work})(${JSON.stringify(given)})`,
					awaitPromise: true,
					returnByValue: true
				}
			});
			return result?.value as never;
		},
		async until(is, given) {
			for (let tries = 0; tries < 200; tries++) {
				if (await phone.run(is, given)) return;
				await wait(100);
			}
			throw new Error(`never came: ${is}`);
		},
		async runFirst(work) {
			const source = `(${work})()`;
			firsts.push(source);
			await tell('Page.addScriptToEvaluateOnNewDocument', { source });
		},
		async renew(slower) {
			const { targetId } = page;
			page = await newPage();
			await send('Target.closeTarget', { targetId });
			await tell('ServiceWorker.enable');
			await tell('ServiceWorker.stopAllWorkers');
			await tell('ServiceWorker.disable');
			await tell('Emulation.setCPUThrottlingRate', { rate: slower });
		},
		async freeze() {
			await tell('Emulation.setFocusEmulationEnabled', { enabled: false });
			await tell('Page.setWebLifecycleState', { state: 'frozen' });
		},
		async thaw() {
			await tell('Page.setWebLifecycleState', { state: 'active' });
			// `active` starts the page and leaves it out of view: this brings it back into view.
			await tell('Emulation.setFocusEmulationEnabled', { enabled: true });
		},
		async close() {
			const gone = once(browser, 'exit');
			await send('Browser.close', {});
			await gone;
			await rm(profile, { recursive: true, force: true });
		}
	};
	return phone;
}

/** Signs in as a member of the demo group, in one tap. */
export async function enterBarely(phone: BarePhone, url: string, name: string): Promise<void> {
	await phone.open(`${url}/sign-in`);
	await phone.until((wanted: string) => {
		const buttons = [...document.querySelectorAll('button')];
		buttons.find(({ textContent }) => textContent.includes(wanted))?.click();
		return location.pathname === '/today';
	}, name);
}

interface Result {
	targetId?: string;
	sessionId?: string;
	result?: { value?: unknown };
	exceptionDetails?: unknown;
}

interface Answer {
	id?: number;
	result?: Result;
	error?: unknown;
}

/** Chromium says on its error output where it listens. */
async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
	let text = '';
	for await (const chunk of output) {
		text += String(chunk);
		const address = /ws:\/\/\S+/.exec(text)?.[0];
		if (address) return address;
	}
	throw new Error(`Chromium did not start:\n${text}`);
}
