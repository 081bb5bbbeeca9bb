import type { Snapshots } from './catch-up.ts';
import { Drafts, DRAFT_STORE } from './drafts.ts';
import {
	adding,
	operationsOf,
	OPERATION_STORE,
	refusing,
	removing,
	repeating,
	trying,
	type NewOperation,
	type Operation
} from './outbox.ts';
import type { Place } from './place.ts';
import {
	clearing,
	Reading,
	ROW_STORE,
	type Stamps,
	type Tables,
	type TableDiff
} from './replica.ts';
import { SealedStore, type Change } from './sealed-store.ts';
import * as z from './shape.ts';
import { StorageError, type StorageCode } from './storage-error.ts';
import type { Vault } from './vault.ts';

const META_STORE = 'meta';
// Before version 2 each row was a record, in the clear.
const schema = { version: 2, stores: [ROW_STORE, OPERATION_STORE, DRAFT_STORE, META_STORE] };

/** The queue at one moment. */
export interface Queue {
	/** Changes whenever the rows do; null: never pulled on this device. */
	readonly generation: number | null;
	/** By table, the server's moment that the rows are of. */
	readonly snapshots: Snapshots;
	/**
	 * Wall clock of this device when all tables were last compared with the server's, in ms since 1970;
	 * null: never. Some may be newer, none is older.
	 */
	readonly completeAt: number | null;
	readonly operations: readonly Operation[];
}

/** Rows and queue at one and the same moment. */
export interface Contents extends Queue {
	readonly tables: Tables;
}

export interface Pulled {
	/** The generation read before the pull began. */
	readonly generation: number | null;
	/**
	 * What turns the rows of that generation into the server's; none: they are equal, and it stays.
	 */
	readonly diffs: readonly TableDiff[];
	/** True: start from no rows, whatever is stored. */
	readonly afresh: boolean;
	readonly snapshots: Snapshots;
	/** Operations that the server applied: the rows then contain their effect. */
	readonly applied: readonly Operation[];
	/** When it asked for all tables, now; otherwise as before it. */
	readonly completeAt: number | null;
}

/**
 * What this device keeps for one signed-in account: replica, outbox and drafts, in one database.
 */
export class Account {
	readonly id: string;
	readonly drafts: Drafts;
	readonly #place: Place;
	readonly #database: SealedStore;
	#reading = new Reading();
	/** The stamps of the rows as last read; `stamps` null: those rows are not to be trusted. */
	#stamps: { generation: number | null; stamps: Stamps | null } | null = null;
	#distrusted = false;

	/** `onclose` is called when another tab wiped (`closed`) or upgraded (`outdated`) it. */
	constructor(id: string, vault: Vault, onclose?: (code: StorageCode) => void) {
		this.id = id;
		this.#place = vault.place;
		this.#database = new SealedStore(`cercle-${id}`, schema, {
			place: vault.place,
			vault,
			onclose
		});
		this.drafts = new Drafts(this.#database);
	}

	/**
	 * Everything, from one transaction: a confirmed operation is never missing from both sides. The
	 * drafts are there by then too.
	 */
	async read(): Promise<Contents> {
		const [[operations = [], meta = [], rows = []]] = await Promise.all([
			this.#database.read([OPERATION_STORE, META_STORE, ROW_STORE]),
			this.drafts.load()
		]);
		const queue = queueOf(operations, meta);
		const tables = this.#reading.read(rows);
		if (this.#stamps?.generation !== queue.generation) {
			this.#stamps = { generation: queue.generation, stamps: this.#reading.stamps };
		}
		return { ...queue, tables };
	}

	/**
	 * The stamps of the rows of a generation; null when there are none to build upon, or another tab
	 * has replaced them since (then a commit on that generation fails).
	 */
	async stamps(generation: number | null): Promise<Stamps | null> {
		if (generation === null) return null;
		if (this.#stamps?.generation !== generation) await this.read();
		return this.#stamps?.generation === generation ? this.#stamps.stamps : null;
	}

	/**
	 * To be called when rows just read make no sense: the next pull replaces them all. Once only:
	 * what then comes unreadable from the server itself waits for another version of the app.
	 */
	distrust(generation: number | null): void {
		if (this.#distrusted) return;
		this.#distrusted = true;
		this.#reading = new Reading();
		this.#stamps = { generation, stamps: null };
	}

	/** The id the server knows this database by, made by `uuid` when first asked for. */
	async client(uuid: () => string): Promise<string> {
		const [meta = []] = await this.#database.read([META_STORE]);
		const known = meta.find((entry) => entry.key === 'client')?.value;
		if (typeof known === 'string') return known;
		const changes = [{ store: META_STORE, key: 'client', put: uuid(), mark: 'made' }];
		const expect = { store: META_STORE, key: 'client', mark: null };
		await this.#database.write(changes, { durability: 'strict', expect });
		// Another tab may have been first.
		return this.client(uuid);
	}

	/** Forgets that id: the server heard other operations from it than this database sent. */
	async rename(): Promise<void> {
		await this.#database.write([{ store: META_STORE, remove: 'client' }], { durability: 'strict' });
	}

	/** The queue alone: cheap enough for every write. */
	async queue(): Promise<Queue> {
		const [operations = [], meta = []] = await this.#database.read([OPERATION_STORE, META_STORE]);
		return queueOf(operations, meta);
	}

	/**
	 * Resolves with its sequence number when the operation is on the medium; a power cut does not
	 * lose it any more. With `draft`, that draft goes in the same transaction. @throws StorageError,
	 * and then the draft stays.
	 */
	async add(operation: NewOperation, draft: string | null = null): Promise<number> {
		const changes = [adding(operation)];
		const saved = draft === null ? null : this.drafts.text(draft);
		// A keystroke still on its way to disk would come back after the save.
		if (draft !== null) await this.drafts.flush();
		if (draft !== null && this.drafts.text(draft) === saved) {
			changes.push(this.drafts.dropping(draft));
		}
		const keys = await this.#database.write(changes, { durability: 'strict' });
		if (draft !== null && this.drafts.text(draft) === saved) this.drafts.dropped(draft);
		return sequenceOf(keys?.[0]);
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
	async withdraw(sequence: number): Promise<void> {
		const operation = await this.#operation(sequence);
		if (operation) await this.#database.write([removing(operation)], { durability: 'strict' });
	}

	/**
	 * Sends a refused operation again, from the end of the queue; resolves with its new sequence
	 * number there, null when it is gone or not refused. `base`: what the member sees of the fields
	 * now, when they decided against it; otherwise what they saw then.
	 */
	async retry(sequence: number, base?: unknown): Promise<number | null> {
		const operation = await this.#operation(sequence);
		if (!operation?.refusal || operation.kind === 'unreadable') return null;
		const change = repeating(operation, base === undefined ? operation.base : base);
		const [key] = (await this.#database.write([change], { durability: 'strict' })) ?? [];
		return key === null ? null : sequenceOf(key);
	}

	/**
	 * Stores a pull and removes the operations it contains, in one transaction. False, and nothing
	 * stored, when another tab stored one since `generation` was read.
	 */
	async commit(pulled: Pulled): Promise<boolean> {
		const { generation, diffs, afresh, snapshots, applied, completeAt } = pulled;
		// Rows of another generation may have been read since.
		if (!afresh && this.#stamps?.generation !== generation) return false;
		const rows = this.#reading.after(diffs, afresh);
		const mark = rows.length > 0 ? (generation ?? 0) + 1 : generation;
		const steps: Change[] = [
			...rows,
			...applied.map(removing),
			{ store: META_STORE, key: 'replica', put: { completeAt, snapshots }, mark }
		];
		if (diffs.some(({ gone }) => gone.length > 0)) await this.#place.wear();
		const expect = { store: META_STORE, key: 'replica', mark: generation };
		return (await this.#database.write(steps, { durability: 'relaxed', expect })) !== null;
	}

	/** How much of it no server has: changes that wait or were refused, and drafts. */
	async unsent(): Promise<number> {
		const [operations = [], drafts = []] = await this.#database.read([
			OPERATION_STORE,
			DRAFT_STORE
		]);
		return operations.length + drafts.length;
	}

	async close(): Promise<void> {
		// The last keystrokes may still be on their way; if they cannot be kept, the page has said so.
		await this.drafts.flush().catch(() => {});
		await this.#database.close();
	}

	/** Removes the rows, and keeps what no server has: changes that wait or were refused, drafts. */
	async strip(): Promise<void> {
		const pulled = { store: META_STORE, remove: 'replica' };
		const { generation } = await this.queue();
		if (generation !== null) await this.#place.wear();
		await this.#database.write([clearing, pulled], { durability: 'strict' });
	}

	/** Removes everything kept for this account. Works offline. */
	async erase(): Promise<void> {
		await this.#database.erase();
	}

	/**
	 * Removes everything, unless something was not sent: then it removes nothing and returns false.
	 * The empty database stays: a tab that writes to it at this moment must not write into nothing.
	 */
	async eraseIfSent(): Promise<boolean> {
		if ((await this.unsent()) > 0) return false;
		await this.#place.wear();
		return this.#database.empty([OPERATION_STORE, DRAFT_STORE]);
	}

	async #operation(sequence: number): Promise<Operation | undefined> {
		const { operations } = await this.queue();
		return operations.find((operation) => operation.sequence === sequence);
	}
}

function sequenceOf(key: unknown): number {
	if (typeof key !== 'number') throw new StorageError('broken');
	return key;
}

const pulledOnce = z.object({
	completeAt: z.nullable(z.number()),
	snapshots: z._default(z.record(z.string()), {})
});
type Entries = Awaited<ReturnType<SealedStore['read']>>[number];

function queueOf(operations: Entries, meta: Entries): Queue {
	const replica = meta.find((entry) => entry.key === 'replica');
	const stored = z.safeParse(pulledOnce, replica?.value);
	return {
		generation: typeof replica?.mark === 'number' ? replica.mark : null,
		snapshots: stored.data?.snapshots ?? {},
		completeAt: stored.data?.completeAt ?? null,
		operations: operationsOf(operations)
	};
}
