import type { Operation } from './outbox.ts';
import type { Row } from './replica.ts';
import type { Scope } from './scope.ts';

/** The server's word on one operation. One already applied earlier is `applied` again. */
export type Verdict =
	/** `tables`: what it changed; `all`: any, for it was applied before and that is forgotten. */
	| { readonly sequence: number; readonly status: 'applied'; readonly tables: Scope }
	| { readonly sequence: number; readonly status: 'refused'; readonly code: string };

/** How many rows a table shows, and the sum of their stamps. */
export type Sum = readonly [count: number, stamps: number];

/** What a device has of one table. */
export interface Held {
	/** Of the rows it has. */
	readonly sum: Sum;
	/** The server's moment they are of, in its own words; null: the table is to be sent whole. */
	readonly snapshot: string | null;
}

/** What is asked of the server. */
export interface Ask {
	/** True: every table, of which those not named have no rows here. False: those named alone. */
	readonly all: boolean;
	readonly tables: Readonly<Record<string, Held>>;
}

/** What differs from that. Later answers see every earlier push. */
export interface Answer {
	/** Whose rows these are, said by the server. */
	readonly account: string;
	/** The one moment at which all that was asked was compared. */
	readonly snapshot: string;
	/** The tables with another sum only. */
	readonly tables: Readonly<Record<string, Difference>>;
	/** More of them, which did not fit: to be asked for again. */
	readonly rest: readonly string[];
}

export interface Difference {
	/** All rows; otherwise those written since the snapshot, which may not be all that differs. */
	readonly full: boolean;
	readonly sum: Sum;
	readonly rows: readonly (readonly [stamp: number, row: Row])[];
}

/** The server, as the sync loop needs it. Every method throws RemoteError. */
export interface Remote {
	/**
	 * Applies in order; idempotent by the client, an id of the device's database, and the sequence
	 * number. An operation without a verdict stays queued.
	 */
	push(
		client: string,
		operations: readonly Operation[],
		signal: AbortSignal
	): Promise<readonly Verdict[]>;
	pull(ask: Ask, signal: AbortSignal): Promise<Answer>;
	/** Renews the session after `unauthorized`; false when it was ended. */
	refresh(signal: AbortSignal): Promise<boolean>;
}

/**
 * What a refusal is called that is about the sequence number, not the operation: another one was
 * sent from it before. This database is a copy that counts anew, or an older one brought back.
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
