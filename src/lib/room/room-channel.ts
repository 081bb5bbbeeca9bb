import type { RealtimeChannel, RealtimeClient } from '@supabase/realtime-js';
import type { Backend } from '#lib/data/backend.ts';

export interface RoomListener {
	/** A new state of the room, as sent. */
	state(payload: unknown): void;
	/** A new floor of the running segment, as sent. */
	floor(payload: unknown): void;
	/** Somebody told the facilitator something: only their phone may ask what. */
	signals(): void;
	/** Rows changed, of tables that are named as sent: fetch them through the sync. */
	changed(payload: unknown): void;
	/** The topic has ended: ask for the one in which the room goes on. */
	moved(): void;
	/** The members who are connected, by id. */
	present(members: readonly string[]): void;
	/** Whether signals arrive. */
	live(live: boolean): void;
}

/**
 * The live connection of one room: listens on its topic and shows that this member is here. It says
 * when signals stop; until they come again, the caller polls the server.
 */
export class RoomChannel {
	readonly #backend: Backend;
	readonly #me: string;
	readonly #listener: RoomListener;
	#client: RealtimeClient | null = null;
	#channel: RealtimeChannel | null = null;
	#topic: string | null = null;
	#turn: Promise<void> = Promise.resolve();
	#closed = false;

	constructor(backend: Backend, me: string, listener: RoomListener) {
		this.#backend = backend;
		this.#me = me;
		this.#listener = listener;
	}

	/** Listens on this topic; again with the same one only when the channel was lost. */
	listen(topic: string): Promise<void> {
		// One after the other: two at once would each load the client and join twice.
		const done = this.#turn.then(() => this.#join(topic));
		this.#turn = done.catch(() => {});
		return done;
	}

	/** Stops listening for good, also when it was about to begin. */
	async close(): Promise<void> {
		this.#closed = true;
		const client = this.#client;
		this.#channel = null;
		this.#client = null;
		await client?.removeAllChannels();
		await client?.disconnect();
	}

	async #join(topic: string): Promise<void> {
		if (this.#closed) return;
		if (topic === this.#topic && this.#channel && this.#channel.state !== 'closed') return;
		this.#topic = topic;
		const client = this.#client ?? (await this.#backend.realtime());
		// The room may be left while any of this is under way.
		if (this.#closed) return;
		this.#client = client;
		if (this.#channel) await client.removeChannel(this.#channel);
		// Without it the first join goes out in nobody's name and is refused.
		await client.setAuth();
		if (this.#closed) return;
		const channel = client.channel(topic, {
			config: { private: true, presence: { key: this.#me } }
		});
		this.#channel = channel;
		channel
			.on('broadcast', { event: 'state' }, ({ payload }) => this.#listener.state(payload))
			.on('broadcast', { event: 'floor' }, ({ payload }) => this.#listener.floor(payload))
			.on('broadcast', { event: 'signals' }, () => this.#listener.signals())
			.on('broadcast', { event: 'changed' }, ({ payload }) => this.#listener.changed(payload))
			.on('broadcast', { event: 'moved' }, () => this.#listener.moved())
			.on('presence', { event: 'sync' }, () =>
				this.#listener.present(Object.keys(channel.presenceState()))
			)
			.subscribe((status) => {
				if (channel !== this.#channel) return;
				this.#listener.live(status === 'SUBSCRIBED');
				if (status === 'SUBSCRIBED') void channel.track({});
			});
	}
}
