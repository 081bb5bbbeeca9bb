import type { ServerResponse } from 'node:http';

export interface HeaderOptions {
	/** True when the public address is https. */
	secure: boolean;
	/** Origin of the hosted Supabase, or null. */
	hostedUrl: string | null;
	/** False while pages are served from their sources: hot reload writes scripts and styles as text. */
	built: boolean;
}

/** What the app asks of a browser: the room's sounds, its screen, its wake lock, a copied address. */
const USED = ['autoplay', 'clipboard-write', 'fullscreen', 'screen-wake-lock'];

/**
 * Everything else that browsers of 2026 know by name, so that not even a script of ours could ask. The
 * access to a local network is not among it: a Cercle at home is one.
 */
const UNUSED = [
	'accelerometer',
	'bluetooth',
	'browsing-topics',
	'camera',
	'captured-surface-control',
	'clipboard-read',
	'compute-pressure',
	'cross-origin-isolated',
	'display-capture',
	'encrypted-media',
	'gamepad',
	'geolocation',
	'gyroscope',
	'hid',
	'identity-credentials-get',
	'idle-detection',
	'keyboard-map',
	'local-fonts',
	'magnetometer',
	'microphone',
	'midi',
	'otp-credentials',
	'payment',
	'picture-in-picture',
	'private-state-token-issuance',
	'private-state-token-redemption',
	'publickey-credentials-create',
	'publickey-credentials-get',
	'serial',
	'storage-access',
	'sync-xhr',
	'usb',
	'web-share',
	'window-management',
	'xr-spatial-tracking'
];

const PERMISSIONS = [
	...USED.map((name) => `${name}=(self)`),
	...UNUSED.map((name) => `${name}=()`)
];

/**
 * The code that may turn text into markup or into the address of a script: Svelte's templates, which
 * are ours, and the registration of the service worker (src/lib/offline/worker.ts).
 */
const TRUSTED = ["require-trusted-types-for 'script'", 'trusted-types svelte-trusted-html cercle'];

const HOST = /^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i;

/**
 * Sets the headers every answer carries. `host` is the request's own Host header: phones on the same
 * network come under another name than the configured one.
 */
export function setHeaders(
	response: ServerResponse,
	host: string | undefined,
	{ secure, hostedUrl, built }: HeaderOptions
): void {
	const own = host && HOST.test(host) ? [`ws://${host}`, `wss://${host}`] : [];
	const hosted = hostedUrl ? [hostedUrl, hostedUrl.replace(/^http/, 'ws')] : [];
	// Pages bring their own policy with the hashes of their scripts; both hold. So neither
	// default-src nor script-src here: they would forbid what the page's hashes allow.
	const policy = [
		`connect-src ${["'self'", ...own, ...hosted].join(' ')}`,
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-src 'none'",
		"frame-ancestors 'none'",
		...(built ? TRUSTED : [])
	];
	response.setHeader('content-security-policy', policy.join('; '));
	response.setHeader('x-content-type-options', 'nosniff');
	response.setHeader('x-frame-options', 'DENY');
	response.setHeader('referrer-policy', 'no-referrer');
	response.setHeader('cross-origin-opener-policy', 'same-origin');
	response.setHeader('cross-origin-resource-policy', 'same-origin');
	response.setHeader('origin-agent-cluster', '?1');
	response.setHeader('permissions-policy', PERMISSIONS.join(', '));
	// No embedder policy: nothing foreign may be embedded anyway, and cross-origin isolation would give
	// a page finer clocks and shared memory, which Cercle does not use and an intruder would.
	if (secure) {
		response.setHeader('strict-transport-security', 'max-age=63072000; includeSubDomains');
	}
}

/**
 * Lets a page add its own policy to ours: a second one narrows the first, a replacement would lose
 * it.
 */
export function keepPolicy(response: ServerResponse): void {
	const ours = response.getHeader('content-security-policy');
	const set = response.setHeader.bind(response);
	response.setHeader = (name, value) => {
		const isPolicy = name.toLowerCase() === 'content-security-policy';
		return set(name, isPolicy ? [ours, value].flat().map(String) : value);
	};
}

/** The policy of answers that are data: nothing in them may run, whatever they hold. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";
