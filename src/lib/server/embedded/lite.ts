import { App } from '@supabase/lite';
import { z } from 'zod';
import { limits as bounds } from '#lib/domain/limits.ts';
import type { Log } from '#lib/server/log.ts';
import { asWhole, openConnection } from './connection.ts';
import type { Keys } from './keys.ts';
import { Pool } from './pool.ts';
import type { Quiet } from './quiet.ts';

export interface LiteOptions {
	/** As `authenticator`; closed by the part that opened it. */
	pool: Pool;
	keys: Keys;
	/** Public address of the site. */
	origin: string;
	/** Sends a code; returns at once. */
	sendCode: (email: string, code: string) => void;
	log: Log;
	quiet: Quiet;
}

/** A request to `@supabase/lite`; whatever is in it was taken from a closed list. */
export interface LiteRequest {
	method: string;
	/** Below `/auth/v1/`, with its query. */
	path: string;
	body?: object;
	authorization?: string | null;
	/** Done as a whole or not at all. */
	isWhole?: boolean;
}

export type Lite = (request: LiteRequest) => Promise<Response>;

/** Opens Supabase's own Auth in this process: accounts, codes, tokens and their renewal. */
export function openLite(options: LiteOptions): Lite {
	const { pool, keys, sendCode, log, quiet } = options;
	const app = new App({ connection: openConnection(pool), ...liteConfig(options) });
	const send = async (email: string, _token: string, code: string) => sendCode(email, code);
	app._mailer = {
		sendConfirmation: send,
		sendRecovery: send,
		sendMagicLink: send,
		sendEmailChange: send,
		sendReauthentication: async (email, code) => sendCode(email, code)
	};
	return async ({ method, path, body, authorization, isWhole = false }) => {
		const request = new Request(`http://localhost/auth/v1/${path}`, {
			method,
			headers: {
				apikey: keys.publishableKey,
				...(authorization && { authorization }),
				...(body && { 'content-type': 'application/json' })
			},
			...(body && { body: JSON.stringify(body) })
		});
		const ask = async () => app.fetch(request, { peerAddress: '127.0.0.1' });
		const answer = await quiet.run(() => (isWhole ? asWhole(pool, ask) : ask()));
		return sanitized(answer, log);
	};
}

function liteConfig({ keys, origin }: Pick<LiteOptions, 'keys' | 'origin'>) {
	return {
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

/** Makes what only Auth can make: its schema. `ownerUrl` is an owner's address. */
export async function makeAuthSchema(ownerUrl: string, keys: Keys, quiet: Quiet): Promise<void> {
	const pool = new Pool({ url: ownerUrl, name: 'cercle-auth-schema', most: 1, patience: 60_000 });
	const config = liteConfig({ keys, origin: 'http://localhost' });
	const app = new App({ connection: openConnection(pool), ...config });
	try {
		await quiet.run(() => app.ensureSystemSchema());
	} finally {
		await pool.close();
	}
}

const problemFormat = z.object({ code: z.string().regex(/^[0-9A-Z_]{5,30}$/) });

/**
 * Never kept by a cache, and no words of the database. Every failure is one to try again: a client
 * that renews its token takes any other for the end of its session.
 */
async function sanitized(answer: Response, log: Log): Promise<Response> {
	const headers = new Headers(answer.headers);
	for (const name of [...headers.keys()]) {
		if (name.startsWith('access-control-')) headers.delete(name);
	}
	headers.set('cache-control', 'no-store');
	if (answer.status < 500) return new Response(answer.body, { status: answer.status, headers });
	const parsed = problemFormat.safeParse(await answer.json().catch(() => null));
	log('api_failed', { status: answer.status, code: parsed.data?.code ?? 'unknown' });
	return Response.json({ code: 'unavailable', message: 'Failed' }, { status: 503 });
}
