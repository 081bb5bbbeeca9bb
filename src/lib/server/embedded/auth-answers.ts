import { randomUUID } from 'node:crypto';

export const weak = () => refuse(422, 'weak_password', 'Too short, or too easy to guess');
export const invalid = () => refuse(400, 'validation_failed', 'Malformed request');
/** Seconds after which asking again makes sense: the same for all, whatever was counted. */
const LATER = { 'retry-after': '600' };
export const tooManyMails = () =>
	refuse(429, 'over_email_send_rate_limit', 'Too many codes asked for', LATER);
export const tooManyTries = () =>
	refuse(429, 'over_request_rate_limit', 'Too many attempts', LATER);

/** In the form of a hosted Supabase: the client reads `error_code`. */
export function refuse(
	status: number,
	code: string,
	message: string,
	headers: Record<string, string> = {}
): Response {
	const body = { code: status, error_code: code, msg: message };
	return Response.json(body, { status, headers });
}

/** What a sign-up answers, to everybody: nothing in it comes from an account. */
export function newcomer(email: string, data: object) {
	const id = randomUUID();
	const now = new Date().toISOString();
	const about = { ...data, email, email_verified: false, phone_verified: false, sub: id };
	const dates = { created_at: now, updated_at: now };
	const identity = {
		identity_id: randomUUID(),
		id,
		user_id: id,
		identity_data: about,
		provider: 'email',
		last_sign_in_at: now,
		email,
		...dates
	};
	return {
		id,
		aud: 'authenticated',
		role: 'authenticated',
		email,
		phone: '',
		app_metadata: { provider: 'email', providers: ['email'] },
		user_metadata: about,
		identities: [identity],
		is_anonymous: false,
		confirmation_sent_at: now,
		...dates
	};
}
