import { afterEach, expect, test, vi } from 'vitest';
import { askAuth, askData } from '#lib/data/own-word.ts';

afterEach(() => vi.unstubAllGlobals());

const RENEWAL = 'http://localhost/auth/v1/token?grant_type=refresh_token';
const OTP = 'http://localhost/auth/v1/otp';
const PULL = 'http://localhost/rest/v1/rpc/pull';

/** The status that the caller hears of an answer; 503: try later. */
async function heard(ask: typeof askData, address: string, answer: Response): Promise<number> {
	vi.stubGlobal('fetch', () => Promise.resolve(answer));
	return (await ask(address)).status;
}

const says = (status: number, body: unknown, headers = {}) =>
	Response.json(body, { status, headers });
const named = { 'x-supabase-api-version': '2024-01-01' };

test.each([
	['a function', says(400, { code: 'CR003', message: 'stale' }), 400],
	['Postgres', says(403, { code: '42501', message: 'denied' }), 403],
	['PostgREST', says(401, { code: 'PGRST303', message: 'JWT expired' }), 401],
	['our door', says(413, { code: 'too_large', message: 'too large' }), 413],
	['a function, which did it', says(200, { me: 'anne' }), 200],
	['a function without a result', new Response(null, { status: 204 }), 204],
	['nobody of ours: a number', says(403, { code: 403, message: 'Forbidden' }), 503],
	['nobody of ours: a word', says(403, { code: 'AccessDenied' }), 503],
	['nobody of ours: no code', says(401, { message: 'No API key found in request' }), 503],
	['nobody of ours: nothing at all', new Response('', { status: 404 }), 503],
	['nobody of ours: nothing, and well', new Response('', { status: 200 }), 503]
])('the Data API: what %s says', async (_, answer, status) => {
	expect(await heard(askData, PULL, answer)).toBe(status);
});

test.each([
	['that it is over', says(400, { code: 400, error_code: 'refresh_token_not_found' }), 400],
	['the same in its later form', says(400, { code: 'session_expired' }, named), 400],
	['the same without its name', says(400, { code: 'session_expired' }), 503],
	['that others renew it now', says(409, { code: 'conflict' }, named), 503],
	['that there were too many', says(429, { error_code: 'over_request_rate_limit' }), 503],
	['a word of later days', says(400, { error_code: 'moon_in_the_way' }), 503],
	['yes, with a session', says(200, { access_token: 'a', refresh_token: 'r', expires_in: 9 }), 200],
	['yes, without one', says(200, {}), 503],
	['nothing', new Response(null, { status: 204 }), 503]
])(
	'a renewal: only the end of the session is heard as a refusal: %s',
	async (_, answer, status) => {
		expect(await heard(askAuth, RENEWAL, answer)).toBe(status);
	}
);

test.each([
	['a refusal', says(429, { error_code: 'over_email_send_rate_limit' }), 429],
	['a refusal in its later form', says(403, { code: 'otp_expired' }, named), 403],
	['a word of later days', says(400, { error_code: 'moon_in_the_way' }), 400],
	['yes', says(200, {}), 200],
	['yes, by somebody else', new Response('<!doctype html>', { status: 200 }), 503]
])('the other calls of Auth: %s', async (_, answer, status) => {
	expect(await heard(askAuth, OTP, answer)).toBe(status);
});

test('nothing that a member sends follows a redirect', async () => {
	const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(says(200, {})));
	vi.stubGlobal('fetch', fetch);
	await askData(PULL, { method: 'POST' });
	await askAuth(OTP, { method: 'POST' });
	for (const [, init] of fetch.mock.calls) expect(init).toMatchObject({ redirect: 'manual' });
	expect(fetch).toHaveBeenCalledTimes(2);
});
