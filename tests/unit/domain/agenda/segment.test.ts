import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expand } from '#lib/domain/agenda/expand.ts';
import { move, type Segment } from '#lib/domain/agenda/segment.ts';
import { named } from '#lib/domain/formats/builtin.ts';

const mastermind = expand(named('mastermind')!, { members: [], presenters: ['ada'] });

describe('moving a segment', () => {
	const kinds = (segments: Segment[]) => segments.map(({ kind }) => kind);

	test('a segment moved down takes the place it is dropped on', () => {
		expect(kinds(move(mastermind, 1, 5)).indexOf('follow_up')).toBe(5);
	});

	test('a segment moved up takes the place it is dropped on', () => {
		expect(kinds(move(mastermind, 5, 1)).indexOf('actions')).toBe(1);
	});

	test.each([
		[-1, 2],
		[2, 7],
		[7, 0],
		[0.5, 1]
	])('moving from %d to %d, outside the agenda, changes nothing', (from, to) => {
		expect(move(mastermind, from, to)).toEqual(mastermind);
	});

	test('no segment is lost, positions count from 0, and moving back restores the agenda', () => {
		fc.assert(
			fc.property(fc.nat(6), fc.nat(6), (from, to) => {
				const moved = move(mastermind, from, to);
				expect(moved.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5, 6]);
				expect(kinds(moved).toSorted()).toEqual(kinds(mastermind).toSorted());
				expect(move(moved, to, from)).toEqual(mastermind);
			})
		);
	});
});
