import * as m from '#lib/paraglide/messages.js';

const words: Readonly<Record<string, () => string>> = {
	CR001: m.errors_not_found,
	CR002: m.errors_not_allowed,
	CR003: m.errors_stale,
	CR004: m.errors_wrong_state,
	CR005: m.errors_invalid,
	CR006: m.errors_group_full,
	CR007: m.errors_invitation_foreign,
	CR008: m.errors_invitation_over,
	CR009: m.errors_too_many,
	CR010: m.errors_conflict,
	CR011: m.errors_holder_here,
	CR014: m.errors_withdrawn,
	CR015: m.errors_settled,
	CR018: m.errors_address_other,
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
