import type { Platform } from './platform.ts';
import type { StorageCode } from './storage-error.ts';

/** How the syncing of an account stands. */
export interface Status {
	/** `unreachable`: the device has a network, the server does not answer. */
	readonly connectivity: 'online' | 'offline' | 'unreachable';
	/** Wall clock when this connectivity began, in ms since 1970. */
	readonly since: number;
	readonly busy: boolean;
	/**
	 * What keeps the last run from succeeding besides the network: the member must sign in
	 * (`unauthorized`), the session was ended (`ended`), another account is signed in (`foreign`), the
	 * server or its answer is wrong (`failing`, `rejected`), this app is of another version (`outdated`), or this device's storage.
	 * Null: nothing.
	 */
	readonly problem:
		'unauthorized' | 'ended' | 'foreign' | 'failing' | 'rejected' | StorageCode | null;
	/** What was thrown, for the developer: it may carry content, so it is neither shown nor logged. */
	readonly cause: unknown;
}

/** Before anything was asked of the server. */
export function firstStatus(platform: Platform): Status {
	return {
		connectivity: platform.online() ? 'online' : 'offline',
		since: platform.now(),
		busy: false,
		problem: null,
		cause: null
	};
}
