import { randomInt } from 'node:crypto';
import type { Sql } from 'postgres';
import { z } from 'zod';

const accountFormat = z.object({
	id: z.uuid(),
	confirmed: z.boolean(),
	language: z.enum(['fr', 'en']).nullable().catch(null)
});

/** What the process needs to know of an account; an unconfirmed one has never shown its mailbox. */
export type Account = z.infer<typeof accountFormat>;

/** The accounts of the embedded API, for the few things it does not do itself. */
export interface Accounts {
	find(email: string): Promise<Account | null>;
	/** Removes an account nobody has confirmed, so that its next owner starts afresh. */
	forgetUnconfirmed(email: string): Promise<void>;
	/** Makes the codes sent so far worthless. */
	voidCodes(email: string): Promise<void>;
	/** Takes away a password that was chosen before anybody had shown to hold the mailbox. */
	dropPassword(id: string): Promise<void>;
	/** A new confirmation code of an unconfirmed account, or null when there is none to confirm. */
	renewConfirmation(email: string): Promise<string | null>;
	/** Whether this is the code last sent to a signed-in account that proves itself again; it is spent. */
	spendProof(id: string, code: string): Promise<boolean>;
	/** Whether this session goes on. */
	hasSession(id: string): Promise<boolean>;
	/** Notes in which browser a session was opened or renewed, in its own words; never from where. */
	nameSession(id: string, userAgent: string | null): Promise<void>;
	/** Ends all sessions of the account. */
	endSessions(email: string): Promise<void>;
	/** Ends all sessions of the account that has this one, but for this one. */
	endOtherSessions(id: string): Promise<void>;
}

/** E-mail addresses are expected in lower case. */
export function openAccounts(sql: Sql): Accounts {
	/** What the API keeps of a code, and compares with. */
	const hash = (code: string) => sql`encode(sha256(convert_to(email || ${code}, 'UTF8')), 'hex')`;

	return {
		async find(email) {
			const [row] = await sql`
				select id, email_confirmed_at is not null as confirmed,
					raw_user_meta_data ->> 'language' as language
				from auth.users where email = ${email}
			`;
			return row ? accountFormat.parse(row) : null;
		},
		async forgetUnconfirmed(email) {
			await sql`delete from auth.users where email = ${email} and email_confirmed_at is null`;
		},
		async voidCodes(email) {
			await sql`
				update auth.users set recovery_token = null, confirmation_token = null
				where email = ${email}
			`;
		},
		async dropPassword(id) {
			await sql`
				update auth.users set encrypted_password = null, confirmation_token = null
				where id = ${id}
			`;
		},
		async renewConfirmation(email) {
			const code = randomInt(1_000_000).toString().padStart(6, '0');
			const { count } = await sql`
				update auth.users set confirmation_token = ${hash(code)}, confirmation_sent_at = now()
				where email = ${email} and email_confirmed_at is null
			`;
			return count > 0 ? code : null;
		},
		async spendProof(id, code) {
			const { count } = await sql`
				update auth.users set reauthentication_token = null, reauthentication_sent_at = null
				where id = ${id} and reauthentication_sent_at > now() - interval '10 minutes'
					and reauthentication_token = ${hash(code)}
			`;
			return count > 0;
		},
		async hasSession(id) {
			return (await sql`select from auth.sessions where id = ${id}`).length > 0;
		},
		async nameSession(id, userAgent) {
			await sql`
				update auth.sessions set user_agent = ${userAgent?.slice(0, 500) ?? null} where id = ${id}
			`;
		},
		async endSessions(email) {
			await sql`
				delete from auth.sessions s using auth.users u where u.id = s.user_id and u.email = ${email}
			`;
		},
		async endOtherSessions(id) {
			await sql`
				delete from auth.sessions o using auth.sessions s
				where s.id = ${id} and o.user_id = s.user_id and o.id <> s.id
			`;
		}
	};
}
