import { expect, test } from 'vitest';
import { instant, parseInstant, toIso } from '#lib/domain/time.ts';
import { wallTime } from '#lib/domain/wall-time.ts';
import { nextPlan, weeksLater } from '#lib/planning/next-plan.ts';
import { challenge, groupOf, session } from '../group-view.ts';

const SEVEN = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

function closing(columns: Record<string, unknown> = {}, ids: readonly string[] = SEVEN) {
	const view = groupOf(ids, {
		sessions: [session('s', { status: 'live', facilitator_id: 'a', ...columns })],
		challenges: [challenge('c', { session_id: 's', presenter_id: 'b' })]
	});
	const [row] = view.sessions;
	if (!row) throw new Error('no session');
	return { view, row };
}

test('the next session is four weeks later at the same hour on the wall, into winter', () => {
	const { view, row } = closing({ starts_at: '2026-10-08T16:30:00Z' });
	const plan = nextPlan(view, row, { id: 'n' });
	expect(wallTime(row.startsAt, 'Europe/Paris')).toEqual({ date: '2026-10-08', time: '18:30' });
	expect(toIso(plan.startsAt)).toBe('2026-11-05T17:30:00.000Z');
	expect(plan.timeZone).toBe('Europe/Paris');
});

test('the next session is four weeks later at the same hour on the wall, into summer', () => {
	const start = parseInstant('2027-03-04T17:30:00Z') ?? instant(0);
	expect(toIso(weeksLater(start, 'Europe/Paris', 4))).toBe('2027-04-01T16:30:00.000Z');
});

test('an hour that the spring change skips on that day becomes the one after it', () => {
	const start = parseInstant('2027-02-28T01:30:00Z') ?? instant(0);
	expect(toIso(weeksLater(start, 'Europe/Paris', 4))).toBe('2027-03-28T01:30:00.000Z');
});

test('the year turns without losing the weekday', () => {
	const start = parseInstant('2026-12-10T17:30:00Z') ?? instant(0);
	expect(toIso(weeksLater(start, 'Europe/Paris', 4))).toBe('2027-01-07T17:30:00.000Z');
});

test('nobody has two roles in a group large enough', () => {
	const { view, row } = closing();
	const { facilitator, scribe, host, presenters } = nextPlan(view, row, { id: 'n' });
	const held = [facilitator, scribe, host, ...presenters];
	expect(held).not.toContain(null);
	expect(new Set(held).size).toBe(4);
});

test('who held a role in the session being closed is not proposed for it again', () => {
	const { view, row } = closing({ scribe_id: 'c', host_id: 'd' });
	const plan = nextPlan(view, row, { id: 'n' });
	expect(plan.facilitator).not.toBe('a');
	expect(plan.presenters).not.toContain('b');
	expect(plan.scribe).not.toBe('c');
	expect(plan.host).not.toBe('d');
});

test('what was decided in the room is taken as it is', () => {
	const { view, row } = closing();
	const startsAt = instant(Date.UTC(2026, 11, 1, 17));
	const plan = nextPlan(view, row, {
		...{ id: 'n', startsAt, facilitator: 'g', presenters: ['f', 'e'] },
		...{ scribe: null, place: 'Ici', format: 'mastermind-two-cases' }
	});
	expect(plan).toMatchObject({
		...{ id: 'n', group: 'g', startsAt, facilitator: 'g', presenters: ['f', 'e'] },
		...{ scribe: null, place: 'Ici', format: 'mastermind-two-cases', lengthMinutes: 120 }
	});
	expect(plan.segments.map(({ person }) => person)).toEqual([
		...[null, null, 'f', 'f', 'e', 'e', null, null]
	]);
});

test('who was given a role in the room is proposed for no other', () => {
	const { view, row } = closing();
	const proposed = nextPlan(view, row, { id: 'n' });
	const [presenter = null] = proposed.presenters;
	const plan = nextPlan(view, row, { id: 'n', facilitator: presenter });
	const held = [plan.facilitator, plan.scribe, plan.host, ...plan.presenters];
	expect(plan.facilitator).toBe(presenter);
	expect(new Set(held).size).toBe(4);
});

test('the agenda is the default one and fills the time it is given', () => {
	const { view, row } = closing({ format: 'troika', length_minutes: 36 });
	const plan = nextPlan(view, row, { id: 'n' });
	expect(plan.format).toBe('mastermind');
	expect(plan.lengthMinutes).toBe(120);
	expect(plan.segments.reduce((sum, { minutes }) => sum + minutes, 0)).toBe(120);
});

test('a group of two still gets a session: the presenter does not facilitate', () => {
	const { view, row } = closing({}, ['a', 'b']);
	const plan = nextPlan(view, row, { id: 'n' });
	expect(plan.facilitator).toBe('b');
	expect(plan.presenters).toEqual(['a']);
	expect(plan.scribe).not.toBeNull();
});

test('a group of one has nobody to present, and the agenda keeps the place', () => {
	const { view, row } = closing({}, ['a']);
	const plan = nextPlan(view, row, { id: 'n' });
	expect(plan.presenters).toEqual([]);
	expect(plan.segments.find(({ kind }) => kind === 'challenge')?.person).toBeNull();
});
