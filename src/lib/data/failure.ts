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
	if (status === 401 && !code?.startsWith('CR')) return new Failure('unauthorized', cause);
	if (status === 413) return new Failure('too_large', cause);
	if (status === 429) return new Failure('too_many', cause);
	if (status >= 500) return new Failure('busy', cause);
	return new Failure(code || 'CR005', cause);
}

/** The code of whatever was thrown. */
export function codeOf(error: unknown): string {
	return error instanceof Failure ? error.code : 'unexpected';
}
