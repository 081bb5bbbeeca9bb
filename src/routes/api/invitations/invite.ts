import { z } from 'zod';
import * as codes from '#lib/domain/codes.ts';
import { joinLink, makeToken } from '#lib/server/invitations.ts';
import type { Mail } from '#lib/server/mail.ts';
import { invitationMail } from '#lib/server/mail-text.ts';
import type { Supabase } from '#lib/server/supabase.ts';

/** What a member asks for. The addresses are looked at one by one: a wrong one stops no other. */
export const requestFormat = z.object({
	group: z.guid(),
	emails: z.array(z.string().max(1000)).min(1).max(10),
	language: z.enum(['fr', 'en']),
	/** Whether the app can say that an invitation waits; one of before only knows sent and refused. */
	waits: z.boolean().default(false)
});
export type InvitationRequest = z.input<typeof requestFormat>;

export interface Means {
	supabase: Supabase;
	/** Rejects when the mail was not taken. */
	send: (mail: Mail) => Promise<void>;
	/** The inviting member's own token: the database decides with their rights. */
	bearer: string;
	/** Where the link in the mail leads, without a path. */
	origin: string;
}

/** The member's token is not, or no longer, valid. */
export class Unauthorized extends Error {}

const address = z.string().max(254).pipe(z.email());
const refusalFormat = z.object({ code: z.string() });
/** Null: the invitation waits. */
const idFormat = z.nullable(z.string());

/**
 * Invites each address and mails it its link. Answers a code of refusal by address as it was given,
 * null where the mail went out, `waits` where none goes before the members have seen it; `busy` leaves
 * no invitation behind. @throws Unauthorized.
 */
export async function inviteAll(
	{ group, emails, language, waits = false }: InvitationRequest,
	means: Means
): Promise<Record<string, string | null>> {
	const answers = new Map<string, string | null>();
	// One after the other: the database counts the places left in the group.
	for (const email of new Set(emails)) {
		const valid = address.safeParse(email.trim());
		const answer = valid.success
			? await inviteOne({ group, email: valid.data, language }, means)
			: 'email_address_invalid';
		// To an app of before it did not go out, and the group has changed: both are true.
		answers.set(email, answer === codes.WAITS && !waits ? codes.STALE : answer);
	}
	return Object.fromEntries(answers);
}

async function inviteOne(
	invited: { group: string; email: string; language: 'fr' | 'en' },
	means: Means
): Promise<string | null> {
	const { token, hash } = makeToken();
	const { group, email, language } = invited;
	const answer = await call(means, 'invite', { group_id: group, email, token_hash: hash });
	if ('code' in answer) return answer.code;
	// Its token is made when the wait is over: this one opens nothing.
	if (answer.value === null) return codes.WAITS;
	try {
		await means.send(invitationMail(email, joinLink(means.origin, token), language));
		return null;
	} catch {
		await call(means, 'revoke_invitation', { invitation_id: answer.value });
		return 'busy';
	}
}

async function call(
	{ supabase, bearer }: Means,
	name: string,
	args: Record<string, unknown>
): Promise<{ value: string | null } | { code: string }> {
	const response = await supabase
		.fetch(`/rest/v1/rpc/${name}`, {
			method: 'POST',
			headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
			body: JSON.stringify(args)
		})
		.catch(() => null);
	if (!response || response.status >= 500) return { code: 'busy' };
	const body: unknown = await response.json().catch(() => undefined);
	if (!response.ok) {
		const code = refusalFormat.safeParse(body).data?.code;
		// Without one it is the word of a proxy on the way.
		if (code === undefined) return { code: 'busy' };
		if (response.status === 401 && !code.startsWith('CR')) throw new Unauthorized();
		return { code };
	}
	const id = idFormat.safeParse(body);
	return id.success ? { value: id.data } : { code: 'busy' };
}
