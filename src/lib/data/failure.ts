import * as codes from '#lib/domain/codes.ts';
import { StorageError, storageError } from '#lib/offline/storage-error.ts';

/**
 * Why the server did not do what was asked, as a code that the interface translates:
 * one of the database's (domain/codes.ts), a SQLSTATE, an auth code (`otp_expired`, `invalid_credentials`…),
 * `offline` when there was no answer, `busy` when it cannot now, `unauthorized` when the session ended.
 */
export class Failure extends Error {
	readonly code: string;

	constructor(code: string, cause?: unknown) {
		super(`failed: ${code}`, { cause });
		this.name = 'Failure';
		this.code = code;
	}
}

/** Words with which Auth ends a sign-in when it is asked to renew it: no later try can succeed. */
export const ENDINGS: ReadonlySet<string> = new Set([
	'refresh_token_already_used',
	'refresh_token_not_found',
	'session_expired',
	'session_not_found',
	'user_banned',
	'user_not_found',
	// Of a token that this server never gave.
	'validation_failed'
]);

/**
 * The failure for an HTTP answer (status 0: none) and the code in its body, if any. A status alone
 * is no word of ours: a proxy may set it too.
 */
export function failureOf(
	status: number,
	code: string | null | undefined,
	cause?: unknown
): Failure {
	if (status === 0) return new Failure('offline', cause);
	if (status >= 500 || !code) return new Failure('busy', cause);
	if (code === codes.SIGN_IN_ENDED) return new Failure('unauthorized', cause);
	if (status === 401 && !code.startsWith('CR')) return new Failure('unauthorized', cause);
	if (status === 413) return new Failure('too_large', cause);
	if (status === 429) return new Failure('too_many', cause);
	return new Failure(code, cause);
}

/** What the client of Auth says of a call that failed. */
export interface AuthProblem {
	name: string;
	status?: number | undefined;
	code?: string | undefined;
}

/** Why Auth did not do what was asked. */
export function authFailure(error: AuthProblem): Failure {
	const { name, status = 0, code } = error;
	// Its client found no session here, or Auth said that there is none any more.
	if (name === 'AuthSessionMissingError') return new Failure('unauthorized', error);
	return failureOf(status, code, error);
}

/** Why there is no session: `unauthorized` when Auth ended it. */
export function sessionFailure(error: AuthProblem): Failure {
	const isOver = error.code !== undefined && ENDINGS.has(error.code);
	return isOver ? new Failure('unauthorized', error) : authFailure(error);
}

/** The code of whatever was thrown: a refusal, a `StorageCode` of this device, or `unexpected`. */
export function codeOf(error: unknown): string {
	if (error instanceof Failure || error instanceof StorageError) return error.code;
	const { code } = storageError(error);
	return code === 'broken' ? 'unexpected' : code;
}
