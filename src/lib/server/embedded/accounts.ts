import { z } from 'zod';
import type { Pool } from './pool.ts';

const accountFormat = z.object({
	id: z.uuid(),
	confirmed: z.boolean(),
	language: z.enum(['fr', 'en']).nullable().catch(null)
});

/** What the process needs to know of an account; an unconfirmed one has never shown its mailbox. */
export type Account = z.infer<typeof accountFormat>;

/** The accounts of the embedded Auth, for the few things it does not do itself. */
export interface Accounts {
	find(email: string): Promise<Account | null>;
	/** Whether Auth compares a password for this address: it has an account with one, and is confirmed. */
	hasPassword(email: string): Promise<boolean>;
	/** Makes the codes sent so far worthless. */
	voidCodes(email: string): Promise<void>;
	/** Takes away a password that was chosen before anybody had shown to hold the mailbox. */
	dropPassword(id: string): Promise<void>;
	/** Whether this is the code last sent to a signed-in account that proves itself again; it is spent. */
	spendProof(id: string, code: string): Promise<boolean>;
	/** Whether this session goes on. */
	hasSession(id: string): Promise<boolean>;
	/** Notes in which browser a session was opened or renewed, in its own words; never from where. */
	nameSession(id: string, userAgent: string | null): Promise<void>;
	/** Notes that a code opened this session. */
	noteCode(session: string): Promise<void>;
	/** Whether a code opened this session in the last ten minutes, and nothing was done with it yet. */
	isProved(session: string): Promise<boolean>;
	/** What a code may be good for besides the session is done. */
	spendCode(session: string): Promise<void>;
	/** Ends all sessions of the account. */
	endSessions(email: string): Promise<void>;
	/** Ends all sessions of the account that has this one, but for this one. */
	endOtherSessions(id: string): Promise<void>;
}

/** E-mail addresses are expected in lower case. */
export function openAccounts(pool: Pool): Accounts {
	return {
		async find(email) {
			const [row] = await pool.rows(
				`select json_build_object(
					'id', id,
					'confirmed', email_confirmed_at is not null,
					'language', raw_user_meta_data ->> 'language'
				) from auth.users where email = $1`,
				email
			);
			return row ? accountFormat.parse(JSON.parse(row[0] ?? 'null')) : null;
		},
		async hasPassword(email) {
			const rows = await pool.rows(
				`select true from auth.users
				where email = $1 and encrypted_password is not null and email_confirmed_at is not null`,
				email
			);
			return rows.length > 0;
		},
		async voidCodes(email) {
			await pool.rows(
				`update auth.users set recovery_token = null, confirmation_token = null
				where email = $1`,
				email
			);
		},
		async dropPassword(id) {
			await pool.rows(
				`update auth.users set encrypted_password = null, confirmation_token = null
				where id = $1`,
				id
			);
		},
		async spendProof(id, code) {
			// What Auth keeps of a code, and compares with.
			const spent = await pool.rows(
				`update auth.users set reauthentication_token = null, reauthentication_sent_at = null
				where id = $1 and reauthentication_sent_at > now() - interval '10 minutes'
					and reauthentication_token = encode(sha256(convert_to(email || $2::text, 'UTF8')), 'hex')
				returning true`,
				id,
				code
			);
			return spent.length > 0;
		},
		async hasSession(id) {
			return (await pool.rows('select true from auth.sessions where id = $1', id)).length > 0;
		},
		async nameSession(id, userAgent) {
			await pool.rows(
				'update auth.sessions set user_agent = $2 where id = $1',
				id,
				userAgent?.slice(0, 500) ?? null
			);
		},
		// Auth keeps a column for a word on a session, and writes none.
		async noteCode(session) {
			await pool.rows(`update auth.sessions set tag = 'code' where id = $1`, session);
		},
		async isProved(session) {
			const proved = await pool.rows(
				`select true from auth.sessions
				where id = $1 and tag = 'code' and created_at > now() - interval '10 minutes'`,
				session
			);
			return proved.length > 0;
		},
		async spendCode(session) {
			await pool.rows('update auth.sessions set tag = null where id = $1', session);
		},
		async endSessions(email) {
			await pool.rows(
				'delete from auth.sessions s using auth.users u where u.id = s.user_id and u.email = $1',
				email
			);
		},
		async endOtherSessions(id) {
			await pool.rows(
				`delete from auth.sessions o using auth.sessions s
				where s.id = $1 and o.user_id = s.user_id and o.id <> s.id`,
				id
			);
		}
	};
}
