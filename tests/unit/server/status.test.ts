import { expect, test } from 'vitest';
import { statusOf } from '#lib/server/embedded/door/status.ts';

/** From PostgREST 14.17, src/PostgREST/Error.hs, `pgErrorStatus`. */
const postgrest: [state: string, status: number][] = [
	['08006', 503],
	['09000', 500],
	['0L000', 403],
	['0P000', 403],
	['21000', 500],
	['22023', 400],
	['22P02', 400],
	['23502', 400],
	['23503', 409],
	['23505', 409],
	['23514', 400],
	['25006', 405],
	['25P02', 500],
	['28000', 403],
	['2D000', 500],
	['38000', 500],
	['39000', 500],
	['3B000', 500],
	['40001', 500],
	['40P01', 500],
	['42501', 403],
	['42601', 400],
	['42883', 404],
	['42P01', 404],
	['42P17', 500],
	['53400', 500],
	['53300', 503],
	['54000', 500],
	['55P03', 500],
	['57014', 500],
	['57P01', 503],
	['58000', 500],
	['F0000', 500],
	['HV000', 500],
	['P0001', 400],
	['P0002', 500],
	['XX000', 500],
	['PT402', 402],
	['CR005', 400]
];

test.each(postgrest)('%s is answered %i, as PostgREST does', (state, status) => {
	expect(statusOf(state, true)).toBe(status);
});

test('a right that is missing is 401 for those without a token: they may sign in', () => {
	expect(statusOf('42501', false)).toBe(401);
});

test('a database on its way down or up is away', () => {
	expect([statusOf('57P02', true), statusOf('57P03', true)]).toEqual([503, 503]);
});
