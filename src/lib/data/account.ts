import type { Backend } from './backend.ts';
import { type AuthProblem, authFailure, Failure } from './failure.ts';

interface AuthAnswer {
	error: AuthProblem | null;
}

/** Sends a six-digit code; an unknown address gets an account with it. @throws Failure. */
export async function sendCode(backend: Backend, email: string, language: string): Promise<void> {
	const auth = await backend.auth();
	throwIfRefused(await auth.signInWithOtp({ email, options: { data: { language } } }));
}

/** Signs in with the code; answers the member's id. @throws Failure. */
export async function enterCode(backend: Backend, email: string, token: string): Promise<string> {
	const auth = await backend.auth();
	const answer = await auth.verifyOtp({ email, token, type: 'email' });
	throwIfRefused(answer);
	return memberOf(answer.data.user);
}

/** Signs in with a password; answers the member's id. @throws Failure. */
export async function enterPassword(
	backend: Backend,
	email: string,
	password: string
): Promise<string> {
	const auth = await backend.auth();
	const answer = await auth.signInWithPassword({ email, password });
	throwIfRefused(answer);
	return memberOf(answer.data.user);
}

/** Sets or changes the password of the signed-in member, right after a `Proof`. @throws Failure. */
export async function setPassword(backend: Backend, password: string): Promise<void> {
	const auth = await backend.auth();
	throwIfRefused(await auth.updateUser({ password }));
}

/** The address of the signed-in member; null: nobody is signed in. */
export async function email(backend: Backend): Promise<string | null> {
	const auth = await backend.auth();
	const { data } = await auth.getSession();
	return data.session?.user.email ?? null;
}

/** Ends the session on the server when it can be reached; the device forgets it in any case. */
export async function leave(backend: Backend): Promise<void> {
	const auth = await backend.auth();
	await auth.signOut({ scope: 'local' });
}

/** Deletes the account for good; `address` is what its member typed to confirm it. */
export async function remove(backend: Backend, address: string): Promise<void> {
	await backend.call('delete_account', { confirmation: address });
}

function throwIfRefused({ error }: AuthAnswer): void {
	if (error) throw authFailure(error);
}

function memberOf(user: { id: string } | null): string {
	if (!user) throw new Failure('unexpected');
	return user.id;
}
