import { createECDH, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { decodeJwt } from 'jose';
import { z } from 'zod';

/** What web-push encrypts with (RFC 8291), used the other way round. */
const ece = z
	.object({
		decrypt: z.custom<(body: Buffer, options: Record<string, unknown>) => Buffer>(
			(value) => typeof value === 'function'
		)
	})
	.parse(createRequire(createRequire(import.meta.url).resolve('web-push'))('http_ece'));

export interface CaughtPush {
	path: string;
	/** What the browser's own keys make of it. */
	payload: string;
	/** The claims of the token that identifies the sender, and the key it signed with. */
	claims: Record<string, unknown>;
	key: string;
	/** The header that carries both. */
	authorization: string;
	topic: string;
	ttl: number;
}

/** A push service on this machine, and the one browser that subscribed to it. */
export interface PushReceiver {
	origin: string;
	/** The subscription as the browser gives it away. */
	subscription: { endpoint: string; p256dh: string; auth: string };
	pushes: CaughtPush[];
	/** How it answers from now on; 201 is yes. */
	answer: { status: number; headers?: Record<string, string> };
	/** Resolves once there were `count` pushes. */
	received(count: number): Promise<void>;
	close(): Promise<void>;
}

export async function openPushReceiver(): Promise<PushReceiver> {
	const keys = createECDH('prime256v1');
	const p256dh = keys.generateKeys('base64url');
	const auth = randomBytes(16).toString('base64url');
	const pushes: CaughtPush[] = [];
	const waiting: { count: number; resolve: () => void }[] = [];
	const receiver: Pick<PushReceiver, 'answer'> = { answer: { status: 201 } };
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const authorization = request.headers.authorization ?? '';
			const [, token = '', key = ''] = /^vapid t=(\S+), k=(\S+)$/.exec(authorization) ?? [];
			const options = { version: 'aes128gcm', privateKey: keys, authSecret: auth };
			pushes.push({
				path: request.url ?? '',
				payload: ece.decrypt(Buffer.concat(chunks), options).toString(),
				claims: decodeJwt(token),
				key,
				authorization,
				topic: String(request.headers.topic),
				ttl: Number(request.headers.ttl)
			});
			response.writeHead(receiver.answer.status, receiver.answer.headers).end();
			for (const { count, resolve } of waiting) if (pushes.length >= count) resolve();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	const origin = `http://127.0.0.1:${address.port}`;
	return Object.assign(receiver, {
		origin,
		subscription: { endpoint: `${origin}/${randomBytes(8).toString('hex')}`, p256dh, auth },
		pushes,
		received: (count: number) =>
			new Promise<void>((resolve) => {
				if (pushes.length >= count) resolve();
				else waiting.push({ count, resolve });
			}),
		close: () => {
			server.closeAllConnections();
			return new Promise<void>((resolve) => server.close(() => resolve()));
		}
	});
}
