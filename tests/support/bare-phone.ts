import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { chromium as launcher } from '@playwright/test';
import { chromium } from './chromium.ts';

/**
 * One page in a Chromium of its own, spoken to without Playwright: that keeps each page in view for
 * good, so that none can be put to sleep.
 */
export interface BarePhone {
	open(url: string): Promise<void>;
	/** Runs a function in the page and answers what it answers, as JSON can carry it. */
	run<Result>(work: () => Result | Promise<Result>): Promise<Result>;
	/** Runs a function in each page from now on, before the page's own code. */
	runFirst(work: () => void): Promise<void>;
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
	const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
	const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
	const tell = (method: string, params: object = {}) => send(method, params, sessionId);
	await tell('Page.enable');

	return {
		async open(url) {
			await tell('Page.navigate', { url });
		},
		async run(work) {
			const { result } = await tell('Runtime.evaluate', {
				...{ expression: `(${work})()`, awaitPromise: true, returnByValue: true }
			});
			return result?.value as never;
		},
		async runFirst(work) {
			await tell('Page.addScriptToEvaluateOnNewDocument', { source: `(${work})()` });
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
