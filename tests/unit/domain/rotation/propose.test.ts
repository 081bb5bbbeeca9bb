import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { propose } from '#lib/domain/rotation/propose.ts';
import { type Member, roles, type RoleHeld } from '#lib/domain/rotation/role.ts';
import { instant } from '#lib/domain/time.ts';

const day = (count: number) => instant(1_790_000_000_000 + count * 86_400_000);
const member = (id: string, joined = 0): Member => ({ id, joinedAt: day(joined) });
const turn = (memberId: string, on: number): RoleHeld => ({
	memberId,
	role: 'facilitator',
	sessionId: `s${on}`,
	at: day(on)
});
const next = (members: Member[], turns: RoleHeld[], absent: string[] = []) =>
	propose('facilitator', members, turns, absent);

/** Holds one session a month from day `from`, following every proposal; returns all turns. */
function follow(members: Member[], turns: RoleHeld[], from: number, count: number): RoleHeld[] {
	const all = [...turns];
	for (let month = 0; month < count; month++) {
		const chosen = next(members, all);
		if (chosen) all.push(turn(chosen.memberId, from + 30 * month));
	}
	return all;
}

const counts = (members: Member[], turns: RoleHeld[]) =>
	members.map(({ id }) => turns.filter(({ memberId }) => memberId === id).length);

const group = (size: number) => ['ada', 'bo', 'cy', 'di', 'ed', 'flo', 'guy', 'hal'].slice(0, size);

describe('who is proposed', () => {
	test('who has done least comes first', () => {
		const turns = [turn('ada', 30), turn('bo', 60), turn('ada', 90)];
		expect(next([member('ada'), member('bo')], turns)?.memberId).toBe('bo');
	});

	test('between equals it is whose turn is longest ago, and the reason says since when', () => {
		const turns = [turn('bo', 30), turn('ada', 60)];
		expect(next([member('ada'), member('bo')], turns)).toEqual({
			memberId: 'bo',
			reason: { kind: 'since', sessionId: 's30', at: day(30) }
		});
	});

	test('who never had the role is told so', () => {
		const proposal = next([member('ada'), member('bo')], [turn('ada', 30)]);
		expect(proposal).toEqual({ memberId: 'bo', reason: { kind: 'never' } });
	});

	test('an absent member is passed over and comes first when back', () => {
		const members = [member('ada'), member('bo')];
		const turns = [turn('ada', 30)];
		expect(next(members, turns, ['bo'])?.memberId).toBe('ada');
		expect(next(members, [...turns, turn('ada', 60)])?.memberId).toBe('bo');
	});

	test('nobody is proposed when everybody is absent or the group is empty', () => {
		expect(next([member('ada')], [], ['ada'])).toBeNull();
		expect(next([], [])).toBeNull();
	});

	test('each role has its own memory', () => {
		const members = [member('ada'), member('bo')];
		const turns = [turn('ada', 30)];
		expect(propose('facilitator', members, turns, [])?.memberId).toBe('bo');
		for (const role of roles.filter((one) => one !== 'facilitator')) {
			expect(propose(role, members, turns, [])?.memberId).toBe('ada');
		}
	});

	test('a former member’s turns count for nobody', () => {
		const turns = [turn('gone', 30), turn('ada', 60)];
		expect(next([member('ada'), member('bo')], turns)?.memberId).toBe('bo');
	});
});

describe('fairness', () => {
	const size = fc.integer({ min: 1, max: 8 });

	test('when all attend, after every round each member has had exactly as many turns', () => {
		fc.assert(
			fc.property(size, fc.integer({ min: 1, max: 4 }), (n, rounds) => {
				const members = group(n).map((id) => member(id));
				const turns = follow(members, [], 30, n * rounds);
				expect(counts(members, turns)).toEqual(members.map(() => rounds));
			})
		);
	});

	test('when all attend, turns never differ by more than one', () => {
		fc.assert(
			fc.property(size, fc.nat(30), (n, sessions) => {
				const members = group(n).map((id) => member(id));
				const held = counts(members, follow(members, [], 30, sessions));
				expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
			})
		);
	});

	test('the proposal does not depend on the order of the lists', () => {
		fc.assert(
			fc.property(size, fc.nat(20), (n, sessions) => {
				const members = group(n).map((id, index) => member(id, index * 10));
				const turns = follow(members, [], 100, sessions);
				expect(next(members.toReversed(), turns.toReversed())).toEqual(next(members, turns));
			})
		);
	});

	test('whoever is absent, the one proposed is there, and nobody there has done less', () => {
		fc.assert(
			fc.property(size, fc.array(fc.nat(255), { maxLength: 20 }), (n, absences) => {
				const members = group(n).map((id) => member(id));
				const turns: RoleHeld[] = [];
				for (const [month, mask] of absences.entries()) {
					const absent = group(n).filter((_, index) => (mask >> index) % 2 === 1);
					const chosen = next(members, turns, absent);
					if (absent.length === n) {
						expect(chosen).toBeNull();
						continue;
					}
					const there = members.filter(({ id }) => !absent.includes(id));
					const held = counts(there, turns);
					expect(absent).not.toContain(chosen?.memberId);
					const mine = turns.filter(({ memberId }) => memberId === chosen?.memberId).length;
					expect(mine).toBe(Math.min(...held));
					turns.push(turn(chosen!.memberId, 30 * month));
				}
			})
		);
	});
});

describe('joiners and leavers', () => {
	const size = fc.integer({ min: 1, max: 7 });

	test('a newcomer waits behind those who have waited longer', () => {
		const members = [member('ada'), member('bo'), member('new', 100)];
		const turns = [turn('ada', 30)];
		expect(next(members, turns)?.memberId).toBe('bo');
	});

	test('after a newcomer joins, in the next round each member has exactly one turn', () => {
		fc.assert(
			fc.property(size, fc.nat(25), (n, sessions) => {
				const founders = group(n).map((id) => member(id));
				const before = follow(founders, [], 30, sessions);
				const joined = 30 * (sessions + 1) + 1;
				const members = [...founders, member('new', joined)];
				const after = follow(members, before, joined + 30, n + 1).slice(before.length);
				expect(counts(members, after)).toEqual(members.map(() => 1));
			})
		);
	});

	test('a newcomer among members of whom one was away long is not made to catch up for them', () => {
		const founders = [member('ada'), member('bo'), member('away')];
		const turns = follow(founders.slice(0, 2), [], 30, 10);
		const members = [...founders, member('new', 400)];
		const chosen = follow(members, turns, 430, 6).slice(10);
		expect(chosen.map(({ memberId }) => memberId)).toEqual([
			'away',
			'away',
			'away',
			'away',
			'away',
			'ada'
		]);
	});

	test('after somebody leaves, the next round still gives each member one turn', () => {
		fc.assert(
			fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(25), fc.nat(7), (n, sessions, who) => {
				const members = group(n).map((id) => member(id));
				const before = follow(members, [], 30, sessions);
				const left = members.filter((_, index) => index !== who % n);
				const after = follow(left, before, 30 * (sessions + 2), n - 1).slice(before.length);
				expect(counts(left, after)).toEqual(left.map(() => 1));
			})
		);
	});

	test('who comes back is a newcomer, but the reason remembers their last turn', () => {
		const members = [member('ada'), member('back', 100)];
		const turns = [turn('back', 10), turn('ada', 40), turn('ada', 70)];
		const first = next(members, turns);
		expect(first?.memberId).toBe('ada');
		expect(next(members, turns, ['ada'])).toEqual({
			memberId: 'back',
			reason: { kind: 'since', sessionId: 's10', at: day(10) }
		});
	});
});
