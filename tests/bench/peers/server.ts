import type { Page } from '@playwright/test';
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { watchDigits } from '../digits.ts';
import { type Bench, SKEWS } from '../phones.ts';
import type { Rig } from '../press.ts';
import { openPush } from './push.ts';
import { openReceiver } from './receiver.ts';

const DURATION = 20 * 60_000;

/** How another timer keeps several screens together. */
export interface Mechanism {
	/** Whether the digits live in the page that started them. */
	anchored: boolean;
	/** What its page runs. */
	script: string;
	/** True time at which its digits are to reach zero; `driver` is the page that started it. */
	end(driver: Page): Promise<number>;
	connect(socket: WebSocket): void;
	close(): void;
}

export interface PeerServer {
	url: string;
	mechanism: Mechanism;
	close(): Promise<void>;
}

const mechanisms = { push: openPush, receiver: openReceiver };

/** Serves one mechanism: a page with a clock and three buttons, and its sockets. No database. */
export async function openPeer(name: keyof typeof mechanisms): Promise<PeerServer> {
	const mechanism = mechanisms[name](DURATION);
	const server = createServer((_, response) => {
		response.setHeader('content-type', 'text/html; charset=utf-8');
		response.end(`<!doctype html><title>${name}</title><p data-testid="clock"></p>
			<button value="start">Commencer</button> <button value="pause">Pause</button>
			<button value="start">Reprendre</button><script>${mechanism.script}</script>`);
	});
	const sockets = new WebSocketServer({ server });
	sockets.on('connection', (socket) => mechanism.connect(socket));
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	return {
		url: `http://127.0.0.1:${address.port}`,
		mechanism,
		async close() {
			mechanism.close();
			for (const socket of sockets.clients) socket.terminate();
			server.closeAllConnections();
			await new Promise((done) => server.close(done));
		}
	};
}

/** Seven phones in it, wrong and far as Cercle's are. */
export async function openPeerRoom(
	{ phone }: Bench,
	{ mechanism }: PeerServer,
	name: string,
	urls: readonly string[]
): Promise<Rig> {
	const pages: Page[] = [];
	for (const [index, url] of urls.entries()) {
		const { page } = await phone({ skew: SKEWS[index] ?? 0, url });
		await page.addInitScript(watchDigits);
		await page.goto('/');
		pages.push(page);
	}
	const [driver] = pages;
	if (!driver) throw new Error('no phone');
	await driver.getByRole('button', { name: 'Commencer' }).click();
	return {
		...{ name, pages, anchored: mechanism.anchored, settling: 1 },
		end: () => mechanism.end(driver),
		close: async () => undefined
	};
}
