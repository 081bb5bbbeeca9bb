import { z } from 'zod';
import { passwordFault } from '#lib/domain/account/password.ts';

const email = z.string().max(254).toLowerCase().pipe(z.email());
const code = z.string().regex(/^\d{6}$/);
const none = z.strictObject({});
/** What the client adds to every body, and has no use here. */
const extras = {
	gotrue_meta_security: none.optional(),
	code_challenge: z.null().optional(),
	code_challenge_method: z.null().optional()
};
const about = z.strictObject({ language: z.enum(['fr', 'en']).optional() });

/**
 * Every request that auth-js 2.119 sends for this app, down to the last nested name: what is not here
 * does not pass. `asked` is the method, the path below `/auth/v1/` and, for a token, what is given for
 * it.
 */
const requests = z.discriminatedUnion('asked', [
	z.strictObject({
		asked: z.literal('POST otp'),
		query: none,
		body: z.strictObject({
			email,
			create_user: z.boolean().default(true),
			// Auth drops it too: the language is taken from the profile.
			data: about.optional(),
			...extras
		})
	}),
	z.strictObject({
		asked: z.literal('POST verify'),
		query: none,
		body: z.strictObject({ email, token: code, type: z.literal('email'), ...extras })
	}),
	z.strictObject({
		asked: z.literal('POST token password'),
		query: z.strictObject({ grant_type: z.literal('password') }),
		body: z.strictObject({ email, password: z.string().min(1).max(1000), ...extras })
	}),
	z.strictObject({
		asked: z.literal('POST token refresh_token'),
		query: z.strictObject({ grant_type: z.literal('refresh_token') }),
		body: z.strictObject({ refresh_token: z.string().min(1).max(200) })
	}),
	z.strictObject({ asked: z.literal('GET user'), query: none, body: z.null() }),
	z.strictObject({
		asked: z.literal('PUT user'),
		query: none,
		body: z.strictObject({
			password: z.string().refine((text) => passwordFault(text) !== 'long'),
			nonce: code.optional(),
			...extras
		})
	}),
	z.strictObject({ asked: z.literal('GET reauthenticate'), query: none, body: z.null() }),
	z.strictObject({
		asked: z.literal('POST logout'),
		query: z.strictObject({ scope: z.literal('local') }),
		body: z.null()
	})
]);

export type AuthRequest = z.output<typeof requests>;
type Body<Asked> = Extract<AuthRequest, { asked: Asked }>['body'];
export type CodeRequest = Body<'POST otp'>;
export type CodeTry = Body<'POST verify'>;
export type PasswordTry = Body<'POST token password'>;
export type PasswordChange = Body<'PUT user'>;

const known = new Set<string>(requests.options.flatMap(({ shape }) => [...shape.asked.values]));

/**
 * Reads a request to sign-in; `body` is its JSON, null without one. `unknown` where there is no such
 * request at all, `malformed` where it holds anything that is not on the list.
 */
export function readAuth(
	method: string,
	name: string,
	query: URLSearchParams,
	body: unknown
): AuthRequest | 'unknown' | 'malformed' {
	const grant = name === 'token' ? ` ${query.get('grant_type')}` : '';
	const asked = `${method} ${name}${grant}`;
	if (!known.has(asked)) return 'unknown';
	const names = [...query.keys()];
	// Of a name given twice one value would be looked at, and the other passed on.
	if (new Set(names).size < names.length) return 'malformed';
	const parsed = requests.safeParse({ asked, query: Object.fromEntries(query), body });
	return parsed.success ? parsed.data : 'malformed';
}
