import { App } from '@supabase/lite';
import postgres from 'postgres';
import { z } from 'zod';
import { limits as bounds } from '#lib/domain/limits.ts';
import { isDeeperThan } from '#lib/server/body.ts';
import { networkOf } from '#lib/server/caller.ts';
import { databaseProbe, type Probe } from '#lib/server/health.ts';
import { codeOf, type Log } from '#lib/server/log.ts';
import type { Mailer } from '#lib/server/mail.ts';
import { codeMail } from '#lib/server/mail-text.ts';
import { openAccounts } from './accounts.ts';
import { answerAuth, AUTH_LIMITS, type AuthLimits } from './auth.ts';
import { bearerOf } from './bearer.ts';
import { type CallLimits, Calls } from './calls.ts';
import { openConnection } from './connection.ts';
import { keepDevices } from './devices.ts';
import type { Keys } from './keys.ts';
import { Limits } from './limits.ts';
import type { Quiet } from './quiet.ts';

export interface ApiOptions {
	/** Address of the database for the role `authenticator`. */
	databaseUrl: string;
	keys: Keys;
	/** Public address of the site. */
	origin: string;
	mailer: Mailer;
	log: Log;
	quiet: Quiet;
	rules?: AuthLimits;
	calls?: CallLimits;
	/** See AuthOptions; 0 in tests that do not measure it. */
	pace?: number;
}

/** A request of the API, read as a whole. */
export interface ApiRequest {
	method: string;
	url: URL;
	headers: Headers;
	/** Null without one. */
	body: Buffer | null;
	/** The caller's network address; null: this process itself. */
	peer: string | null;
}

export interface Api {
	fetch(request: ApiRequest): Promise<Response>;
	close(): Promise<void>;
}

const CONNECTIONS = 12;
/** Milliseconds a statement of a member may take, as on hosted Supabase. */
const STATEMENT_TIMEOUT = 8000;

/** Sign-in and data behind `/auth/v1` and `/rest/v1`, on the embedded database. */
export async function openApi(options: ApiOptions): Promise<Api> {
	const { databaseUrl, keys, log, quiet, mailer } = options;
	const settings = {
		max: CONNECTIONS,
		connect_timeout: 5,
		onnotice: () => undefined,
		connection: { application_name: 'cercle-api', statement_timeout: STATEMENT_TIMEOUT }
	};
	const connection = openConnection(databaseUrl, settings);
	const app = new App({ connection, ...liteConfig(options) });
	const sql = postgres(databaseUrl, { ...settings, max: 2 });
	const accounts = openAccounts(sql);
	const limits = new Limits();
	const secret = new TextEncoder().encode(keys.jwtSecret);
	const calls = new Calls(keys.jwtSecret, options.calls);
	const alive = databaseProbe(sql);

	const sendCode = (email: string, code: string) => {
		// Not awaited: the time a mail takes must not tell that there was one.
		accounts
			.find(email)
			.then((account) => mailer.send(codeMail(email, code, account?.language ?? null)))
			.catch((error: unknown) => log('mail_failed', { code: codeOf(error) }));
	};
	const send = async (email: string, _token: string, code: string) => sendCode(email, code);
	app._mailer = {
		sendConfirmation: send,
		sendRecovery: send,
		sendMagicLink: send,
		sendEmailChange: send,
		sendReauthentication: async (email, code) => sendCode(email, code)
	};

	const call = async (request: Request, peer: string | null) => {
		const peerAddress = peer ?? '127.0.0.1';
		const answer = await quiet.run(() => app.fetch(request, { peerAddress }));
		return settle(answer, alive, log);
	};
	// The first request makes the API try its grants and read the catalogue.
	await call(
		new Request('http://localhost/rest/v1/profiles?limit=0', {
			headers: { apikey: keys.publishableKey }
		}),
		null
	);

	return {
		async fetch({ method, url, headers, body, peer }) {
			if (method === 'OPTIONS') return new Response(null, { status: 204 });
			// The API would also take the key from the address: past our door, and into logs on the way.
			const key = headers.get('apikey') ?? '';
			if (![keys.publishableKey, keys.secretKey].includes(key)) return unknownKey();
			const auth = /^\/auth\/v1\/([a-z]+)$/.exec(url.pathname)?.[1];
			if (!auth && !/^\/rest\/v1\/(rpc\/)?\w+$/.test(url.pathname)) return notFound();
			if (!auth && nesting(url) > MOST_NESTED) return tooNested('Too many relations');
			if (body && isDeeperThan(body, MOST_DEEP)) return tooNested('Too deep');
			const isRenewal = auth === 'token' && url.searchParams.get('grant_type') === 'refresh_token';
			if (key !== keys.secretKey) {
				const seconds = await calls.take(peer, headers.get('authorization'));
				if (seconds !== null) return tooManyCalls(seconds, isRenewal);
			}
			const request = new Request(url, {
				method,
				headers: countingExactly(headers),
				...(body && { body: new Uint8Array(body) })
			});
			if (!auth) return call(request, peer);
			const forward = (path: string, json: unknown) =>
				call(
					new Request(new URL(`/auth/v1/${path}`, url), {
						method: 'POST',
						headers: { apikey: key, 'content-type': 'application/json' },
						body: JSON.stringify(json)
					}),
					peer
				);
			const json = parseJson(body);
			const bearer = await bearerOf(headers.get('authorization'), secret);
			const door = await answerAuth(
				{
					method,
					name: auth,
					query: url.searchParams,
					body: json,
					peer: networkOf(peer ?? '127.0.0.1'),
					bearer
				},
				{
					accounts,
					limits,
					rules: options.rules ?? AUTH_LIMITS,
					pace: options.pace ?? 350,
					forward,
					sendCode
				}
			);
			const answer = door ?? (await call(request, peer));
			await keepDevices({ method, name: auth, body: json, headers, bearer, answer }, accounts);
			return answer;
		},
		async close() {
			await Promise.all([connection.driver.end({ timeout: 3 }), sql.end({ timeout: 3 })]);
		}
	};
}

function liteConfig({ keys, origin }: Pick<ApiOptions, 'keys' | 'origin'>) {
	return {
		api: { schemas: ['public'], max_rows: 1000 },
		auth: {
			enabled: true,
			jwt_secret: keys.jwtSecret,
			jwt_expiry: 3600,
			publishable_key: keys.publishableKey,
			secret_key: keys.secretKey,
			site_url: origin,
			additional_redirect_urls: [],
			enable_refresh_token_rotation: true,
			minimum_password_length: bounds.password.least,
			email: { enable_signup: true, enable_confirmations: true, otp_length: 6, otp_expiry: 600 }
		},
		db: { migrations: { enabled: false } },
		storage: { enabled: false },
		studio: { enabled: false },
		options: { server: { admin: false, disableStudio: true } }
	};
}

/** Makes what only the API can make: the schema `auth`. `ownerUrl` is an owner's address. */
export async function makeAuthSchema(ownerUrl: string, keys: Keys, quiet: Quiet): Promise<void> {
	const connection = openConnection(ownerUrl, { max: 1 });
	const app = new App({ connection, ...liteConfig({ keys, origin: 'http://localhost' }) });
	try {
		await quiet.run(() => app.ensureSystemSchema());
	} finally {
		await connection.driver.end({ timeout: 3 });
	}
}

/** Levels of a document that is sent; the app's own have six. Postgres would give up at thousands. */
const MOST_DEEP = 32;

/** How often one answer may set related rows into rows: each time multiplies the work. */
const MOST_NESTED = 2;

/** Counts the brackets of what is selected: the API opens one for each relation. */
function nesting(url: URL): number {
	return url.searchParams.getAll('select').join().split('(').length - 1;
}

/** An estimate comes of all rows of a table, whoever may see them: counts are of what one may see. */
function countingExactly(headers: Headers): Headers {
	const counting = new Headers(headers);
	const prefer = counting.get('prefer');
	if (prefer) counting.set('prefer', prefer.replace(/count=\w+/g, 'count=exact'));
	return counting;
}

const problemFormat = z.object({ code: z.string().regex(/^[0-9A-Z_]{5,30}$/) });
/** Codes of a database that is full, busy or away: the request may be tried again later. */
const AWAY = /^(53|57P|58|08|CONNECT|ECONN|EPIPE)/;

/** Same origin only, never kept by a cache, and no words of the database in a failure. */
async function settle(answer: Response, alive: Probe, log: Log): Promise<Response> {
	const headers = new Headers(answer.headers);
	for (const name of [...headers.keys()]) {
		if (name.startsWith('access-control-')) headers.delete(name);
	}
	headers.set('cache-control', 'no-store');
	if (answer.status < 400) return new Response(answer.body, { status: answer.status, headers });
	if (answer.status < 500) return wordless(await answer.text(), answer.status, headers);
	const problem = problemFormat.safeParse(await answer.json().catch(() => null));
	const code = problem.success ? problem.data.code : 'unknown';
	const isAway = AWAY.test(code) || (code === 'unknown' && !(await alive()));
	const status = isAway ? 503 : answer.status;
	log('api_failed', { status, code });
	return Response.json(
		{ code: status === 503 ? 'unavailable' : code, message: 'Failed' },
		{ status }
	);
}

/**
 * A refusal without the words that caused it: where Postgres refuses a value it quotes the value, or
 * the whole row. The code says all the interface needs.
 */
function wordless(text: string, status: number, headers: Headers): Response {
	const problem = problemFormat.safeParse(parseJson(Buffer.from(text)));
	if (!problem.success || !/^2[23]/.test(problem.data.code)) {
		return new Response(text, { status, headers });
	}
	const { code } = problem.data;
	headers.delete('content-length');
	return Response.json(
		{ code, message: 'Refused', details: null, hint: null },
		{ status, headers }
	);
}

function parseJson(body: Buffer | null): unknown {
	if (!body?.length) return {};
	try {
		return JSON.parse(body.toString());
	} catch {
		return undefined;
	}
}

const unknownKey = () =>
	Response.json({ code: 'unauthorized', message: 'Unknown API key' }, { status: 401 });

/**
 * Told to come back. A renewal is told that we are busy: the client takes any other refusal for the
 * end of its session, and a member would be signed out for having asked too often.
 */
const tooManyCalls = (seconds: number, isRenewal: boolean) =>
	Response.json(
		{
			...{ code: 'over_request_rate_limit', error_code: 'over_request_rate_limit' },
			...{ message: 'Too many requests', details: null, hint: null }
		},
		{ status: isRenewal ? 503 : 429, headers: { 'retry-after': String(seconds) } }
	);

const tooNested = (message: string) =>
	Response.json({ code: 'validation_failed', message }, { status: 400 });

const notFound = () =>
	Response.json({ code: 'not_found', message: 'No such address' }, { status: 404 });
