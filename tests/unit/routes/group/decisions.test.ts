import { expect, onTestFinished, test } from 'vitest';
import { open, ownVote, waitsFor } from '#lib/data/moderation.ts';
import { getLocale, overwriteGetLocale } from '#lib/paraglide/runtime.js';
import { lines } from '#routes/(app)/group/decisions.ts';
import { GROUP, groupOf, person } from '../../group-view.ts';

const breach = (id: string, columns: object = {}) => ({
	...{ id, group_id: GROUP, accused_id: 'c', raised_by: 'a', reason: 'Sold us.' },
	...{ raised_at: '2026-05-01T00:00:00Z', settled_at: null, entitled: null, votes_for: null },
	...columns
});
const decision = (id: string, kind: string, columns: object = {}) => ({
	...{ id, group_id: GROUP, kind, subject_id: null, at: '2026-05-02T00:00:00Z' },
	...columns
});
const settled = { settled_at: '2026-05-03T00:00:00Z', reason: '', entitled: 5, votes_for: 3 };
const now = Date.UTC(2026, 4, 10);
test('a vote waits until it is settled or its fourteen days are over, in its own group', () => {
	const view = groupOf(['a', 'b', 'c'], {
		breaches: [
			breach('waits'),
			breach('lapsed', { raised_at: '2026-04-26T00:00:00Z' }),
			breach('settled', settled),
			breach('elsewhere', { group_id: 'other' })
		],
		breach_votes: [{ id: 'v', breach_id: 'settled', exclude: false }]
	});
	expect(open(view, GROUP, now).map(({ id }) => id)).toEqual(['waits']);
	expect(ownVote(view, 'waits')).toBeNull();
	expect(ownVote(view, 'settled')).toBe(false);
});

test('a vote waits for those who decide, until they have voted', () => {
	const view = groupOf(['a', 'b', 'c'], {
		breaches: [breach('waits', { electors: ['a', 'b'] })],
		breach_votes: [{ id: 'v', breach_id: 'waits', exclude: false }]
	});
	const [open] = view.breaches;
	const without = { ...view, breach_votes: [] };
	expect([waitsFor(without, open!, 'a'), waitsFor(without, open!, 'c')]).toEqual([true, false]);
	expect(waitsFor(view, open!, 'a')).toBe(false);
});

test('the register begins with the latest, names whom it may, and counts for those who were there', () => {
	const view = groupOf(['a', 'c'], {
		profiles: [person('a', 'Ada'), person('c', 'Cleo')],
		decisions: [
			decision('1', 'founded', { subject_id: 'a', at: '2026-01-01T00:00:00Z' }),
			decision('2', 'exclusion', { subject_id: 'c', at: '2026-05-03T00:00:00Z' }),
			decision('3', 'departure', { at: '2026-05-04T00:00:00Z' }),
			decision('4', 'of a later version')
		],
		breaches: [breach('2', settled)]
	});
	const shown = lines(view, GROUP);
	expect(shown.map(({ id }) => id)).toEqual(['3', '2', '1']);
	expect(shown.map(({ text }) => text)).toEqual([
		expect.not.stringMatching(/Ada|Cleo/),
		expect.stringContaining('Cleo'),
		expect.stringContaining('Ada')
	]);
	expect(shown.map(({ count }) => count)).toEqual([null, expect.stringMatching(/3.*5/), null]);
});

test('the register says in both languages who shortened how long words are kept', () => {
	const view = groupOf(['a'], {
		profiles: [person('a', 'Ada')],
		decisions: [decision('1', 'retention_shortened', { subject_id: 'a' })]
	});
	const own = getLocale;
	onTestFinished(() => overwriteGetLocale(own));
	const said = (['fr', 'en'] as const).map((locale) => {
		overwriteGetLocale(() => locale);
		return lines(view, GROUP).map(({ text }) => text);
	});
	expect(said).toEqual([
		['Ada a raccourci la durée de conservation'],
		['Ada shortened how long words are kept']
	]);
});
