import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Accounts } from './accounts.ts';
import type { AuthRequest } from './auth-requests.ts';
import type { Bearer } from './bearer.ts';

const opened = z.object({ access_token: z.string() });

/** Requests whose answer opens a session or renews it. */
const OPENING = new Set<AuthRequest['asked']>([
	'POST verify',
	'POST token password',
	'POST token refresh_token'
]);

/**
 * What a hosted Supabase does with the sessions of an account and the embedded Auth leaves undone:
 * a session knows its browser, and a new password ends the others.
 */
export async function keepSignIns(
	asked: AuthRequest['asked'],
	{ userAgent, bearer }: { userAgent: string | null; bearer: Bearer | null },
	answer: Response,
	accounts: Accounts
): Promise<void> {
	if (!answer.ok) return;
	if (asked === 'PUT user' && bearer) {
		await accounts.spendCode(bearer.session_id);
		await accounts.endOtherSessions(bearer.session_id);
	}
	if (!OPENING.has(asked)) return;
	const token = opened.safeParse(await answer.clone().json()).data?.access_token;
	const session = sessionOf(token);
	if (!session) return;
	await accounts.nameSession(session, userAgent);
	if (asked === 'POST verify') await accounts.noteCode(session);
}

/** Of a token that Auth itself has just made. */
function sessionOf(token: string | undefined): string | null {
	const claim = token && decodeJwt(token)['session_id'];
	return z.uuid().safeParse(claim).data ?? null;
}
