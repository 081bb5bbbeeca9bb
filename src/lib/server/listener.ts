import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './body.ts';
import { callerOf } from './caller.ts';
import type { Answer } from './embedded/answer.ts';
import type { Api } from './embedded/api.ts';
import { DATA_POLICY, type HeaderOptions, keepPolicy, setHeaders } from './headers.ts';
import { codeOf, type Log } from './log.ts';
import type { DemoMails } from './mail.ts';
import type { Pages } from './pages.ts';
import type { Cercle, CercleRequest } from './platform.ts';

export interface ListenerParts {
	api: Api | null;
	/** Requests below `/realtime/v1` that are not upgrades, or null. */
	realtime: ((request: Request) => Promise<Response>) | null;
	health: () => Promise<Response>;
	demoMails: DemoMails | null;
	/** Null where nothing but the API is served (tests). */
	pages: Pages | null;
	cercle: Cercle;
	headers: HeaderOptions;
	addressHeader: string | null;
	log: Log;
}

export type Listener = (request: CercleRequest, response: ServerResponse) => void;

/** Others are never meant: TRACE would say back what a proxy added. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The way of each request: health, API, realtime, demo mails, and else the pages. */
export function createListener(parts: ListenerParts): Listener {
	return (request, response) => {
		setHeaders(response, request.headers.host, parts.headers);
		const url = addressOf(request);
		if (!url) return void send(response, problem(400, 'bad_request'));
		if (!METHODS.has(request.method ?? '')) return void send(response, problem(405, 'bad_request'));
		const route = routeOf(url.pathname);
		const answer = dispatch(parts, route, request, url, response);
		if (!answer) return turnPage(parts, request, response);
		answer
			.catch((error: unknown) => {
				parts.log('request_failed', { route, code: codeOf(error) });
				return problem(503, 'unavailable');
			})
			.then((result) => send(response, result))
			// The caller left: nobody is there to tell.
			.catch(() => response.destroy());
	};
}

/** The first part of a path, which names no row and no person. */
function routeOf(path: string): string {
	return /^\/(healthz|auth\/v1|rest\/v1|realtime\/v1|mails\.json)(\/|$)/.exec(path)?.[1] ?? 'page';
}

function dispatch(
	parts: ListenerParts,
	route: string,
	request: IncomingMessage,
	url: URL,
	response: ServerResponse
): Promise<Answer | Response> | null {
	if (route === 'healthz') return parts.health();
	if (route === 'mails.json')
		return parts.demoMails ? Promise.resolve(readDemoMails(parts.demoMails)) : null;
	const { api, realtime } = parts;
	if (api && (route === 'auth/v1' || route === 'rest/v1')) {
		return withBody(request, (body) =>
			api.fetch({
				method: request.method ?? 'GET',
				url,
				headers: request.headers,
				body,
				peer: callerOf(request, parts.addressHeader),
				isWanted: () => !response.destroyed
			})
		);
	}
	if (realtime && route === 'realtime/v1') {
		return withBody(request, (body) =>
			realtime(
				new Request(url, {
					method: request.method ?? 'GET',
					headers: headersOf(request),
					...(body && { body: new Uint8Array(body) })
				})
			)
		);
	}
	return null;
}

const readDemoMails = (demoMails: DemoMails) =>
	Response.json(demoMails.mails, { headers: { 'cache-control': 'no-store' } });

async function withBody(
	request: IncomingMessage,
	answer: (body: Buffer | null) => Promise<Answer | Response>
): Promise<Answer | Response> {
	if (request.method === 'GET' || request.method === 'HEAD') return answer(null);
	const body = await readBody(request);
	if (body === null) return problem(413, 'too_large');
	return answer(body.length > 0 ? body : null);
}

function turnPage(parts: ListenerParts, request: CercleRequest, response: ServerResponse): void {
	request.cercle = parts.cercle;
	request.caller = callerOf(request, parts.addressHeader);
	keepPolicy(response);
	const otherwise = () => void send(response, problem(404, 'not_found')).catch(() => undefined);
	if (parts.pages) parts.pages.handle(request, response, otherwise);
	else otherwise();
}

async function send(response: ServerResponse, answer: Answer | Response): Promise<void> {
	if (response.headersSent) return;
	response.statusCode = answer.status;
	response.setHeader('cache-control', 'no-store');
	const headers = answer instanceof Response ? answer.headers : Object.entries(answer.headers);
	for (const [name, value] of headers) response.setHeader(name, value);
	response.setHeader('content-security-policy', DATA_POLICY);
	if (answer.status === 413) response.setHeader('connection', 'close');
	const isWeb = answer instanceof Response;
	response.end(isWeb ? Buffer.from(await answer.arrayBuffer()) : answer.body);
}

const problem = (status: number, code: string) =>
	Response.json({ code, message: MESSAGES[code] ?? 'Failed' }, { status });

const MESSAGES: Record<string, string> = {
	bad_request: 'Malformed request',
	not_found: 'No such address',
	too_large: 'The request is too large',
	unavailable: 'Try again later'
};

/** The request's own address, or null when it is malformed. */
function addressOf(request: IncomingMessage): URL | null {
	const path = request.url ?? '/';
	return path.startsWith('/') ? URL.parse(`http://localhost${path.replace(/^\/+/, '/')}`) : null;
}

function headersOf(request: IncomingMessage): Headers {
	const headers = new Headers();
	for (const [name, value] of Object.entries(request.headers)) {
		if (typeof value === 'string') headers.set(name, value);
	}
	return headers;
}
