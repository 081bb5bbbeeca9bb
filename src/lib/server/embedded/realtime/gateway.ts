import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import postgres from 'postgres';
import { WebSocketServer } from 'ws';
import { Authorizer } from './authorize.ts';
import { DatabaseBroadcasts } from './broadcast.ts';
import { every, systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Version } from './frame.ts';
import { listen } from './listen.ts';
import { Messages } from './messages.ts';
import { broadcastOverHttp } from './rest.ts';
import { Rooms } from './room.ts';
import type { Services } from './services.ts';
import { Socket } from './socket.ts';
import { Tokens } from './token.ts';

export interface GatewayOptions {
	/** The owner of `realtime.messages`, who may take the roles of members. */
	databaseUrl: string;
	jwtSecret: string;
	apiKeys: readonly string[];
	/** Values of `Origin` that may connect; null: only the host that is asked. */
	origins: readonly string[] | null;
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
	/** Says good-bye to every client and lets go of the database. */
	close(): Promise<void>;
	readonly counts: { sockets: number; channels: number };
}

/** Bytes of one frame, or of one HTTP body. */
const LONGEST = 256 * 1024;
const MOST_SOCKETS = 10_000;
const SWEEP = 10_000;
const ERASE = 60_000;
/** With a sweep a minute, no message lives longer than ten. */
const KEPT_MINUTES = 9;
/** Milliseconds a client has to answer a good-bye. */
const PATIENCE = 1_000;

/** Opens the gateway. @throws when the database cannot be reached. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
	const { databaseUrl, log, clock = systemClock } = options;
	const sql = postgres(databaseUrl, {
		max: 5,
		onnotice: () => {},
		connection: { application_name: 'realtime', statement_timeout: 5_000 }
	});
	const messages = new Messages(sql);
	const rooms = new Rooms();
	const tokens = new Tokens(options.jwtSecret, options.apiKeys, clock);
	const services: Services = {
		rooms,
		authorizer: new Authorizer(sql),
		tokens,
		messages,
		clock,
		privateOnly: options.privateOnly ?? false,
		log
	};
	const sockets = new Set<Socket>();
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
	const broadcasts = new DatabaseBroadcasts(messages, rooms, interrupt);
	const stopListening = await listen(databaseUrl, {
		message: (id) => broadcasts.announce(id),
		revoke(memberId) {
			for (const channel of channels()) {
				if (channel.memberId === memberId) void channel.recheck();
			}
		},
		regained: interrupt
	}).catch(async (error: unknown) => {
		await sql.end({ timeout: 0 });
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
		return sockets.size >= MOST_SOCKETS ? 429 : null;
	}

	return {
		upgrade(request, stream, head) {
			stream.on('error', () => {});
			const url = address(request);
			const code = url ? refusal(request, url) : 400;
			const spoken = url && version(url);
			if (code !== null || !url || !spoken) {
				log('realtime_refused', { status: code ?? 400 });
				stream.end(
					`HTTP/1.1 ${code ?? 400} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`
				);
				return;
			}
			wss.handleUpgrade(request, stream, head, (ws) => {
				const socket = new Socket(ws, spoken, url.searchParams.get('apikey') ?? '', services);
				sockets.add(socket);
				void socket.closed.then(() => sockets.delete(socket));
			});
		},
		async fetch(request) {
			const { pathname } = new URL(request.url);
			if (pathname !== '/realtime/v1/api/broadcast') return new Response(null, { status: 404 });
			return broadcastOverHttp(request, tokens, rooms, LONGEST);
		},
		async close() {
			closing = true;
			for (const stop of stops) stop();
			for (const socket of sockets) socket.close();
			const cut = setTimeout(() => sockets.forEach((socket) => socket.terminate()), PATIENCE);
			await Promise.all([...sockets].map((socket) => socket.closed));
			clearTimeout(cut);
			wss.close();
			await Promise.all([stopListening(), sql.end({ timeout: 5 })]);
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
