import * as z from 'zod/mini';
import { ENDINGS } from './failure.ts';

/**
 * A proxy, a firewall or the sign-in page of a hotel may answer in the server's place, with any
 * status and a page of its own. The two functions below are `fetch` with such an answer replaced by
 * this one, so that because of it nothing counts as done, refused or ended.
 */
const busy = () => Response.json({ code: 'busy', message: 'Not our server' }, { status: 503 });

/** Codes of our functions and of Postgres (SQLSTATE), codes of PostgREST, words of our own door. */
const CODE = /^(?:(?=.*\d)[0-9A-Z]{5}|PGRST\w{3})$/;
const DOOR = [
	'bad_request',
	'busy',
	'not_found',
	'over_request_rate_limit',
	'too_large',
	'unauthorized',
	'unavailable',
	'validation_failed'
] as const;
const dataRefusal = z.object({ code: z.union([z.string().check(z.regex(CODE)), z.enum(DOOR)]) });

const authRefusal = z.object({ error_code: z.string() });
/** The form of Auth since 2024, which names itself in a header. */
const laterAuthRefusal = z.object({ code: z.string() });
const VERSION = 'x-supabase-api-version';

const RENEWAL = /\/token\?grant_type=refresh_token$/;
const session = z.object({
	access_token: z.string(),
	refresh_token: z.string(),
	expires_in: z.number()
});

/** `fetch` for the Data API and for endpoints of our own pages. */
export function askData(input: string | URL | Request, init?: RequestInit): Promise<Response> {
	return ask(input, init, async (answer) => {
		// The caller parses the body, once: it may be long.
		if (answer.ok) return answer.status === 204 || isJson(answer);
		return dataRefusal.safeParse(await bodyOf(answer)).success;
	});
}

/**
 * `fetch` for Auth. Its client drops the session at any refusal of a renewal below 500: only the
 * codes that end a sign-in reach it as refusals.
 */
export function askAuth(input: string | URL | Request, init?: RequestInit): Promise<Response> {
	const renews = RENEWAL.test(String(input));
	return ask(input, init, async (answer) => {
		if (answer.status === 204) return !renews;
		const body = await bodyOf(answer);
		if (answer.ok) return renews ? session.safeParse(body).success : body !== undefined;
		const code = authCode(answer, body);
		return code !== null && (!renews || ENDINGS.has(code));
	});
}

async function ask(
	input: string | URL | Request,
	init: RequestInit | undefined,
	isOurs: (answer: Response) => Promise<boolean>
): Promise<Response> {
	// Our server redirects nobody: what a member sends must not follow to another place.
	const answer = await fetch(input, { ...init, redirect: 'manual' });
	return (await isOurs(answer)) ? answer : busy();
}

function isJson(answer: Response): boolean {
	return /\bjson\b/.test(answer.headers.get('content-type') ?? '');
}

/** Undefined: no JSON. */
async function bodyOf(answer: Response): Promise<unknown> {
	const text = await answer.clone().text();
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function authCode(answer: Response, body: unknown): string | null {
	const code = authRefusal.safeParse(body).data?.error_code;
	if (code !== undefined) return code;
	return answer.headers.has(VERSION) ? (laterAuthRefusal.safeParse(body).data?.code ?? null) : null;
}
