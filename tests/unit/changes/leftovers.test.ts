import { expect, test } from 'vitest';
import { leftovers } from '#lib/changes/leftovers.ts';

const challenges = [
	{ id: 'gone', withdrawnAt: 1 },
	{ id: 'there', withdrawnAt: null }
];
const refused = (place: number, code: string) => ({
	...{ place, kind: 'notes.write', args: {}, base: null, madeAt: 0, tries: 0 },
	refusal: { code }
});

test('drafts and refused writings of a withdrawn challenge go, and nothing else', () => {
	const drafts = ['notes gone', 'takeaways gone', 'challenge:gone:context', 'notes there'];
	const found = leftovers(challenges, [refused(1, 'CR014'), refused(2, 'CR010')], (key) =>
		drafts.includes(key) ? 'Des mots' : null
	);
	expect(found).toEqual({
		places: [1],
		drafts: ['notes gone', 'takeaways gone', 'challenge:gone:context']
	});
});

test('a phone without any is left alone', () => {
	expect(leftovers(challenges, [], () => null)).toEqual({ places: [], drafts: [] });
});
