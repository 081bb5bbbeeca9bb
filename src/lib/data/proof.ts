import type { Session } from '@supabase/auth-js';
import * as z from 'zod/mini';
import type { Backend } from './backend.ts';
import { authFailure, Failure } from './failure.ts';
import { replace } from './sign-ins.ts';

const claims = z.object({ session_id: z.string() });

/**
 * How a signed-in member shows that the mailbox of their account is theirs: they sign in anew with a
 * code sent there, and the new sign-in takes the place of this device's former one. So a wrong code
 * proves nothing on any server, also where the one of `reauthenticate` is not looked at: a hosted
 * Supabase asks for none in the first day of a sign-in.
 */
export class Proof {
	readonly #backend: Backend;
	/** Where the code went; null: nowhere yet. */
	#address: string | null = null;
	/** Opened by the code. */
	#session: Session | null = null;
	/** The sign-in that it replaces; null: there is none any more. */
	#former: string | null = null;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	/** Sends a code to the address that the account has now. @throws Failure. */
	async send(): Promise<void> {
		const auth = await this.#backend.auth();
		const { data, error } = await auth.getUser();
		if (error) throw authFailure(error);
		const email = data.user.email ?? '';
		const sent = await auth.signInWithOtp({ email, options: { shouldCreateUser: false } });
		if (sent.error) throw authFailure(sent.error);
		this.#address = email;
		this.#session = null;
	}

	/**
	 * Gives the code. Once it was right this may be called again, whatever went wrong afterwards. A
	 * wrong one, an expired one, no network: everything is as it was. @throws Failure.
	 */
	async give(code: string): Promise<void> {
		const auth = await this.#backend.auth();
		if (this.#session === null) {
			const { data, error } = await auth.getSession();
			if (error) throw authFailure(error);
			if (!data.session) throw new Failure('unauthorized');
			const opened = await this.#enter(code, data.session.user.id);
			this.#former = sessionOf(data.session);
			this.#session = opened;
		}
		if (this.#former === null) return;
		const { access_token, refresh_token } = this.#session;
		const kept = await auth.setSession({ access_token, refresh_token });
		if (kept.error) throw authFailure(kept.error);
		await replace(this.#backend, this.#former);
		this.#former = null;
	}

	/** Signs in beside the device, whose own sign-in is touched only when the account is the same. */
	async #enter(token: string, member: string): Promise<Session> {
		const aside = await this.#backend.aside();
		const email = this.#address ?? '';
		const { data, error } = await aside.verifyOtp({ email, token, type: 'email' });
		if (error) throw authFailure(error);
		if (data.session?.user.id === member) return data.session;
		await aside.signOut({ scope: 'local' });
		throw new Failure('foreign');
	}
}

/** Of a session that Auth gave. */
function sessionOf({ access_token }: Session): string {
	const [, payload = ''] = access_token.split('.');
	const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
	return claims.parse(JSON.parse(text)).session_id;
}
