import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { Limits } from '#lib/server/embedded/limits.ts';
import { createListener, type ListenerParts } from '#lib/server/listener.ts';

let server: Server | null = null;
afterEach(() => {
	server?.close();
	server = null;
});

async function serve(parts: Partial<ListenerParts>): Promise<string> {
	const listener = createListener({
		api: null,
		realtime: null,
		health: async () => Response.json({ status: 'ok' }),
		demoMails: null,
		pages: { handle: (_, response) => void response.end('page'), close: async () => undefined },
		cercle: {
			mailer: { send: async () => undefined, demoMails: null, close: () => undefined },
			config: { origin: 'http://localhost:3000', originGiven: false, demo: false },
			supabase: null,
			secret: null,
			feed: null,
			limits: new Limits(),
			pushKey: null
		},
		headers: { secure: false, hostedUrl: null, built: true },
		addressHeader: null,
		log: () => undefined,
		...parts
	});
	const opened = createServer(listener);
	server = opened;
	await new Promise<void>((resolve) => opened.listen(0, '127.0.0.1', resolve));
	const address = opened.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	return `http://127.0.0.1:${address.port}`;
}

test('pages may speak to their own host only, and be framed by nobody', async () => {
	const base = await serve({});
	const { headers } = await fetch(base);
	const host = base.slice('http://'.length);
	const policy = headers.get('content-security-policy');
	expect(policy).toContain(`connect-src 'self' ws://${host} wss://${host};`);
	expect(policy).toContain("frame-ancestors 'none'");
	// These would forbid the scripts whose hashes the page itself allows.
	expect(policy).not.toMatch(/default-src|script-src/);
	expect(policy).toContain(
		"require-trusted-types-for 'script'; trusted-types svelte-trusted-html cercle"
	);
	const powers = headers.get('permissions-policy')?.split(', ') ?? [];
	expect(powers).toContain('camera=()');
	expect(powers.filter((power) => !power.endsWith('=()')).sort()).toEqual([
		...['autoplay=(self)', 'clipboard-write=(self)', 'fullscreen=(self)', 'screen-wake-lock=(self)']
	]);
	expect(headers.get('strict-transport-security')).toBeNull();
});

test('the policy of a page comes on top of ours', async () => {
	const base = await serve({
		pages: {
			handle: (_, response) => {
				response.setHeader('Content-Security-Policy', "script-src 'sha256-abc'");
				response.end();
			},
			close: async () => undefined
		}
	});
	const policy = (await fetch(base)).headers.get('content-security-policy');
	expect(policy).toContain("frame-ancestors 'none'");
	expect(policy).toContain("script-src 'sha256-abc'");
});

test('a hosted Supabase is added to what pages may speak to, and https is remembered', async () => {
	const base = await serve({
		headers: { secure: true, hostedUrl: 'https://abc.supabase.co', built: true }
	});
	const { headers } = await fetch(base);
	expect(headers.get('content-security-policy')).toContain(
		'https://abc.supabase.co wss://abc.supabase.co;'
	);
	expect(headers.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains');
});

test('pages from their sources may write text as scripts, as hot reload does', async () => {
	const base = await serve({ headers: { secure: false, hostedUrl: null, built: false } });
	expect((await fetch(base)).headers.get('content-security-policy')).not.toContain('trusted-types');
});

test.each([
	['a page', '/today'],
	['health', '/healthz'],
	['the API', '/rest/v1/rpc/pull'],
	['sign-in', '/auth/v1/otp'],
	['realtime', '/realtime/v1/api/broadcast'],
	['an address that is none', '/nowhere'],
	['a malformed address', '/%E0%A4%A']
])('%s carries what keeps it to itself', async (_, path) => {
	const refuse = async () => Response.json({}, { status: 401 });
	const base = await serve({
		api: { fetch: refuse, alive: async () => true, close: async () => undefined },
		realtime: refuse,
		headers: { secure: true, hostedUrl: null, built: true },
		pages: { handle: (_, __, otherwise) => otherwise(), close: async () => undefined }
	});
	const { headers } = await fetch(base + path);
	expect(Object.fromEntries(headers)).toMatchObject({
		'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
		'cross-origin-opener-policy': 'same-origin',
		'cross-origin-resource-policy': 'same-origin',
		'origin-agent-cluster': '?1',
		'permissions-policy': expect.stringContaining('microphone=()'),
		'referrer-policy': 'no-referrer',
		'strict-transport-security': expect.stringContaining('max-age='),
		'x-content-type-options': 'nosniff',
		'x-frame-options': 'DENY'
	});
});

test('a method that nobody means is refused before anything is asked', async () => {
	const { port } = new URL(await serve({}));
	const answer = await new Promise<IncomingMessage>((resolve) =>
		request({ port, host: '127.0.0.1', method: 'TRACE', path: '/rest/v1/x' }, resolve).end()
	);
	expect(answer.statusCode).toBe(405);
	answer.resume();
});

test('data may run nothing and is kept by no cache', async () => {
	const { headers } = await fetch(`${await serve({})}/healthz`);
	expect(headers.get('content-security-policy')).toContain("default-src 'none'");
	expect(headers.get('cache-control')).toBe('no-store');
});

test('a part that fails is answered with 503, in words of ours', async () => {
	const events: string[] = [];
	const base = await serve({
		health: () => Promise.reject(Object.assign(new Error('canary'), { code: 'ENOSPC' })),
		log: (event, fields) => events.push(`${event} ${JSON.stringify(fields)}`)
	});
	const answer = await fetch(`${base}/healthz`);
	expect(answer.status).toBe(503);
	expect(await answer.text()).not.toContain('canary');
	expect(events).toEqual(['request_failed {"route":"healthz","code":"ENOSPC"}']);
});

test('the mails of the demo are shown only where mail is not sent', async () => {
	expect(await (await fetch(`${await serve({})}/mails.json`)).text()).toBe('page');
});

test('endpoints find the process on their request', async () => {
	let found: unknown;
	const base = await serve({
		pages: {
			handle: (request, response) => {
				found = request.cercle?.config.origin;
				response.end();
			},
			close: async () => undefined
		}
	});
	await fetch(base);
	expect(found).toBe('http://localhost:3000');
});
