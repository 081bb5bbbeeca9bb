import { describe, expect, test } from 'vitest';
import { expand } from '#lib/domain/agenda/expand.ts';
import type { Segment } from '#lib/domain/agenda/segment.ts';
import { builtin, named } from '#lib/domain/formats/builtin.ts';
import {
	hasQueue,
	kindsOf,
	mayRaise,
	placeOf,
	signalsOf,
	spoken,
	type Turn
} from '#lib/domain/session/floor.ts';
import { instant, minutes } from '#lib/domain/time.ts';

const people = { members: ['ana', 'leo'], presenters: ['ana'] };

function segment(format: string, kind: Segment['kind']): Segment {
	const found = expand(named(format)!, people).find((segment) => segment.kind === kind);
	if (!found) throw new Error(`no ${kind} in ${format}`);
	return found;
}

describe('who asks for the floor', () => {
	test('where several may speak, hands are raised', () => {
		expect(hasQueue(segment('mastermind', 'discussion'))).toBe(true);
		expect(hasQueue(segment('wise-crowds', 'consult'))).toBe(true);
		expect(hasQueue(segment('clearness', 'questions'))).toBe(true);
		expect(hasQueue(segment('lean-coffee', 'topic'))).toBe(true);
	});

	test('where one listens, keeps silence or goes down a list, there is no queue', () => {
		expect(hasQueue(segment('mastermind', 'challenge'))).toBe(false);
		expect(hasQueue(segment('mastermind', 'takeaways'))).toBe(false);
		expect(hasQueue(segment('lean-coffee', 'write'))).toBe(false);
		expect(hasQueue(segment('clearness', 'silence'))).toBe(false);
		for (const kind of ['opening', 'follow_up', 'actions', 'closing'] as const) {
			expect(hasQueue(segment('mastermind', kind)), kind).toBe(false);
		}
	});

	test('in no segment of any format may anybody raise a hand and be told to listen', () => {
		const quiet = builtin
			.flatMap((format) => expand(format, people))
			.filter(
				({ rule, speakers }) => rule === 'silence' || rule === 'listen' || speakers === 'nobody'
			);
		expect(quiet.length).toBeGreaterThan(5);
		expect(quiet.filter(hasQueue)).toEqual([]);
		expect(quiet.flatMap(kindsOf)).toEqual([]);
	});

	test('where the others speak, the presenter listens', () => {
		const consult = segment('wise-crowds', 'consult');
		expect(mayRaise(consult, 'ana')).toBe(false);
		expect(mayRaise(consult, 'leo')).toBe(true);
		expect(mayRaise(segment('mastermind', 'discussion'), 'ana')).toBe(true);
	});
});

describe('what may be written and signalled', () => {
	test('the rule of the speech is the rule of the writing', () => {
		expect(kindsOf(segment('clearness', 'questions'))).toEqual(['question']);
		expect(kindsOf(segment('mastermind', 'discussion'))).not.toContain('advice');
		expect(kindsOf(segment('wise-crowds', 'consult'))).toContain('advice');
		expect(kindsOf(segment('mastermind', 'challenge'))).toEqual([]);
	});

	test('advice is a signal only where questions alone are asked', () => {
		expect(signalsOf(segment('clearness', 'questions'))).toContain('advice');
		expect(signalsOf(segment('mastermind', 'discussion'))).not.toContain('advice');
	});

	test('a pause may be asked for in every segment; in silence nothing is off topic', () => {
		const segments = builtin.flatMap((format) => expand(format, people));
		expect(segments.filter((segment) => !signalsOf(segment).includes('pause'))).toEqual([]);
		expect(signalsOf(segment('clearness', 'silence'))).toEqual(['over_time', 'pause']);
	});
});

describe('the floor as one member sees it', () => {
	const turn = (member: string, at: number, began: number | null = null): Turn => ({
		member,
		raisedAt: instant(at),
		beganAt: began === null ? null : instant(began)
	});

	test('empty: nobody speaks, nobody waits', () => {
		expect(placeOf([], 'ana')).toEqual({ speaker: null, waiting: [], part: 'none', rank: 0 });
	});

	test('while nobody speaks, only who waited longest may take the floor', () => {
		const turns = [turn('leo', 1), turn('ana', 2)];
		expect(placeOf(turns, 'leo')).toMatchObject({ part: 'next', rank: 1 });
		expect(placeOf(turns, 'ana')).toMatchObject({ part: 'waiting', rank: 2 });
		expect(placeOf(turns, 'zoe')).toMatchObject({ part: 'none', rank: 0 });
	});

	test('while somebody speaks, the first hand waits as well', () => {
		const turns = [turn('zoe', 3, 4), turn('leo', 1)];
		expect(placeOf(turns, 'leo')).toMatchObject({ part: 'waiting', rank: 1 });
		expect(placeOf(turns, 'zoe')).toMatchObject({ part: 'speaking', rank: 0 });
		expect(placeOf(turns, 'leo').waiting.map(({ member }) => member)).toEqual(['leo']);
	});
});

describe('how the time to speak was shared', () => {
	const turn = (memberId: string, from: number, to: number) => ({
		memberId,
		beganAt: instant(minutes(from)),
		endedAt: instant(minutes(to))
	});

	test('turns add up, in the order of the people and not of the minutes', () => {
		const turns = [turn('zoe', 0, 9), turn('ana', 9, 10), turn('ana', 12, 14)];
		expect(spoken(turns, ['ana', 'leo', 'zoe'])).toEqual([
			{ member: 'ana', length: minutes(3) },
			{ member: 'leo', length: 0 },
			{ member: 'zoe', length: minutes(9) }
		]);
	});

	test('somebody who is not asked about is left out', () => {
		expect(spoken([turn('zoe', 0, 9)], ['ana'])).toEqual([{ member: 'ana', length: 0 }]);
	});
});
