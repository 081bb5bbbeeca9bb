import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import { describe, expect, test } from 'vitest';
import { DEMO_HASH, DEMO_PASSWORD } from '#lib/server/demo.ts';
import { SCHEMAS, tablesOf } from '../../../scripts/schemas.ts';
import { started } from '../../support/server.ts';
import { enterByCode } from '../people.ts';

const { server, cercle } = await started();

let count = 0;
const address = () => `person${++count}@auth.example`;

const post = (path: string, body: unknown) =>
	fetch(`${server.url}${path}`, {
		method: 'POST',
		headers: { apikey: server.publishableKey, 'content-type': 'application/json' },
		body: typeof body === 'string' ? body : JSON.stringify(body)
	});

/** The shape of a value: names and kinds, no content. */
function shape(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(shape);
	if (typeof value !== 'object' || value === null) return typeof value;
	return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]));
}

async function member(email: string): Promise<SupabaseClient> {
	const client = cercle.anonymous();
	await enterByCode(server, client, email);
	return client;
}

async function wrongCode(email: string): Promise<string> {
	const code = await server.mails.code(email);
	return code === '000000' ? '000001' : '000000';
}

describe('signing in by a code', () => {
	test('the code of the mail opens a session, once', async () => {
		const email = address();
		const client = cercle.anonymous();
		expect((await client.auth.signInWithOtp({ email })).error).toBeNull();
		const token = await server.mails.code(email);
		const { data } = await client.auth.verifyOtp({ email, token, type: 'email' });
		expect(data.user?.email).toBe(email);
		const again = await cercle.anonymous().auth.verifyOtp({ email, token, type: 'email' });
		expect(again.error?.code).toBe('otp_expired');
	});

	test('before the code came back there is no session', async () => {
		const email = address();
		const sessions = () => cercle.owner`
			select from auth.sessions s join auth.users u on u.id = s.user_id where u.email = ${email}
		`;
		const client = cercle.anonymous();
		await client.auth.signInWithOtp({ email });
		expect(await sessions()).toHaveLength(0);
		const token = await server.mails.code(email);
		await client.auth.verifyOtp({ email, token, type: 'email' });
		expect(await sessions()).toHaveLength(1);
	});

	test('the session can be renewed, and ends with the sign-out', async () => {
		const client = await member(address());
		const { data } = await client.auth.refreshSession();
		expect(data.session?.access_token).toBeTruthy();
		await client.auth.signOut({ scope: 'local' });
		const headers = {
			apikey: server.publishableKey,
			authorization: `Bearer ${data.session?.access_token}`
		};
		expect((await fetch(`${server.url}/auth/v1/user`, { headers })).status).toBe(403);
	});

	test('the mail says nothing but the code, in both languages, with nothing to fetch', async () => {
		const email = address();
		await cercle.anonymous().auth.signInWithOtp({ email });
		const mail = await server.mails.next(email);
		expect(mail.subject).toBe('Votre code Cercle · Your Cercle code');
		expect(mail.text).toContain('10 minutes');
		expect(mail.raw).not.toMatch(/https?:|src=|url\(/);
	});

	test('a known language is the only one of the mail', async () => {
		const email = address();
		await member(email);
		await cercle.owner`
			update auth.users set raw_user_meta_data = raw_user_meta_data || '{"language":"en"}'
			where email = ${email}
		`;
		await cercle.anonymous().auth.signInWithOtp({ email });
		expect((await server.mails.next(email)).subject).toBe('Your Cercle code');
	});

	test('five wrong codes make the right one worthless, and the sixth try is told to wait', async () => {
		const email = address();
		const client = cercle.anonymous();
		await client.auth.signInWithOtp({ email });
		const right = await server.mails.code(email);
		const token = right === '000000' ? '000001' : '000000';
		for (let attempt = 0; attempt < 5; attempt++) {
			const { error } = await client.auth.verifyOtp({ email, token, type: 'email' });
			expect(error?.code).toBe('otp_expired');
		}
		const sixth = await client.auth.verifyOtp({ email, token: right, type: 'email' });
		expect(sixth.error?.status).toBe(429);
		expect(sixth.error?.code).toBe('over_request_rate_limit');
		const [row] = await cercle.owner`select recovery_token from auth.users where email = ${email}`;
		expect(row).toEqual({ recovery_token: null });
		await client.auth.signInWithOtp({ email });
		const fresh = await server.mails.code(email);
		expect((await client.auth.verifyOtp({ email, token: fresh, type: 'email' })).error).toBeNull();
	});

	test('tries made at the same time are counted one by one', async () => {
		const email = address();
		await post('/auth/v1/otp', { email });
		const token = await wrongCode(email);
		const tries = Array.from({ length: 8 }, () =>
			post('/auth/v1/verify', { email, token, type: 'email' })
		);
		const statuses = (await Promise.all(tries)).map(({ status }) => status).sort();
		expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429, 429]);
	});

	test('codes can be asked for a few times, then not', async () => {
		const email = address();
		for (let turn = 0; turn < 5; turn++) {
			expect((await post('/auth/v1/otp', { email })).status).toBe(200);
		}
		const answer = await post('/auth/v1/otp', { email });
		expect(answer.status).toBe(429);
		expect(await answer.json()).toMatchObject({ error_code: 'over_email_send_rate_limit' });
	});

	test('an old code is refused', async () => {
		const email = address();
		await post('/auth/v1/otp', { email });
		const token = await server.mails.code(email);
		await cercle.owner`
			update auth.users set recovery_sent_at = now() - interval '11 minutes'
			where email = ${email}
		`;
		expect((await post('/auth/v1/verify', { email, token, type: 'email' })).status).toBe(403);
	});
});

describe('signing in by a password', () => {
	const password = DEMO_PASSWORD;

	/** An account that was opened by a sign-up of an earlier version, and never confirmed. */
	const signedUp = (email: string) => cercle.owner`
		insert into auth.users (id, email, encrypted_password)
		values (${randomUUID()}, ${email}, ${DEMO_HASH})
	`;

	test('a stranger’s sign-up leaves no password on the account its owner opens by a code', async () => {
		const email = address();
		await signedUp(email);
		const client = cercle.anonymous();
		await client.auth.signInWithOtp({ email });
		const token = await server.mails.code(email);
		expect((await client.auth.verifyOtp({ email, token, type: 'email' })).error).toBeNull();
		const [kept] = await cercle.owner`
			select encrypted_password from auth.users where email = ${email}
		`;
		expect(kept).toEqual({ encrypted_password: null });
		const theft = await cercle.anonymous().auth.signInWithPassword({ email, password });
		expect(theft.error?.code).toBe('invalid_credentials');
	});

	test('many wrong passwords are told to wait', async () => {
		const email = address();
		const attempt = () =>
			post('/auth/v1/token?grant_type=password', { email, password: 'wrong password' });
		for (let turn = 0; turn < 10; turn++) expect((await attempt()).status).toBe(400);
		expect((await attempt()).status).toBe(429);
	});
});

describe('answers do not tell whether an account exists', () => {
	const asks: [string, string, (email: string) => object][] = [
		['a code', '/auth/v1/otp', (email) => ({ email })],
		['a code for members only', '/auth/v1/otp', (email) => ({ email, create_user: false })],
		[
			'a password',
			'/auth/v1/token?grant_type=password',
			(email) => ({ email, password: 'wrong password' })
		],
		['a wrong code', '/auth/v1/verify', (email) => ({ email, token: '123456', type: 'email' })]
	];

	test.each(asks)('%s', async (_, path, body) => {
		const [confirmed, waiting, unknown] = [address(), address(), address()];
		await member(confirmed);
		await post('/auth/v1/otp', { email: waiting });
		const answers = [];
		for (const email of [unknown, confirmed, waiting]) {
			const answer = await post(path, body(email));
			const names = [...answer.headers.keys()].sort();
			const said: unknown = await answer.json();
			// What is refused is refused in the same words; what is granted has ids of its own.
			answers.push({ status: answer.status, names, said: answer.ok ? shape(said) : said });
		}
		expect(answers[1]).toEqual(answers[0]);
		expect(answers[2]).toEqual(answers[0]);
	});
});

describe('the door of the API', () => {
	test('a body of 10 MB is refused as too large, and the next request is answered', async () => {
		for (const path of ['/rest/v1/rpc/apply_ops', '/auth/v1/otp']) {
			const answer = await post(path, 'x'.repeat(10 * 1024 * 1024));
			expect(answer.status).toBe(413);
			expect(await answer.json()).toMatchObject({ code: 'too_large' });
		}
		expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
	});

	test('links, token hashes and other providers are no way in', async () => {
		const email = address();
		await post('/auth/v1/otp', { email });
		const [row] = await cercle.owner`select recovery_token from auth.users where email = ${email}`;
		const hash = String(row?.recovery_token);
		const headers = { apikey: server.publishableKey };
		const link = `${server.url}/auth/v1/verify?type=magiclink&token=${hash}`;
		expect((await fetch(link, { headers, redirect: 'manual' })).status).toBe(404);
		expect((await post('/auth/v1/verify', { type: 'email', token_hash: hash })).status).toBe(400);
		const provider = `${server.url}/auth/v1/authorize?provider=github`;
		expect((await fetch(provider, { headers, redirect: 'manual' })).status).toBe(404);
		expect((await fetch(`${server.url}/_system/config`)).status).toBe(404);
	});

	test('a member cannot change to an address that is not theirs', async () => {
		const [own, other] = [address(), address()];
		const client = await member(own);
		const { error } = await client.auth.updateUser({ email: other });
		expect(error?.code).toBe('validation_failed');
		const known =
			await cercle.owner`select email from auth.users where email in (${own}, ${other})`;
		expect(known).toEqual([{ email: own }]);
	});

	test('a name that our app does not send reaches nothing: harmless ones are refused alike', async () => {
		const email = address();
		for (const name of ['surname', 'constructor']) {
			for (const body of [
				{ email, [name]: 'x' },
				{ email, data: { [name]: 'x' } }
			]) {
				const answer = await post('/auth/v1/otp', JSON.stringify(body));
				expect(answer.status).toBe(400);
				expect(await answer.json()).toMatchObject({ error_code: 'validation_failed' });
			}
			const named = await post(`/auth/v1/otp?${name}=x`, { email });
			expect(named.status).toBe(400);
		}
		expect(await cercle.owner`select from auth.users where email = ${email}`).toHaveLength(0);
		expect((await post('/auth/v1/otp', { email })).status).toBe(200);
	});

	test('without a key nothing is answered, and no key is needed from this machine either', async () => {
		const clock = `${server.url}/rest/v1/rpc/server_clock`;
		expect((await fetch(clock, { method: 'POST' })).status).toBe(401);
		expect((await fetch(`${server.url}/auth/v1/otp`, { method: 'POST' })).status).toBe(401);
	});

	test('a key in the address opens nothing: it would lead past the limits', async () => {
		const client = await member(address());
		const token = (await client.auth.getSession()).data.session?.access_token;
		const call = (path: string, method: string, body?: object) =>
			fetch(`${server.url}${path}?apikey=${server.publishableKey}`, {
				method,
				headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
				...(body && { body: JSON.stringify(body) })
			});
		const email = address();
		expect((await call('/auth/v1/otp', 'POST', { email })).status).toBe(401);
		expect((await call('/auth/v1/user', 'PUT', { email })).status).toBe(401);
		expect((await call('/rest/v1/rpc/server_clock', 'POST')).status).toBe(401);
		const known = await cercle.owner`select 1 from auth.users where email = ${email}`;
		expect(known).toHaveLength(0);
	});

	test('a change of address does not hide in another kind of body', async () => {
		const client = await member(address());
		const token = (await client.auth.getSession()).data.session?.access_token;
		const email = address();
		for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
			await fetch(`${server.url}/auth/v1/user`, {
				method: 'PUT',
				headers: {
					apikey: server.publishableKey,
					authorization: `Bearer ${token}`,
					'content-type': type
				},
				body: JSON.stringify({ data: { name: `x&email=${email}&y=` } })
			});
		}
		const known = await cercle.owner`select 1 from auth.users where email = ${email}`;
		expect(known).toHaveLength(0);
	});

	test('the API’s own connection owns nothing of ours and is no superuser', async () => {
		await tablesOf(cercle.owner, SCHEMAS);
		const owned = await cercle.owner`
			select c.relname from pg_class c
			join pg_namespace n on n.oid = c.relnamespace
			where n.nspname = any (${[...SCHEMAS]}) and c.relowner = 'authenticator'::regrole
		`;
		expect(owned).toHaveLength(0);
		const [role] = await cercle.owner`
			select rolsuper, rolcreaterole, rolbypassrls from pg_roles where rolname = 'authenticator'
		`;
		expect(role).toEqual({ rolsuper: false, rolcreaterole: false, rolbypassrls: false });
	});

	test('answers carry the headers that keep them private', async () => {
		const { headers } = await post('/auth/v1/otp', { email: address() });
		expect(headers.get('cache-control')).toBe('no-store');
		expect(headers.get('x-content-type-options')).toBe('nosniff');
		expect(headers.get('referrer-policy')).toBe('no-referrer');
		expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
		expect(headers.get('access-control-allow-origin')).toBeNull();
	});
});
