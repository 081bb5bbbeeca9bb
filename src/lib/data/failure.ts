import { StorageError, storageError } from '#lib/offline/storage-error.ts';

/**
 * Why the server did not do what was asked, as a code that the interface translates:
 * `CR001`… (supabase/README.md), a SQLSTATE, an auth code (`otp_expired`, `invalid_credentials`…),
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

/** The failure for an HTTP answer (status 0: none) and the code in its body, if any. */
export function failureOf(
	status: number,
	code: string | null | undefined,
	cause?: unknown
): Failure {
	if (status === 0) return new Failure('offline', cause);
	if (code === 'CR013') return new Failure('unauthorized', cause);
	if (status === 401 && !code?.startsWith('CR')) return new Failure('unauthorized', cause);
	if (status === 413) return new Failure('too_large', cause);
	if (status === 429) return new Failure('too_many', cause);
	// A refusal has a code. Without one it is the word of something in front of the server.
	if (status >= 500 || !code) return new Failure('busy', cause);
	return new Failure(code, cause);
}

/** Why there is no session: what answered a renewal with a no has ended it, whatever its words. */
export function sessionFailure(error: {
	status?: number | undefined;
	code?: string | undefined;
}): Failure {
	const { status = 0, code } = error;
	const isLater = status === 0 || status === 429 || status >= 500;
	return isLater ? failureOf(status, code, error) : new Failure('unauthorized', error);
}

/** The code of whatever was thrown: a refusal, a `StorageCode` of this device, or `unexpected`. */
export function codeOf(error: unknown): string {
	if (error instanceof Failure || error instanceof StorageError) return error.code;
	const { code } = storageError(error);
	return code === 'broken' ? 'unexpected' : code;
}
