import type {} from 'trusted-types';

const ADDRESS = '/service-worker.js';

/**
 * The address of the service worker, in the form in which a page that takes no text for the address
 * of a script asks for it (src/lib/server/headers.ts). Asked for once a page: a policy has one maker.
 */
export function workerAddress(): string | TrustedScriptURL {
	const policy = window.trustedTypes?.createPolicy('cercle', {
		createScriptURL: (asked: string) => (asked === ADDRESS ? asked : '')
	});
	return policy?.createScriptURL(ADDRESS) ?? ADDRESS;
}
