import { describe, expect, test } from 'vitest';
import { EARLIER, refuseRewritten, stepFrom } from '#lib/server/embedded/history.ts';
import { Refusal } from '#lib/server/refusal.ts';

const BASELINE = '20261130000000';
const LATER = '20270101000000';
const known = [BASELINE, LATER];

describe('the step from a history:', () => {
	test.each([
		['a new database is migrated', [], 'migrate'],
		['one that is behind is migrated', [BASELINE], 'migrate'],
		['one that has all is left alone', known, 'nothing'],
		['that of the last build of before the baseline takes the bridge', EARLIER, 'bridge']
	] as const)('%s', (_, history, step) => {
		expect(stepFrom(history, known)).toBe(step);
	});

	test.each([
		[
			'an earlier build',
			EARLIER.slice(0, 40),
			/up to 20261128003000\)[^]*Start commit c7e231e on it once/
		],
		['a build with a gap', EARLIER.toSpliced(10, 1), /Start commit c7e231e on it once/],
		['a commit between', [...EARLIER, '20261130001000'], /\(20261130001000\). Install that commit/],
		['a newer version', [...known, '20270201000000'], /\(20270201000000\):[^]*newer version/],
		['somebody unknown', ['20260101000000'], /newer version/],
		['an earlier build, gone on from as a newer one', [...EARLIER, BASELINE], /commit between/]
	])('of %s is refused, and says what to do', (_, history, words) => {
		expect(() => stepFrom(history, known)).toThrow(Refusal);
		expect(() => stepFrom(history, known)).toThrow(words);
	});
});

describe('a migration that the database saw with', () => {
	const text = 'create table a (id int);\ncreate table b (id int);\n';
	const judge = (seen: string | null, isGiven: boolean) => () =>
		refuseRewritten([{ version: BASELINE, text: seen }], [{ version: BASELINE, text }], isGiven);

	test.each([
		['its text', text, [false, true]],
		['its text, in lines of another system', text.replaceAll('\n', '\r\n'), [false, true]],
		['no text, by the Supabase CLI', null, [true]],
		['one statement of it, by the Supabase CLI', 'create table a (id int)', [true]]
	] as const)('%s is that of this version', (_, seen, places) => {
		for (const isGiven of places) expect(judge(seen, isGiven)).not.toThrow();
	});

	test.each([
		['another text', `-- Of before.\n${text}`, [false, true]],
		['no text, in a database of Cercle', null, [false]]
	] as const)('%s is refused, and says what to do', (_, seen, places) => {
		for (const isGiven of places) {
			expect(judge(seen, isGiven)).toThrow(Refusal);
			expect(judge(seen, isGiven)).toThrow(/20261130000000, and[^]*Nothing was changed/);
		}
	});
});

test('the bridge begins at 55 versions, each once, in order', () => {
	expect(EARLIER).toHaveLength(55);
	expect([...new Set(EARLIER)].sort()).toEqual(EARLIER);
	expect(EARLIER.at(-1)).toBe('20261129002000');
});
