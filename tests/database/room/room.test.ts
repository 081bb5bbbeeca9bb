import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	applyOne,
	close,
	code,
	command,
	foundGroup,
	given,
	type Group,
	joinGroup,
	leave,
	openSession,
	planFor,
	planSession,
	type Room,
	roomOf,
	segment,
	start
} from '../people.ts';
import { stored as read } from './room-log.ts';

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
});

const minutes = [5, 25, 40, 1];
const fourSteps = () =>
	planFor(group, { segments: minutes.map((length) => segment('topic', length)) });
const openRoom = () => openSession(ada, fourSteps());

/** Sends what is right but for what the test is about, and answers the state. */
async function send(room: Room, name: string, args = {}, by = ada): Promise<Room> {
	return given(await command(by, room.session_id, name, room.version, args)) as Room;
}

/** Sends something that must be refused with this code and leave the row and the log alone. */
async function refused(expected: string, room: Room, name: unknown, args: unknown = {}, by = ada) {
	const before = await stored(room.session_id);
	const { session_id, version } = room;
	const answer = await by.client.rpc('room_command', {
		...{ session_id, command: name, args, expected_version: version, command_id: randomUUID() }
	});
	expect(code(answer)).toMatch(new RegExp(expected));
	expect(await stored(session_id)).toEqual(before);
}

/** Makes it so that this person was last heard so long ago. */
async function silence(sessionId: string, person: Person, seconds: number): Promise<void> {
	await cercle.owner`
		update attendances set seen_at = clock_timestamp() - make_interval(secs => ${seconds})
		where session_id = ${sessionId} and member_id = ${person.id}
	`;
}

/** Moves the anchors of the running segment into the past, as if so much time had gone by. */
async function elapse(sessionId: string, seconds: number): Promise<void> {
	await cercle.owner`
		update room_states set started_at = started_at - make_interval(secs => ${seconds})
		where session_id = ${sessionId}
	`;
}

const stored = (sessionId: string) => read(cercle.owner, sessionId);

describe('the room', () => {
	test('starts at its first segment with the planned minutes', async () => {
		const id = await planSession(ada, fourSteps());
		const before = given(await ada.client.rpc('server_clock')) as number;
		const room = await start(ada, id);
		expect(room).toMatchObject({
			...{ session_id: id, status: 'live', position: 0, planned_ms: 300_000, added_ms: 0 },
			...{ paused_at: null, paused_ms: 0, facilitator_id: ada.id, version: 2 }
		});
		expect(room.started_at).toBeGreaterThanOrEqual(before);
		expect(room.started_at).toBeLessThanOrEqual(given(await ada.client.rpc('server_clock')));
	});

	test('pauses and goes on, and counts the pause', async () => {
		const room = await openRoom();
		const paused = await send(room, 'pause');
		expect(paused.paused_at).toBeGreaterThanOrEqual(room.started_at!);
		await cercle.owner`
			update room_states set started_at = started_at - interval '10 minutes',
				paused_at = paused_at - interval '2 minutes'
			where session_id = ${room.session_id}
		`;
		const resumed = await send(paused, 'resume');
		expect(resumed.paused_at).toBeNull();
		expect(resumed.paused_ms).toBeGreaterThanOrEqual(120_000);
		expect(resumed.paused_ms).toBeLessThan(130_000);
	});

	test('takes minutes more and less, and never plans less than none', async () => {
		let room = await send(await openRoom(), 'add', { minutes: 3 });
		expect(room.added_ms).toBe(180_000);
		room = await send(room, 'add', { minutes: -1 });
		expect(room.added_ms).toBe(120_000);
		room = await send(room, 'add', { minutes: -60 });
		expect(room.planned_ms + room.added_ms).toBe(0);
		expect((await send(room, 'add', { minutes: 2 })).added_ms).toBe(-180_000);
	});

	test('goes on to a segment, past one and back, with a fresh clock each time', async () => {
		let room = await send(await openRoom(), 'pause');
		room = await send(room, 'go', { position: 2 });
		expect(room).toMatchObject({ position: 2, planned_ms: 2_400_000, paused_at: null });
		room = await send(await send(room, 'add', { minutes: 5 }), 'go', { position: 1 });
		expect(room).toMatchObject({ position: 1, planned_ms: 1_500_000, added_ms: 0, paused_ms: 0 });
	});

	test('adds up the time really spent in each segment, pauses left out', async () => {
		let room = await openRoom();
		await elapse(room.session_id, 240);
		room = await send(room, 'go', { position: 1 });
		await elapse(room.session_id, 60);
		room = await send(room, 'pause');
		await cercle.owner`
			update room_states set started_at = started_at - interval '50 seconds',
				paused_at = paused_at - interval '50 seconds'
			where session_id = ${room.session_id}
		`;
		room = await send(room, 'go', { position: 0 });
		await elapse(room.session_id, 30);
		await send(room, 'go', { position: 3 });
		const { spent } = await stored(room.session_id);
		expect([...spent.keys()]).toEqual([0, 1]);
		expect(spent.get(0)! - 270_000).toBeGreaterThanOrEqual(0);
		expect(spent.get(0)! - 270_000).toBeLessThan(5000);
		expect(spent.get(1)! - 60_000).toBeGreaterThanOrEqual(0);
		expect(spent.get(1)! - 60_000).toBeLessThan(5000);
	});

	test('keeps its clock when its segment has long been over', async () => {
		const room = await openRoom();
		await elapse(room.session_id, 3600);
		const late = await roomOf(bob, room.session_id);
		expect(late).toMatchObject({ position: 0, added_ms: 0, version: room.version });
	});

	test('pauses, goes on and ends though the clock of the server was set back', async () => {
		const opened = await openRoom();
		await elapse(opened.session_id, -5);
		const paused = await send(opened, 'pause');
		expect(paused.paused_at).toBe(opened.started_at! + 5000);
		const resumed = await send(paused, 'resume');
		expect(resumed.paused_ms).toBe(0);
		const next = planFor(group, { starts_at: '2031-01-08T18:30:00Z' });
		const closed = await close(ada, opened.session_id, resumed.version, next);
		expect(code(closed)).toBeNull();
		expect([...(await stored(opened.session_id)).spent]).toEqual([[0, 0]]);
	});

	test('refuses what its state does not allow', async () => {
		const planned = await roomOf(ada, await planSession(ada, fourSteps()));
		for (const name of ['pause', 'resume', 'add', 'go']) {
			await refused('CR004', planned, name, { minutes: 1, position: 0 });
		}
		const room = await openRoom();
		await refused('CR004', room, 'start');
		await refused('CR004', room, 'resume');
		await refused('CR004', await send(room, 'pause'), 'pause');
	});

	test.each([
		['add', {}],
		['add', null],
		['add', []],
		['add', { minutes: 0 }],
		['add', { minutes: 61 }],
		['add', { minutes: -61 }],
		['add', { minutes: 1.5 }],
		['add', { minutes: 'one' }],
		['add', { minutes: 1e12 }],
		['go', {}],
		['go', { position: 4 }],
		['go', { position: -1 }],
		['go', { position: 'end' }],
		['hand_over', {}],
		['hand_over', { member_id: 'Bob' }],
		['hand_over', { member_id: '00000000-0000-4000-8000-00000000dead' }],
		['stop', {}],
		['', {}],
		[null, {}]
	])('refuses %j with %j', async (name, args) => {
		await refused('^(CR005|22)', await openRoom(), name, args);
	});

	test('keeps nothing of a command but what it means', async () => {
		const more = { minutes: 1, words: 'between us', position: null };
		const { session_id } = await send(await openRoom(), 'add', more);
		expect((await stored(session_id)).log.at(-1)?.args).toEqual({ minutes: 1 });
	});
});

describe('a command that comes twice, late, or together with another', () => {
	test('is done once: its id is remembered', async () => {
		const room = await openRoom();
		const id = randomUUID();
		const add = () => command(ada, room.session_id, 'add', room.version, { minutes: 2 }, id);
		const first = given(await add()) as Room;
		const before = await stored(room.session_id);
		expect(given(await add())).toEqual(first);
		const moved = await send(first, 'go', { position: 1 });
		// A replay after the room moved on is told where the room is now.
		expect(given(await add())).toEqual(moved);
		expect((await stored(room.session_id)).log).toHaveLength(before.log.length + 1);
	});

	test('is done once when both arrive at the same moment', async () => {
		const room = await openRoom();
		const id = randomUUID();
		const add = () => command(ada, room.session_id, 'add', room.version, { minutes: 2 }, id);
		const answers = await Promise.all([add(), add(), add()]);
		expect(answers.map(code)).toEqual([null, null, null]);
		expect((await stored(room.session_id)).state.added_ms).toBe(120_000);
	});

	test('does not pass for done because its id was used in another room', async () => {
		const [room, other] = [await openRoom(), await openRoom()];
		const id = randomUUID();
		given(await command(ada, other.session_id, 'pause', other.version, {}, id));
		const answer = await command(ada, room.session_id, 'pause', room.version, {}, id);
		expect(code(answer)).toBe('23505');
		expect((await stored(room.session_id)).state.paused_at).toBeNull();
	});

	test('is refused without an id', async () => {
		const { session_id, version } = await openRoom();
		const answer = await ada.client.rpc('room_command', {
			...{ session_id, command: 'pause', args: {}, expected_version: version, command_id: null }
		});
		expect(code(answer)).toBe('23502');
	});

	test.each([-1, 1, null])('is refused when its version is off by %j', async (off) => {
		const room = await openRoom();
		const version = (off === null ? null : room.version + off) as number;
		expect(code(await command(ada, room.session_id, 'pause', version))).toBe('CR003');
		expect((await stored(room.session_id)).log).toHaveLength(1);
	});

	test('wins or loses against another of the same version: one is done', async () => {
		const room = await openRoom();
		const answers = await Promise.all([
			command(ada, room.session_id, 'go', room.version, { position: 1 }),
			command(ada, room.session_id, 'go', room.version, { position: 2 }),
			command(ada, room.session_id, 'pause', room.version)
		]);
		expect(answers.map(code).sort()).toEqual(['CR003', 'CR003', null]);
		expect((await stored(room.session_id)).log).toHaveLength(2);
	});

	test('and a change of the plan: neither waits for the other for ever', async () => {
		const plan = fourSteps();
		await planSession(ada, plan);
		const answers = await Promise.all([
			command(ada, plan.id, 'start', 1),
			ada.client.rpc('plan_session', { plan, expected_version: 1 })
		]);
		expect(answers.map(code)).toContain(null);
		expect(['CR003', 'CR004', null]).toContain(code(answers[1]));
	});
});

describe('who drives', () => {
	test('is the facilitator: another member cannot', async () => {
		const room = await openRoom();
		for (const name of ['start', 'pause', 'add', 'go', 'hand_over']) {
			await refused('CR002', room, name, { minutes: 1, position: 1, member_id: bob.id }, bob);
		}
	});

	test('is nobody from outside, and a room they cannot see is as unknown as none', async () => {
		const room = await openRoom();
		for (const name of ['pause', 'take_over']) await refused('CR001', room, name, {}, eve);
		const nowhere = { ...room, session_id: randomUUID() };
		expect(code(await command(eve, nowhere.session_id, 'pause', 1))).toBe('CR001');
		expect(code(await eve.client.rpc('room_snapshot', { session_id: room.session_id }))).toBe(
			'CR001'
		);
	});

	test('is whom the facilitator handed the role to, and no longer the facilitator', async () => {
		const room = await send(await openRoom(), 'hand_over', { member_id: bob.id });
		expect(room.facilitator_id).toBe(bob.id);
		await refused('CR002', room, 'pause');
		expect((await send(room, 'pause', {}, bob)).paused_at).not.toBeNull();
	});

	test('is whom the role was handed to, whatever else of the plan changes after that', async () => {
		const plan = fourSteps();
		await planSession(ada, plan);
		await send(await roomOf(ada, plan.id), 'hand_over', { member_id: bob.id });
		await planSession(ada, { ...plan, place: 'Chez Bob' }, 1);
		expect((await roomOf(ada, plan.id)).facilitator_id).toBe(bob.id);
		const carol = await joinGroup(cercle, group, 'Carol');
		await planSession(ada, { ...plan, facilitator_id: carol.id }, 2);
		expect((await roomOf(ada, plan.id)).facilitator_id).toBe(carol.id);
		await leave(cercle, group.id, carol);
	});

	test('is never somebody outside the group or gone from it', async () => {
		const own = await foundGroup(ada);
		const carol = await joinGroup(cercle, own, 'Carol');
		const room = await openSession(ada, planFor(own));
		await refused('CR005', room, 'hand_over', { member_id: eve.id });
		await leave(cercle, own.id, carol);
		await refused('CR005', room, 'hand_over', { member_id: carol.id });
	});

	test('is not somebody who left, even with the role', async () => {
		const own = await foundGroup(ada);
		const carol = await joinGroup(cercle, own, 'Carol');
		const room = await openSession(carol, planFor(own, { facilitator_id: carol.id }));
		await leave(cercle, own.id, carol);
		await refused('CR001', room, 'pause', {}, carol);
		await silence(room.session_id, carol, 31);
		expect((await send(room, 'take_over', {}, ada)).facilitator_id).toBe(ada.id);
	});

	test('cannot be taken over while the holder is heard: asking or commanding', async () => {
		const room = await openRoom();
		// Heard by the command alone.
		await refused('CR011', room, 'take_over', {}, bob);
		await silence(room.session_id, ada, 31);
		await roomOf(ada, room.session_id);
		await refused('CR011', room, 'take_over', {}, bob);
		await silence(room.session_id, ada, 25);
		await refused('CR011', room, 'take_over', {}, bob);
	});

	test('can be taken over after 30 seconds of silence, and the log says by whom', async () => {
		const room = await openRoom();
		await silence(room.session_id, ada, 31);
		const { holder_away } = given(
			await bob.client.rpc('room_snapshot', { session_id: room.session_id })
		) as { holder_away: boolean };
		expect(holder_away).toBe(true);
		const taken = await send(room, 'take_over', {}, bob);
		expect(taken).toMatchObject({ facilitator_id: bob.id, started_at: room.started_at });
		const { log } = await stored(room.session_id);
		expect(log.at(-1)).toMatchObject({ command: 'take_over', member_id: bob.id });
		// The first one is back, and asks for the role like anybody else.
		await refused('CR002', taken, 'pause');
		await refused('CR011', taken, 'take_over');
		await refused('CR004', taken, 'take_over', {}, bob);
	});

	test('is not held for hours by a phone that was heard before the clock was set back', async () => {
		const room = await openRoom();
		await silence(room.session_id, ada, -3600);
		expect((await send(room, 'take_over', {}, bob)).facilitator_id).toBe(bob.id);
		await silence(room.session_id, bob, -3600);
		await roomOf(bob, room.session_id);
		await refused('CR011', await roomOf(ada, room.session_id), 'take_over');
	});

	test('does not change because a phone is silent', async () => {
		const room = await openRoom();
		await silence(room.session_id, ada, 3600);
		expect((await roomOf(bob, room.session_id)).facilitator_id).toBe(ada.id);
		expect((await send(room, 'pause')).facilitator_id).toBe(ada.id);
	});

	test('is one of two who take over at the same moment', async () => {
		const carol = await joinGroup(cercle, group, 'Carol');
		const room = await openRoom();
		await silence(room.session_id, ada, 31);
		const answers = await Promise.all(
			[bob, carol].map((by) => command(by, room.session_id, 'take_over', room.version))
		);
		expect(answers.map(code).sort()).toEqual(['CR003', null]);
	});
});

describe('being in the room', () => {
	test('is being present, with the first look and not before it is live', async () => {
		const attendances = async (id: string) => {
			const rows = await cercle.owner`
				select member_id from attendances where session_id = ${id} and present
			`;
			return rows.map(({ member_id }) => member_id as string).sort();
		};
		const id = await planSession(ada, fourSteps());
		await roomOf(bob, id);
		expect(await attendances(id)).toEqual([]);
		await start(ada, id);
		expect(await attendances(id)).toEqual([ada.id]);
		await roomOf(bob, id);
		expect(await attendances(id)).toEqual([ada.id, bob.id].sort());
	});

	test('is not giving the role away before the start', async () => {
		const id = await planSession(ada, fourSteps());
		const handed = await send(await roomOf(ada, id), 'hand_over', { member_id: bob.id });
		await send(handed, 'start', {}, bob);
		const rows = await cercle.owner`select member_id from attendances where session_id = ${id}`;
		expect(rows.map(({ member_id }) => member_id as string)).toEqual([bob.id]);
	});

	test('does not bring back a member who said that they do not take part', async () => {
		const { session_id } = await openRoom();
		await roomOf(bob, session_id);
		const own = { session_id, member_id: bob.id, present: false };
		expect(await applyOne(bob, 'attendance.mark', own)).toBeNull();
		await roomOf(bob, session_id);
		const held = await cercle.owner`
			select present from attendances where session_id = ${session_id} and member_id = ${bob.id}
		`;
		expect(held).toEqual([{ present: false }]);
	});
});

describe('the log', () => {
	test('is append-only, even for the owner of the database', async () => {
		const { session_id } = await openRoom();
		const change = cercle.owner`
			update room_commands set command = 'pause' where session_id = ${session_id}
		`;
		await expect(change).rejects.toMatchObject({ code: 'CR002' });
	});
});
