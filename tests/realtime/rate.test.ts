import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { PUBLISHABLE, World } from './harness.ts';

let world: World;
beforeAll(async () => {
	world = await World.open({ addressHeader: 'x-forwarded-for' });
});
afterAll(() => world.close());

/** Opens a socket from an address; answers it, or the status and the seconds it was refused with. */
async function open(from: string): Promise<WebSocket | [number | undefined, string | undefined]> {
	const address = `ws://${world.address}/realtime/v1/websocket?apikey=${PUBLISHABLE}&vsn=2.0.0`;
	const ws = new WebSocket(address, { headers: { 'x-forwarded-for': from } });
	return new Promise((resolve) => {
		ws.on('open', () => resolve(ws));
		ws.on('unexpected-response', (_, { statusCode, headers }) => {
			resolve([statusCode, headers['retry-after']]);
			ws.terminate();
		});
		ws.on('error', () => {});
	});
}

async function close(socket: WebSocket): Promise<void> {
	socket.close();
	await once(socket, 'close');
}

test('one network opens so many sockets at once and so many a minute; others open theirs', async () => {
	const sockets: WebSocket[] = [];
	const from = '203.0.113.1';
	for (let count = 0; count < 300; count++) {
		const socket = await open(from);
		if (socket instanceof WebSocket) sockets.push(socket);
	}
	expect(sockets).toHaveLength(300);
	expect(await open(from)).toEqual([429, '60']);
	const other = await open('203.0.113.2');
	expect(other).toBeInstanceOf(WebSocket);

	await close(sockets.pop()!);
	await expect.poll(() => world.gateway.counts.sockets).toBe(300);
	// Asked 301 times in this minute; 299 more are heard.
	for (let count = 0; count < 299; count++) {
		const socket = await open(from);
		if (socket instanceof WebSocket) await close(socket);
	}
	expect(await open(from)).toEqual([429, '60']);
	world.clock.turn(60_000);
	const later = await open(from);
	expect(later).toBeInstanceOf(WebSocket);
});
