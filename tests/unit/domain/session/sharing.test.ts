import { expect, test } from 'vitest';
import { type Consent, sharings } from '#lib/domain/session/sharing.ts';

/** Ada and Bo were there or wrote. */
const session = { end: 100, concerned: ['ada', 'bo'] };
const memberships = [
	{ memberId: 'ada', joinedAt: 1 },
	{ memberId: 'bo', joinedAt: 1 },
	{ memberId: 'cy', joinedAt: 1 },
	{ memberId: 'zoe', joinedAt: 200 }
];
const yes = (memberId: string, more: Partial<Consent> = {}): Consent => ({
	...{ readerId: 'zoe', memberId, givenAt: 300, withdrawnAt: null },
	...more
});
const of = (consents: Consent[], me = 'ada', members = memberships) =>
	sharings(session, members, consents, me).map(({ state, mine }) => [state, mine]);

test('a session is offered to those who joined after it, by those who are asked', () => {
	expect(sharings(session, memberships, [], 'ada').map(({ readerId }) => readerId)).toEqual([
		'zoe'
	]);
	expect(sharings(session, memberships, [], 'cy')).toEqual([]);
});

test('it opens as a whole when all agree, and not before', () => {
	expect(of([])).toEqual([['none', null]]);
	expect(of([yes('ada')])).toEqual([['asked', true]]);
	expect(of([yes('ada')], 'bo')).toEqual([['asked', null]]);
	expect(of([yes('ada'), yes('bo')])).toEqual([['shared', true]]);
});

test('one who takes it back ends it', () => {
	expect(of([yes('ada', { withdrawnAt: 400 }), yes('bo')])).toEqual([['asked', false]]);
	const [sharing] = sharings(
		session,
		memberships,
		[yes('ada', { withdrawnAt: 400 }), yes('bo')],
		'ada'
	);
	expect([sharing?.agreed, sharing?.missing]).toEqual([['bo'], ['ada']]);
});

test('one who left is not asked any more, nor one who came back since', () => {
	const without = memberships.filter(({ memberId }) => memberId !== 'bo');
	expect(of([yes('ada')], 'ada', without)).toEqual([['shared', true]]);
	const back = [...without, { memberId: 'bo', joinedAt: 250 }];
	expect(of([yes('ada')], 'ada', back)).toEqual([
		['shared', true],
		['none', null]
	]);
	expect(of([yes('ada')], 'bo', back)).toEqual([]);
});

test('what was agreed for an earlier stay of the reader does not count', () => {
	expect(of([yes('ada', { givenAt: 150 }), yes('bo', { givenAt: 150 })])).toEqual([['none', null]]);
});
