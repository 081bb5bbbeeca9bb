import { Account } from './account.ts';
import { Channel } from './channel.ts';
import { cautiousNow } from './eviction.ts';
import { Former } from './former.svelte.ts';
import type { Installation } from './installation.ts';
import { LateSync } from './late-sync.ts';
import type { Operation } from './outbox.ts';
import type { Platform } from './platform.ts';
import type { Remote } from './remote.ts';
import type { Scope } from './scope.ts';
import { Screen, type Model } from './screen.svelte.ts';
import type { Status } from './status.ts';
import { StorageError, storageError, type StorageCode } from './storage-error.ts';

/** What the caller supplies: parsing, folding, the server. */
export interface DeviceModel<Rows, View> extends Model<Rows, View> {
	/** The server, in the name of one account. Its code may come late: nothing waits for it. */
	connect(account: string): Remote | Promise<Remote>;
}

/** What belongs to the account that is open, ended together. */
interface Open {
	readonly account: Account;
	readonly sync: LateSync;
	readonly channel: Channel;
}

/** How long rows stay that are not compared with the server's, in ms: a lost phone forgets. */
const LAPSE = 30 * 86_400_000;

/** One member's data on this device: what is shown, what waits, and how fresh it is. */
export class Device<Rows, View> {
	readonly #installation: Installation;
	readonly #model: DeviceModel<Rows, View>;
	readonly #platform: Platform;
	readonly #screen: Screen<Rows, View>;
	/** The accounts that were open here before. */
	readonly former: Former;
	#open = $state.raw<Open | null>(null);
	#status = $state.raw<Status | null>(null);
	#lost = $state.raw<StorageCode | null>(null);
	#turn: Promise<unknown> = Promise.resolve();

	constructor(installation: Installation, model: DeviceModel<Rows, View>, platform: Platform) {
		this.#installation = installation;
		this.#model = model;
		this.#platform = platform;
		this.#screen = new Screen(model);
		this.former = new Former(installation);
	}

	/** Id of the open account; null: none. */
	get account(): string | null {
		return this.#open?.account.id ?? null;
	}

	/** What the member sees; null while no account is open. */
	get view(): View | null {
		return this.#screen.view;
	}

	/** Operations on their way to the server, in order. */
	get pending(): readonly Operation[] {
		return this.#screen.pending;
	}

	/** Operations the server refused: they wait for the member to retry or withdraw them. */
	get refused(): readonly Operation[] {
		return this.#screen.refused;
	}

	/** Null while no account is open. */
	get connectivity(): Status['connectivity'] | null {
		return this.#status?.connectivity ?? null;
	}

	/** Wall clock in ms since 1970 when this connectivity began; null while no account is open. */
	get since(): number | null {
		return this.#status?.since ?? null;
	}

	get busy(): boolean {
		return this.#status?.busy ?? false;
	}

	/** Why syncing does not succeed, besides the network; null: nothing wrong. See `Status`. */
	get problem(): Status['problem'] {
		return this.#lost ?? this.#status?.problem ?? null;
	}

	/**
	 * As of when all that is shown is up to date, on the wall clock in ms since 1970; null: never on
	 * this device. Some of it may be newer.
	 */
	get completeAt(): number | null {
		return this.#screen.completeAt;
	}

	/** False when rows are kept here that this version of the app cannot read. */
	get whole(): boolean {
		return this.#screen.whole;
	}

	/** Opens the account this device was last signed in to, also offline. False: there is none. */
	resume(): Promise<boolean> {
		return this.#enter(null);
	}

	/**
	 * Shows what this device keeps for `account`, then syncs by itself. Resolves when the kept rows
	 * are shown; does not wait for the network. @throws StorageError.
	 */
	async open(account: string): Promise<void> {
		await this.#enter(account);
	}

	/**
	 * To be called when another tab changed the current account, or the code: leaves the screen of who
	 * must not see it any more.
	 */
	follow(): Promise<void> {
		// In turn: an account that is just being opened here must not be taken for a former one.
		return this.#inTurn(async () => {
			const { vault } = this.#installation;
			const account = await this.#installation.account();
			const opens = () =>
				vault.ready().then(
					() => true,
					() => false
				);
			if (account !== null && account === this.account && (await opens())) return;
			await this.#end();
			// There may be another key by now.
			vault.forget();
		});
	}

	/** Ends syncing and forgets everything in memory; what is on disk stays. */
	close(): Promise<void> {
		return this.#inTurn(() => this.#end());
	}

	/**
	 * Keeps what the member meant and shows it. Resolves with its sequence number in the queue when
	 * it is on disk. `draft` names the draft whose text this saves. @throws StorageError when it is
	 * not kept.
	 */
	async write(
		kind: string,
		args: unknown,
		base: unknown = null,
		draft: string | null = null
	): Promise<number> {
		const { account, sync, channel } = this.#opened();
		const madeAt = this.#platform.now();
		const [plainArgs, plainBase] = [$state.snapshot(args), $state.snapshot(base)];
		const operation = { kind, args: plainArgs, base: plainBase, madeAt };
		const sequence = await account.add(operation, draft);
		channel.announce();
		await this.#show();
		void sync.poke([]);
		return sequence;
	}

	/** Takes a waiting or refused operation back. */
	async withdraw(sequence: number): Promise<void> {
		const { account, channel } = this.#opened();
		await account.withdraw(sequence);
		channel.announce();
		await this.#show();
	}

	/**
	 * Sends a refused operation again, from a new sequence number, which is the result; null when it
	 * is gone. `base`: what the member sees now of the fields they change, when they decided against
	 * it.
	 */
	async retry(sequence: number, base?: unknown): Promise<number | null> {
		const { account, sync, channel } = this.#opened();
		const next = await account.retry(sequence, $state.snapshot(base));
		channel.announce();
		await this.#show();
		void sync.poke([]);
		return next;
	}

	/**
	 * Syncs now, all tables or these; resolves when it is done and shown, whatever the outcome: see
	 * `connectivity` and `problem`.
	 */
	async sync(scope: Scope = 'all'): Promise<void> {
		await this.#open?.sync.poke(scope);
		await this.#show();
	}

	/** Says whether signals tell what changes on the server, as they do in a live room. */
	rely(on: boolean): void {
		this.#open?.sync.rely(on);
	}

	/** The names of all texts that are kept. Not reactive. */
	get drafts(): readonly string[] {
		return this.#open?.account.drafts.keys ?? [];
	}

	/** The text kept under `key`, or null. Not reactive: read it once, when a field appears. */
	draft(key: string): string | null {
		return this.#open?.account.drafts.text(key) ?? null;
	}

	/** Keeps typed text at every keystroke; an empty one is forgotten. @throws StorageError. */
	async keep(key: string, text: string): Promise<void> {
		const { account, channel } = this.#opened();
		await account.drafts.keep(key, text);
		if (text === '') channel.announce();
	}

	/**
	 * Leaves nothing of the open account on this device: rows, queue, drafts, session, memory; of no
	 * account with `all`. What was not sent yet is lost: ask first when `pending` is not empty. Works
	 * offline, and locked. The sign-in client must have dropped its session before, or it would write
	 * it back.
	 */
	wipe(all = false): Promise<void> {
		return this.#inTurn(async () => {
			const current = this.account ?? (await this.#installation.account());
			await this.#end();
			await (await import('./erasure.ts')).erase(this.#installation, current, all);
		});
	}

	/** Whether the server signed the last account out, and nobody signed in here since. */
	ended(): Promise<boolean> {
		return this.#installation.ended();
	}

	/** Opening, closing and wiping wait for each other: a page and a sign-in event may both ask. */
	#inTurn(work: () => Promise<void>): Promise<void> {
		const done = this.#turn.then(work);
		this.#turn = done.catch(() => {});
		return done;
	}

	/** False: there is no account to open. */
	async #enter(signedIn: string | null): Promise<boolean> {
		let found = false;
		const opened = this.#inTurn(async () => {
			// Asked in turn: an account that is just being signed out must not come back. The key is
			// loaded at the same time, from a database of its own, to save the phone a wait; its failure
			// is reported below.
			const [account] = await Promise.all([
				signedIn ?? this.#installation.account(),
				this.#installation.vault.warm().catch(() => {})
			]);
			if (account !== null) await this.#begin(account, signedIn !== null);
			found = this.account !== null;
		});
		// In turn, so that no account is opened while its database is looked at as a former one's.
		void this.#inTurn(() => this.former.tidy());
		await opened;
		return found;
	}

	async #begin(id: string, signedIn: boolean): Promise<void> {
		if (this.account === id) return;
		await this.#end();
		this.#lost = null;
		const { vault } = this.#installation;
		// Locked, nothing of the account is shown, not even that it is open.
		await vault.ready();
		const account = new Account(id, vault, (code) => void this.#shut(account, code));
		if (signedIn) await this.#installation.enter(id);
		const channel = new Channel(`cercle-${id}`, (synced) => void this.#heard(synced));
		const current = async () => (await this.#installation.account()) === id;
		const listener = {
			status: (status: Status) => {
				this.#status = status;
				if (status.problem === 'ended' || this.#lapsed) void this.#signedOut(id);
			},
			changed: () => {
				channel.announce(true);
				void this.#show();
				// Rows were taken away: their bytes go as well.
				if (vault.place.worn) void this.#inTurn(() => this.former.tidy());
			}
		};
		const sync = new LateSync(this.#platform, listener, async () => {
			const [{ Sync }, remote] = await Promise.all([import('./sync.ts'), this.#model.connect(id)]);
			return new Sync(account, remote, this.#platform, current, listener);
		});
		const open = { account, sync, channel };
		this.#open = open;
		this.#status = sync.status;
		try {
			await this.#screen.show(account);
			if (this.#lapsed) await this.#lapse(open, signedIn);
		} catch (error) {
			await this.#end();
			throw error;
		}
		// After the first screen: nothing of it is needed there.
		this.#platform.idle(() => {
			void this.#open?.sync.poke();
			void this.#screen.warm().catch(() => {});
		});
	}

	/** Erases what was kept for too long; a member who has not just signed in must sign in again. */
	async #lapse({ account }: Open, signedIn: boolean): Promise<void> {
		if (!signedIn) return this.#strip(account.id);
		await account.strip();
		await this.#screen.load();
	}

	get #lapsed(): boolean {
		const now = cautiousNow(this.#platform.now(), performance.timeOrigin, performance.now());
		return this.completeAt !== null && now - this.completeAt > LAPSE;
	}

	async #end(): Promise<void> {
		const open = this.#open;
		this.#open = null;
		this.#status = null;
		this.#screen.clear();
		if (!open) return;
		open.channel.close();
		await open.sync.stop();
		// A stopping loop still reports: the screen of a closed account has no status.
		this.#status = null;
		await open.account.close();
		this.#installation.vault.forget();
	}

	#opened(): Open {
		if (!this.#open) throw new StorageError('closed');
		return this.#open;
	}

	/** The server ended the session, or was not reached for too long: from a lost phone too. */
	async #signedOut(id: string): Promise<void> {
		await this.#inTurn(async () => {
			if (this.account === id) await this.#strip(id);
		});
		await this.#inTurn(() => this.former.tidy());
	}

	async #strip(id: string): Promise<void> {
		await this.#end();
		try {
			await (await import('./erasure.ts')).strip(this.#installation, id);
		} catch (error) {
			// Signed in here as before: the next start tries again.
			this.#lost = storageError(error).code;
		}
	}

	/** Another tab changed the disk. */
	async #heard(synced: boolean): Promise<void> {
		void this.#open?.account.drafts.load().catch(() => {});
		await this.#show();
		this.#open?.sync.heard({ synced, pending: this.pending.length > 0 });
	}

	/** The database was taken away by another tab: nothing of it may stay on this screen. */
	async #shut(account: Account, code: StorageCode): Promise<void> {
		if (this.#open?.account !== account) return;
		await this.close();
		this.#lost = code;
	}

	/** Brings the screen up to what is on disk; what was written stays written if that fails. */
	async #show(): Promise<void> {
		const open = this.#open;
		if (!open) return;
		try {
			await this.#screen.load();
			this.#lost = null;
		} catch (error) {
			if (this.#open === open) this.#lost = storageError(error).code;
		}
	}
}
