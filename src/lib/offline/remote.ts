import type { Operation } from './outbox.ts';
import type { Tables } from './replica.ts';

/** The server's word on one operation. One already applied earlier is `applied` again. */
export type Verdict =
	| { readonly id: string; readonly status: 'applied' }
	| { readonly id: string; readonly status: 'refused'; readonly code: string };

/** All rows one account may see, in the order of their commits: a pull sees every earlier push. */
export interface Snapshot {
	/** Whose rows these are, said by the server. */
	readonly account: string;
	readonly tables: Tables;
}

/** The server, as the sync loop needs it. Every method throws RemoteError. */
export interface Remote {
	/** Applies in order; idempotent by operation id. An operation without a verdict stays queued. */
	push(operations: readonly Operation[], signal: AbortSignal): Promise<readonly Verdict[]>;
	pull(signal: AbortSignal): Promise<Snapshot>;
	/** Renews the session after `unauthorized`; false when the member has to sign in again. */
	refresh(signal: AbortSignal): Promise<boolean>;
}

/**
 * Why the server gave no usable answer:
 * - `unreachable`: no answer (network, timeout)
 * - `failing`: it answered that it cannot now (5xx, rate limit), or something unintelligible
 * - `unauthorized`: the session ended (401)
 * - `rejected`: it will never accept this request as a whole (other 4xx); `code` says why
 * - `foreign`: the session belongs to another account than the one open here
 */
export type RemoteReason = 'unreachable' | 'failing' | 'unauthorized' | 'rejected' | 'foreign';

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
