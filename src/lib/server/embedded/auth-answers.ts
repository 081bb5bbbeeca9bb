export const weak = () => refuse(422, 'weak_password', 'Too short, or too easy to guess');
export const invalid = () => refuse(400, 'validation_failed', 'Malformed request');
export const notFound = () => refuse(404, 'not_found', 'No such address');
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
