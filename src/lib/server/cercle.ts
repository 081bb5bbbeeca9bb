import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import postgres from 'postgres';
import type { Config } from './config.ts';
import { refuseDemo, seedDemo } from './demo.ts';
import { type Api, openApi } from './embedded/api.ts';
import type { AuthLimits } from './embedded/auth.ts';
import type { CallLimits } from './embedded/calls.ts';
import { addressFor } from './embedded/database.ts';
import type { Keys } from './embedded/keys.ts';
import { Limits } from './embedded/limits.ts';
import { openDatabase } from './embedded/open-database.ts';
import { openQuiet } from './embedded/quiet.ts';
import { Pools } from './embedded/pool.ts';
import { openGateway } from './embedded/realtime/gateway.ts';
import { wallsFile } from './embedded/walls.ts';
import { openWatch } from './embedded/watch.ts';
import { health, hostedProbe, type Probe } from './health.ts';
import { createListener } from './listener.ts';
import { codeOf, type Log } from './log.ts';
import { openInvitations } from './invitations.ts';
import { type Mailer, openMailer } from './mail.ts';
import { lendEnvironment, openBuilt, openVite, type Pages } from './pages.ts';
import { Refusal } from './refusal.ts';
import { openFeed } from './reminders/feed.ts';
import { openReminders } from './reminders/reminders.ts';
import { openEraser } from './retention/eraser.ts';
import { embeddedSupabase, hostedSupabase, type Supabase } from './supabase.ts';

export interface CercleOptions {
	config: Config;
	/** The repository's folder. */
	root: string;
	version: string;
	log: Log;
	/** False serves the API alone. */
	pages?: boolean;
	/** Whether a database of somebody else's may be brought over from before the baseline. */
	bridge?: boolean;
	/** False leaves reminders, waiting invitations and erasing to other processes on the same database. */
	reminders?: boolean;
	rules?: AuthLimits;
	calls?: CallLimits;
	pace?: number;
	/** Where the walls of the database stand; null: a test brings functions of its own. */
	walls?: string | null;
	/** Milliseconds between two looks at them; a day unless given. */
	lookEvery?: number;
}

export interface RunningCercle {
	port: number;
	/** Null on hosted Supabase. */
	backend: { keys: Keys; ownerUrl: string } | null;
	/** True when this start added the demo group. */
	seeded: boolean;
	mailer: Mailer;
	/** Stops in order: no new request, the gateway, the API, the database, the lock. */
	close(): Promise<void>;
}

/** The parts opened so far, closed in the reverse order; one that fails does not keep the others. */
class Parts {
	#closers: { name: string; close: () => unknown }[] = [];
	#log: Log;

	constructor(log: Log) {
		this.#log = log;
	}

	add(name: string, close: () => unknown): void {
		this.#closers.unshift({ name, close });
	}

	async close(): Promise<void> {
		for (const { name, close } of this.#closers.splice(0)) {
			try {
				await close();
				this.#log('closed', { part: name });
			} catch {
				this.#log('close_failed', { part: name });
			}
		}
	}
}

/** Opens the whole process; closes what was opened when a later part refuses. */
export async function openCercle(options: CercleOptions): Promise<RunningCercle> {
	const parts = new Parts(options.log);
	try {
		return await open(options, parts);
	} catch (error) {
		await parts.close();
		throw error;
	}
}

async function open(options: CercleOptions, parts: Parts): Promise<RunningCercle> {
	const { config, log, version } = options;
	const mailer = openMailer(config);
	parts.add('mail', () => mailer.close());
	const backend = config.hosted ? null : await openBackend(options, mailer, parts);
	const probe = config.hosted ? hostedProbe(config.hosted) : backend?.isSound;
	const server = createServer();
	let closed: Promise<unknown> = Promise.resolve();
	parts.add('http', () => drain(server, closed));
	if (backend) parts.add('gateway', () => backend.gateway.close());
	const pages = await openPages(options, server, backend?.keys.publishableKey ?? null);
	const supabase = backend
		? embeddedSupabase(backend.api, backend.keys.publishableKey)
		: config.hosted && hostedSupabase(config.hosted, config.hosted.publishableKey);
	const secret = secretSupabase(config, backend);
	const vapid = config.vapid ?? backend?.keys.vapid ?? null;
	const listener = createListener({
		api: backend?.api ?? null,
		realtime: backend ? (request) => backend.gateway.fetch(request) : null,
		health: () => health(probe ?? (async () => false), version),
		demoMails: mailer.demoMails,
		pages,
		cercle: {
			mailer,
			config,
			supabase,
			secret,
			feed: supabase && openFeed(supabase),
			limits: new Limits(),
			pushKey: vapid?.publicKey ?? null
		},
		headers: {
			secure: config.origin.startsWith('https:'),
			hostedUrl: config.hosted?.url ?? null,
			built: config.mode !== 'dev'
		},
		addressHeader: config.addressHeader,
		log
	});
	server.on('request', listener);
	server.on('upgrade', (request, socket, head) => {
		// A peer that leaves mid-way must not take the process with it.
		socket.on('error', () => socket.destroy());
		if (backend && request.url?.startsWith('/realtime/v1/')) {
			backend.gateway.upgrade(request, socket, head);
		} else if (config.mode !== 'dev') socket.destroy();
	});
	parts.add('pages', () => pages?.close());
	const port = await listen(server, config);
	parts.add('listening', () => {
		closed = new Promise((resolve) => server.close(resolve));
	});
	if (options.reminders ?? true) {
		const reminders = openReminders({ config, vapid, mailer, log, supabase: secret });
		parts.add('reminders', () => reminders.close());
		const invitations = openInvitations({ config, mailer, log, supabase: secret });
		parts.add('invitations', () => invitations.close());
		const eraser = openEraser(secret, log);
		parts.add('eraser', () => eraser.close());
	}
	return {
		port,
		backend: backend && { keys: backend.keys, ownerUrl: backend.ownerUrl },
		seeded: backend?.seeded ?? false,
		mailer,
		close: () => parts.close()
	};
}

/** Supabase with the key that passes every policy, or null where this process has none. */
function secretSupabase({ hosted }: Config, backend: Backend | null): Supabase | null {
	if (backend) return embeddedSupabase(backend.api, backend.keys.secretKey);
	return hosted?.secretKey ? hostedSupabase(hosted, hosted.secretKey) : null;
}

interface Backend {
	keys: Keys;
	ownerUrl: string;
	api: Api;
	/** Whether members are served, and by a database that protects what is in it. */
	isSound: Probe;
	gateway: Awaited<ReturnType<typeof openGateway>>;
	seeded: boolean;
}

async function openBackend(options: CercleOptions, mailer: Mailer, parts: Parts): Promise<Backend> {
	const { config, log, root, bridge = false, walls = wallsFile(root) } = options;
	const { dataFolder, origin, databaseUrl } = config;
	const pools = new Pools();
	const lost = () => pools.cut();
	const database = await openDatabase({ dataFolder, root, log, databaseUrl, bridge, lost, walls });
	parts.add('database', () => database.close());
	const { keys, ownerUrl } = database;
	const quiet = openQuiet();
	parts.add('console', () => quiet.close());
	const seeded = await prepareDemo(options, ownerUrl);
	const api = await openApi({
		keys,
		pools,
		origin,
		mailer,
		log,
		quiet,
		databaseUrl: addressFor(ownerUrl, 'authenticator', keys.authenticatorPassword),
		...(options.rules && { rules: options.rules }),
		...(options.calls && { calls: options.calls }),
		...(options.pace !== undefined && { pace: options.pace })
	});
	parts.add('api', () => api.close());
	const every = options.lookEvery;
	const watch = walls && openWatch({ ownerUrl, file: walls, log, ...(every && { every }) });
	if (watch) parts.add('watch', () => watch.close());
	const gateway = await openGateway({
		databaseUrl: ownerUrl,
		jwtSecret: keys.jwtSecret,
		apiKeys: [keys.publishableKey, keys.secretKey],
		privateOnly: true,
		origins: config.originGiven ? [origin] : null,
		addressHeader: config.addressHeader,
		log
	});
	const isSound = async () => (!watch || watch.holds) && (await api.alive());
	return { keys, ownerUrl, api, isSound, gateway, seeded };
}

/** Adds the demo group where it is wanted, and refuses a database that has it where it must not. */
async function prepareDemo({ config, root }: CercleOptions, ownerUrl: string): Promise<boolean> {
	const sql = postgres(ownerUrl, { max: 1, connect_timeout: 2, onnotice: () => undefined });
	try {
		if (config.mode === 'serve') await refuseDemo(sql);
		return config.demo && (await seedDemo(sql, join(root, 'supabase', 'seed.sql')));
	} finally {
		await sql.end({ timeout: 1 });
	}
}

async function openPages(
	{ config, root, pages = true }: CercleOptions,
	server: Server,
	embeddedKey: string | null
): Promise<Pages | null> {
	if (!pages) return null;
	lendEnvironment(config, embeddedKey ?? config.hosted?.publishableKey ?? '');
	return config.mode === 'dev' ? openVite(root, server) : openBuilt(root);
}

/** @throws Refusal where another program has the port. */
async function listen(server: Server, { host, port }: Config): Promise<number> {
	// A slow or silent caller holds a socket for a bounded time.
	server.requestTimeout = 30_000;
	server.headersTimeout = 15_000;
	server.keepAliveTimeout = 10_000;
	await new Promise<void>((resolve, reject) => {
		const fail = (error: Error) => {
			const isTaken = codeOf(error) === 'EADDRINUSE';
			reject(isTaken ? new Refusal(`Port ${port} is taken: choose another with PORT.`) : error);
		};
		server.once('error', fail);
		server.listen(port, host, () => {
			server.off('error', fail);
			resolve();
		});
	});
	const address = server.address();
	return address !== null && typeof address === 'object' ? address.port : port;
}

/** Lets what is under way finish, for a while. */
async function drain(server: Server, closed: Promise<unknown>): Promise<void> {
	server.closeIdleConnections();
	const late = setTimeout(() => server.closeAllConnections(), 5000);
	await closed;
	clearTimeout(late);
}
