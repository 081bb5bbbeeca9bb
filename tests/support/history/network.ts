import { answerOf, verdictsOf } from '#lib/data/remote.ts';
import type { Operation } from '#lib/offline/outbox.ts';
import { RemoteError, type Remote } from '#lib/offline/remote.ts';
import type { World } from './world.ts';

/**
 * What happens to one request on its way. A late one arrives after others that left later; the
 * answer of a stalled one is under way until everything goes on.
 */
export type Fate = 'fine' | 'lost' | 'answer lost' | 'twice' | 'late' | 'stalled';

export interface Tally {
	duplicates: number;
	losses: number;
	late: number;
	stalls: number;
}

/** The way to the real database, as bad as it is told to be. */
export class Network {
	readonly tally: Tally = { duplicates: 0, losses: 0, late: 0, stalls: 0 };
	readonly #world: World;
	#fates: Fate[] = [];
	#late: (() => Promise<unknown>)[] = [];
	#stall = openStall();

	constructor(world: World) {
		this.#world = world;
	}

	/** What becomes of the next requests, one after the other; then all goes well. */
	expect(fates: readonly Fate[]): void {
		this.#fates = [...fates];
	}

	/** Everything still on its way arrives now. */
	async settle(): Promise<void> {
		for (const deliver of this.#late.splice(0)) await deliver();
	}

	/** Resolves once an answer is stalled: a run that waits for it ends when it goes on. */
	get stalled(): Promise<null> {
		return this.#stall.begun.promise;
	}

	/** What is stalled goes on. */
	resume(): void {
		this.#stall.over.resolve(null);
		this.#stall = openStall();
	}

	remote(member: string): Remote {
		return {
			push: async (client, operations: readonly Operation[]) => {
				const sent = operations.map(({ sequence, kind, args, base }) => {
					return { sequence, kind, args, base };
				});
				const deliver = () => this.#world.call(member, 'apply_ops', [client, sent]);
				return verdictsOf(await this.#carry(deliver));
			},
			pull: async (ask) =>
				answerOf(await this.#carry(() => this.#world.call(member, 'pull', [ask]))),
			refresh: () => Promise.resolve(true)
		};
	}

	async #carry(deliver: () => Promise<unknown>): Promise<unknown> {
		const fate = this.#fates.shift() ?? 'fine';
		// Of now: everything may go on before this one is answered.
		const stall = this.#stall;
		const delivered = () =>
			deliver().catch((error: unknown) => {
				throw refused(error);
			});
		if (fate === 'late') {
			this.tally.late += 1;
			this.#late.push(() => delivered().catch(() => undefined));
		}
		if (fate === 'lost' || fate === 'late') {
			this.tally.losses += 1;
			throw new RemoteError('unreachable');
		}
		const answer = await delivered();
		if (fate === 'twice') {
			this.tally.duplicates += 1;
			await delivered();
		}
		if (fate === 'stalled') {
			this.tally.stalls += 1;
			stall.begun.resolve(null);
			await stall.over.promise;
		}
		if (fate !== 'answer lost') return answer;
		this.tally.losses += 1;
		throw new RemoteError('unreachable');
	}
}

function openStall() {
	return { begun: Promise.withResolvers<null>(), over: Promise.withResolvers<null>() };
}

function refused(error: unknown): RemoteError {
	const code = error instanceof Error ? Reflect.get(error, 'code') : null;
	const said = typeof code === 'string' && /^(CR|22|23|42|P0)/.test(code) ? code : null;
	return new RemoteError(said === null ? 'failing' : 'rejected', said, error);
}
