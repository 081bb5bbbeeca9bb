import type { RealtimeClient } from '@supabase/realtime-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Backend } from '#lib/data/backend.ts';
import type { Scope } from '#lib/offline/scope.ts';
import { LiveRoom } from '#lib/room/live-room.svelte.ts';
import { noStorage } from '../no-storage.ts';

type Hear = (message: { payload: unknown }) => void;

/** One live session and its signals, in the hands of the test. */
class Server extends Backend {
	status = 'live';
	readonly #heard = new Map<string, Hear>();
	#subscribed: (status: string) => void = () => {};
	readonly #channel = {
		state: 'joined',
		on: (_: string, { event }: { event: string }, hear: Hear) => {
			this.#heard.set(event, hear);
			return this.#channel;
		},
		subscribe: (subscribed: (status: string) => void) => {
			this.#subscribed = subscribed;
			return this.#channel;
		},
		track: () => Promise.resolve('ok')
	};
	readonly #client = {
		setAuth: () => Promise.resolve(),
		channel: () => this.#channel,
		removeChannel: () => Promise.resolve('ok'),
		removeAllChannels: () => Promise.resolve([]),
		disconnect: () => Promise.resolve('ok')
	};

	constructor() {
		super({ url: 'http://localhost', key: 'key' }, noStorage);
	}

	override call(name: string): Promise<never> {
		if (name === 'server_clock') return Promise.resolve(Date.now() as never);
		const { state, ...rest } = this.#snapshot();
		return Promise.resolve((name === 'room_command' ? state : { state, ...rest }) as never);
	}

	override realtime(): Promise<RealtimeClient> {
		return Promise.resolve(this.#client as never);
	}

	join(): void {
		this.#subscribed('SUBSCRIBED');
	}

	lose(): void {
		this.#subscribed('CHANNEL_ERROR');
	}

	signal(event: string, payload: unknown): void {
		this.#heard.get(event)?.({ payload });
	}

	#snapshot() {
		const floor = { version: 1, turns: [], thumbs: { up: 0, down: 0 } };
		const state = {
			status: this.status,
			position: 0,
			started_at: Date.now(),
			planned_ms: 60_000,
			added_ms: 0,
			paused_at: null,
			paused_ms: 0,
			facilitator_id: 'ada',
			minutes: [1],
			version: this.status === 'planned' ? 1 : 2,
			floor
		};
		const own = { holder_away: false, thumb: null, signals: [] };
		return { now: Date.now(), topic: 'room:a:1', state, ...own };
	}
}

let server: Server;
let synced: Scope[];
let relied: boolean;
let groups: number;
let room: LiveRoom;
let leave: () => void;

/** Enters the room and waits for the first answers; signals do not arrive yet. */
async function enter(): Promise<void> {
	room = new LiveRoom({
		backend: server,
		session: 'a',
		me: 'ben',
		kept: null,
		sync: (scope = 'all') => {
			synced.push(scope);
			return Promise.resolve();
		},
		rely: (on) => (relied = on),
		groups: () => groups,
		uuid: () => crypto.randomUUID()
	});
	leave = room.enter();
	await vi.advanceTimersByTimeAsync(100);
}

beforeEach(() => {
	vi.useFakeTimers();
	server = new Server();
	synced = [];
	relied = false;
	groups = 1;
});

afterEach(() => {
	leave();
	vi.useRealTimers();
});

test('what signals named just before the room is left is asked for', async () => {
	await enter();
	server.join();
	await vi.advanceTimersByTimeAsync(1_000);
	synced.length = 0;
	server.signal('changed', { tables: ['actions'] });
	server.signal('changed', { tables: ['contributions'] });
	leave();
	expect(synced).toEqual([['actions', 'contributions']]);
	await vi.advanceTimersByTimeAsync(10_000);
	expect(synced).toHaveLength(1);
});

test('signals are relied on while they arrive, in a live room of the only group', async () => {
	server.status = 'planned';
	await enter();
	server.join();
	await vi.advanceTimersByTimeAsync(10_000);
	expect(relied).toBe(false);
	server.status = 'live';
	await vi.advanceTimersByTimeAsync(10_000);
	expect(relied).toBe(true);
	groups = 2;
	await vi.advanceTimersByTimeAsync(10_000);
	expect(relied).toBe(false);
	groups = 1;
	await vi.advanceTimersByTimeAsync(10_000);
	expect(relied).toBe(true);
	server.lose();
	expect(relied).toBe(false);
	server.join();
	expect(relied).toBe(true);
	leave();
	expect(relied).toBe(false);
});

test('a room that opens compares everything once, when signals arrive', async () => {
	await enter();
	server.join();
	await vi.advanceTimersByTimeAsync(20_000);
	expect(synced).toEqual(['all']);
});

test('signals that do not arrive: everything is compared without them, once', async () => {
	await enter();
	expect(synced).toEqual([]);
	await vi.advanceTimersByTimeAsync(20_000);
	expect(synced).toEqual(['all']);
});

test('signals that arrive late, or again: what was missed is asked for', async () => {
	await enter();
	await vi.advanceTimersByTimeAsync(20_000);
	server.join();
	await vi.advanceTimersByTimeAsync(1_000);
	server.lose();
	await vi.advanceTimersByTimeAsync(1_000);
	server.join();
	await vi.advanceTimersByTimeAsync(1_000);
	expect(synced).toEqual(['all', 'all', 'all']);
});

test('a phone that slept compares everything, though its signals seem to arrive', async () => {
	await enter();
	server.join();
	await vi.advanceTimersByTimeAsync(1_000);
	synced.length = 0;
	// The steady clock stands still in sleep.
	vi.setSystemTime(Date.now() + 600_000);
	await vi.advanceTimersByTimeAsync(2_000);
	expect(synced).toEqual(['all']);
});

test('a room left while its session begins is relied on no more', async () => {
	server.status = 'planned';
	await enter();
	server.join();
	await vi.advanceTimersByTimeAsync(1_000);
	server.status = 'live';
	const started = room.send({ command: 'start' });
	leave();
	expect(await started).toBe(true);
	expect(room.state?.status).toBe('live');
	expect(relied).toBe(false);
});
