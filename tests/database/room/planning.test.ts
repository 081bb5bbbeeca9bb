import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	code,
	foundGroup,
	type Group,
	joinGroup,
	leave,
	openSession,
	type Plan,
	planFor,
	planSession,
	segment
} from '../people.ts';

const cercle = connected();
let ada: Person;
let bob: Person;
let eve: Person;
let group: Group;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	eve = await cercle.signIn('Eve');
	await foundGroup(eve);
});

const send = (by: Person, plan: unknown, expected_version: number | null = 0) =>
	by.client.rpc('plan_session', { plan, expected_version });

/** The session and what hangs on it, as the owner finds them. */
async function kept(id: string) {
	const { owner } = cercle;
	const [session] = await owner`select * from sessions where id = ${id}`;
	const segments = await owner`
		select kind, minutes, least from segments where session_id = ${id} order by position
	`;
	const challenges = await owner`
		select presenter_id, position, question from challenges where session_id = ${id}
		order by position
	`;
	const [room] = await owner`select * from room_states where session_id = ${id}`;
	return { session, segments: [...segments], challenges: [...challenges], room };
}

describe('a plan', () => {
	test('is kept whole: roles, segments in order, a page and notes for each presenter, a room', async () => {
		const plan = planFor(group, {
			...{ place: '  Chez Bob ', scribe_id: bob.id, host_id: bob.id },
			presenters: [bob.id, ada.id]
		});
		expect((await send(bob, plan)).data).toBe(plan.id);
		const { session, segments, challenges, room } = await kept(plan.id);
		expect(session).toMatchObject({
			...{ status: 'planned', place: 'Chez Bob', version: 1, facilitator_id: ada.id },
			...{ scribe_id: bob.id, host_id: bob.id, time_zone: 'Europe/Paris' }
		});
		expect(segments).toEqual([
			{ kind: 'opening', minutes: 5, least: 1 },
			{ kind: 'follow_up', minutes: 25, least: 1 },
			{ kind: 'discussion', minutes: 40, least: 1 }
		]);
		expect(challenges.map(({ presenter_id }) => presenter_id)).toEqual([bob.id, ada.id]);
		expect(room).toMatchObject({ position: null, facilitator_id: ada.id, version: 1 });
		const notes = await cercle.owner`
			select presenter_id from challenge_notes where session_id = ${plan.id}
		`;
		expect(notes).toHaveLength(2);
	});

	test('takes in the actions that waited for a session', async () => {
		const carol = await cercle.signIn('Carol');
		const own = await foundGroup(carol);
		const action = await addAction(carol, own.id);
		const id = await planSession(carol, planFor(own));
		expect(await cercle.owner`select due_in from actions where id = ${action}`).toEqual([
			{ due_in: id }
		]);
	});

	test('sent again with version 0 is stale, and changes nothing', async () => {
		const plan = planFor(group);
		await planSession(ada, plan);
		const before = await kept(plan.id);
		expect(code(await send(ada, { ...plan, place: 'Elsewhere' }))).toBe('CR003');
		expect(await kept(plan.id)).toEqual(before);
	});

	test('sent twice at once is kept once', async () => {
		const plan = planFor(group, { presenters: [bob.id] });
		const codes = (await Promise.all([send(ada, plan), send(ada, plan)])).map(code);
		expect(codes).toContain(null);
		const { segments, challenges } = await kept(plan.id);
		expect([segments.length, challenges.length]).toEqual([3, 1]);
	});

	test('loses a presenter’s untouched page with their turn, and keeps a prepared one', async () => {
		const plan = planFor(group, { presenters: [ada.id, bob.id] });
		await planSession(ada, plan);
		await bob.sql(
			(sql) => sql`update challenges set question = 'Stay?' where session_id = ${plan.id}`
		);
		await planSession(ada, { ...plan, presenters: [] }, 1);
		const prepared = { presenter_id: bob.id, question: 'Stay?' };
		expect((await kept(plan.id)).challenges).toEqual([{ ...prepared, position: null }]);
		await planSession(ada, { ...plan, presenters: [bob.id] }, 2);
		expect((await kept(plan.id)).challenges).toEqual([{ ...prepared, position: 0 }]);
	});
});

describe('a plan is refused whole', () => {
	const nobody = randomUUID();
	const step = (more: object) => ({
		segments: [segment('opening', 5), { ...segment('x_y', 5), ...more }]
	});
	const wrong: [string, () => object][] = [
		['with a time zone that is not on any map', () => ({ time_zone: 'Mars/Olympus' })],
		['with a time zone of a place that does not exist', () => ({ time_zone: 'Europe/Nowhere' })],
		['with a time zone only a database understands', () => ({ time_zone: 'Mars5' })],
		['with a name of a place and an offset', () => ({ time_zone: 'Europe/Paris5' })],
		['with an abbreviation for a time zone', () => ({ time_zone: 'CEST' })],
		['with a time zone too long', () => ({ time_zone: `Europe/${'x'.repeat(60)}` })],
		['with a date in 9999', () => ({ starts_at: '9999-01-08T18:30:00Z' })],
		['with a date long past', () => ({ starts_at: '1999-01-08T18:30:00Z' })],
		['with a date that never comes', () => ({ starts_at: 'infinity' })],
		['with a day that does not exist', () => ({ starts_at: '2030-02-30T18:30:00Z' })],
		['without a date', () => ({ starts_at: null })],
		['without an id', () => ({ id: null })],
		['with an id that is none', () => ({ id: 'next-one' })],
		['without a length', () => ({ length_minutes: null })],
		['with a negative length', () => ({ length_minutes: -120 })],
		['with a length of a day', () => ({ length_minutes: 1440 })],
		['with a place too long', () => ({ place: 'x'.repeat(201) })],
		['with a place that reads backwards', () => ({ place: 'Vaise\u202e' })],
		['with a format that is no name', () => ({ format: 'MASTER MIND!' })],
		[
			'with 41 segments',
			() => ({ segments: Array.from({ length: 41 }, () => segment('topic', 1)) })
		],
		['without a segment', () => ({ segments: [] })],
		['without a list of segments', () => ({ segments: null })],
		['with segments that are no list', () => ({ segments: { kind: 'opening' } })],
		['with a segment that is no segment', () => ({ segments: [5] })],
		['with negative minutes', () => step({ minutes: -5 })],
		['with no minutes', () => step({ minutes: 0 })],
		['with missing minutes', () => step({ minutes: null })],
		['with too many minutes', () => step({ minutes: 181 })],
		['with minutes that overflow', () => step({ minutes: 99_999_999_999 })],
		['with an unknown right to speak', () => step({ speakers: 'dogs' })],
		['with an unknown rule of speech', () => step({ rule: 'shout' })],
		['with a kind that is no word', () => step({ kind: 'DROP TABLE' })],
		['with a label too long', () => step({ label: { fr: 'x'.repeat(81), en: 'x' } })],
		['with a label in one language', () => step({ label: { fr: 'x' } })],
		['with a label of nothing', () => step({ label: { fr: null, en: null } })],
		[
			'with a label that hides more',
			() => step({ label: { fr: 'x', en: 'x', de: 'x'.repeat(9000) } })
		],
		['with a label that is no text', () => step({ label: { fr: ['x'], en: 'x' } })],
		['with a label that is no label', () => step({ label: 'x' })],
		['without a label', () => step({ label: null })],
		['with a segment for somebody foreign', () => step({ person_id: eve.id })],
		['with a foreign facilitator', () => ({ facilitator_id: eve.id })],
		['with a foreign scribe', () => ({ scribe_id: eve.id })],
		['with a host who does not exist', () => ({ host_id: nobody })],
		['with a foreign presenter', () => ({ presenters: [bob.id, eve.id] })],
		['with a presenter who is nobody', () => ({ presenters: [null] })],
		['with a presenter twice', () => ({ presenters: [bob.id, bob.id] })],
		['with nine presenters', () => ({ presenters: Array.from({ length: 9 }, () => bob.id) })]
	];

	test.each(wrong)('%s', async (_, changes) => {
		const plan = { ...planFor(group), ...changes() };
		expect(code(await send(ada, plan))).toMatch(/^(CR005|22|23)/);
		const id = String(plan.id);
		if (/^[0-9a-f-]{36}$/.test(id)) expect((await kept(id)).session).toBeUndefined();
	});

	test.each(wrong)('also as a change: %s', async (_, changes) => {
		const plan = planFor(group, { presenters: [bob.id] });
		await planSession(ada, plan);
		const before = await kept(plan.id);
		const changed = { ...plan, ...changes() };
		expect(code(await send(ada, changed, 1))).toMatch(/^(CR00[35]|22|23)/);
		expect(await kept(plan.id)).toEqual(before);
	});

	test.each([null, 'plan', 5, [], {}])('when it is %j', async (plan) => {
		expect(code(await send(ada, plan))).toMatch(/^(CR00[15]|22)/);
	});
});

describe('the time zone of a plan', () => {
	test.each(['UTC', 'America/Argentina/Buenos_Aires', 'America/Port-au-Prince', 'Etc/GMT-2'])(
		'may be %s',
		async (time_zone) => {
			expect(() => new Intl.DateTimeFormat('fr', { timeZone: time_zone })).not.toThrow();
			expect(code(await send(ada, planFor(group, { time_zone })))).toBeNull();
		}
	);

	test('may be any that a browser answers when it is asked for its own', async () => {
		const zones = Intl.supportedValuesOf('timeZone');
		const refused = await cercle.owner`
			select z from unnest(${zones}::text[]) z
			where not private.is_time_zone(z) or now() at time zone z is null
		`;
		expect(refused.map(({ z }) => z as string)).toEqual([]);
	});
});

describe('changing a plan', () => {
	let plan: Plan;

	beforeAll(async () => {
		plan = planFor(group);
		await planSession(ada, plan);
	});

	test('is for its facilitator: another member is told so', async () => {
		expect(code(await send(bob, { ...plan, place: 'Chez Bob' }, 1))).toBe('CR002');
		expect((await kept(plan.id)).session).toMatchObject({ place: 'Vaise', version: 1 });
	});

	test('is not for outsiders, who are not told that it exists', async () => {
		const unknown = code(await send(eve, { ...plan, id: randomUUID() }, 1));
		expect(code(await send(eve, plan, 1))).toBe(unknown);
		expect(unknown).toBe('CR001');
	});

	test('cannot move a session to another group', async () => {
		const elsewhere = await foundGroup(ada, 'Ailleurs');
		expect(code(await send(ada, { ...plan, group_id: elsewhere.id }, 1))).toBe('CR001');
		expect((await kept(plan.id)).session).toMatchObject({ group_id: group.id });
	});

	test('works once for each version', async () => {
		const both = await Promise.all([
			send(ada, { ...plan, place: 'Here' }, 1),
			send(ada, { ...plan, place: 'There' }, 1)
		]);
		expect(both.map(code).sort()).toEqual(['CR003', null]);
		expect((await kept(plan.id)).session).toMatchObject({ version: 2 });
	});

	test('of a session that began is refused', async () => {
		const begun = planFor(group);
		await openSession(ada, begun);
		const { session } = await kept(begun.id);
		expect(code(await send(ada, begun, session?.version as number))).toBe('CR004');
	});

	test('of a session nobody facilitates is for any member', async () => {
		const open = planFor(group, { facilitator_id: null });
		await planSession(ada, open);
		expect(code(await send(bob, { ...open, facilitator_id: bob.id }, 1))).toBeNull();
	});

	test('does not hang on a facilitator who left', async () => {
		const carol = await joinGroup(cercle, group, 'Carol');
		const hers = planFor(group, { facilitator_id: carol.id });
		await planSession(ada, hers);
		await leave(cercle, group.id, carol);
		expect(code(await send(carol, hers, 1))).toBe('CR001');
		// Leaving left the role to nobody, which is a change of the plan.
		expect(code(await send(bob, { ...hers, facilitator_id: bob.id }, 2))).toBeNull();
		expect((await kept(hers.id)).room).toMatchObject({ facilitator_id: bob.id });
	});
});
