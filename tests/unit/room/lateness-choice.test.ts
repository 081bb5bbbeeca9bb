import { describe, expect, test } from 'vitest';
import { expand } from '#lib/domain/agenda/expand.ts';
import { named } from '#lib/domain/formats/builtin.ts';
import { instant } from '#lib/domain/time.ts';
import { hasChoice, isAccepted, largestCuts } from '#lib/room/lateness-choice.ts';

const segments = expand(named('mastermind')!, { members: [], presenters: ['ada'] }).map(
	(segment) => ({ ...segment, planned: segment.minutes, dropped: false, actual: null })
);

describe('a lateness that was accepted', () => {
	test('is brought up again once it has grown by three minutes', () => {
		expect(isAccepted(7, 7)).toBe(true);
		expect(isAccepted(7, 9)).toBe(true);
		expect(isAccepted(7, 10)).toBe(false);
	});
	test('stays accepted while it shrinks', () => expect(isAccepted(7, 1)).toBe(true));
	test('is not accepted before anybody said so', () => expect(isAccepted(null, 1)).toBe(false));
	test('made good, it may come back by two minutes in peace', () => {
		expect(isAccepted(0, 2)).toBe(true);
		expect(isAccepted(0, 3)).toBe(false);
	});
});

test('in the last segment there is nothing to decide', () => {
	const end = instant(0);
	expect(hasChoice({ late: 4, end, shrink: null, drops: [] })).toBe(false);
	const drop = { position: 3, minutes: [], cuts: [], end };
	expect(hasChoice({ late: 4, end, shrink: null, drops: [drop] })).toBe(true);
	expect(hasChoice({ late: 4, end, shrink: drop, drops: [] })).toBe(true);
});

test('the segments that lose most are named, the others counted', () => {
	const cuts = [
		{ position: 2, from: 20, to: 18 },
		{ position: 3, from: 40, to: 33 },
		{ position: 4, from: 10, to: 8 },
		{ position: 5, from: 15, to: 12 }
	];
	const { named: told, others } = largestCuts(cuts, segments);
	expect(told.map(({ segment, from, to }) => [segment.kind, from, to])).toEqual([
		['discussion', 40, 33],
		['actions', 15, 12]
	]);
	expect(others).toBe(2);
	expect(largestCuts(cuts.slice(1, 2), segments).others).toBe(0);
});
