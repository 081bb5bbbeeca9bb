import { expect, test } from 'vitest';
import { builtin } from '#lib/domain/formats/builtin.ts';
import {
	draftOf,
	moved,
	newDraft,
	type PlanDraft,
	planShape,
	problems,
	shortened,
	startOf,
	toPlan,
	withFormat,
	withMinutes,
	without,
	withPresenters
} from '#lib/planning/plan-draft.ts';
import { challenge, groupOf, session } from '../group-view.ts';

const SEVEN = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const NOW = Date.UTC(2026, 10, 20);

function fresh(changes: Partial<PlanDraft> = {}): PlanDraft {
	const start = { id: 'n', group: 'g', date: '2026-11-26', time: '18:30', zone: 'Europe/Paris' };
	const casting = { facilitator: 'a', presenters: ['b'], scribe: 'c', host: 'd' };
	return { ...newDraft(start, casting, SEVEN), ...changes };
}

const total = (draft: PlanDraft) => draft.segments.reduce((sum, { minutes }) => sum + minutes, 0);
const persons = (draft: PlanDraft, kind: string) =>
	draft.segments.filter((segment) => segment.kind === kind).map(({ person }) => person);

test('a new plan is the default two hours, with its presenter on their segments', () => {
	const draft = fresh();
	expect(total(draft)).toBe(120);
	expect(draft.length).toBe(120);
	expect(persons(draft, 'challenge')).toEqual(['b']);
	expect(draft.seen).toBe(0);
});

test('a draft becomes a plan with its moment in its own zone and its segments numbered', () => {
	const plan = toPlan(moved(fresh(), 'follow_up-0', 1));
	expect(plan?.startsAt).toBe(Date.UTC(2026, 10, 26, 17, 30));
	expect(plan?.segments.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5, 6]);
	expect(plan?.segments[1]?.kind).toBe('challenge');
	expect(plan?.segments[0]).not.toHaveProperty('key');
});

test('a draft without a date is no plan', () => {
	expect(toPlan(fresh({ date: '' }))).toBeNull();
	expect(toPlan(fresh({ time: '' }))).toBeNull();
	expect(startOf({ date: '2026-13-45', time: '18:30', zone: 'Europe/Paris' })).toBeNull();
	expect(startOf({ date: '12026-11-26', time: '18:30', zone: 'Europe/Paris' })).toBeNull();
});

test('the rows of a session give its draft back, and the draft the same plan', () => {
	const view = groupOf(SEVEN, {
		sessions: [session('s', { version: 4, place: 'Ici', facilitator_id: 'a' })],
		challenges: [
			challenge('x', { presenter_id: 'c', position: 1 }),
			challenge('y', { presenter_id: 'b', position: 0 }),
			challenge('z', { presenter_id: 'd', position: null })
		],
		segments: [segment(1, { person_id: 'b', kind: 'challenge' }), segment(0, { minutes: 7 })]
	});
	const [row] = view.sessions;
	const draft = row && draftOf(view, row);
	expect(draft).toMatchObject({
		...{ seen: 4, date: '2026-10-22', time: '18:30', place: 'Ici', presenters: ['b', 'c'] }
	});
	expect(draft?.segments.map(({ minutes, person }) => [minutes, person])).toEqual([
		[7, null],
		[10, 'b']
	]);
	expect(draft && toPlan(draft)?.startsAt).toBe(row?.startsAt);
});

test('a kept draft comes back whole; what is not one is refused', () => {
	const draft = fresh();
	expect(planShape.parse(JSON.parse(JSON.stringify(draft)))).toEqual(draft);
	expect(() => planShape.parse({ id: 'n', length: 'long' })).toThrow();
});

test('another presenter in the place of the first takes over their segments and the minutes', () => {
	const draft = withPresenters(withMinutes(fresh(), 'discussion-0', 33), ['e'], SEVEN);
	expect(persons(draft, 'challenge')).toEqual(['e']);
	expect(persons(draft, 'discussion')).toEqual(['e']);
	expect(draft.segments.find(({ kind }) => kind === 'discussion')?.minutes).toBe(33);
});

test('presenters that change their turn change their segments', () => {
	const two = withPresenters(fresh(), ['b', 'c'], SEVEN);
	expect(persons(withPresenters(two, ['c', 'b'], SEVEN), 'challenge')).toEqual(['c', 'b']);
});

test('a second presenter adds a case, keeps the minutes given, and is over by a case', () => {
	const draft = withPresenters(withMinutes(fresh(), 'follow_up-0', 20), ['b', 'c'], SEVEN);
	expect(persons(draft, 'challenge')).toEqual(['b', 'c']);
	expect(draft.segments.find(({ kind }) => kind === 'follow_up')?.minutes).toBe(20);
	expect(total(draft)).toBe(185);
	expect(draft.length).toBe(120);
});

test('an expected presenter who is taken off leaves the place open, and the next one takes it', () => {
	const open = withPresenters(fresh(), [], SEVEN);
	expect(persons(open, 'challenge')).toEqual([null]);
	expect(persons(withPresenters(open, ['f'], SEVEN), 'discussion')).toEqual(['f']);
});

test('segments of a member who is also a presenter stay theirs when presenters change', () => {
	const crowds = withFormat(fresh(), 'wise-crowds', SEVEN);
	const changed = withPresenters(crowds, ['e'], SEVEN);
	expect(persons(changed, 'present')).toEqual(SEVEN);
});

test('another format brings its own agenda and length', () => {
	expect(withFormat(fresh(), 'wise-crowds', SEVEN).length).toBe(105);
	expect(withFormat(fresh(), 'unknown', SEVEN)).toEqual(fresh());
	for (const { key } of builtin) {
		const draft = withFormat(fresh(), key, SEVEN);
		expect([key, total(draft) <= draft.length]).toEqual([key, true]);
	}
});

test('shortening makes two cases fit in two hours; too many cannot', () => {
	const two = shortened(withPresenters(fresh(), ['b', 'c'], SEVEN));
	expect(two && total(two)).toBe(120);
	expect(shortened(withPresenters(fresh(), ['b', 'c', 'd', 'e'], SEVEN))).toBeNull();
});

test('fewer minutes than a segment could shrink to take its floor down with them', () => {
	const segment = withMinutes(fresh(), 'discussion-0', 10).segments.find(
		({ key }) => key === 'discussion-0'
	);
	expect(segment).toMatchObject({ minutes: 10, least: 10 });
});

test('a segment taken out is gone and the others are numbered again', () => {
	const draft = without(fresh(), 'follow_up-0');
	expect(draft.segments).toHaveLength(6);
	expect(draft.segments.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a plan says what is wrong with it: date, place, agenda', () => {
	expect(problems(fresh(), NOW)).toEqual({});
	expect(problems(fresh({ date: '' }), NOW)).toEqual({ date: 'missing' });
	expect(problems(fresh({ date: '2026-11-01' }), NOW)).toEqual({ date: 'past' });
	expect(problems(fresh({ date: '9999-11-01' }), NOW)).toEqual({ date: 'far' });
	expect(problems(fresh({ place: 'x'.repeat(201) }), NOW)).toEqual({ place: 'long' });
	expect(problems(fresh({ segments: [] }), NOW)).toEqual({ agenda: 'empty' });
	const many = Array.from({ length: 41 }, () => fresh().segments[0]).flatMap((s) => s ?? []);
	expect(problems(fresh({ segments: many }), NOW)).toEqual({ agenda: 'long' });
});

test('a session whose hour has just passed may still be set right', () => {
	const late = Date.UTC(2026, 10, 26, 18, 0);
	expect(problems(fresh(), late)).toEqual({});
});

function segment(position: number, columns: Record<string, unknown> = {}) {
	return {
		...{ id: `g${position}`, session_id: 's', position, kind: 'opening', minutes: 10, least: 5 },
		...{ label: { fr: 'Étape', en: 'Step' }, speakers: 'everyone', rule: 'free' },
		...{ person_id: null, actual_ms: null },
		...columns
	};
}
