import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Extension } from './authorize.ts';
import type { Inbound, Message, Version } from './frame.ts';
import { ownToken, parseJoin } from './join.ts';
import type { Join } from './join.ts';
import type { StoredMessage } from './messages.ts';
import { Permissions } from './permissions.ts';
import { parsePresence } from './presence.ts';
import { Rate } from './rate.ts';
import { Refusal } from './refusal.ts';
import type { Services } from './services.ts';
import { broadcastDelivery } from './topic.ts';
import type { Delivery, Member, Topic } from './topic.ts';

/** The socket that a channel lives on. */
export interface Carrier {
	readonly version: Version;
	readonly apiKey: string;
	send(frame: string | Uint8Array): void;
	push(message: Message): void;
	/** The channel is over. */
	forget(channel: Channel): void;
}

const tokenPushShape = z.object({ access_token: z.string().nullish() });
/** As upstream: presence calls of one channel in 30 s. */
const PRESENCE_CALLS = 5;
/** The longest delay that setTimeout takes. */
const LONGEST_DELAY = 2 ** 31 - 1;
/** Postgres takes no NUL, and a topic no control characters. */
const UNSPEAKABLE = /[\u0000-\u001f\u007f]/;

/** One join of one socket to one topic, from `phx_join` to `phx_close`. */
export class Channel implements Member {
	readonly topic: string;
	readonly joinRef: string | null;
	readonly #subTopic: string;
	readonly #carrier: Carrier;
	readonly #services: Services;
	readonly #presenceRate: Rate;
	#state: 'joining' | 'joined' | 'closed' = 'joining';
	#join: Join | null = null;
	#joined: Topic | null = null;
	#permissions: Permissions | null = null;
	#token: string | null = null;
	/** Deliveries that wait for the database to say whether they may be heard; null: none waits. */
	#held: Delivery[] | null = [];
	#replayed: ReadonlySet<string> = new Set();
	/** A channel does one thing at a time, in the order its client asked. */
	#work: Promise<void> = Promise.resolve();
	#stopExpiry = () => {};

	constructor(carrier: Carrier, services: Services, topic: string, joinRef: string | null) {
		this.topic = topic;
		this.joinRef = joinRef;
		this.#subTopic = topic.slice('realtime:'.length);
		this.#carrier = carrier;
		this.#services = services;
		this.#presenceRate = new Rate(services.clock, PRESENCE_CALLS, 30_000);
	}

	/** The member who speaks here; null for a bare key, or before that is known. */
	get memberId(): string | null {
		return this.#permissions?.claims.sub ?? null;
	}

	/** Takes the next message of the client. */
	receive(message: Inbound): void {
		this.#work = this.#work
			.then(() => (this.#state === 'closed' ? undefined : this.#handle(message)))
			.catch((error: unknown) => this.#crash(error));
	}

	/** Something happened in the channel's topic. */
	hear(delivery: Delivery): void {
		if (this.#held) this.#held.push(delivery);
		else this.#deliver(delivery);
	}

	/**
	 * Asks the database again whether this channel is still allowed. Until it has answered nothing
	 * goes out; then what waited does, or the channel closes.
	 */
	async recheck(): Promise<void> {
		const permissions = this.#permissions;
		permissions?.doubt();
		// A question under way notices the doubt, and is asked again.
		if (this.#state !== 'joined' || !permissions?.doubted || this.#held) return;
		this.#held = [];
		try {
			if (await permissions.ask(this.#isWanted)) this.#release();
			else this.close('You may no longer read from this channel topic');
		} catch (error) {
			this.#crash(error);
		}
	}

	/** Messages may have been missed: the client is told to join again and fetch. */
	interrupt(): void {
		this.#permissions?.doubt();
		if (this.#state !== 'joined') return;
		this.#push('phx_error', {});
		this.drop();
	}

	/** Tells why, and closes for good: the client does not come back by itself. */
	close(reason: string): void {
		if (this.#state === 'closed') return;
		this.#system('system', reason);
		this.finish();
	}

	/** Closes for good without a reason. */
	finish(): void {
		if (this.#state === 'closed') return;
		this.#push('phx_close', {});
		this.drop();
	}

	/** Ends without telling the client: it left, or its socket is gone. */
	drop(): void {
		if (this.#state === 'closed') return;
		this.#state = 'closed';
		this.#held = null;
		this.#stopExpiry();
		if (this.#join) this.#services.topics.leave(this.#subTopic, this.#join.private, this);
		this.#carrier.forget(this);
	}

	#handle(message: Inbound): Promise<void> | void {
		switch (message.event) {
			case 'phx_join':
				return this.#enter(message);
			case 'phx_leave':
				this.#reply(message.ref, 'ok', {});
				return this.finish();
			case 'access_token':
				return this.#renew(message.payload);
			case 'broadcast':
				return this.#broadcast(message);
			case 'presence':
				return this.#present(message);
			default:
			// As upstream: an event that nobody knows gets no answer.
		}
	}

	async #enter({ ref, payload }: Inbound): Promise<void> {
		try {
			const join = this.#admissible(parseJoin(payload));
			const { tokens, topics, authorizer } = this.#services;
			const claims = await (join.token
				? tokens.verify(join.token)
				: tokens.ofKey(this.#carrier.apiKey));
			if (this.#isClosed()) return;
			const permissions = new Permissions(authorizer, this.#subTopic, join.private, claims);
			this.#token = join.token;
			this.#permissions = permissions;
			this.#join = join;
			this.#joined = topics.enter(this.#subTopic, join.private, this);
			const replay = await this.#askAdmission(join, permissions);
			if (this.#isClosed()) return;
			this.#welcome(ref, join, this.#joined, replay);
		} catch (error) {
			if (!(error instanceof Refusal)) this.#report(error);
			const refusal =
				error instanceof Refusal
					? error
					: new Refusal('UnableToSetPolicies', 'The database could not be asked');
			this.#reply(ref, 'error', { reason: refusal.reason });
			this.drop();
		}
	}

	#admissible(join: Join): Join {
		if (UNSPEAKABLE.test(this.#subTopic)) {
			throw new Refusal('InvalidTopic', 'A topic has no control characters');
		}
		if (this.#services.privateOnly && !join.private) {
			throw new Refusal('PrivateOnly', 'Only private channels are served');
		}
		return join;
	}

	/** The messages that the client asked to replay, once it is certain that it may read them. */
	async #askAdmission(join: Join, permissions: Permissions): Promise<StoredMessage[]> {
		let replay: StoredMessage[];
		do {
			await permissions.ask(this.#isWanted);
			if (this.#isClosed()) return [];
			const hears = permissions.reads('broadcast');
			if (!hears && (join.replay || !permissions.reads('presence'))) {
				throw new Refusal('Unauthorized', 'You may not read from this channel topic');
			}
			const { messages } = this.#services;
			replay = join.replay ? await messages.replay(this.#subTopic, join.replay) : [];
		} while (permissions.doubted);
		return replay;
	}

	#welcome(ref: string | null, join: Join, topic: Topic, replay: StoredMessage[]): void {
		this.#state = 'joined';
		const postgresChanges = join.postgresChanges.map((change, id) => ({ ...change, id: id + 1 }));
		this.#reply(ref, 'ok', { postgres_changes: postgresChanges });
		if (postgresChanges.length > 0) {
			this.#system('postgres_changes', 'Postgres changes are not served here');
		}
		for (const { id, broadcast } of replay) {
			this.#deliver(broadcastDelivery(this.topic, broadcast, { id, replayed: true }));
		}
		this.#replayed = new Set(replay.map(({ id }) => id));
		if (this.#hears('presence')) this.#push('presence_state', topic.present(), null);
		// The state just sent holds what the waiting diffs say.
		this.#held = this.#held?.filter(({ extension }) => extension !== 'presence') ?? null;
		this.#release();
		this.#watchExpiry();
	}

	async #renew(payload: unknown): Promise<void> {
		const token = ownToken(tokenPushShape.safeParse(payload).data?.access_token);
		if (!token || token === this.#token) return;
		try {
			this.#permissions?.renew(await this.#services.tokens.verify(token));
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			return this.close(error.message);
		}
		this.#token = token;
		this.#watchExpiry();
		await this.recheck();
	}

	async #broadcast({ ref, broadcast }: Inbound): Promise<void> {
		const join = this.#join;
		if (!join || !broadcast || !(await this.#mayWrite('broadcast'))) return;
		if (this.#isClosed()) return;
		this.#joined?.broadcast(broadcast, null, join.self ? null : this);
		if (join.ack) this.#reply(ref, 'ok', {});
	}

	async #present({ ref, payload }: Inbound): Promise<void> {
		if (!this.#presenceRate.allows()) return this.close('Too many presence messages');
		const push = parsePresence(payload);
		if (!push) {
			return this.#reply(ref, 'error', { reason: 'InvalidPresencePayload: Nothing is tracked' });
		}
		if (push.event === 'untrack') {
			this.#joined?.untrack(this);
			return this.#reply(ref, 'ok', {});
		}
		if (!(await this.#mayWrite('presence'))) return this.#reply(ref, 'error', {});
		if (this.#isClosed() || !this.#join) return;
		this.#join.presenceKey ||= randomUUID();
		this.#joined?.track(this, this.#join.presenceKey, push.payload);
		this.#reply(ref, 'ok', {});
	}

	async #mayWrite(extension: Extension): Promise<boolean> {
		try {
			return (await this.#permissions?.writes(extension)) ?? false;
		} catch (error) {
			this.#report(error);
			return false;
		}
	}

	#hears(extension: Extension): boolean {
		const wanted = extension === 'broadcast' || this.#join?.presenceEnabled === true;
		return wanted && this.#permissions?.reads(extension) === true;
	}

	#deliver(delivery: Delivery): void {
		if (this.#state !== 'joined' || !this.#hears(delivery.extension)) return;
		if (delivery.id && this.#replayed.has(delivery.id)) return;
		const frame = delivery.frame(this.#carrier.version);
		if (frame !== null) this.#carrier.send(frame);
	}

	#release(): void {
		const held = this.#held ?? [];
		this.#held = null;
		for (const delivery of held) this.#deliver(delivery);
	}

	#watchExpiry(): void {
		this.#stopExpiry();
		const exp = this.#permissions?.claims.exp;
		if (exp === null || exp === undefined) return;
		const left = exp * 1_000 - this.#services.clock.now();
		if (left <= 0) return this.close('The token has expired');
		this.#stopExpiry = this.#services.clock.after(Math.min(left, LONGEST_DELAY), () =>
			this.#watchExpiry()
		);
	}

	// A method, so that the compiler does not believe the state to last over an await.
	#isClosed(): boolean {
		return this.#state === 'closed';
	}

	/** A client that waited too long has joined anew: this channel is closed and asks for nothing. */
	readonly #isWanted = () => !this.#isClosed();

	#crash(error: unknown): void {
		this.#report(error);
		if (this.#state === 'closed') return;
		this.#push('phx_error', {});
		this.drop();
	}

	#report(error: unknown): void {
		// A code at most: the sentence may quote what a member wrote.
		const code = z.object({ code: z.string().max(64) }).safeParse(error).data?.code ?? 'unknown';
		this.#services.log('realtime_channel_failed', { code });
	}

	#reply(ref: string | null, status: 'ok' | 'error', response: Record<string, unknown>): void {
		if (ref === null) return;
		const { joinRef, topic } = this;
		const payload = { status, response };
		this.#carrier.push({ joinRef, ref, topic, event: 'phx_reply', payload });
	}

	#system(extension: string, message: string): void {
		const payload = { extension, status: 'error', message, channel: this.#subTopic };
		this.#push('system', payload, null);
	}

	#push(event: string, payload: unknown, ref = this.joinRef): void {
		this.#carrier.push({ joinRef: this.joinRef, ref, topic: this.topic, event, payload });
	}
}
