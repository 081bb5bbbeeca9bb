import type { IncomingMessage } from 'node:http';

/**
 * The origin under which a request came, for links sent to others where none is configured. Its Host
 * header is the caller's word and could lead a mail's reader anywhere: beyond this machine's own
 * name, only the address of the connection counts.
 */
export function reachedBy({
	headers,
	socket
}: Pick<IncomingMessage, 'headers' | 'socket'>): string {
	const { localAddress = '127.0.0.1', localPort = 80 } = socket;
	const address = localAddress.replace(/^::ffff:/, '').replace(/%.*$/, '');
	const isHere = /^localhost(:\d+)?$/.test(headers.host ?? '');
	const name = address.includes(':') ? `[${address}]` : address;
	return `http://${isHere ? 'localhost' : name}:${localPort}`;
}
