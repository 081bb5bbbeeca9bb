/**
 * Why the database refuses, by the codes that its functions raise (supabase/README.md lists them).
 * No other file spells one.
 */

/** No such thing, or not visible to this member: the two are not told apart. */
export const NOT_FOUND = 'CR001';
export const NOT_ALLOWED = 'CR002';
/** It changed since it was looked at. */
export const STALE = 'CR003';
/** Already begun, paused, closed. */
export const WRONG_STATE = 'CR004';
export const INVALID = 'CR005';
export const GROUP_FULL = 'CR006';
export const INVITATION_FOREIGN = 'CR007';
export const INVITATION_OVER = 'CR008';
export const TOO_MANY = 'CR009';
/** Somebody else, or another device, changed the same field. */
export const CONFLICT = 'CR010';
/** The facilitator is still here: nobody takes over. */
export const HOLDER_HERE = 'CR011';
/** Another operation was sent with this sequence number. */
export const SEQUENCE_TAKEN = 'CR012';
/** The sign-in was ended. */
export const SIGN_IN_ENDED = 'CR013';
/** The presenter withdrew the challenge. */
export const WITHDRAWN = 'CR014';
/** Settled when the session closed: what was erased, or locked to its presenter. */
export const SETTLED = 'CR015';
/** A breach about this member is open already. */
export const BREACH_OPEN = 'CR016';
/** Fewer than two members could decide about a breach. */
export const TOO_FEW_VOTERS = 'CR017';
/** The address typed is not that of the account. */
export const OTHER_ADDRESS = 'CR018';

/** Said by the server, of an invitation that all members see for a day before it is mailed. */
export const WAITS = 'waits';
