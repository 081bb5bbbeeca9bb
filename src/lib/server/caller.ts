import type { IncomingMessage } from 'node:http';

/** The caller's address: as the nearest proxy tells it where one is declared, else the socket's. */
export function callerOf(
	request: Pick<IncomingMessage, 'headers' | 'socket'>,
	addressHeader: string | null
): string {
	const told = addressHeader ? request.headers[addressHeader] : undefined;
	const last = typeof told === 'string' ? told.split(',').at(-1)?.trim() : undefined;
	return (last ?? request.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
}

/** One caller has a whole /64 of IPv6 addresses, written with or without the zeros in it. */
export function networkOf(address: string): string {
	if (!address.includes(':') || address.includes('.')) return address;
	const [head = '', tail] = address.split('::');
	const first = head.split(':');
	const last = tail?.split(':') ?? [];
	const zeros = new Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0');
	return [...first, ...zeros, ...last].slice(0, 4).join(':');
}

/**
 * The network whose calls are counted together. Null where it tells nothing: a call from this
 * machine is a proxy's that does not name its client, and everybody behind it would count as one.
 */
export function countedNetwork(address: string): string | null {
	return /^(127\.|::1$)/.test(address) ? null : networkOf(address);
}
