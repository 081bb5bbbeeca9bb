import { createServer, request as forward, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A proxy in front of a server, which at times answers in its place with a page of its own. */
export interface PageProxy {
	url: string;
	/** The status of its page; null: everything goes through. */
	page: number | null;
	/** What it answered by its page so far: method and path, without the query. */
	readonly paged: string[];
	close(): Promise<void>;
}

const PAGE = '<!doctype html><title>Please sign in</title><p>This network asks who you are.</p>';
/** Where its page is when it answers by a redirect. */
const PORTAL = '/portal';

/** Opens one before `target`, an http address. `onpage` is told of each answer by its page. */
export async function openPageProxy(target: string, onpage = () => {}): Promise<PageProxy> {
	const { hostname, port } = new URL(target);
	const sockets = new Set<Socket>();
	const pageFor = (request: IncomingMessage): number | null => {
		const [path] = (request.url ?? '/').split('?');
		if (path === PORTAL) return 200;
		if (proxy.page === null) return null;
		proxy.paged.push(`${request.method} ${path}`);
		onpage();
		return proxy.page;
	};
	const headersFor = (status: number) => ({
		'content-type': 'text/html; charset=utf-8',
		...(status === 302 && { location: PORTAL })
	});
	const server = createServer((request, response) => {
		const status = pageFor(request);
		if (status !== null) {
			request.resume();
			response.writeHead(status, headersFor(status)).end(PAGE);
			return;
		}
		const { method, url: path, headers } = request;
		const onward = forward({ hostname, port, method, path, headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		onward.on('error', () => response.destroy());
		request.pipe(onward);
	});
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
	});
	server.on('upgrade', (request: IncomingMessage, near: Socket, head: Buffer) => {
		const status = pageFor(request);
		if (status !== null) {
			const headers = Object.entries(headersFor(status)).map(
				([name, value]) => `${name}: ${value}`
			);
			near.end([`HTTP/1.1 ${status} Page`, ...headers, 'connection: close', '', PAGE].join('\r\n'));
			return;
		}
		const far = connect(Number(port), hostname, () => {
			const lines = [`${request.method} ${request.url} HTTP/1.1`];
			for (let at = 0; at < request.rawHeaders.length; at += 2) {
				lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
			}
			far.write(`${lines.join('\r\n')}\r\n\r\n`);
			far.write(head);
			near.pipe(far).pipe(near);
		});
		far.on('error', () => near.destroy());
		near.on('error', () => far.destroy());
		near.on('close', () => far.destroy());
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	const proxy: PageProxy = {
		url: `http://127.0.0.1:${address.port}`,
		page: null,
		paged: [],
		async close() {
			const closed = new Promise((done) => server.close(done));
			for (const socket of sockets) socket.destroy();
			await closed;
		}
	};
	return proxy;
}
