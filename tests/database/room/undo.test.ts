import { beforeAll, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	close,
	code,
	command,
	foundGroup,
	given,
	type Group,
	joinGroup,
	openSession,
	planFor,
	type Room,
	roomOf,
	segment
} from '../people.ts';

const cercle = connected();
let ada: Person;
let bob: Person;
let group: Group;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
});

const openRoom = () =>
	openSession(ada, planFor(group, { segments: [5, 20, 40].map((m) => segment('topic', m)) }));

async function send(room: Room, name: string, args = {}, by = ada): Promise<Room> {
	return given(await command(by, room.session_id, name, room.version, args)) as Room;
}
async function undo(room: Room, by = ada): Promise<string | null> {
	return code(await command(by, room.session_id, 'undo', room.version));
}
/** The state of a room but for what only counts up. */
const clock = ({ floor, ...room }: Room) => ({ ...room, turns: floor.turns, version: 0 });

async function spent(sessionId: string) {
	return cercle.owner`
		select position, actual_ms from segments where session_id = ${sessionId} order by position
	`;
}

/**
 * Makes the last command as old as that. The log refuses changes: its triggers are off for that
 * time.
 */
async function age({ session_id, version }: Room, seconds: number): Promise<void> {
	await cercle.owner.begin(async (sql) => {
		await sql`set local session_replication_role = 'replica'`;
		await sql`
			update room_commands set at = at - make_interval(secs => ${seconds})
			where session_id = ${session_id} and version = ${version}
		`;
	});
}

test.each([
	['pause', {}],
	['add', { minutes: 3 }],
	['go', { position: 2 }],
	['go', { position: 0 }],
	['hand_over', { member_id: 'bob' }]
])('%s %j is taken back: the clock runs as if it had never been given', async (name, args) => {
	const opened = await openRoom();
	const before = await send(await send(opened, 'add', { minutes: 1 }), 'go', { position: 1 });
	const times = await spent(opened.session_id);
	const real = 'member_id' in args ? { member_id: bob.id } : args;
	const after = await send(before, name, real);
	const undone = await send(after, 'undo');
	expect(clock(undone)).toEqual(clock(before));
	expect(undone.version).toBe(after.version + 1);
	expect(await spent(opened.session_id)).toEqual(times);
});

test('the end of a pause is taken back too', async () => {
	const paused = await send(await openRoom(), 'pause');
	const resumed = await send(paused, 'resume');
	expect(clock(await send(resumed, 'undo'))).toEqual(clock(paused));
});

test('only who gave the command takes it back', async () => {
	const moved = await send(await openRoom(), 'go', { position: 1 });
	expect(await undo(moved, bob)).toBe('CR004');
	const handed = await send(moved, 'hand_over', { member_id: bob.id });
	expect(await undo(handed, bob)).toBe('CR004');
	expect((await roomOf(ada, moved.session_id)).facilitator_id).toBe(bob.id);
});

test('ten seconds later it stands', async () => {
	const moved = await send(await openRoom(), 'go', { position: 1 });
	await age(moved, 11);
	expect(await undo(moved)).toBe('CR004');
	expect(clock(await roomOf(ada, moved.session_id))).toEqual(clock(moved));
});

test('only the last one, once: an undo is not undone', async () => {
	const moved = await send(await openRoom(), 'go', { position: 1 });
	const undone = await send(await send(moved, 'pause'), 'undo');
	expect(await undo(undone)).toBe('CR004');
	expect(clock(await roomOf(ada, moved.session_id))).toEqual(clock(moved));
});

test('a session that began has begun, and one that closed is closed', async () => {
	const room = await openRoom();
	expect(await undo(room)).toBe('CR004');
	const next = planFor(group, { starts_at: '2031-01-08T18:30:00Z' });
	const closed = given(await close(ada, room.session_id, room.version, next)) as Room;
	expect(await undo(closed)).toBe('CR004');
});
