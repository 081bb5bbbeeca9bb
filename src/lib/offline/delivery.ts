import type { Account } from './account.ts';
import type { Operation } from './outbox.ts';
import { RemoteError, TAKEN } from './remote.ts';
import type { Requests } from './requests.ts';
import { joined, type Scope } from './scope.ts';

/** How many go in one request; half as many for each time that one of them got no answer. */
const BATCH = 50;
/** How often a single operation may fail before a probe tells whether it is at fault. */
const PATIENCE = 6;

export interface Delivered {
	/** What the server applied: to be removed with the pull that contains it. */
	readonly applied: readonly Operation[];
	/** What these changed. */
	readonly changed: Scope;
	/** True when a sequence number was used before by another operation: see `Account.rename`. */
	readonly taken: boolean;
}

const NOTHING: Delivered = { applied: [], taken: false, changed: [] };

/** Sends the waiting operations and records the verdict on each. */
export class Delivery {
	readonly #account: Account;
	readonly #requests: Requests;
	readonly #onrefused: () => void;

	constructor(account: Account, requests: Requests, onrefused: () => void) {
		this.#account = account;
		this.#requests = requests;
		this.#onrefused = onrefused;
	}

	/** Sends in order; `uuid` makes the name of a database that has none. @throws RemoteError. */
	async send(waiting: readonly Operation[], uuid: () => string): Promise<Delivered> {
		if (waiting.length === 0) return NOTHING;
		const client = await this.#account.client(uuid);
		const parts: Delivered[] = [];
		let size = BATCH;
		for (let rest = waiting; rest[0];) {
			size = Math.min(size, Math.max(1, Math.floor(BATCH / 2 ** rest[0].tries)));
			parts.push(await this.#send(client, rest.slice(0, size)));
			rest = rest.slice(size);
		}
		return together(parts);
	}

	async #send(client: string, operations: readonly Operation[]): Promise<Delivered> {
		const [only, ...others] = operations;
		if (!only) return NOTHING;
		let verdicts;
		try {
			verdicts = await this.#requests.ask(({ remote, signal }) =>
				remote.push(client, operations, signal)
			);
		} catch (error) {
			if (!(error instanceof RemoteError) || error.reason !== 'rejected') {
				// We aborted it: nothing is known of the server.
				if (error instanceof RemoteError) await this.#account.tried(operations);
				if (others.length > 0 || !(await this.#breaks(client, only, error))) throw error;
				await this.#refuse(only, 'busy');
				return NOTHING;
			}
			if (others.length === 0) {
				await this.#refuse(only, error.code ?? 'rejected');
				return NOTHING;
			}
			// One of them makes the server reject all: alone, each gets its own answer.
			const one = await this.#send(client, [only]);
			return together([one, await this.#send(client, others)]);
		}
		const answers = new Map(verdicts.map((verdict) => [verdict.sequence, verdict]));
		const unanswered = operations.filter(({ sequence }) => !answers.has(sequence));
		let taken = false;
		for (const operation of operations) {
			const answer = answers.get(operation.sequence);
			if (answer?.status !== 'refused') continue;
			if (answer.code === TAKEN) taken = true;
			else await this.#refuse(operation, answer.code);
		}
		if (unanswered.length > 0) {
			await this.#account.tried(unanswered);
			throw new RemoteError('failing');
		}
		const applied = operations.filter(
			({ sequence }) => answers.get(sequence)?.status === 'applied'
		);
		const changed = verdicts.reduce<Scope>((scope, verdict) => {
			return verdict.status === 'applied' ? joined(scope, verdict.tables) : scope;
		}, []);
		return { applied, taken, changed };
	}

	/** Whether the server fails at this operation, again and again, and at nothing else. */
	async #breaks(client: string, { tries }: Operation, error: unknown): Promise<boolean> {
		if (!(error instanceof RemoteError) || error.reason !== 'failing') return false;
		if (tries < PATIENCE) return false;
		await this.#requests.ask(({ remote, signal }) => remote.push(client, [], signal));
		return true;
	}

	async #refuse(operation: Operation, code: string): Promise<void> {
		await this.#account.refuse(operation, code);
		this.#onrefused();
	}
}

function together(parts: readonly Delivered[]): Delivered {
	return {
		applied: parts.flatMap(({ applied }) => applied),
		changed: parts.reduce<Scope>((scope, { changed }) => joined(scope, changed), []),
		taken: parts.some(({ taken }) => taken)
	};
}
