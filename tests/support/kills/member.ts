import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
	createClient,
	isAuthRetryableFetchError,
	type RealtimeChannel,
	type SupabaseClient
} from '@supabase/supabase-js';
import { DEMO_PASSWORD, type DemoMember } from '#lib/server/demo.ts';
import { SESSION } from '../demo-room.ts';

/** Milliseconds between two tries of a phone while the server cannot. */
const PAUSE = 100;
/** Milliseconds between two writes, and two renewals of its token: an account may call so often. */
const WRITTEN = 100;
const RENEWED = 400;

interface Snapshot {
	topic: string;
	state: { version: number };
}

/**
 * A member's phone, by supabase-js as it is: writes one action and renews its token again and
 * again, and shows a live room. It trusts the signals, and asks for the room when they come again
 * after a gap.
 */
export class MemberPhone {
	readonly name: string;
	/** Calls that were answered otherwise than with 200, 204 or 503: none is expected. */
	readonly strange: string[] = [];
	/** The number of the last write that was acknowledged. */
	acknowledged = 0;
	/** The version of the room on its screen. */
	shown = 0;
	/** Whether signals arrive. */
	isLive = false;
	/** Longest that any call was without an answer, in ms. */
	slowest = 0;
	readonly #client: SupabaseClient;
	readonly #stop = new AbortController();
	readonly #action = randomUUID();
	readonly #device = randomUUID();
	#sequence = 0;
	#channel: RealtimeChannel | null = null;
	#working: Promise<unknown> = Promise.resolve();

	constructor(url: string, key: string, { name }: DemoMember) {
		this.name = name;
		this.#client = createClient(url, key, {
			auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false }
		});
	}

	/** The action it writes. */
	get action(): string {
		return this.#action;
	}

	async open({ id, email }: DemoMember, group: string): Promise<void> {
		const { data, error } = await this.#client.auth.signInWithPassword({
			email,
			password: DEMO_PASSWORD
		});
		if (error) throw error;
		await this.#client.realtime.setAuth(data.session.access_token);
		await this.#apply('action.add', {
			...{ id: this.#action, group_id: group, owner_id: id, title: '0', due_on: '2030-01-08' }
		});
		await this.#listen((await this.snapshot()).topic);
		this.#working = Promise.all([this.#write(), this.#renew()]);
	}

	async close(): Promise<void> {
		this.#stop.abort();
		await this.#working;
		await this.#client.removeAllChannels();
		await this.#client.realtime.disconnect();
	}

	/** Gives the room a command, until it is answered. */
	async command(command: string, args: object): Promise<void> {
		const command_id = randomUUID();
		for (;;) {
			const expected_version = (await this.snapshot()).state.version;
			const sent = { session_id: SESSION, command, args, expected_version, command_id };
			if ((await this.#call('room_command', sent)) !== null) return;
			await wait(PAUSE);
		}
	}

	/** The room as the server has it, asked until it is answered. */
	async snapshot(): Promise<Snapshot> {
		for (;;) {
			const found = await this.#call('room_snapshot', { session_id: SESSION });
			if (found !== null) {
				const snapshot = found as Snapshot;
				this.#show(snapshot.state.version);
				return snapshot;
			}
			await wait(PAUSE);
		}
	}

	/** One write after the other, each sent again until it is acknowledged. */
	async #write(): Promise<void> {
		while (!this.#stop.signal.aborted) {
			const next = this.acknowledged + 1;
			await this.#apply('action.edit', { id: this.#action, changes: { title: String(next) } });
			this.acknowledged = next;
			await wait(WRITTEN);
		}
	}

	/** A new token again and again: whatever is no word to try later has signed the phone out. */
	async #renew(): Promise<void> {
		while (!this.#stop.signal.aborted) {
			const { error } = await this.#client.auth.refreshSession();
			if (error && !isAuthRetryableFetchError(error)) this.strange.push(`renewal ${error.code}`);
			await wait(RENEWED);
		}
	}

	async #apply(kind: string, args: object): Promise<void> {
		const operations = [{ sequence: ++this.#sequence, kind, args, base: null }];
		const sent = { client_id: this.#device, operations };
		while ((await this.#call('apply_ops', sent)) === null) await wait(PAUSE);
	}

	/** The answer; null where the server cannot now. */
	async #call(name: string, args: object): Promise<unknown> {
		const sent = performance.now();
		const { data, error, status } = await this.#client.rpc(name, args);
		this.slowest = Math.max(this.slowest, performance.now() - sent);
		if (!error) return data ?? true;
		const isBusy = status === 503 && error.code === 'unavailable';
		// 0: the connection broke, for which there is no answer to blame.
		if (!isBusy && status !== 0) this.strange.push(`${name} ${status} ${error.code}`);
		return null;
	}

	#show(version: number): void {
		this.shown = Math.max(this.shown, version);
	}

	async #listen(topic: string): Promise<void> {
		this.#channel = this.#client.channel(topic, { config: { private: true } });
		await new Promise<void>((joined) => {
			this.#channel
				?.on('broadcast', { event: 'state' }, ({ payload }) => this.#show(payload.version))
				.subscribe((status) => {
					this.isLive = status === 'SUBSCRIBED';
					if (!this.isLive) return;
					void this.snapshot();
					joined();
				});
		});
	}
}
