import { createHash } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { Refusal } from './refusal.ts';

const roleShape = z.enum(['anon', 'authenticated', 'service_role']);
const payloadShape = z.looseObject({
	role: roleShape,
	exp: z.number().int(),
	sub: z.string().optional()
});

/** The claims of a token: database role, member (null for a key alone), expiry (null: never). */
export interface Claims {
	role: z.infer<typeof roleShape>;
	sub: string | null;
	/** Seconds since the epoch. */
	exp: number | null;
	/** All claims as policies read them in `request.jwt.claims`, as JSON text. */
	json: string;
}

/** Tells valid keys and tokens from others. */
export class Tokens {
	readonly #secret: Uint8Array;
	readonly #keys: ReadonlySet<string>;
	readonly #clock: Clock;

	constructor(jwtSecret: string, apiKeys: readonly string[], clock: Clock) {
		this.#secret = new TextEncoder().encode(jwtSecret);
		this.#keys = new Set(apiKeys.map(digest));
		this.#clock = clock;
	}

	/** True for one of the configured API keys. */
	knows(key: string): boolean {
		return this.#keys.has(digest(key));
	}

	/**
	 * What an API key stands for: `sb_secret_…` the service, `sb_publishable_…` anybody, a JWT what
	 * it says. @throws Refusal when the key is not one of ours.
	 */
	async ofKey(key: string): Promise<Claims> {
		if (!this.knows(key)) throw new Refusal('Unauthorized', 'This API key is not known');
		if (key.startsWith('sb_secret_')) return plain('service_role');
		if (key.startsWith('sb_publishable_')) return plain('anon');
		return this.verify(key);
	}

	/** Checks signature (HS256 only), end and role. @throws Refusal with upstream's code. */
	async verify(token: string): Promise<Claims> {
		const options = { algorithms: ['HS256'], currentDate: new Date(this.#clock.now()) };
		const { payload } = await jwtVerify(token, this.#secret, options).catch(refuse);
		const parsed = payloadShape.safeParse(payload);
		if (!parsed.success) {
			throw new Refusal('InvalidJWTToken', 'The token needs `role` and `exp`');
		}
		const { role, sub, exp } = parsed.data;
		return { role, sub: sub ?? null, exp, json: JSON.stringify(payload) };
	}
}

function plain(role: Claims['role']): Claims {
	return { role, sub: null, exp: null, json: JSON.stringify({ role }) };
}

function refuse(error: unknown): never {
	if (error instanceof errors.JWTExpired) {
		throw new Refusal('InvalidJWTToken', 'The token has expired');
	}
	if (error instanceof errors.JWSSignatureVerificationFailed) {
		throw new Refusal('JwtSignatureError', 'The signature of the token does not match');
	}
	throw new Refusal('MalformedJWT', 'This is not a valid JWT');
}

// Keys are compared as digests, so that the time it takes tells nothing about a secret one.
function digest(key: string): string {
	return createHash('sha256').update(key).digest('base64');
}
