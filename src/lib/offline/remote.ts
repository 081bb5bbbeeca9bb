import type { Operation } from './outbox.ts';
import type { Row } from './replica.ts';

/** The server's word on one operation. One already applied earlier is `applied` again. */
export type Verdict =
	| { readonly place: number; readonly status: 'applied' }
	| { readonly place: number; readonly status: 'refused'; readonly code: string };

/** How many rows a table shows, and the sum of their stamps. */
export type Sum = readonly [count: number, stamps: number];

/** What a device has of the server's rows. */
export interface Since {
	/** From its last answer; null: nothing. */
	readonly cursor: string | null;
	/** By table; a table without rows may be missing. */
	readonly sums: Readonly<Record<string, Sum>>;
	/** Tables to be sent whole. */
	readonly full: readonly string[];
}

/** What differs from that. Later answers see every earlier push. */
export interface Answer {
	/** Whose rows these are, said by the server. */
	readonly account: string;
	readonly cursor: string;
	/** The tables with another sum only. */
	readonly tables: Readonly<Record<string, Difference>>;
}

export interface Difference {
	/** All rows; otherwise those written since the cursor, which may not be all that differs. */
	readonly full: boolean;
	readonly sum: Sum;
	readonly rows: readonly (readonly [stamp: number, row: Row])[];
}

/** The server, as the sync loop needs it. Every method throws RemoteError. */
export interface Remote {
	/**
	 * Applies in order; idempotent by the client, an id of the device's database, and the place. An
	 * operation without a verdict stays queued.
	 */
	push(
		client: string,
		operations: readonly Operation[],
		signal: AbortSignal
	): Promise<readonly Verdict[]>;
	pull(since: Since, signal: AbortSignal): Promise<Answer>;
	/** Renews the session after `unauthorized`; false when it was ended. */
	refresh(signal: AbortSignal): Promise<boolean>;
}

/**
 * What a refusal is called that is about the place, not the operation: another one was sent from it
 * before. This database is a copy that counts anew, or an older one brought back.
 */
export const TAKEN = 'taken';

/**
 * Why the server gave no usable answer:
 * - `unreachable`: no answer (network, timeout)
 * - `failing`: it answered that it cannot now (5xx, rate limit), or something unintelligible
 * - `unauthorized`: it does not take the session, and yet renewed it
 * - `ended`: the session was ended: nothing of the account may stay on this device
 * - `outdated`: it does not know (any more, or yet) what this version of the app asks for
 * - `rejected`: it will never accept this request as a whole (other 4xx); `code` says why
 * - `foreign`: the session belongs to another account than the one open here
 */
export type RemoteReason =
	'unreachable' | 'failing' | 'unauthorized' | 'ended' | 'outdated' | 'rejected' | 'foreign';

export class RemoteError extends Error {
	readonly reason: RemoteReason;
	/** A code the interface translates; null unless rejected. */
	readonly code: string | null;

	constructor(reason: RemoteReason, code: string | null = null, cause?: unknown) {
		super(`remote: ${reason}`, { cause });
		this.name = 'RemoteError';
		this.reason = reason;
		this.code = code;
	}
}
