import * as codes from '#lib/domain/codes.ts';
import * as m from '#lib/paraglide/messages.js';

const words: Readonly<Record<string, () => string>> = {
	[codes.NOT_FOUND]: m.errors_not_found,
	[codes.NOT_ALLOWED]: m.errors_not_allowed,
	[codes.STALE]: m.errors_stale,
	[codes.WRONG_STATE]: m.errors_wrong_state,
	[codes.INVALID]: m.errors_invalid,
	[codes.GROUP_FULL]: m.errors_group_full,
	[codes.INVITATION_FOREIGN]: m.errors_invitation_foreign,
	[codes.INVITATION_OVER]: m.errors_invitation_over,
	[codes.TOO_MANY]: m.errors_too_many,
	[codes.CONFLICT]: m.errors_conflict,
	[codes.HOLDER_HERE]: m.errors_holder_here,
	[codes.WITHDRAWN]: m.errors_withdrawn,
	[codes.SETTLED]: m.errors_settled,
	[codes.OTHER_ADDRESS]: m.errors_address_other,
	'42501': m.errors_not_allowed,
	offline: m.errors_offline,
	unreachable: m.errors_offline,
	busy: m.errors_busy,
	failing: m.errors_busy,
	unauthorized: m.errors_unauthorized,
	ended: m.errors_unauthorized,
	foreign: m.errors_foreign,
	too_large: m.errors_too_large,
	too_many: m.errors_too_many,
	over_request_rate_limit: m.errors_too_many,
	over_email_send_rate_limit: m.errors_too_many,
	otp_expired: m.errors_code_wrong,
	codes_wrong: m.errors_codes_wrong,
	codes_void: m.errors_codes_void,
	address_taken: m.errors_address_taken,
	address_waiting: m.errors_address_waiting,
	password_needed: m.errors_password_needed,
	reauthentication_needed: m.errors_code_wrong,
	reauthentication_not_valid: m.errors_code_wrong,
	invalid_credentials: m.errors_password_wrong,
	weak_password: m.errors_password_guessable,
	same_password: m.errors_password_same,
	email_address_invalid: m.errors_email_invalid,
	validation_failed: m.errors_invalid,
	full: m.errors_storage_full,
	unavailable: m.errors_storage_unavailable,
	blocked: m.errors_storage_blocked,
	outdated: m.errors_storage_outdated,
	locked: m.errors_locked,
	closed: m.errors_signed_out_elsewhere,
	broken: m.errors_storage_unavailable,
	unreadable: m.errors_unreadable,
	rejected: m.errors_busy
};

/** What a refusal means, by its code, in the reader's language. Unknown SQLSTATEs of bad data too. */
export function refusal(code: string): string {
	const known = words[code];
	if (known) return known();
	return /^2[23]/.test(code) ? m.errors_invalid() : m.errors_unexpected();
}

/** What stands beside a field, whose text the device may not have kept: nothing when all is well. */
export function explained(code: string | null): string | undefined {
	return code === null ? undefined : refusal(code);
}
