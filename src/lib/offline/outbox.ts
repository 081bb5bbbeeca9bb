import type { Change, Entry } from './sealed-store.ts';
import * as z from './shape.ts';

/** What a member meant to do, waiting for the server's answer. */
export interface Operation {
	readonly kind: string;
	readonly args: unknown;
	/** What the member saw when deciding (versions); null when nothing was there yet. */
	readonly base: unknown;
	/** Wall clock of this device in ms since 1970: to be shown, never to order by. */
	readonly madeAt: number;
	/**
	 * Position in the queue of this database. Grows; never used twice: with the id of the database
	 * (`Account.client`) the server knows it by, to apply the operation once only.
	 */
	readonly sequence: number;
	/** How many times it was sent without an answer. */
	readonly tries: number;
	/** The server's reason for not applying it; null while it waits. */
	readonly refusal: { readonly code: string } | null;
}

/** One that has no place in the queue yet. */
export type NewOperation = Omit<Operation, 'sequence' | 'tries' | 'refusal'>;

/** The store of the account's database that holds the operations, keyed by sequence number. */
export const OPERATION_STORE = 'operations';

const written = z.object({
	kind: z.string(),
	args: z.unknown(),
	base: z.unknown(),
	madeAt: z.number()
});
const mark = z.object({ tries: z.number(), refusal: z.nullable(z.object({ code: z.string() })) });

/** The change that puts an operation at the end of the queue. Its content is never rewritten. */
export function adding(operation: NewOperation): Change {
	return { store: OPERATION_STORE, add: operation, mark: { tries: 0, refusal: null } };
}

/** The change that takes an operation out of the queue; nothing happens when it is gone. */
export function removing({ sequence }: Operation): Change {
	return { store: OPERATION_STORE, remove: sequence };
}

/** The change that notes the server's refusal; nothing happens when the operation is gone. */
export function refusing({ sequence, tries }: Operation, code: string): Change {
	return { store: OPERATION_STORE, key: sequence, mark: { tries, refusal: { code } } };
}

/**
 * The change that puts a refused operation at the end of the queue as a new one: the server judges
 * a sequence number once. `base` is what the member sees now. Nothing happens when the operation is
 * gone.
 */
export function repeating({ sequence, kind, args, madeAt }: Operation, base: unknown): Change {
	const add: NewOperation = { kind, args, base, madeAt };
	return { store: OPERATION_STORE, instead: sequence, add, mark: { tries: 0, refusal: null } };
}

/** The change that notes one more sending without an answer. */
export function trying({ sequence, tries, refusal }: Operation): Change {
	return { store: OPERATION_STORE, key: sequence, mark: { tries: tries + 1, refusal } };
}

/**
 * The queue in order. A record that cannot be read is set aside as refused with code
 * `unreadable`: it neither blocks the others nor vanishes unseen.
 */
export function operationsOf(entries: readonly Entry[]): Operation[] {
	return entries.flatMap((entry) => {
		const sequence = entry.key;
		if (typeof sequence !== 'number') return [];
		const operation = z.safeParse(written, entry.value);
		if (!operation.success) {
			const refusal = { code: 'unreadable' };
			const lost = { kind: 'unreadable', args: null, base: null, madeAt: 0 };
			return [{ ...lost, sequence, tries: 0, refusal }];
		}
		const state = z.safeParse(mark, entry.mark);
		const { tries, refusal } = state.success ? state.data : { tries: 0, refusal: null };
		const { args = null, base = null, ...rest } = operation.data;
		return [{ ...rest, args, base, sequence, tries, refusal }];
	});
}
