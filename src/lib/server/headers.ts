import type { ServerResponse } from 'node:http';

export interface HeaderOptions {
	/** True when the public address is https. */
	secure: boolean;
	/** Origin of the hosted Supabase, or null. */
	hostedUrl: string | null;
}

const HOST = /^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i;

/**
 * Sets the headers every answer carries. `host` is the request's own Host header: phones on the same
 * network come under another name than the configured one.
 */
export function setHeaders(
	response: ServerResponse,
	host: string | undefined,
	{ secure, hostedUrl }: HeaderOptions
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
		"frame-ancestors 'none'"
	];
	response.setHeader('content-security-policy', policy.join('; '));
	response.setHeader('x-content-type-options', 'nosniff');
	response.setHeader('x-frame-options', 'DENY');
	response.setHeader('referrer-policy', 'no-referrer');
	response.setHeader('cross-origin-opener-policy', 'same-origin');
	response.setHeader('cross-origin-resource-policy', 'same-origin');
	response.setHeader(
		'permissions-policy',
		'camera=(), microphone=(), geolocation=(), payment=(), usb=(), screen-wake-lock=(self)'
	);
	if (secure) response.setHeader('strict-transport-security', 'max-age=63072000');
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
