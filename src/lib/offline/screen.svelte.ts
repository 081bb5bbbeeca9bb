import type { Account } from './account.ts';
import type { Operation } from './outbox.ts';
import type { Tables } from './replica.ts';

/**
 * How stored rows are read and folded: the caller supplies it, for this folder knows no meaning.
 */
export interface Model<Rows, View> {
	/**
	 * Stored rows, read; `{}` on a fresh device. What this version cannot read is left out, and the
	 * others are then not `whole`.
	 */
	parse(tables: Tables): { readonly rows: Rows; readonly whole: boolean };
	/** What the member sees while nothing waits. Pure. */
	view(rows: Rows): View;
	/** What shows the rows with the waiting operations applied: its code comes when something waits. */
	folding(): Promise<Fold<Rows, View>>;
}

/** Pure. */
type Fold<Rows, View> = (rows: Rows, pending: readonly Operation[]) => View;

/** What is shown of the account on screen: a copy of its disk, brought up to date when told to. */
export class Screen<Rows, View> {
	readonly #model: Model<Rows, View>;
	#account: Account | null = null;
	#fold = $state.raw<Fold<Rows, View> | null>(null);
	#rows = $state.raw<Rows | null>(null);
	#operations = $state.raw<readonly Operation[]>([]);
	#completeAt = $state.raw<number | null>(null);
	#whole = $state.raw(false);
	#generation: number | null = null;
	#reads = 0;
	#shown = 0;

	/** Operations on their way to the server, in order. */
	readonly pending = $derived(this.#operations.filter(({ refusal }) => refusal === null));
	/** Operations the server refused: they wait for the member to retry or withdraw them. */
	readonly refused = $derived(this.#operations.filter(({ refusal }) => refusal !== null));
	/** What the member sees; null while no account is shown. */
	readonly view = $derived.by(() => {
		if (this.#rows === null) return null;
		// Nothing is shown as waiting before it is there (`load`).
		if (this.pending.length === 0 || !this.#fold) return this.#model.view(this.#rows);
		return this.#fold(this.#rows, this.pending);
	});

	constructor(model: Model<Rows, View>) {
		this.#model = model;
	}

	/** See `Queue.completeAt`. */
	get completeAt(): number | null {
		return this.#completeAt;
	}

	/** Whether all that is kept could be read. */
	get whole(): boolean {
		return this.#whole;
	}

	/** Shows `account` and nothing of another one. @throws StorageError. */
	async show(account: Account): Promise<void> {
		this.clear();
		this.#account = account;
		await this.load();
	}

	/** Brings the code that shows what waits. Rejects when there is no way to get it. */
	async warm(): Promise<void> {
		this.#fold ??= await this.#model.folding();
	}

	/** Nothing is shown any more, and nothing of it stays in memory. */
	clear(): void {
		this.#account = null;
		this.#rows = null;
		this.#operations = [];
		this.#completeAt = null;
		this.#generation = null;
		this.#shown = this.#reads;
	}

	/**
	 * Brings the screen up to what is on disk. Rows are read again only when they changed; a read
	 * that comes back after a later one, or after the account was closed, is dropped. @throws
	 * StorageError.
	 */
	async load(): Promise<void> {
		const account = this.#account;
		if (!account) return;
		const turn = ++this.#reads;
		// The first time everything is wanted: no need to look first whether it changed.
		const first = this.#rows === null ? await account.read() : null;
		const queue = first ?? (await account.queue());
		const stale = queue.generation !== this.#generation;
		const contents = first ?? (stale ? await account.read() : null);
		if (queue.operations.length > 0) await this.warm();
		if (turn < this.#shown || this.#account !== account) return;
		this.#shown = turn;
		const { generation, completeAt, operations } = contents ?? queue;
		if (contents) {
			const { rows, whole } = this.#model.parse(contents.tables);
			this.#rows = rows;
			this.#whole = whole;
			if (!whole) account.distrust(generation);
		}
		this.#generation = generation;
		this.#operations = operations;
		this.#completeAt = completeAt;
	}
}
