import { RealtimeClient } from '@supabase/supabase-js';
import type { RealtimeChannel, RealtimeChannelOptions } from '@supabase/supabase-js';
import { SignJWT } from 'jose';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import type { Clock } from '#lib/server/embedded/realtime/clock.ts';
import { openGateway } from '#lib/server/embedded/realtime/gateway.ts';
import type { Gateway, GatewayOptions } from '#lib/server/embedded/realtime/gateway.ts';
import { startRealtimeDatabase } from '../support/realtime-database.ts';
import type { RealtimeDatabase } from '../support/realtime-database.ts';

export const JWT_SECRET = 'a secret of at least thirty-two characters';
export const PUBLISHABLE = 'sb_publishable_for_tests';
export const SECRET = 'sb_secret_for_tests';

/** A clock that stands still until it is turned. */
export class HandClock implements Clock {
	#now = Date.now();
	#timers = new Set<{ at: number; act: () => void }>();

	now() {
		return this.#now;
	}

	after(delay: number, act: () => void) {
		const timer = { at: this.#now + delay, act };
		this.#timers.add(timer);
		return () => void this.#timers.delete(timer);
	}

	turn(milliseconds: number) {
		const end = this.#now + milliseconds;
		for (;;) {
			const due = [...this.#timers].filter(({ at }) => at <= end);
			const next = due.sort((a, b) => a.at - b.at)[0];
			if (!next) break;
			this.#timers.delete(next);
			this.#now = next.at;
			next.act();
		}
		this.#now = end;
	}
}

/** Things that arrive, in order, for a test to wait on. */
export class Inbox<T> {
	readonly all: T[] = [];
	#read = 0;
	#wake: (() => void)[] = [];

	readonly put = (item: T) => {
		this.all.push(item);
		for (const wake of this.#wake.splice(0)) wake();
	};

	/** The next one that was not read yet. */
	async next(): Promise<T> {
		while (this.#read >= this.all.length) {
			await new Promise<void>((resolve) => this.#wake.push(resolve));
		}
		return this.all[this.#read++]!;
	}

	/** Reads on until one fits. */
	async until(fits: (item: T) => boolean): Promise<T> {
		for (;;) {
			const item = await this.next();
			if (fits(item)) return item;
		}
	}
}

export interface BroadcastSeen {
	event: string;
	payload: Record<string, unknown>;
	meta?: { id: string; replayed?: boolean };
}

/** A channel of the real client with everything that happened on it. */
export class Seat {
	readonly channel: RealtimeChannel;
	readonly statuses = new Inbox<string>();
	readonly errors: string[] = [];
	readonly broadcasts = new Inbox<BroadcastSeen>();
	readonly systems = new Inbox<{ extension: string; status: string; message: string }>();
	readonly presences = new Inbox<'sync' | 'join' | 'leave'>();

	constructor(
		client: RealtimeClient,
		topic: string,
		config: RealtimeChannelOptions['config'] = {},
		presence = false
	) {
		this.channel = client.channel(topic, { config: { private: true, ...config } });
		this.channel.on('broadcast', { event: '*' }, (seen) =>
			this.broadcasts.put(seen as unknown as BroadcastSeen)
		);
		this.channel.on('system', {}, this.systems.put);
		if (presence) {
			this.channel.on('presence', { event: 'sync' }, () => this.presences.put('sync'));
			this.channel.on('presence', { event: 'join' }, () => this.presences.put('join'));
			this.channel.on('presence', { event: 'leave' }, () => this.presences.put('leave'));
		}
	}

	subscribe(): this {
		this.channel.subscribe((status, error) => {
			if (error) this.errors.push(error.message);
			this.statuses.put(status);
		});
		return this;
	}

	async joined(): Promise<this> {
		this.subscribe();
		const status = await this.statuses.next();
		if (status !== 'SUBSCRIBED') throw new Error(`${status}: ${this.errors.join()}`);
		return this;
	}

	/** Names of those present, sorted. */
	present(): string[] {
		return Object.keys(this.channel.presenceState()).sort();
	}
}

/** A gateway on an HTTP server, with its database and clients. */
export class World {
	readonly database: RealtimeDatabase;
	readonly gateway: Gateway;
	readonly clock: HandClock;
	readonly logged: string[];
	readonly address: string;
	readonly #clients: RealtimeClient[] = [];
	readonly #stop: () => Promise<unknown>;

	private constructor(
		database: RealtimeDatabase,
		gateway: Gateway,
		clock: HandClock,
		logged: string[],
		address: string,
		stop: () => Promise<unknown>
	) {
		this.database = database;
		this.gateway = gateway;
		this.clock = clock;
		this.logged = logged;
		this.address = address;
		this.#stop = stop;
	}

	static async open(options: Partial<GatewayOptions> = {}): Promise<World> {
		const database = await startRealtimeDatabase();
		const clock = new HandClock();
		const logged: string[] = [];
		const gateway = await openGateway({
			databaseUrl: database.url,
			jwtSecret: JWT_SECRET,
			apiKeys: [PUBLISHABLE, SECRET],
			origins: null,
			log: (event, fields) => logged.push(`${event} ${JSON.stringify(fields ?? {})}`),
			clock,
			...options
		});
		const server = createServer((_, response) => response.writeHead(404).end());
		server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		const { port } = server.address() as AddressInfo;
		return new World(database, gateway, clock, logged, `127.0.0.1:${port}`, async () => {
			server.close();
			await gateway.close();
			await database.stop();
		});
	}

	async close() {
		for (const client of this.#clients) void client.disconnect();
		await this.#stop();
	}

	/** A member's token, by this world's clock. */
	token(userId: string, seconds = 3_600, claims: Record<string, unknown> = {}): Promise<string> {
		const exp = Math.floor(this.clock.now() / 1_000) + seconds;
		return new SignJWT({ role: 'authenticated', sub: userId, exp, ...claims })
			.setProtectedHeader({ alg: 'HS256' })
			.sign(new TextEncoder().encode(JWT_SECRET));
	}

	/** Makes a person a member of a topic. */
	async admit(topic: string, userId: string = randomUUID(), writes = false): Promise<string> {
		await this.database.sql`insert into members values (${topic}, ${userId}, ${writes})`;
		return userId;
	}

	/** The unmodified client, signed in as the person. */
	async client(
		userId: string | null,
		options: Partial<ConstructorParameters<typeof RealtimeClient>[1]> = {}
	): Promise<RealtimeClient> {
		const client = new RealtimeClient(`ws://${this.address}/realtime/v1`, {
			params: { apikey: PUBLISHABLE },
			reconnectAfterMs: () => 10,
			...options
		});
		this.#clients.push(client);
		if (userId) await client.setAuth(await this.token(userId));
		return client;
	}

	/** A new member's joined channel. */
	async seat(
		topic: string,
		config: RealtimeChannelOptions['config'] = {},
		{ presence = false, writes = false } = {}
	): Promise<Seat & { userId: string; client: RealtimeClient }> {
		const userId = await this.admit(topic, randomUUID(), writes);
		const client = await this.client(userId);
		const seat = await new Seat(client, topic, config, presence).joined();
		return Object.assign(seat, { userId, client });
	}

	/** Broadcasts from the database. */
	async send(topic: string, event: string, payload: Record<string, unknown> = {}) {
		const { sql } = this.database;
		await sql`select realtime.send(${sql.json(payload as never)}, ${event}, ${topic}, true)`;
	}
}

/** Everything the gateway sent before this returns has been seen by the client. */
export async function settled(client: RealtimeClient): Promise<void> {
	const answered = new Promise<void>((resolve) =>
		client.onHeartbeat((status) => status === 'ok' && resolve())
	);
	await client.sendHeartbeat();
	await answered;
}

/** A topic that no other test uses. */
export function topicOf(name: string): string {
	return `${name}:${randomUUID()}`;
}
