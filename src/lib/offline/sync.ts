import type { Account, Queue } from './account.ts';
import { backoff } from './backoff.ts';
import { CatchUp } from './catch-up.ts';
import { Delivery } from './delivery.ts';
import type { Operation } from './outbox.ts';
import type { Platform, Wake } from './platform.ts';
import { RemoteError, type Remote } from './remote.ts';
import { Requests } from './requests.ts';
import { joined, type Scope } from './scope.ts';
import { firstStatus, type Status } from './status.ts';
import { StorageError } from './storage-error.ts';

export interface Listener {
	/** The status changed. */
	status(status: Status): void;
	/** What is on disk changed by this loop. */
	changed(): void;
}

/** How often a visible tab compares everything by itself, in ms. */
const PERIOD = 60_000;
/** The same while signals tell what changed, in ms: not all is told. */
const RELIED_PERIOD = 600_000;
/** What no further try changes. */
const final: readonly Status['problem'][] = ['unauthorized', 'ended', 'foreign', 'closed'];
/** How long another tab gets to send what it wrote before this one does, in ms. */
const COURTESY = 3_000;

/**
 * Sends what is pending, then fetches what the server shows, and stores both in one step. One tab
 * at a time does so; the others read the result from disk. Never rejects: its outcome is a status.
 */
export class Sync {
	readonly #account: Account;
	readonly #requests: Requests;
	readonly #delivery: Delivery;
	readonly #platform: Platform;
	readonly #current: () => Promise<boolean>;
	readonly #listener: Listener;
	readonly #stopping = new AbortController();
	#running: Promise<void> | null = null;
	#again = false;
	/** What the next pull asks for, beside what was sent before it. */
	#wanted: Scope = [];
	#relied = false;
	/** Wall clock when this tab last compared everything, in ms; null: not yet. */
	#completeAt: number | null = null;
	#failures = 0;
	#unschedule = () => {};
	#unwatch = () => {};
	#status: Status;

	/** `current` tells whether this account is still the one signed in on this device. */
	constructor(
		account: Account,
		remote: Remote,
		platform: Platform,
		current: () => Promise<boolean>,
		listener: Listener
	) {
		this.#account = account;
		this.#requests = new Requests(remote, platform, this.#stopping.signal);
		this.#delivery = new Delivery(account, this.#requests, () => this.#refused());
		this.#platform = platform;
		this.#current = current;
		this.#listener = listener;
		this.#status = firstStatus(platform);
	}

	get status(): Status {
		return this.#status;
	}

	/** Begins to run by itself; resolves after the first run. */
	start(): Promise<void> {
		this.#unwatch = this.#platform.watch((wake) => this.#wake(wake));
		return this.poke();
	}

	/** Ends for good; resolves when nothing of it is under way. */
	async stop(): Promise<void> {
		this.#stopping.abort();
		this.#unwatch();
		this.#unschedule();
		await this.#running;
	}

	/**
	 * Runs now, or once more after the run under way; resolves when that has ended. It sends what waits
	 * and fetches what that changed, and what differs in `scope`.
	 */
	poke(scope: Scope = 'all'): Promise<void> {
		if (this.#stopping.signal.aborted) return Promise.resolve();
		this.#wanted = joined(this.#wanted, scope);
		this.#again = true;
		this.#running ??= this.#loop();
		return this.#running;
	}

	/** Says whether signals tell what changes: then everything is compared less often. */
	rely(on: boolean): void {
		this.#relied = on;
	}

	/** Another tab changed the disk: it synced, or it wrote and may be gone before it sends. */
	heard(news: { synced: boolean; pending: boolean }): void {
		if (this.#running !== null) {
			// The run under way may have read the queue before.
			if (news.pending) void this.#running.then(() => this.heard({ synced: false, pending: true }));
			return;
		}
		if (this.#stopping.signal.aborted) return;
		if (news.synced) {
			this.#failures = 0;
			this.#tell({ connectivity: 'online', problem: null, cause: null });
		}
		if (news.pending) this.#schedule(COURTESY * (1 + this.#platform.random()));
		// What a signal named and could not be fetched is due already.
		else if (this.#wanted.length === 0) this.#schedule(this.#pause);
	}

	#wake(wake: Wake): void {
		if (wake === 'offline') this.#tell({ connectivity: 'offline' });
		if (wake === 'hidden' || wake === 'offline') return;
		this.#failures = 0;
		void this.poke();
	}

	async #loop(): Promise<void> {
		this.#unschedule();
		this.#tell({ busy: true });
		let delay: number | null = null;
		while (this.#again && !this.#stopping.signal.aborted) {
			this.#again = false;
			delay = await this.#attempt();
		}
		// In the same step as the last look at `#again`: what is asked for later begins a run of its own.
		this.#running = null;
		this.#tell({ busy: false });
		if (delay !== null) this.#schedule(delay);
	}

	#schedule(delay: number): void {
		this.#unschedule();
		if (this.#stopping.signal.aborted) return;
		this.#unschedule = this.#platform.after(delay, () => void this.#due());
	}

	/** How long until everything is to be compared again, in ms. */
	get #untilAll(): number {
		const period = this.#relied ? RELIED_PERIOD : PERIOD;
		const past = this.#completeAt === null ? period : this.#platform.now() - this.#completeAt;
		// The clock was set back: it does not say how long ago that was.
		return past < 0 ? 0 : Math.max(0, period - past);
	}

	/** How long until the next look at what is due, in ms: by then signals may have ended. */
	get #pause(): number {
		return Math.min(PERIOD, this.#untilAll);
	}

	/** A hidden tab stays quiet unless something waits to be sent. */
	async #due(): Promise<void> {
		if (!this.#platform.visible() && !(await this.#pending().catch(() => true))) return;
		// It may be time for a retry, or for what another tab wrote, and not yet for all.
		await this.poke(this.#untilAll > 0 ? [] : 'all');
	}

	async #pending(): Promise<boolean> {
		const { operations } = await this.#account.queue();
		return operations.some((operation) => operation.refusal === null);
	}

	/** One run; the result is the pause before the next one in ms, null to wait for a sign. */
	async #attempt(): Promise<number | null> {
		const { signal } = this.#stopping;
		try {
			const name = `cercle-sync-${this.#account.id}`;
			const stored = await this.#platform.exclusive(name, signal, () => this.#round());
			if (stored === null) {
				// The disk was read, whatever was wrong with it before.
				if (this.#status.cause instanceof StorageError) this.#tell({ problem: null, cause: null });
				return this.#pause;
			}
			this.#failures = stored ? 0 : this.#failures + 1;
			this.#tell({ connectivity: 'online', problem: null, cause: null });
			return stored ? this.#pause : backoff(this.#failures, this.#platform.random());
		} catch (cause) {
			if (signal.aborted) return null;
			this.#failures += 1;
			this.#fail(cause);
			const problem = this.#status.problem;
			if (final.includes(problem)) return null;
			return backoff(this.#failures, this.#platform.random());
		}
	}

	#fail(cause: unknown): void {
		if (cause instanceof StorageError) return this.#tell({ problem: cause.code, cause });
		const reason = cause instanceof RemoteError ? cause.reason : 'failing';
		const away = this.#platform.online() ? 'unreachable' : 'offline';
		if (reason === 'unreachable') return this.#tell({ connectivity: away, problem: null, cause });
		this.#tell({ connectivity: reason === 'failing' ? away : 'online', problem: reason, cause });
	}

	/**
	 * False when another tab stored a newer pull during this one, which is then thrown away; null when
	 * there was nothing to ask, and nothing is known of the server.
	 */
	async #round(): Promise<boolean | null> {
		// With another account's session, these operations would be sent in a stranger's name.
		if (!(await this.#current())) throw new RemoteError('foreign');
		const queue = await this.#account.queue();
		const waiting = queue.operations.filter(({ refusal }) => refusal === null);
		const sent = await this.#delivery.send(waiting, this.#platform.uuid);
		const kept = await this.#account.stamps(queue.generation);
		const scope = joined(this.#wanted, sent.changed);
		const catchUp = new CatchUp(kept, queue.snapshots, scope);
		if (catchUp.done && waiting.length === 0) return null;
		this.#wanted = [];
		let stored = false;
		try {
			stored = await this.#pull(catchUp, queue, sent.applied);
		} finally {
			if (!stored) this.#wanted = joined(this.#wanted, scope);
		}
		if (!stored) return false;
		// Only now: what was applied under the former name must not go again under the new one.
		if (sent.taken) await this.#account.rename();
		this.#again ||= sent.taken;
		this.#listener.changed();
		return true;
	}

	/** Fetches what is asked for and stores it, without what was sent; false: see `Account.commit`. */
	async #pull(
		catchUp: CatchUp,
		{ generation, completeAt }: Queue,
		applied: readonly Operation[]
	): Promise<boolean> {
		while (!catchUp.done) {
			if (!catchUp.patient) throw new RemoteError('failing');
			const answer = await this.#requests.ask(({ remote, signal }) =>
				remote.pull(catchUp.ask, signal)
			);
			if (answer.account !== this.#account.id) throw new RemoteError('foreign');
			catchUp.take(answer);
		}
		this.#stopping.signal.throwIfAborted();
		const now = this.#platform.now();
		const stored = await this.#account.commit({
			generation,
			diffs: catchUp.diffs(),
			afresh: catchUp.afresh,
			snapshots: catchUp.snapshots,
			applied,
			completeAt: catchUp.all ? now : completeAt
		});
		if (stored && catchUp.all) this.#completeAt = now;
		return stored;
	}

	/** An operation was refused. Perhaps somebody else changed what it meant, and that may be anything. */
	#refused(): void {
		this.#wanted = 'all';
		this.#listener.changed();
	}

	#tell(change: Partial<Status>): void {
		const { connectivity } = change;
		const turned = connectivity !== undefined && connectivity !== this.#status.connectivity;
		this.#status = { ...this.#status, ...change };
		if (turned) this.#status = { ...this.#status, since: this.#platform.now() };
		this.#listener.status(this.#status);
	}
}
