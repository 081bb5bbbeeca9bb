/**
 * Why this device could not keep or give back something:
 * - `full`: no room left; nothing of the attempted write was kept
 * - `unavailable`: the browser refuses storage (private mode, blocked cookies, damaged profile)
 * - `blocked`: another tab holds an older version open and does not let go
 * - `outdated`: a newer version of the app owns the storage; this page must be reloaded
 * - `locked`: the member's code is to be given first
 * - `closed`: the account was closed or wiped on this device
 * - `broken`: anything else the browser reports
 */
export type StorageCode =
	'full' | 'unavailable' | 'blocked' | 'outdated' | 'locked' | 'closed' | 'broken';

/** A storage failure the interface can translate by its code; it never carries stored content. */
export class StorageError extends Error {
	readonly code: StorageCode;

	constructor(code: StorageCode, cause?: unknown) {
		super(`storage: ${code}`, { cause });
		this.name = 'StorageError';
		this.code = code;
	}
}

/** The typed error for whatever an open or a transaction threw. */
export function storageError(cause: unknown): StorageError {
	if (cause instanceof StorageError) return cause;
	const name = cause instanceof Error || cause instanceof DOMException ? cause.name : '';
	switch (name) {
		case 'QuotaExceededError':
			return new StorageError('full', cause);
		case 'TimeoutError':
			return new StorageError('blocked', cause);
		case 'VersionError':
			return new StorageError('outdated', cause);
		case 'SecurityError':
		case 'UnknownError':
		case 'ReferenceError':
			return new StorageError('unavailable', cause);
		default:
			return new StorageError('broken', cause);
	}
}
