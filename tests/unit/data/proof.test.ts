import { afterEach, expect, test, vi } from 'vitest';
import { setPassword } from '#lib/data/account.ts';
import { Backend } from '#lib/data/backend.ts';
import { Proof } from '#lib/data/proof.ts';

afterEach(() => vi.unstubAllGlobals());

const CODE = '246810';
const END = Math.floor(Date.now() / 1000) + 3600;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (session_id: string) =>
	`${part({ alg: 'HS256', typ: 'JWT' })}.${part({ session_id, exp: END })}.c2lnbmVk`;
const refusal = (status: number, error_code: string) =>
	Response.json({ code: status, error_code, msg: '' }, { status });

/**
 * What Supabase's Auth 2.196 answers by its documents: with `secure_password_change` too, the nonce of
 * a new password is not looked at in the first day of a sign-in. `owner` is whose code it is.
 */
class HostedAuth {
	passwords: { password: string; by: string }[] = [];
	ended: string[] = [];
	readonly #owner: string;
	online = true;

	constructor(owner = 'ada') {
		this.#owner = owner;
		vi.stubGlobal('fetch', async (url: string | URL, init: RequestInit) => {
			if (!this.online) throw new TypeError('no network');
			const { pathname } = new URL(String(url));
			const sent = typeof init.body === 'string' ? JSON.parse(init.body) : {};
			const bearer = new Headers(init.headers).get('authorization')?.slice('Bearer '.length) ?? '';
			return this.#answer(`${init.method} ${pathname}`, sent, bearer);
		});
	}

	#answer(asked: string, sent: Record<string, string>, bearer: string): Response {
		switch (asked) {
			case 'GET /auth/v1/user':
				return Response.json(person(bearer === token('new') ? this.#owner : 'ada'));
			case 'POST /auth/v1/otp':
				return Response.json({});
			case 'GET /auth/v1/reauthenticate':
				return Response.json({});
			case 'POST /auth/v1/verify':
				return sent['token'] === CODE
					? Response.json(session('new', this.#owner))
					: refusal(403, 'otp_expired');
			case 'PUT /auth/v1/user':
				this.passwords.push({ password: String(sent['password']), by: bearer });
				return Response.json(person('ada'));
			case 'POST /rest/v1/rpc/replace_sign_in':
				this.ended.push(String(sent['former']));
				return new Response(null, { status: 204 });
			case 'POST /auth/v1/logout':
				this.ended.push(bearer);
				return new Response(null, { status: 204 });
			default:
				throw new Error(`not asked by the app: ${asked}`);
		}
	}
}

const person = (id: string) => ({ id, email: 'ada@example.org' });
const session = (id: string, who: string) => ({
	access_token: token(id),
	refresh_token: 'refresh',
	token_type: 'bearer',
	expires_in: 3600,
	expires_at: END,
	user: person(who)
});

/** A device on which Ada is signed in, and what it keeps. */
function device() {
	const kept = new Map([['session', JSON.stringify(session('old', 'ada'))]]);
	const backend = new Backend(
		{ url: 'http://hosted.example', key: 'key' },
		{
			getItem: async (key) => kept.get(key) ?? null,
			setItem: async (key, value) => void kept.set(key, value),
			removeItem: async (key) => void kept.delete(key)
		}
	);
	return { backend, token: () => JSON.parse(kept.get('session') ?? '{}').access_token };
}

/** What the sheet for a password does. */
async function choose(backend: Backend, code: string): Promise<string | null> {
	const proof = new Proof(backend);
	try {
		await proof.send();
		await proof.give(code);
		await setPassword(backend, 'une phrase assez longue');
		return null;
	} catch (error) {
		return error instanceof Error && 'code' in error ? String(error.code) : 'thrown';
	}
}

test('where a server takes any nonce, a wrong code sets no password and says so', async () => {
	const hosted = new HostedAuth();
	const { backend, token: kept } = device();
	expect(await choose(backend, '135791')).toBe('otp_expired');
	expect(hosted.passwords).toEqual([]);
	expect(kept()).toBe(token('old'));
});

test('the right one sets it by the new sign-in, in the place of the former', async () => {
	const hosted = new HostedAuth();
	const { backend, token: kept } = device();
	expect(await choose(backend, CODE)).toBeNull();
	expect(hosted.passwords).toEqual([{ password: 'une phrase assez longue', by: token('new') }]);
	expect(hosted.ended).toEqual(['old']);
	expect(kept()).toBe(token('new'));
});

test('a code that opens another account changes nothing of this device', async () => {
	const hosted = new HostedAuth('karim');
	const { backend, token: kept } = device();
	expect(await choose(backend, CODE)).toBe('foreign');
	expect(hosted.passwords).toEqual([]);
	expect(hosted.ended).toEqual([token('new')]);
	expect(kept()).toBe(token('old'));
});

test('without a network nothing changes, and the code is good once it is back', async () => {
	const hosted = new HostedAuth();
	const { backend, token: kept } = device();
	const proof = new Proof(backend);
	await proof.send();
	hosted.online = false;
	await expect(proof.give(CODE)).rejects.toMatchObject({ code: 'offline' });
	expect(kept()).toBe(token('old'));
	hosted.online = true;
	await proof.give(CODE);
	expect(kept()).toBe(token('new'));
});
