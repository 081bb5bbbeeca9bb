import type { RawData, WebSocket } from 'ws';
import { Channel } from './channel.ts';
import type { Carrier } from './channel.ts';
import { decode, encode } from './frame.ts';
import type { Inbound, Message, Version } from './frame.ts';
import { Rate } from './rate.ts';
import type { Services } from './services.ts';

/** Channels of one socket, and joins a second: a socket that comes back may join all at once. */
const MOST_CHANNELS = 100;
/** Frames of one socket a second; a person makes a few. */
const MOST_FRAMES = 300;
/** Bytes that wait for a client that does not read. */
const MOST_UNSENT = 4 * 1024 * 1024;
/** Two heartbeats of 30 s missed. */
const SILENCE = 60_000;
/** A socket without channels is of no use to anybody. */
const IDLENESS = 10 * 60_000;

const MALFORMED = 1007;
const ABUSE = 1008;
const GOING_AWAY = 1001;

/** One client's connection and its channels. */
export class Socket implements Carrier {
	readonly version: Version;
	readonly apiKey: string;
	/** Fulfilled when the line is down. */
	readonly closed: Promise<void>;
	readonly #ws: WebSocket;
	readonly #services: Services;
	readonly #channels = new Map<string, Channel>();
	readonly #frames: Rate;
	readonly #joins: Rate;
	#seen: number;
	#idleSince: number;

	constructor(ws: WebSocket, version: Version, apiKey: string, services: Services) {
		this.version = version;
		this.apiKey = apiKey;
		this.#ws = ws;
		this.#services = services;
		this.#frames = new Rate(services.clock, MOST_FRAMES, 1_000);
		this.#joins = new Rate(services.clock, MOST_CHANNELS, 1_000);
		this.#seen = this.#idleSince = services.clock.now();
		ws.on('message', (data, binary) => this.#receive(data, binary));
		// What can go wrong here (a frame too long, a broken line) ends in `close`.
		ws.on('error', () => {});
		this.closed = new Promise((resolve) => {
			ws.on('close', () => {
				for (const channel of this.channels) channel.drop();
				resolve();
			});
		});
	}

	/** The channels that are joined or joining now. */
	get channels(): Channel[] {
		return [...this.#channels.values()];
	}

	send(frame: string | Uint8Array): void {
		if (this.#ws.readyState !== this.#ws.OPEN) return;
		if (this.#ws.bufferedAmount > MOST_UNSENT) this.#ws.terminate();
		else this.#ws.send(frame);
	}

	push(message: Message): void {
		this.send(encode(this.version, message));
	}

	forget(channel: Channel): void {
		if (this.#channels.get(channel.topic) !== channel) return;
		this.#channels.delete(channel.topic);
		this.#idleSince = this.#services.clock.now();
	}

	/** Ends a socket that is silent or does nothing. */
	sweep(): void {
		const now = this.#services.clock.now();
		if (now - this.#seen > SILENCE) this.#ws.terminate();
		else if (this.#channels.size === 0 && now - this.#idleSince > IDLENESS) {
			this.#ws.close(GOING_AWAY, 'no channels');
		}
	}

	/** Says good-bye; the client comes back by itself. */
	close(): void {
		this.#ws.close(GOING_AWAY, 'restarting');
	}

	/** Cuts the line. */
	terminate(): void {
		this.#ws.terminate();
	}

	#receive(data: RawData, binary: boolean): void {
		this.#seen = this.#services.clock.now();
		if (!this.#frames.allows()) return this.#ws.close(ABUSE, 'too many frames');
		let message: Inbound;
		try {
			const bytes = Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data);
			message = decode(this.version, bytes, binary);
		} catch {
			this.#services.log('realtime_frame_malformed');
			return this.#ws.close(MALFORMED, 'malformed frame');
		}
		this.#route(message);
	}

	#route(message: Inbound): void {
		const { topic, event, joinRef } = message;
		if (topic === 'phoenix') {
			if (event === 'heartbeat') this.#reply(message, 'ok', {});
			return;
		}
		if (event === 'phx_join') return this.#join(message);
		const channel = this.#channels.get(topic);
		const outdated = joinRef !== null && joinRef !== channel?.joinRef;
		if (channel && !outdated) channel.receive(message);
		else if (event === 'phx_leave') this.#reply(message, 'ok', {});
		else if (!channel) this.#reply(message, 'error', { reason: 'unmatched topic' });
	}

	#join(message: Inbound): void {
		const { topic, joinRef } = message;
		if (!this.#joins.allows()) {
			const reason = 'ClientJoinRateLimitReached: Too many joins per second';
			this.#reply(message, 'error', { reason });
			return this.#ws.close(ABUSE, 'too many joins');
		}
		if (!topic.startsWith('realtime:') || topic === 'realtime:') {
			return this.#reply(message, 'error', { reason: 'unmatched topic' });
		}
		// A second join of a topic replaces the first.
		this.#channels.get(topic)?.finish();
		if (this.#channels.size >= MOST_CHANNELS) {
			const reason = 'ChannelRateLimitReached: Too many channels';
			return this.#reply(message, 'error', { reason });
		}
		const channel = new Channel(this, this.#services, topic, joinRef);
		this.#channels.set(topic, channel);
		channel.receive(message);
	}

	#reply(to: Inbound, status: 'ok' | 'error', response: Record<string, unknown>): void {
		const { joinRef, ref, topic } = to;
		if (ref === null) return;
		this.push({ joinRef, ref, topic, event: 'phx_reply', payload: { status, response } });
	}
}
