/**
 * PostgREST's HTTP status of an SQLSTATE: the first that the state begins with. Of `42501` it is the
 * one for a caller with a token; without one it is 401.
 */
const STATUS: readonly (readonly [start: string, status: number])[] = [
	['08', 503],
	['09', 500],
	['0L', 403],
	['0P', 403],
	['23503', 409],
	['23505', 409],
	['25006', 405],
	['21000', 500],
	['25', 500],
	['28', 403],
	['2D', 500],
	['38', 500],
	['39', 500],
	['3B', 500],
	['40', 500],
	['53400', 500],
	['53', 503],
	['54', 500],
	['55', 500],
	// 57P01 alone in PostgREST: the other two are a database that is on its way down or up.
	['57P01', 503],
	['57P02', 503],
	['57P03', 503],
	['57', 500],
	['58', 500],
	['F0', 500],
	['HV', 500],
	['P0001', 400],
	['P0', 500],
	['XX', 500],
	['42883', 404],
	['42P01', 404],
	['42P17', 500],
	['42501', 403]
];

/** The status of the answer to a call that Postgres refused with this state; ours (`CR…`) are 400. */
export function statusOf(state: string, hasToken: boolean): number {
	if (state === '42501' && !hasToken) return 401;
	const own = /^PT([2-5]\d\d)$/.exec(state)?.[1];
	if (own) return Number(own);
	return STATUS.find(([start]) => state.startsWith(start))?.[1] ?? 400;
}
