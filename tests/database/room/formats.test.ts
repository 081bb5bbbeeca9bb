import { beforeAll, expect, test } from 'vitest';
import { expand } from '#lib/domain/agenda/expand.ts';
import type { Segment } from '#lib/domain/agenda/segment.ts';
import { builtin, named } from '#lib/domain/formats/builtin.ts';
import { millis } from '#lib/domain/time.ts';
import { nextExtension } from '#lib/domain/timer/extension.ts';
import { connected, type Person } from '../../support/server.ts';
import {
	close,
	command,
	foundGroup,
	given,
	type Group,
	joinGroup,
	type Plan,
	planFor,
	planSession,
	type Room,
	speak,
	start
} from '../people.ts';

const cercle = connected();
let group: Group;
/** Seven, in the order in which they take their turn; the first one drives. */
let members: Person[];

beforeAll(async () => {
	const ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	members = [ada];
	for (const name of ['Bob', 'Carol', 'Dan', 'Eda', 'Flo', 'Guy']) {
		members.push(await joinGroup(cercle, group, name));
	}
});

/** Kind, minutes and, for a segment of somebody, whose: the rank of the member. */
type Step = [kind: string, minutes: number, whose?: number];

const turns = (count: number, ...steps: [string, number][]): Step[] =>
	Array.from({ length: count }, (_, whose) =>
		steps.map(([kind, minutes]): Step => [kind, minutes, whose])
	).flat();

/** The formats of the design's table for seven members, as one reads them there. */
const table: Record<string, { total: number; steps: Step[] }> = {
	mastermind: {
		total: 120,
		steps: [
			...([
				['opening', 5],
				['follow_up', 25]
			] as Step[]),
			...turns(1, ['challenge', 20], ['discussion', 40], ['takeaways', 10]),
			...([
				['actions', 15],
				['closing', 5]
			] as Step[])
		]
	},
	'mastermind-two-cases': {
		total: 120,
		steps: [
			...([
				['opening', 5],
				['follow_up', 20]
			] as Step[]),
			...turns(2, ['challenge', 15], ['discussion', 27]),
			...([
				['actions', 8],
				['closing', 3]
			] as Step[])
		]
	},
	'wise-crowds': {
		total: 105,
		steps: turns(7, ['present', 2], ['clarify', 3], ['consult', 8], ['feedback', 2])
	},
	codev: {
		total: 90,
		steps: [
			['pitch', 5],
			...turns(1, ['present', 10], ['clarify', 20], ['contract', 5], ['consult', 30]),
			...turns(1, ['synthesis', 10]),
			['learning', 10]
		]
	},
	mentoring: {
		total: 60,
		steps: [['check_in', 10], ...turns(1, ['challenge', 30], ['advice', 15]), ['actions', 5]]
	},
	'mentoring-external': {
		total: 45,
		steps: [['check_in', 5], ...turns(1, ['challenge', 20], ['advice', 15]), ['actions', 5]]
	},
	'reverse-mentoring': {
		total: 60,
		steps: [['check_in', 10], ...turns(1, ['challenge', 30], ['advice', 15]), ['actions', 5]]
	},
	'group-mentoring': {
		total: 60,
		steps: [
			['round', 20],
			['challenge', 25],
			['learning', 10],
			['actions', 5]
		]
	},
	troika: {
		total: 36,
		steps: turns(3, ['reflect', 1], ['share', 2], ['clarify', 2], ['consult', 5], ['feedback', 2])
	},
	clearness: {
		total: 95,
		steps: [['silence', 5], ...turns(1, ['statement', 15], ['questions', 60], ['mirroring', 15])]
	},
	'lean-coffee': {
		total: 60,
		steps: [
			...([
				['write', 5],
				['pitch', 5]
			] as Step[]),
			...Array.from({ length: 9 }, (): Step => ['topic', 5]),
			['actions', 5]
		]
	},
	'round-table': {
		total: 90,
		steps: [
			['opening', 5],
			['round', 30],
			['discussion', 50],
			['closing', 5]
		]
	},
	'experience-report': {
		total: 90,
		steps: [['opening', 5], ...turns(1, ['talk', 25]), ['discussion', 55], ['closing', 5]]
	}
};

/** Plans a session of this format as the app does. */
async function plan(key: string): Promise<{ plan: Plan; segments: Segment[] }> {
	const format = named(key)!;
	const ids = members.map(({ id }) => id);
	const presenters = ids.slice(0, format.presenters);
	const segments = expand(format, { members: ids, presenters });
	const plan = planFor(group, {
		...{ format: key, length_minutes: table[key]!.total, presenters },
		segments: segments.map(({ person, ...step }) => ({ ...step, person_id: person }))
	});
	await planSession(members[0]!, plan);
	return { plan, segments };
}

const send = async (room: Room, name: string, args = {}) =>
	given(await command(members[0]!, room.session_id, name, room.version, args)) as Room;

/** The segments of the session as the phones read them. */
function stepsOf(session: string) {
	return members[6]!.sql(
		(sql) => sql`
			select position, kind, minutes, person_id, speakers, rule, actual_ms::int
			from segments where session_id = ${session} order by position
		`
	);
}

test('the table is that of the built-in formats, and its minutes add up', () => {
	expect(Object.keys(table)).toEqual(builtin.map(({ key }) => key));
	for (const { total, steps } of Object.values(table)) {
		expect(steps.reduce((sum, [, minutes]) => sum + minutes, 0)).toBe(total);
	}
});

test.each(Object.entries(table))('%s runs to its end', async (key, { steps }) => {
	const { plan: planned } = await plan(key);
	let room = await start(members[0]!, planned.id);
	expect(room.minutes).toEqual(steps.map(([, minutes]) => minutes));
	const shown = await stepsOf(planned.id);
	for (const [position, [kind, minutes, whose]] of steps.entries()) {
		if (position > 0) room = await send(room, 'go', { position });
		expect(room).toMatchObject({
			...{ status: 'live', position, planned_ms: minutes * 60_000, added_ms: 0 },
			...{ paused_at: null, paused_ms: 0, version: position + 2 }
		});
		const person_id = whose === undefined ? null : members[whose]!.id;
		expect(shown[position]).toMatchObject({ position, kind, minutes, person_id, actual_ms: null });
		const silent = ['silence', 'reflect', 'write'].includes(kind);
		expect([kind, shown[position]!.speakers === 'nobody']).toEqual([kind, silent]);
		expect([kind, shown[position]!.rule === 'silence']).toEqual([kind, silent]);
		const turnsAway = shown[position]!.speakers === 'others';
		if (kind === 'consult') expect([turnsAway, person_id !== null]).toEqual([true, true]);
	}
	const end = steps.length;
	const version = room.version;
	const nowhere = await command(members[0]!, planned.id, 'go', version, { position: end });
	expect(nowhere.error?.code).toBe('CR005');
	const next = planFor(group, { starts_at: '2031-01-08T18:30:00Z' });
	const closed = given(await close(members[0]!, planned.id, version, next)) as Room;
	expect(closed).toMatchObject({ status: 'closed', position: end - 1, version: version + 1 });
	const lived = await stepsOf(planned.id);
	expect(lived.map(({ minutes }) => minutes as number)).toEqual(steps.map(([, m]) => m));
	expect(lived.every(({ actual_ms }) => Number.isInteger(actual_ms))).toBe(true);
});

test('the thumbs of a lean coffee give a topic two minutes, then one, then no more', async () => {
	const { plan: planned, segments } = await plan('lean-coffee');
	let room = await start(members[0]!, planned.id);
	const extension = () => nextExtension(segments[room.position!]!, millis(room.added_ms));
	const vote = (person: Person) => speak(person, planned.id, 'thumb', { up: true });
	expect(extension()).toBeNull();
	expect((await vote(members[1]!)).error?.code).toBe('CR004');
	room = await send(room, 'go', { position: 2 });
	for (const minutes of [2, 1]) {
		for (const person of members.slice(1)) given(await vote(person));
		expect(extension()).toBe(minutes);
		room = await send(room, 'add', { minutes });
		expect(room.floor.thumbs).toEqual({ up: 0, down: 0 });
	}
	expect(extension()).toBeNull();
	expect(room).toMatchObject({ planned_ms: 300_000, added_ms: 180_000 });
	// The next topic begins anew; the last one gives the minutes.
	room = await send(room, 'go', { position: 3 });
	expect(extension()).toBe(2);
	room = await send(room, 'plan', { minutes: room.minutes!.with(10, 0) });
	room = await send(room, 'go', { position: 11 });
	expect(room).toMatchObject({ position: 11, planned_ms: 300_000 });
	expect(room.minutes![10]).toBe(0);
});

test('a troika is three rounds, each its client’s, begun in silence', async () => {
	const { plan: planned } = await plan('troika');
	const steps = await stepsOf(planned.id);
	for (const [round, client] of members.slice(0, 3).entries()) {
		const own = steps.slice(round * 5, round * 5 + 5);
		expect(own.map(({ person_id }) => person_id as string)).toEqual(own.map(() => client.id));
		expect(own.map(({ speakers }) => speakers as string)).toEqual([
			...['nobody', 'presenter', 'everyone', 'others', 'presenter']
		]);
	}
	let room = await start(members[0]!, planned.id);
	// From one round to the next, and back to a round that was cut short.
	for (const [position, minutes] of [
		[4, 2],
		[5, 1],
		[8, 5],
		[3, 5]
	] as const) {
		room = await send(room, 'go', { position });
		expect(room).toMatchObject({ position, planned_ms: minutes * 60_000 });
	}
});
