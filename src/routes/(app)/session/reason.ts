import type { Role, RoleHeld } from '#lib/domain/rotation/role.ts';
import * as m from '#lib/paraglide/messages.js';
import { lastHeld } from '#lib/planning/casting.ts';
import type { Language } from '#lib/ui/civil.ts';

const never = {
	facilitator: m.session_reason_facilitator_never,
	presenter: m.session_reason_presenter_never,
	scribe: m.session_reason_scribe_never,
	host: m.session_reason_host_never
};
const since = {
	facilitator: m.session_reason_facilitator_since,
	presenter: m.session_reason_presenter_since,
	scribe: m.session_reason_scribe_since,
	host: m.session_reason_host_since
};
const youNever = {
	facilitator: m.session_reason_you_facilitator_never,
	presenter: m.session_reason_you_presenter_never,
	scribe: m.session_reason_you_scribe_never,
	host: m.session_reason_you_host_never
};
const youSince = {
	facilitator: m.session_reason_you_facilitator_since,
	presenter: m.session_reason_you_presenter_since,
	scribe: m.session_reason_you_scribe_since,
	host: m.session_reason_you_host_since
};

/** Why it may be this member's turn, in words: "n’a pas animé depuis mars". */
export function reason(
	held: readonly RoleHeld[],
	role: Role,
	member: string,
	me: string,
	language: Language
): string {
	const last = lastHeld(held, role, member);
	if (last === null) return (member === me ? youNever : never)[role]();
	const month = new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
		month: 'long',
		timeZone: 'UTC'
	}).format(last);
	return (member === me ? youSince : since)[role]({ since: month });
}
