import type { Backend } from '#lib/data/backend.ts';
import { codeOf } from '#lib/data/failure.ts';
import * as rooms from '#lib/data/rooms.ts';
import type { Command, RoomRow } from '#lib/data/rooms.ts';
import { tellsAll } from '#lib/data/told.ts';
import * as codes from '#lib/domain/codes.ts';
import { remaining } from '#lib/domain/timer/state.ts';
import type { Instant } from '#lib/domain/time.ts';
import { joined, type Scope } from '#lib/offline/scope.ts';
import { Clock } from './clock.svelte.ts';
import { Floor } from './floor.svelte.ts';
import { Presence } from './presence.svelte.ts';
import { Presses } from './presses.ts';
import { RoomChannel } from './room-channel.ts';

/** How often a phone says that it is here and re-measures the clock, in ms. */
const BEAT = 10_000;
/** How often it asks while no signal arrives, in ms. */
const POLL = 2_000;
/** How long signals may stay away before the phone goes on without, in ms: joining takes a moment. */
const PATIENCE = 5_000;
/** How long undo is offered, in ms: the server allows a second more. */
const UNDO = 9_000;
/** Changes closer to each other than this are fetched together, in ms. */
const GATHER = 400;

/** What may be taken back: a session that began has begun. */
export type Undoable = Exclude<Command['command'], 'start' | 'undo'>;

export interface RoomOptions {
	backend: Backend;
	session: string;
	me: string;
	/** The state the device kept, shown until the server answers. */
	kept: RoomRow | null;
	/** Fetch what members wrote: in these tables, or in any. */
	sync(scope?: Scope): Promise<void>;
	/** Signals say what changes from now on, or do not any more. */
	rely(on: boolean): void;
	/** How many groups the member belongs to. */
	groups(): number;
	/** A random UUID. */
	uuid(): string;
}

/**
 * One live session in this tab. Digits are computed from the server's anchors at the server's time;
 * signals and answers only ever replace the state by a newer one.
 */
export class LiveRoom {
	readonly clock = new Clock();
	readonly floor: Floor;
	readonly presence = new Presence();
	readonly #options: RoomOptions;
	readonly #channel: RoomChannel;
	readonly #presses = new Presses();
	#state = $state.raw<RoomRow | null>(null);
	#now = $state.raw<Instant>(this.clock.now());
	#timed = $state.raw(false);
	#holderAway = $state.raw(false);
	#listening = $state.raw(false);
	#deafSince = $state.raw<Instant | null>(this.#now);
	#answeredAt = $state.raw<Instant | null>(null);
	#silentSince = $state.raw<Instant | null>(null);
	#problem = $state.raw<string | null>(null);
	#sending = $state.raw(false);
	#last = $state.raw<{ command: Undoable; version: number; at: Instant } | null>(null);
	#ended = new AbortController();
	#tick: ReturnType<typeof setTimeout> | undefined;
	#beat: ReturnType<typeof setTimeout> | undefined;
	#deaf: ReturnType<typeof setTimeout> | undefined;
	#gather: ReturnType<typeof setTimeout> | undefined;
	#wanted: Scope = [];

	constructor(options: RoomOptions) {
		this.#options = options;
		this.#state = options.kept;
		const { backend, session } = options;
		this.floor = new Floor(backend, session, (problem) => (this.#problem = problem));
		this.#channel = new RoomChannel(options.backend, options.me, {
			state: (payload) => this.show(payload),
			floor: (payload) => this.floor.hear(rooms.readFloor(payload)),
			signals: () => this.#drives && void this.refresh(),
			changed: (payload) => this.#fetchSoon(rooms.readChanged(payload)),
			moved: () => {
				// The rights to read may have changed.
				this.#fetchSoon('all');
				void this.refresh();
			},
			present: (members) => this.presence.meet(members, this.clock.now()),
			live: (live) => {
				this.#listening = live;
				this.#deafSince = live ? null : (this.#deafSince ?? this.clock.now());
				this.#rely();
				// Here, or here again: what was said before was missed. Lost: this asks at once whether the
				// server answers, not at the next beat.
				if (live) this.#compare();
				void this.refresh();
			}
		});
	}

	/** Null until this device has ever heard of the room. */
	get state(): RoomRow | null {
		return this.#state;
	}
	/** The server's time at the last second that changed the digits. */
	get now(): Instant {
		return this.#now;
	}
	/** Whether the facilitator's phone has been silent for so long that the role may be taken. */
	get holderAway(): boolean {
		return this.#holderAway;
	}
	/** True once signals have stayed away for a while: the phone then asks every two seconds. */
	get polling(): boolean {
		return this.#deafSince !== null && this.#now - this.#deafSince > PATIENCE;
	}
	/** Since when the server does not answer; null: it does. */
	get silentSince(): Instant | null {
		return this.#silentSince;
	}
	/**
	 * False for the moment between opening the room and the server's first answer: the digits would
	 * be as wrong as the phone's own clock, which stands in only when no answer comes.
	 */
	get timed(): boolean {
		return this.#timed;
	}
	/** The code of the last refused command. */
	get problem(): string | null {
		return this.#problem;
	}
	get sending(): boolean {
		return this.#sending;
	}

	/** The command of this phone that can still be taken back; null: none, or too late. */
	get undoable(): Undoable | null {
		const last = this.#last;
		if (last === null || this.#state?.version !== last.version) return null;
		return this.#now - last.at < UNDO ? last.command : null;
	}

	/** Begins: measures the clock, fetches the state, listens. Returns the function that ends it. */
	enter(): () => void {
		const { signal } = this.#ended;
		addEventListener('online', () => void this.#wake(), { signal });
		document.addEventListener(
			'visibilitychange',
			() => document.visibilityState === 'visible' && void this.#wake(),
			{ signal }
		);
		this.#step();
		void this.#wake();
		// Signals that arrive make the phone compare everything: before, it would do so twice.
		this.#deaf = setTimeout(() => this.#compare(), PATIENCE);
		return () => {
			this.#ended.abort();
			clearTimeout(this.#tick);
			clearTimeout(this.#beat);
			clearTimeout(this.#deaf);
			this.#options.rely(false);
			// What signals named a moment ago is on no other way to this phone.
			this.#fetch();
			void this.#channel.close();
		};
	}

	/**
	 * Sends a command after those pressed before; a function is called in its turn, and sends nothing
	 * when it returns null. False when refused; the refusal, if any, is in `problem`.
	 */
	send(command: Command | (() => Command | null)): Promise<boolean> {
		return this.#presses.press(async () => {
			const due = typeof command === 'function' ? command() : command;
			return due === null || this.#send(due);
		});
	}

	async #send(command: Command): Promise<boolean> {
		const { backend, session, uuid } = this.#options;
		if (!this.#state) return false;
		this.#sending = true;
		this.#problem = null;
		try {
			const seen = this.#state.version;
			const answer = await rooms.command(backend, session, command, seen, uuid());
			this.floor.hear(answer.floor);
			this.#take(answer.room);
			const name = command.command;
			const stands = name === 'start' || name === 'undo';
			this.#last = stands ? null : { command: name, version: answer.room.version, at: this.#now };
			return true;
		} catch (error) {
			this.#problem = codeOf(error);
			await this.refresh();
			return false;
		} finally {
			this.#sending = false;
		}
	}

	/** Shows what the server said of the room, for instance in answer to closing the session. */
	show(payload: unknown): void {
		const { room, floor } = rooms.readRoom(payload);
		this.floor.hear(floor);
		this.#take(room);
	}

	dismiss(): void {
		this.#problem = null;
	}

	/** Asks the server for the room as it is. */
	async refresh(): Promise<void> {
		const { backend, session } = this.#options;
		clearTimeout(this.#beat);
		try {
			const answer = await this.clock.timed(
				(leaving) => rooms.snapshot(backend, session, leaving),
				({ now }) => now
			);
			if (this.#ended.signal.aborted) return;
			this.#holderAway = answer.holderAway;
			this.floor.hear(answer.floor);
			this.floor.own(answer.thumb, answer.signals);
			this.#answeredAt = answer.now;
			this.#silentSince = null;
			this.#take(answer.room);
			// The member may have joined another group.
			this.#rely();
			await this.#channel.listen(answer.topic);
		} catch (error) {
			this.#silentSince ??= this.#answeredAt ?? this.clock.now();
			const code = codeOf(error);
			if (code === codes.NOT_FOUND) this.#problem = code;
			// A phone whose clock was set back takes an expired sign-in for a good one: the sync renews
			// it.
			if (code === 'unauthorized') await this.#options.sync();
		}
		if (this.#ended.signal.aborted) return;
		const pause = this.#listening && this.#silentSince === null ? BEAT : POLL;
		clearTimeout(this.#beat);
		this.#beat = setTimeout(() => void this.refresh(), pause);
	}

	/**
	 * After joining, sleeping or losing the network: the clock anew and the state. The sync wakes by
	 * itself.
	 */
	async #wake(): Promise<void> {
		this.clock.jumped();
		const { backend } = this.#options;
		await this.refresh();
		for (let trip = 1; trip < 8 && this.#silentSince === null; trip++) {
			if (this.#ended.signal.aborted) return;
			await this.clock
				.timed(
					(leaving) => rooms.clock(backend, leaving),
					(now) => now
				)
				.catch(() => undefined);
		}
		this.#step();
	}

	get #drives(): boolean {
		return this.#state?.facilitatorId === this.#options.me;
	}

	#take(state: RoomRow): void {
		const before = this.#state;
		if (before && state.version < before.version) return;
		this.#state = state;
		if (before && before.facilitatorId !== state.facilitatorId) {
			// All phones fetch the log of roles; the new facilitator’s phone fetches the signals.
			this.#fetchSoon(['role_changes']);
			void this.refresh();
		}
		// The session has just begun: this phone says that it is there, and fetches what changed.
		if (before?.status === 'planned' && state.status === 'live') void this.refresh();
		// What the device keeps of it is what the room opens with, without a network.
		if (before && before.version !== state.version) this.#fetchSoon(['room_states']);
		if (before?.status !== state.status) {
			this.#rely();
			if (before) this.#fetchSoon('all');
		}
		this.#step();
	}

	/** Sets `now`, and again just after the next second of the digits begins. */
	#step(): void {
		clearTimeout(this.#tick);
		if (this.#ended.signal.aborted) return;
		if (this.clock.jumped()) {
			// Nobody else notices that a phone slept with its screen on.
			this.#compare();
			void this.#wake();
		}
		this.#now = this.clock.now();
		this.#timed = this.clock.error !== null || this.#silentSince !== null;
		const running = this.#state?.startedAt != null && this.#state.pausedAt === null;
		const left = running && this.#state ? remaining(this.#state, this.#now) : 999;
		this.#tick = setTimeout(() => this.#step(), (((left % 1000) + 1000) % 1000) + 1);
	}

	#rely(): void {
		// An answer may still be on its way; the next room has its own say by now.
		if (this.#ended.signal.aborted) return;
		const told = this.#state !== null && tellsAll(this.#state.status, this.#options.groups());
		this.#options.rely(this.#listening && told);
	}

	/** Fetches all that members wrote, whether signals told it or not. */
	#compare(): void {
		clearTimeout(this.#deaf);
		this.#fetchSoon('all');
	}

	#fetchSoon(scope: Scope): void {
		this.#wanted = joined(this.#wanted, scope);
		this.#gather ??= setTimeout(() => this.#fetch(), GATHER);
	}

	#fetch(): void {
		clearTimeout(this.#gather);
		this.#gather = undefined;
		const wanted = this.#wanted;
		this.#wanted = [];
		if (wanted.length > 0) void this.#options.sync(wanted);
	}
}
