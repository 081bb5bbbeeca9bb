import { Database, type Change } from './database.ts';
import { Drafts, draftStore } from './drafts.ts';
import {
	adding,
	operationsOf,
	operationStore,
	refusing,
	removing,
	reviving,
	trying,
	type Draft,
	type Operation
} from './outbox.ts';
import { replacing, rowStore, tablesOf, type Tables } from './replica.ts';
import type { StorageCode } from './storage-error.ts';

const metaStore = 'meta';
const schema = [[rowStore, operationStore, draftStore, metaStore]];

/** The queue at one moment. */
export interface Queue {
	/** Changes with every replacement of the rows; null: never pulled on this device. */
	readonly generation: number | null;
	/** Wall clock of this device at the last pull, in ms since 1970; null: never. */
	readonly syncedAt: number | null;
	readonly operations: readonly Operation[];
}

/** Rows and queue at one and the same moment. */
export interface Contents extends Queue {
	readonly tables: Tables;
}

export interface Pulled {
	/** The generation read before the pull began. */
	readonly generation: number | null;
	/** Null: the same rows as stored at that generation, which then stays. */
	readonly tables: Tables | null;
	/** Operations whose effect the tables contain. */
	readonly settled: readonly Operation[];
	readonly syncedAt: number;
}

/** What this device keeps for one signed-in account: replica, outbox and drafts, in one database. */
export class Account {
	readonly id: string;
	readonly drafts: Drafts;
	readonly #database: Database;

	/** `onclose` is called when another tab wiped (`closed`) or upgraded (`outdated`) it. */
	constructor(id: string, onclose: (code: StorageCode) => void = () => {}) {
		this.id = id;
		this.#database = new Database(`cercle-${id}`, schema, onclose);
		this.drafts = new Drafts(this.#database);
	}

	/** Everything, from one transaction: a confirmed operation is never missing from both sides. */
	async read(): Promise<Contents> {
		const [operations = [], meta = [], rows = []] = await this.#database.read([
			operationStore,
			metaStore,
			rowStore
		]);
		return { ...queueOf(operations, meta), tables: tablesOf(rows) };
	}

	/** The queue alone: cheap enough for every write. */
	async queue(): Promise<Queue> {
		const [operations = [], meta = []] = await this.#database.read([operationStore, metaStore]);
		return queueOf(operations, meta);
	}

	/**
	 * Resolves when the operation is on the medium; a power cut does not lose it any more. With
	 * `draft`, that draft goes in the same transaction. Throws StorageError, and then the draft stays.
	 */
	async add(operation: Draft, draft: string | null = null): Promise<void> {
		const changes = [adding(operation)];
		if (draft !== null) {
			// A keystroke still on its way to disk would come back after the save.
			await this.drafts.settled();
			changes.push(this.drafts.dropping(draft));
		}
		await this.#database.write(changes, { durability: 'strict' });
		if (draft !== null) this.drafts.dropped(draft);
	}

	/** Notes the server's refusal: the operation stays, visible, until the member withdraws it. */
	async refuse(operation: Operation, code: string): Promise<void> {
		await this.#database.write([refusing(operation, code)], { durability: 'strict' });
	}

	/** Notes that these were sent and no answer came. */
	async tried(operations: readonly Operation[]): Promise<void> {
		if (operations.length === 0) return;
		await this.#database.write(operations.map(trying), { durability: 'relaxed' });
	}

	/**
	 * Takes an operation out of the queue for good. One that is just being sent may still be applied:
	 * the next pull shows what the server decided.
	 */
	async withdraw(id: string): Promise<void> {
		await this.#change(id, removing);
	}

	/** Lets a refused operation be sent again. */
	async revive(id: string): Promise<void> {
		await this.#change(id, reviving);
	}

	/**
	 * Stores a pull and removes the operations it contains, in one transaction. False, and nothing
	 * stored, when another tab stored one since `generation` was read.
	 */
	async commit({ generation, tables, settled, syncedAt }: Pulled): Promise<boolean> {
		const mark = tables ? (generation ?? 0) + 1 : generation;
		const changes: Change[] = [
			...(tables ? replacing(tables) : []),
			...settled.map(removing),
			{ store: metaStore, key: 'replica', put: { syncedAt }, mark }
		];
		const expect = { store: metaStore, key: 'replica', mark: generation };
		return this.#database.write(changes, { durability: 'relaxed', expect });
	}

	async close(): Promise<void> {
		await this.#database.close();
	}

	/** Removes everything kept for this account. Works offline. */
	async erase(): Promise<void> {
		await this.#database.erase();
	}

	async #change(id: string, change: (operation: Operation) => Change): Promise<void> {
		const { operations } = await this.queue();
		const changes = operations.filter((operation) => operation.id === id).map(change);
		if (changes.length > 0) await this.#database.write(changes, { durability: 'strict' });
	}
}

type Entries = Awaited<ReturnType<Database['read']>>[number];

function queueOf(operations: Entries, meta: Entries): Queue {
	const replica = meta.find((entry) => entry.key === 'replica');
	const stored = replica?.value;
	const syncedAt =
		typeof stored === 'object' && stored !== null && 'syncedAt' in stored ? stored.syncedAt : null;
	return {
		generation: typeof replica?.mark === 'number' ? replica.mark : null,
		syncedAt: typeof syncedAt === 'number' ? syncedAt : null,
		operations: operationsOf(operations)
	};
}
