import type { IncomingHttpHeaders } from 'node:http';
import { isDeeperThan } from '#lib/server/body.ts';
import { networkOf } from '#lib/server/caller.ts';
import { type Probe, within } from '#lib/server/health.ts';
import { codeOf, type Log } from '#lib/server/log.ts';
import type { Mailer } from '#lib/server/mail.ts';
import { codeMail } from '#lib/server/mail-text.ts';
import { openAccounts } from './accounts.ts';
import { type Answer, problem } from './answer.ts';
import { answerAuth, AUTH_LIMITS, type AuthLimits } from './auth.ts';
import { bearerOf } from './bearer.ts';
import { Callers, isAnswer } from './callers.ts';
import { type CallLimits, Calls } from './calls.ts';
import { liteTypes } from './connection.ts';
import { compareWithNone } from './decoy.ts';
import { CONNECTIONS, Door } from './door/door.ts';
import type { Keys } from './keys.ts';
import { Limits } from './limits.ts';
import { openLite } from './lite.ts';
import type { Pools } from './pool.ts';
import type { Quiet } from './quiet.ts';

export interface ApiOptions {
	/** Address of the database for the role `authenticator`. */
	databaseUrl: string;
	/** Where the pools are opened that are told when the database goes. */
	pools: Pools;
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
	headers: IncomingHttpHeaders;
	/** Null without one. */
	body: Buffer | null;
	/** The caller's network address; null: this process itself. */
	peer: string | null;
	/** Whether somebody still waits for the answer. */
	isWanted: () => boolean;
}

export interface Api {
	/** Answers what comes below `/auth/v1` and `/rest/v1`. */
	fetch(request: ApiRequest): Promise<Answer | Response>;
	/** Whether the database answers those who serve members. */
	alive: Probe;
	close(): Promise<void>;
}

/** Sign-in behind `/auth/v1` and the functions behind `/rest/v1/rpc`, on the embedded database. */
export async function openApi(options: ApiOptions): Promise<Api> {
	const { databaseUrl, pools, keys, log, quiet, mailer, origin } = options;
	const members = pools.open({ url: databaseUrl, name: 'cercle-api', most: CONNECTIONS });
	const auth = { url: databaseUrl, name: 'cercle-auth', most: 4, types: liteTypes };
	const authPool = pools.open(auth);
	const door = new Door(members, log);
	const callers = new Callers(keys.jwtSecret, [keys.publishableKey, keys.secretKey]);
	const calls = new Calls(options.calls);
	const accounts = openAccounts(authPool);
	const secret = new TextEncoder().encode(keys.jwtSecret);

	const sendCode = (email: string, code: string) => {
		// Not awaited: the time a mail takes must not tell that there was one.
		accounts
			.find(email)
			.then((account) => mailer.send(codeMail(email, code, account?.language ?? null)))
			.catch((error: unknown) => log('mail_failed', { code: codeOf(error) }));
	};
	const authOptions = {
		accounts,
		limits: new Limits(),
		rules: options.rules ?? AUTH_LIMITS,
		compareWithNone,
		pace: options.pace ?? 350,
		lite: openLite({
			pool: authPool,
			keys,
			origin,
			sendCode,
			log,
			quiet
		})
	};
	await door.open();

	/** Whether accounts and sign-ins can be read, as each sign-in does. */
	async function readsAccounts(): Promise<boolean> {
		const rows = await authPool.rows(
			`select count(*) from (
				select u.email, s.id from auth.users u left join auth.sessions s on s.user_id = u.id limit 1
			) one`
		);
		return rows.length === 1;
	}

	/** Calls a function; there is nothing else below `/rest/v1`. */
	async function answerCall(
		{ method, url, headers, body, peer, isWanted }: ApiRequest,
		key: string
	) {
		const name = /^\/rest\/v1\/rpc\/(\w+)$/.exec(url.pathname)?.[1];
		if (!name || method !== 'POST') return notFound();
		if (!isJson(headers['content-type'])) {
			return problem(400, 'PGRST102', 'Content-Type not acceptable');
		}
		if (!acceptsJson(headers.accept)) {
			return problem(406, 'PGRST107', 'None of these media types are available');
		}
		// Nothing is filtered here: a caller that asks for a filter would take all rows for a part.
		if (url.search !== '') return problem(400, 'PGRST100', 'A call has no query');
		const claims = await callers.claimsOf(key, headers.authorization);
		if (isAnswer(claims)) return claims;
		const { role, sub, json } = claims;
		if (sub !== null && key !== keys.secretKey) {
			const seconds = calls.ofAccount(sub);
			if (seconds !== null) return tooManyCalls(seconds);
		}
		return door.answer({
			name,
			role,
			claims: json,
			account: sub ?? (role === 'anon' ? networkOf(peer ?? 'process') : role),
			hasToken: sub !== null,
			body: body?.toString() ?? '',
			isWanted
		});
	}

	async function answerSignIn(name: string, request: ApiRequest): Promise<Answer | Response> {
		const { method, url, headers, body, peer } = request;
		const authorization = headers.authorization ?? null;
		const bearer = await bearerOf(authorization, secret);
		const seconds = bearer && calls.ofAccount(bearer.sub);
		if (seconds !== null) return tooManyCalls(seconds, isRenewal(url));
		return answerAuth(
			{
				method,
				name,
				query: url.searchParams,
				body: parseJson(body),
				peer: networkOf(peer ?? '127.0.0.1'),
				bearer,
				authorization,
				userAgent: headers['user-agent'] ?? null
			},
			authOptions
		);
	}

	return {
		async fetch(request) {
			const { method, url, headers, body, peer } = request;
			if (method === 'OPTIONS') return { status: 204, headers: {}, body: '' };
			// Lite would also take the key from the address: past our door, and into logs on the way.
			const key = headers['apikey'];
			if (typeof key !== 'string' || !callers.knows(key)) return unknownKey();
			const auth = /^\/auth\/v1\/([a-z]+)$/.exec(url.pathname)?.[1];
			if (body && isDeeperThan(body, MOST_DEEP)) return tooDeep();
			const seconds = key === keys.secretKey ? null : calls.fromNetwork(peer);
			if (seconds !== null) return tooManyCalls(seconds, auth !== undefined && isRenewal(url));
			return auth ? answerSignIn(auth, request) : answerCall(request, key);
		},
		alive: async () => (await door.alive()) && within(readsAccounts),
		async close() {
			await Promise.all([members.close(), authPool.close()]);
		}
	};
}

/**
 * Levels of a document that is sent; the app's own have six. Postgres would give up at thousands.
 */
const MOST_DEEP = 32;

const isJson = (type = 'application/json') => /^application\/json\b/i.test(type);
const acceptsJson = (types = '*/*') => /\*\/\*|application\/(json|\*)/i.test(types);
const isRenewal = (url: URL) => url.search === '?grant_type=refresh_token';

/** Null without a body, undefined where it is no JSON. */
function parseJson(body: Buffer | null): unknown {
	if (!body?.length) return null;
	try {
		return JSON.parse(body.toString());
	} catch {
		return undefined;
	}
}

const unknownKey = () => problem(401, 'unauthorized', 'Unknown API key');
const tooDeep = () => problem(400, 'validation_failed', 'Too deep');
const notFound = () => problem(404, 'not_found', 'No such address');

/**
 * Told to come back. A renewal is told that we are busy: the client takes any other refusal for the
 * end of its session, and a member would be signed out for having asked too often.
 */
function tooManyCalls(seconds: number, isRenewal = false): Answer {
	const code = 'over_request_rate_limit';
	const body = {
		code,
		error_code: code,
		message: 'Too many requests',
		details: null,
		hint: null
	};
	return {
		status: isRenewal ? 503 : 429,
		headers: { 'content-type': 'application/json', 'retry-after': String(seconds) },
		body: JSON.stringify(body)
	};
}
