import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Accounts } from './accounts.ts';
import type { Bearer } from './bearer.ts';

/** A request to sign-in that was answered, as far as it matters to the sessions of an account. */
export interface Answered {
	method: string;
	/** Below `/auth/v1/`. */
	name: string;
	/** Parsed JSON, or undefined. */
	body: unknown;
	headers: Headers;
	/** Whose token came with it; null: nobody's. */
	bearer: Bearer | null;
	answer: Response;
}

const opened = z.object({ access_token: z.string() });
const bodies = {
	verify: z.object({ type: z.literal('recovery') }),
	user: z.object({ password: z.string() })
};

/**
 * What a hosted Supabase does with the sessions of an account and the embedded API leaves undone:
 * a session knows its browser, and a new password ends the others, as does an account recovered.
 */
export async function keepDevices(
	{ method, name, body, headers, bearer, answer }: Answered,
	accounts: Accounts
): Promise<void> {
	if (!answer.ok) return;
	if (method === 'PUT' && name === 'user' && bodies.user.safeParse(body).success) {
		return bearer ? accounts.endOtherSessions(bearer.session_id) : undefined;
	}
	if (name !== 'token' && name !== 'verify') return;
	const token = opened.safeParse(await answer.clone().json()).data?.access_token;
	const session = sessionOf(token);
	if (!session) return;
	await accounts.nameSession(session, headers.get('user-agent'));
	if (name === 'verify' && bodies.verify.safeParse(body).success) {
		await accounts.endOtherSessions(session);
	}
}

/** Of a token that the API itself has just made. */
function sessionOf(token: string | undefined): string | null {
	const claim = token && decodeJwt(token)['session_id'];
	return z.uuid().safeParse(claim).data ?? null;
}
