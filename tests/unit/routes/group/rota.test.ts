import { expect, test } from 'vitest';
import type { Row } from '#lib/data/rows.ts';
import { instant } from '#lib/domain/time.ts';
import { holders, rota, turns } from '../../../../src/routes/(app)/group/rota.ts';

const DAY = 86_400_000;
const joined = instant(0);
const members = ['ana', 'leo', 'sam'].map((id) => ({ id, joinedAt: joined }));

function session(id: string, day: number, roles: Partial<Row<'sessions'>>): Row<'sessions'> {
	return {
		id,
		groupId: 'group',
		startsAt: instant(day * DAY),
		timeZone: 'Europe/Paris',
		place: '',
		format: 'mastermind',
		lengthMinutes: 120,
		status: 'closed',
		facilitatorId: null,
		scribeId: null,
		hostId: null,
		version: 1,
		startedAt: null,
		closedAt: null,
		...roles
	};
}

const step = (sessionId: string, personId: string | null) => ({
	sessionId,
	personId,
	speakers: 'presenter' as const
});

test('a presenter counts once however many steps are theirs', () => {
	const held = holders(session('s', 1, {}), [step('s', 'ana'), step('s', 'ana')], 'presenter');
	expect(held).toEqual(['ana']);
});

test('a place that nobody took yet is held by nobody', () => {
	expect(holders(session('s', 1, {}), [step('s', null), step('t', 'leo')], 'presenter')).toEqual(
		[]
	);
});

test('only what took place counts as a turn', () => {
	const planned = session('p', 40, { status: 'planned', facilitatorId: 'leo' });
	const done = session('d', 10, { facilitatorId: 'ana', hostId: 'sam' });
	expect(turns([planned, done], []).map(({ memberId, role }) => [memberId, role])).toEqual([
		['ana', 'facilitator'],
		['sam', 'host']
	]);
});

test('who is already planned for a role lets the others go first', () => {
	const sessions = [
		session('d', 10, { facilitatorId: 'ana' }),
		session('p', 40, { status: 'planned', facilitatorId: 'leo' })
	];
	const next = rota(members, sessions, []).find(({ role }) => role === 'facilitator');
	expect(next).toEqual({ role: 'facilitator', memberId: 'sam', reason: { kind: 'never' } });
});

test('a new group shares the roles out', () => {
	const people = rota(members, [], []).map(({ memberId }) => memberId);
	expect(new Set(people.slice(0, 3)).size).toBe(3);
	expect(people).toHaveLength(4);
});

test('a group of one still has somebody for each role', () => {
	const alone = [{ id: 'ana', joinedAt: joined }];
	const planned = session('p', 40, { status: 'planned', facilitatorId: 'ana' });
	expect(rota(alone, [planned], []).map(({ memberId }) => memberId)).toEqual(Array(4).fill('ana'));
});

test('without members nobody is proposed', () => {
	expect(rota([], [], [])).toEqual([]);
});
