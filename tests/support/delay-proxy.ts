import { createServer, type Socket, connect } from 'node:net';

/** One-way delays in ms: towards the server, and back from it. */
export interface Delays {
	up: number;
	down: number;
}

/** A long line to a server: bytes pass as they are and in order, each of them late. */
export interface DelayProxy {
	url: string;
	/** From the next bytes on. A shorter delay never lets bytes overtake earlier ones. */
	set(delays: Delays): void;
	/** Breaks every connection; new ones are taken. */
	cut(): void;
	close(): Promise<void>;
}

/**
 * Opens a line to `target` (an http address) on a port of its own; HTTP and WebSocket go through it
 * as bytes, so the host a page asks for and the one it says it comes from are both the line's. A new
 * connection costs a round trip before its first bytes leave, as a handshake over that line would.
 */
export async function openDelayProxy(target: string, delays: Delays): Promise<DelayProxy> {
	const { hostname, port } = new URL(target);
	let { up, down } = delays;
	const open = new Set<Socket>();
	const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
		const far = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
		const shaken = performance.now() + up + down;
		carry(near, far, () => Math.max(performance.now(), shaken) + up);
		carry(far, near, () => performance.now() + down);
		for (const socket of [near, far]) {
			open.add(socket);
			socket.on('close', () => open.delete(socket));
		}
	});
	const cut = () => {
		for (const socket of open) socket.destroy();
	};
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	return {
		url: `http://localhost:${address.port}`,
		set(later) {
			({ up, down } = later);
		},
		cut,
		async close() {
			const closed = new Promise((done) => server.close(done));
			cut();
			await closed;
		}
	};
}

/** Hands on what one socket says to the other when `due` says so, its end included. */
function carry(from: Socket, to: Socket, due: () => number): void {
	const waiting: { at: number; act: () => void }[] = [];
	let last = 0;
	let timed = false;
	const flush = () => {
		timed = false;
		for (let next = waiting[0]; next; next = waiting[0]) {
			const left = next.at - performance.now();
			if (left > 0) {
				timed = true;
				setTimeout(flush, left);
				return;
			}
			waiting.shift();
			next.act();
		}
	};
	const later = (act: () => void) => {
		last = Math.max(last, due());
		waiting.push({ at: last, act });
		if (!timed) flush();
	};
	from.on('data', (bytes) => later(() => void (to.writable && to.write(bytes))));
	from.on('end', () => later(() => to.end()));
	from.on('error', () => to.destroy());
	to.on('error', () => from.destroy());
	to.on('close', () => from.destroy());
}
