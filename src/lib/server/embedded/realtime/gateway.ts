import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { callerOf, countedNetwork } from '#lib/server/caller.ts';
import { Limits } from '#lib/server/embedded/limits.ts';
import { Pool } from '#lib/server/embedded/pool.ts';
import { Authorizer } from './authorize.ts';
import { DatabaseBroadcasts } from './broadcast.ts';
import { every, systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Version } from './frame.ts';
import { listen } from './listen.ts';
import { Messages } from './messages.ts';
import { broadcastOverHttp } from './rest.ts';
import type { Services } from './services.ts';
import { Socket } from './socket.ts';
import { Tokens } from './token.ts';
import { Topics } from './topic.ts';

export interface GatewayOptions {
	/** The owner of `realtime.messages`, who may take the roles of members. */
	databaseUrl: string;
	jwtSecret: string;
	apiKeys: readonly string[];
	/** Values of `Origin` that may connect; null: only the host that is asked. */
	origins: readonly string[] | null;
	/** The header in which a proxy tells the caller's address, lower case. Default: none. */
	addressHeader?: string | null;
	/** Refuse public channels, which anybody with the publishable key can use. Default false. */
	privateOnly?: boolean;
	log: (event: string, fields?: Record<string, string | number | boolean>) => void;
	clock?: Clock;
}

export interface Gateway {
	/** Takes an HTTP upgrade for `/realtime/v1/websocket`; refuses with 400, 401, 403, 404 or 429. */
	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
	/** Answers `POST /realtime/v1/api/broadcast`. */
	fetch(request: Request): Promise<Response>;
	/** Closes every socket and the connections to the database. */
	close(): Promise<void>;
	readonly counts: { sockets: number; channels: number };
}

/** Bytes of one frame, or of one HTTP body. */
const LONGEST = 256 * 1024;
const MOST_SOCKETS = 10_000;
/**
 * Upgrades a minute and sockets at once from one network: a community of forty phones that try
 * again at most twelve times a minute, and a few tabs each.
 */
const UPGRADES = { most: 600, window: 60_000 };
const SOCKETS_PER_NETWORK = 300;
const SWEEP = 10_000;
const ERASE = 60_000;
/** With a sweep a minute, no message lives longer than ten. */
const KEPT_MINUTES = 9;
/** Milliseconds a client has to answer a good-bye. */
const PATIENCE = 1_000;

/** Opens the gateway. @throws when the database cannot be reached. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
	const { databaseUrl, log, clock = systemClock } = options;
	const pool = new Pool({ url: databaseUrl, name: 'realtime', most: 5, patience: 5_000 });
	const messages = new Messages(pool);
	const topics = new Topics();
	const tokens = new Tokens(options.jwtSecret, options.apiKeys, clock);
	const services: Services = {
		topics,
		authorizer: new Authorizer(pool),
		tokens,
		messages,
		clock,
		privateOnly: options.privateOnly ?? false,
		log
	};
	const sockets = new Set<Socket>();
	const networks = new Map<string, number>();
	const upgrades = new Limits(() => clock.now());
	const channels = () => [...sockets].flatMap((socket) => socket.channels);
	const wss = new WebSocketServer({
		noServer: true,
		maxPayload: LONGEST,
		perMessageDeflate: false,
		clientTracking: false
	});

	function interrupt() {
		log('realtime_interrupted', { sockets: sockets.size });
		for (const channel of channels()) channel.interrupt();
	}
	const broadcasts = new DatabaseBroadcasts(messages, topics, interrupt);
	const stopListening = await listen(databaseUrl, {
		message: (id) => broadcasts.announce(id),
		revoke(memberId) {
			for (const channel of channels()) {
				if (channel.memberId === memberId) void channel.recheck();
			}
		},
		regained: interrupt
	}).catch(async (error: unknown) => {
		await pool.close();
		throw error;
	});
	const erase = () =>
		void messages.erase(KEPT_MINUTES).catch(() => log('realtime_erase_failed', {}));
	erase();
	const stops = [
		every(clock, ERASE, erase),
		every(clock, SWEEP, () => {
			for (const socket of sockets) socket.sweep();
		})
	];
	let closing = false;

	function refusal(request: IncomingMessage, url: URL): number | null {
		if (closing || url.pathname !== '/realtime/v1/websocket') return 404;
		if (!tokens.knows(url.searchParams.get('apikey') ?? '')) return 401;
		if (!isFromHere(request, options.origins)) return 403;
		if (version(url) === null) return 400;
		return sockets.size >= MOST_SOCKETS || isTooMany(networkOf(request)) ? 429 : null;
	}

	function networkOf(request: IncomingMessage): string | null {
		return countedNetwork(callerOf(request, options.addressHeader ?? null));
	}

	function isTooMany(network: string | null): boolean {
		if (network === null) return false;
		if (!upgrades.take(network, UPGRADES)) return true;
		return (networks.get(network) ?? 0) >= SOCKETS_PER_NETWORK;
	}

	function count(network: string | null, change: 1 | -1): void {
		if (network === null) return;
		const left = (networks.get(network) ?? 0) + change;
		if (left > 0) networks.set(network, left);
		else networks.delete(network);
	}

	return {
		upgrade(request, stream, head) {
			stream.on('error', () => {});
			const url = address(request);
			const code = url ? refusal(request, url) : 400;
			const spoken = url && version(url);
			if (code !== null || !url || !spoken) {
				log('realtime_refused', { status: code ?? 400 });
				const later = code === 429 ? 'retry-after: 60\r\n' : '';
				stream.end(
					`HTTP/1.1 ${code ?? 400} Refused\r\n${later}connection: close\r\ncontent-length: 0\r\n\r\n`
				);
				return;
			}
			wss.handleUpgrade(request, stream, head, (ws) => {
				const socket = new Socket(ws, spoken, url.searchParams.get('apikey') ?? '', services);
				const network = networkOf(request);
				sockets.add(socket);
				count(network, 1);
				void socket.closed.then(() => {
					sockets.delete(socket);
					count(network, -1);
				});
			});
		},
		async fetch(request) {
			const { pathname } = new URL(request.url);
			if (pathname !== '/realtime/v1/api/broadcast') return new Response(null, { status: 404 });
			return broadcastOverHttp(request, tokens, topics, LONGEST);
		},
		async close() {
			closing = true;
			for (const stop of stops) stop();
			for (const socket of sockets) socket.close();
			const cut = setTimeout(() => sockets.forEach((socket) => socket.terminate()), PATIENCE);
			await Promise.all([...sockets].map((socket) => socket.closed));
			clearTimeout(cut);
			wss.close();
			await Promise.all([stopListening(), pool.close()]);
		},
		get counts() {
			return { sockets: sockets.size, channels: channels().length };
		}
	};
}

function address(request: IncomingMessage): URL | null {
	return URL.parse(request.url ?? '', 'http://gateway.invalid');
}

/** The wire's version that the client asks for; null when we do not speak it. */
function version(url: URL): Version | null {
	const asked = url.searchParams.get('vsn') ?? '1.0.0';
	return asked === '1.0.0' || asked === '2.0.0' ? asked : null;
}

/** Browsers always say where a page comes from; what says nothing is no page. */
function isFromHere(request: IncomingMessage, origins: readonly string[] | null): boolean {
	const { origin, host } = request.headers;
	if (origin === undefined) return true;
	return origins ? origins.includes(origin) : URL.parse(origin)?.host === host;
}
