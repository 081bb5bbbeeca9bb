import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Config } from './config.ts';
import { codeOf, type Log } from './log.ts';
import type { Mailer } from './mail.ts';
import { invitationMail } from './mail-text.ts';
import { openRecurring, type Recurring } from './recurring.ts';
import { callFunction } from './rpc.ts';
import type { Supabase } from './supabase.ts';

/** What a link carries, and what the database keeps of it: the token itself is in the mail alone. */
export function makeToken(): { token: string; hash: string } {
	const token = randomBytes(32).toString('base64url');
	return { token, hash: createHash('sha256').update(token).digest('hex') };
}

/** Where the mail with this token leads. `origin` is without a path. */
export const joinLink = (origin: string, token: string) => `${origin}/join#${token}`;

const claimFormat = z.nullable(z.object({ email: z.string(), language: z.enum(['fr', 'en']) }));

export interface InvitationOptions {
	config: Pick<Config, 'origin'>;
	/** With the secret key; null: there is none, and what waits is not sent. */
	supabase: Supabase | null;
	mailer: Pick<Mailer, 'send'>;
	log: Log;
}

/**
 * Mails the invitations whose wait is over, until none is left or `signal` says stop. Each is taken by
 * one process alone. One that dies or fails leaves it to be taken again, with another token: should two
 * mails have left, the link of the last one opens.
 */
export async function mailInvitations(
	{ config, supabase, mailer, log }: InvitationOptions & { supabase: Supabase },
	signal: AbortSignal
): Promise<void> {
	let count = 0;
	while (!signal.aborted) {
		const { token, hash } = makeToken();
		const args = { token_hash: hash };
		const claimed = claimFormat.parse(await callFunction(supabase, 'claim_invitation', args));
		if (!claimed) break;
		const link = joinLink(config.origin, token);
		try {
			await mailer.send(invitationMail(claimed.email, link, claimed.language));
			await callFunction(supabase, 'finish_invitation', args);
			count++;
		} catch (error) {
			log('invitation_failed', { code: codeOf(error) });
		}
	}
	if (count > 0) log('invitations_sent', { count });
}

const MINUTE = 60_000;

/** Mails what has waited, now and once a minute, or says in the log why it does not. */
export function openInvitations(options: InvitationOptions): Recurring {
	const { supabase, log } = options;
	if (!supabase) {
		log('invitations_off', { reason: 'SUPABASE_SECRET_KEY' });
		return { close: async () => undefined };
	}
	return openRecurring(
		(signal) => mailInvitations({ ...options, supabase }, signal),
		MINUTE,
		(error) => log('invitations_failed', { code: codeOf(error) })
	);
}
