import type { Keep } from '#lib/domain/session/keeping.ts';
import { describe, expect, test } from 'vitest';
import { expand } from '#lib/domain/agenda/expand.ts';
import { named } from '#lib/domain/formats/builtin.ts';
import {
	beforeClose,
	beforeStart,
	blocks,
	type Closing,
	mayClose,
	type Plan
} from '#lib/domain/session/readiness.ts';
import { later, minutes, parseInstant } from '#lib/domain/time.ts';

const begin = parseInstant('2026-11-26T18:30:00+01:00')!;
const agenda = (presenters: string[], key = 'mastermind') =>
	expand(named(key)!, { members: [], presenters });

const plan: Plan = {
	facilitatorId: 'ada',
	scribeId: 'bo',
	segments: agenda(['cy']),
	lengthMinutes: 120,
	members: 7
};

describe('before a session starts', () => {
	test('a plan with its roles, its presenter and its time is ready', () => {
		expect(beforeStart(plan)).toEqual([]);
	});

	test('without a facilitator or an agenda it cannot start', () => {
		const gaps = beforeStart({ ...plan, facilitatorId: null, segments: [] });
		expect(gaps).toEqual([{ kind: 'agenda' }, { kind: 'facilitator' }]);
		expect(gaps.every(blocks)).toBe(true);
	});

	test('a presenter not known yet is told with the segments that wait for them', () => {
		const gaps = beforeStart({ ...plan, segments: agenda([]) });
		expect(gaps).toEqual([{ kind: 'presenter', positions: [2, 4] }]);
		expect(gaps.some(blocks)).toBe(false);
	});

	test('only the second case waits when the first has its presenter', () => {
		const gaps = beforeStart({ ...plan, segments: agenda(['cy'], 'mastermind-two-cases') });
		expect(gaps).toEqual([{ kind: 'presenter', positions: [4] }]);
	});

	test('an over-full plan says by how much, and may start all the same', () => {
		const gaps = beforeStart({ ...plan, segments: agenda(['cy', 'di']) });
		expect(gaps).toEqual([{ kind: 'over', minutes: 70 }]);
		expect(gaps.some(blocks)).toBe(false);
	});

	test('a missing scribe is a warning', () => {
		const gaps = beforeStart({ ...plan, scribeId: null });
		expect(gaps).toEqual([{ kind: 'scribe' }]);
		expect(gaps.some(blocks)).toBe(false);
	});

	test.each([
		[5, 'small'],
		[4, 'trial-only'],
		[3, 'too-small']
	])('%d members are warned of as %s', (members, size) => {
		expect(beforeStart({ ...plan, members })).toEqual([{ kind: 'size', size }]);
	});
});

const trace = (keep: Keep, withdrawnAt: number | null = null) => ({
	...{ keep, doubleConfidential: false, withdrawnAt }
});
const closing: Closing = {
	startsAt: begin,
	challenges: [{ id: 'c', trace: trace('present'), takeaways: 'Je garde le moteur.' }],
	actions: [{ id: 'a', ownerId: 'ada', dueOn: '2026-12-17' }],
	present: ['ada', 'bo'],
	feedbackFrom: ['bo', 'ada'],
	next: {
		startsAt: parseInstant('2026-12-17T18:30:00+01:00')!,
		facilitatorId: 'bo',
		scribeId: 'cy',
		hostId: 'di',
		presenters: ['ed']
	}
};

describe('before a session closes', () => {
	test('with takeaways, owners, dates, roles and feedback nothing is missing', () => {
		expect(beforeClose(closing)).toEqual([]);
	});

	test('a challenge without takeaways is told, blanks are not takeaways', () => {
		const challenges = [{ id: 'c', trace: trace('present'), takeaways: ' \n' }];
		expect(beforeClose({ ...closing, challenges })).toEqual([
			{ kind: 'takeaways', challengeId: 'c' }
		]);
	});

	test('a challenge in the room only needs no takeaways', () => {
		const challenges = [{ id: 'c', trace: trace('room'), takeaways: '' }];
		expect(beforeClose({ ...closing, challenges })).toEqual([]);
	});

	test('a challenge that was withdrawn needs no takeaways', () => {
		const challenges = [{ id: 'c', trace: trace('present', 1), takeaways: '' }];
		expect(beforeClose({ ...closing, challenges })).toEqual([]);
	});

	test('an action without an owner or a due date is told for each', () => {
		const actions = [{ id: 'a', ownerId: null, dueOn: null }];
		expect(beforeClose({ ...closing, actions })).toEqual([
			{ kind: 'owner', actionId: 'a' },
			{ kind: 'due', actionId: 'a' }
		]);
	});

	test('without a next date it cannot close', () => {
		const gaps = beforeClose({ ...closing, next: null });
		expect(gaps).toEqual([{ kind: 'next-date' }]);
		expect(gaps.every(blocks)).toBe(true);
	});

	test('a next session that does not come later is no next date', () => {
		const next = { ...closing.next!, startsAt: begin };
		expect(beforeClose({ ...closing, next })).toEqual([{ kind: 'next-date' }]);
	});

	test('each next role that nobody holds is told, none of them blocks', () => {
		const nobody = { facilitatorId: null, scribeId: null, hostId: null, presenters: [] };
		const gaps = beforeClose({ ...closing, next: { ...closing.next!, ...nobody } });
		expect(gaps.map((gap) => gap.kind === 'next-role' && gap.role)).toEqual([
			'facilitator',
			'presenter',
			'scribe',
			'host'
		]);
		expect(gaps.some(blocks)).toBe(false);
	});

	test('those present who gave no plus or delta are asked, the absent are not', () => {
		expect(beforeClose({ ...closing, feedbackFrom: ['bo', 'zoe'] })).toEqual([
			{ kind: 'feedback', memberIds: ['ada'] }
		]);
	});
});

describe('who may close', () => {
	const live = { startedAt: begin, lengthMinutes: 120, facilitatorId: 'ada' };
	const end = later(begin, minutes(120));

	test('the facilitator may at any moment', () => {
		expect(mayClose(live, 'ada', begin)).toBe(true);
	});

	test('another member may not before the end, and may from then on', () => {
		expect(mayClose(live, 'bo', later(end, minutes(-1)))).toBe(false);
		expect(mayClose(live, 'bo', end)).toBe(true);
	});

	test('a session without a facilitator does not stay open for good', () => {
		expect(mayClose({ ...live, facilitatorId: null }, 'bo', end)).toBe(true);
	});

	test('nobody closes a session that has not started', () => {
		expect(mayClose({ ...live, startedAt: null }, 'ada', end)).toBe(false);
	});
});
