import { expect, test } from 'vitest';
import { answerAuth, AUTH_LIMITS, type AuthOptions } from '#lib/server/embedded/auth.ts';
import { readAuth } from '#lib/server/embedded/auth-requests.ts';
import { Limits } from '#lib/server/embedded/limits.ts';
import type { LiteRequest } from '#lib/server/embedded/lite.ts';

function options(): AuthOptions & { forwarded: LiteRequest[] } {
	const forwarded: LiteRequest[] = [];
	return {
		accounts: {
			find: async () => null,
			hasPassword: async () => false,
			voidCodes: async () => undefined,
			dropPassword: async () => undefined,
			spendProof: async () => false,
			hasSession: async () => false,
			nameSession: async () => undefined,
			noteCode: async () => undefined,
			isProved: async () => false,
			spendCode: async () => undefined,
			endSessions: async () => undefined,
			endOtherSessions: async () => undefined
		},
		limits: new Limits(() => 0),
		rules: { ...AUTH_LIMITS, mailsPerPeer: { most: 2, window: 1000 } },
		lite: async (request) => {
			forwarded.push(request);
			return Response.json({});
		},
		compareWithNone: async () => undefined,
		pace: 0,
		forwarded
	};
}

const call = (method: string, path: string, body: unknown, held: AuthOptions, peer = 'a') => {
	const { pathname, searchParams } = new URL(path, 'http://x');
	return answerAuth(
		{
			...{ method, name: pathname.slice(1), query: searchParams, body, peer },
			...{ bearer: null, authorization: null, userAgent: null }
		},
		held
	);
};
const ask = async (email: string, peer: string, held: AuthOptions) =>
	(await call('POST', 'otp', { email }, held, peer)).status;

test('who has asked for too many codes takes none from others', async () => {
	const held = options();
	const asked = [];
	for (let turn = 0; turn < 12; turn++) asked.push(await ask('ana@example.org', 'a', held));
	expect(asked).toEqual([200, 200, ...new Array<number>(10).fill(429)]);
	expect(await ask('ana@example.org', 'b', held)).toBe(200);
});

test('a code is answered at its pace, however long Auth takes', async () => {
	const never = () => new Promise<Response>(() => {});
	expect(await ask('ana@example.org', 'a', { ...options(), lite: never, pace: 1 })).toBe(200);
});

test('a code that could not be sent is told where it is known by then', async () => {
	const lite = async () => Response.json({}, { status: 503 });
	expect(await ask('ana@example.org', 'a', { ...options(), lite, pace: 1 })).toBe(503);
});

test.each([true, false])(
	'a password is compared once, also where there is none (there is one: %j)',
	async (isKept) => {
		let compared = 0;
		const held: AuthOptions = {
			...options(),
			lite: async () => Response.json({}, { status: 400 }),
			compareWithNone: async () => void compared++
		};
		held.accounts.hasPassword = async () => isKept;
		const body = { email: 'ana@example.org', password: 'wrong password', gotrue_meta_security: {} };
		const answer = await call('POST', 'token?grant_type=password', body, held);
		expect([answer.status, compared]).toEqual([400, isKept ? 0 : 1]);
	}
);

const email = 'ana@example.org';
const extras = {
	gotrue_meta_security: {},
	code_challenge: null,
	code_challenge_method: null
};

/** What auth-js 2.119 sends for src/lib/data/account.ts and backend.ts, one of each. */
const sent: [method: string, path: string, body: Record<string, unknown> | null][] = [
	['POST', 'otp', { email, data: { language: 'fr' }, create_user: true, ...extras }],
	['POST', 'verify', { email, token: '123456', type: 'email', gotrue_meta_security: {} }],
	['POST', 'token?grant_type=password', { email, password: 'x', gotrue_meta_security: {} }],
	['POST', 'token?grant_type=refresh_token', { refresh_token: 'x' }],
	['GET', 'user', null],
	[
		'PUT',
		'user',
		{
			password: 'une phrase assez longue',
			nonce: '123456',
			code_challenge: null,
			code_challenge_method: null
		}
	],
	['GET', 'reauthenticate', null],
	['POST', 'logout?scope=local', null]
];

test.each(sent)('what the client sends passes: %s %s', async (method, path, body) => {
	const held = options();
	expect((await call(method, path, body, held)).status).not.toBe(400);
	expect(held.forwarded.length).toBeGreaterThan(0);
});

/** The document with one more name in the object at each depth. */
function* widened(document: Record<string, unknown>, name: string): Generator<object> {
	yield { ...document, [name]: 'x' };
	for (const [key, value] of Object.entries(document)) {
		if (typeof value !== 'object' || value === null) continue;
		yield { ...document, [key]: { ...value, [name]: 'x' } };
	}
}

test.each(sent)(
	'one name more, at any depth, is refused at the door: %s %s',
	async (...request) => {
		const [method, path, body] = request;
		const held = options();
		for (const name of ['surname', 'constructor']) {
			const named = `${path}${path.includes('?') ? '&' : '?'}${name}=x`;
			const asked = [[named, body] as const];
			for (const wider of widened(body ?? {}, name))
				asked.push([path, JSON.parse(JSON.stringify(wider))]);
			for (const [at, document] of asked) {
				const answer = await call(method, at, document, held);
				expect([at, document, answer.status]).toEqual([at, document, 400]);
				expect(await answer.json()).toMatchObject({ error_code: 'validation_failed' });
			}
		}
		expect(held.forwarded).toEqual([]);
	}
);

test('a name that is given twice in an address is refused', () => {
	const query = new URLSearchParams('scope=local&scope=local');
	expect(readAuth('POST', 'logout', query, null)).toBe('malformed');
});

test('what reaches Auth is written anew: only names of ours, and no more than it needs', async () => {
	const held = options();
	const [method, path, body] = sent[0]!;
	await call(method, path, body, held);
	expect(held.forwarded).toEqual([
		{ method: 'POST', path: 'otp', body: { email, create_user: true } }
	]);
});

test.each([
	...[
		['POST', 'signup'],
		['POST', 'recover'],
		['POST', 'resend'],
		['POST', 'token']
	],
	...[
		['POST', 'token?grant_type=pkce'],
		['GET', 'authorize'],
		['GET', 'verify'],
		['GET', 'settings']
	],
	...[
		['PATCH', 'user'],
		['DELETE', 'user'],
		['POST', 'constructor'],
		['GET', 'admin']
	]
])('nothing else is answered: %s %s', async (method, path) => {
	const held = options();
	const answer = await call(method, path, { email }, held);
	expect(answer.status).toBe(404);
	expect(await answer.json()).toMatchObject({ error_code: 'not_found' });
	expect(held.forwarded).toEqual([]);
});
