import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refusal } from '../../support/as-person.ts';
import { connected, type Person } from '../../support/server.ts';
import {
	close,
	code,
	command,
	type Floor,
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
	snapshotOf,
	speak
} from '../people.ts';

const cercle = connected();
let group: Group;
let ada: Person;
let bob: Person;
let carol: Person;
let dan: Person;
let eve: Person;
/** A live session of topics that Ada drives, then a discussion. */
let room: Room;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	carol = await joinGroup(cercle, group, 'Carol');
	dan = await joinGroup(cercle, group, 'Dan');
	eve = await cercle.signIn('Eve');
});
beforeEach(async () => {
	const segments = [segment('topic', 5), segment('topic', 5), segment('discussion', 40)];
	room = await openSession(ada, planFor(group, { segments }));
});

const say = async (by: Person, name: string, args = {}) =>
	given(await speak(by, room.session_id, name, args)) as Floor;
const give = (by: Person, to: Person) => speak(by, room.session_id, 'give', { member_id: to.id });
const floor = async (by = ada) => (await roomOf(by, room.session_id)).floor;
/** Moves the room with a command that must be done. */
async function move(name: string, args = {}, by = ada): Promise<Room> {
	const { version } = await roomOf(by, room.session_id);
	return given(await command(by, room.session_id, name, version, args)) as Room;
}

/** The speaker, then the members who wait, by name. */
function line({ turns }: Floor): string[] {
	const names = new Map([ada, bob, carol, dan].map(({ id, email }) => [id, email.split('.')[0]]));
	return turns.map(({ member_id, began_at }) => `${names.get(member_id)}${began_at ? '!' : ''}`);
}

/** What a command that must be refused leaves as it was. */
async function refused(expected: string, by: Person, name: unknown, args: object | null = {}) {
	const before = await everything();
	expect(code(await speak(by, room.session_id, name as string, args))).toMatch(
		new RegExp(expected)
	);
	expect(await everything()).toEqual(before);
}

/** All that is kept of the floor, as the owner finds it. */
async function everything() {
	const [row] = await cercle.owner`
		select
			(select jsonb_agg(t order by id) from speaking_turns t where session_id = ${room.session_id})
				as turns,
			(select jsonb_agg(t order by member_id) from private.room_thumbs t
				where session_id = ${room.session_id}) as thumbs,
			(select to_jsonb(r) from room_states r where session_id = ${room.session_id}) as room
	`;
	return { ...row };
}

async function sent(event: string) {
	const rows = await cercle.owner`
		select payload - 'id' as payload from realtime.messages
		where topic like ${`room:${room.session_id}:%`} and event = ${event} order by inserted_at
	`;
	return rows.map(({ payload }) => payload as unknown);
}

describe('the queue', () => {
	test('is in the order of the hands, the speaker first', async () => {
		for (const person of [carol, bob, dan]) await say(person, 'raise');
		expect(line(await floor())).toEqual(['carol', 'bob', 'dan']);
		given(await give(ada, dan));
		expect(line(await floor(bob))).toEqual(['dan!', 'carol', 'bob']);
	});

	test('keeps the place of a hand raised twice, and says nothing', async () => {
		await say(bob, 'raise');
		const before = await say(carol, 'raise');
		expect(await say(bob, 'raise')).toEqual(before);
		expect(await sent('floor')).toHaveLength(2);
	});

	test('forgets a hand taken down, which goes to the end when raised again', async () => {
		await say(bob, 'raise');
		await say(carol, 'raise');
		expect(line(await say(bob, 'lower'))).toEqual(['carol']);
		const [row] = await cercle.owner`
			select count(*)::int from speaking_turns where session_id = ${room.session_id}
		`;
		expect(row?.count).toBe(1);
		expect(line(await say(bob, 'raise'))).toEqual(['carol', 'bob']);
	});

	test('takes the hand of who has spoken again, at its end', async () => {
		await say(bob, 'raise');
		await say(carol, 'raise');
		given(await give(ada, bob));
		expect(line(await say(bob, 'lower'))).toEqual(['carol']);
		expect(line(await say(bob, 'raise'))).toEqual(['carol', 'bob']);
	});

	test('loses nobody when all press at once', async () => {
		const people = [ada, bob, carol, dan];
		const answers = await Promise.all(
			[...people, ...people].map((person) => speak(person, room.session_id, 'raise'))
		);
		expect(answers.map(code)).toEqual(answers.map(() => null));
		expect(line(await floor()).sort()).toEqual(['ada', 'bob', 'carol', 'dan']);
	});

	test('does not keep the hand of who left', async () => {
		const guest = await joinGroup(cercle, group, 'Guest');
		given(await speak(guest, room.session_id, 'raise'));
		given(await speak(guest, room.session_id, 'thumb', { up: true }));
		await say(bob, 'raise');
		await leave(cercle, group.id, guest);
		expect(line(await floor())).toEqual(['bob']);
		expect((await floor()).thumbs).toEqual({ up: 0, down: 0 });
		expect(code(await give(bob, bob))).toBeNull();
	});

	test('lives on when who speaks, or drives, deletes their account', async () => {
		const guest = await joinGroup(cercle, group, 'Guest');
		given(await speak(guest, room.session_id, 'raise'));
		given(await give(ada, guest));
		await say(bob, 'raise');
		await move('hand_over', { member_id: guest.id });
		await cercle.owner`delete from auth.users where id = ${guest.id}`;
		expect(line(await floor())).toEqual(['bob']);
		expect((await move('take_over', {}, bob)).facilitator_id).toBe(bob.id);
	});
});

describe('the floor', () => {
	test('is given by the facilitator, to whoever, hand or no hand', async () => {
		await say(bob, 'raise');
		given(await give(ada, carol));
		expect(line(await floor())).toEqual(['carol!', 'bob']);
		given(await give(ada, ada));
		expect(line(await floor())).toEqual(['ada!', 'bob']);
	});

	test('has one speaker: the last one has finished', async () => {
		given(await give(ada, bob));
		given(await give(ada, carol));
		expect(line(await floor())).toEqual(['carol!']);
		const turns = await cercle.owner`
			select member_id, ended_at is not null as over from speaking_turns
			where session_id = ${room.session_id} order by began_at
		`;
		expect([...turns]).toEqual([
			{ member_id: bob.id, over: true },
			{ member_id: carol.id, over: false }
		]);
	});

	test('given again to who speaks goes on, and says nothing', async () => {
		const first = given(await give(ada, bob)) as Floor;
		expect(given(await give(ada, bob))).toEqual(first);
		expect(await sent('floor')).toHaveLength(1);
	});

	test('is taken by who waits longest, while nobody speaks, and by nobody else', async () => {
		const to = (person: Person) => ({ member_id: person.id });
		await refused('CR002', bob, 'give', to(bob));
		await say(bob, 'raise');
		await say(carol, 'raise');
		await refused('CR002', carol, 'give', to(carol));
		await refused('CR002', bob, 'give', to(carol));
		await refused('CR002', carol, 'give', to(bob));
		expect(line(given(await give(bob, bob)) as Floor)).toEqual(['bob!', 'carol']);
		await refused('CR002', carol, 'give', to(carol));
		await say(bob, 'lower');
		expect(line(given(await give(carol, carol)) as Floor)).toEqual(['carol!']);
	});

	test('is taken back by the facilitator, or given back by the speaker', async () => {
		given(await give(ada, bob));
		await refused('CR002', carol, 'end');
		expect(line(await say(ada, 'end'))).toEqual([]);
		given(await give(ada, bob));
		expect(line(await say(bob, 'end'))).toEqual([]);
		// Pressed again it says the same.
		expect(line(await say(bob, 'end'))).toEqual([]);
	});

	test('goes with the role: who handed it over gives it no more', async () => {
		await move('hand_over', { member_id: bob.id });
		await refused('CR002', ada, 'give', { member_id: carol.id });
		expect(code(await give(bob, carol))).toBeNull();
	});

	test('never has two speakers, whoever gives and takes at once', async () => {
		for (const person of [bob, carol, dan]) await say(person, 'raise');
		for (let round = 0; round < 5; round++) {
			const answers = await Promise.all([
				...[bob, carol, dan].map((person) => give(person, person)),
				...[bob, carol].map((person) => give(ada, person)),
				speak(dan, room.session_id, 'raise'),
				speak(bob, room.session_id, 'lower')
			]);
			for (const answer of answers) {
				expect([null, 'CR002']).toContain(code(answer));
				if (answer.error) continue;
				const { turns } = answer.data as Floor;
				expect(turns.filter(({ began_at }) => began_at !== null).length).toBeLessThanOrEqual(1);
				expect(new Set(turns.map(({ member_id }) => member_id)).size).toBe(turns.length);
			}
			await say(ada, 'end');
			for (const person of [bob, carol, dan]) await say(person, 'raise');
		}
	});

	test.each([
		['give', {}],
		['give', null],
		['give', { member_id: 'Bob' }],
		['give', { member_id: '00000000-0000-4000-8000-00000000dead' }],
		['thumb', {}],
		['thumb', { up: 'perhaps' }],
		['shout', {}],
		['', {}],
		[null, {}]
	])('refuses %j with %j', async (name, args) => {
		await refused('^(CR005|22|23)', ada, name, args);
	});

	test('is never given to somebody outside', async () => {
		await refused('CR005', ada, 'give', { member_id: eve.id });
	});
});

describe('another segment', () => {
	test('has a floor of its own: who spoke has finished, no hand is up', async () => {
		await say(bob, 'raise');
		given(await give(ada, carol));
		await say(dan, 'thumb', { up: true });
		const moved = await move('go', { position: 1 });
		expect([moved.floor.turns, moved.floor.thumbs]).toEqual([[], { up: 0, down: 0 }]);
		const [turn] = await cercle.owner`
			select ended_at is not null as over from speaking_turns
			where session_id = ${room.session_id} and member_id = ${carol.id}
		`;
		expect(turn).toEqual({ over: true });
	});

	test('reached by mistake and undone leaves the hands up', async () => {
		await say(bob, 'raise');
		await say(carol, 'raise');
		await say(carol, 'thumb', { up: true });
		await move('go', { position: 1 });
		const undone = await move('undo');
		expect(line(undone.floor)).toEqual(['bob', 'carol']);
		expect(undone.floor.thumbs).toEqual({ up: 1, down: 0 });
	});

	test('reached a second time is as empty as the first', async () => {
		await say(bob, 'raise');
		await say(carol, 'thumb', { up: true });
		given(await bob.client.rpc('signal_facilitator', { ...of(), kind: 'pause' }));
		await move('go', { position: 1 });
		const back = await move('go', { position: 0 });
		expect([back.floor.turns, back.floor.thumbs]).toEqual([[], { up: 0, down: 0 }]);
		expect((await snapshotOf(ada, room.session_id)).signals).toEqual([]);
	});

	test('left by an undo has no speaker left behind in it', async () => {
		await move('go', { position: 1 });
		given(await give(ada, bob));
		await move('undo');
		const [turn] = await cercle.owner`
			select ended_at is not null as over from speaking_turns
			where session_id = ${room.session_id} and member_id = ${bob.id}
		`;
		expect(turn).toEqual({ over: true });
		expect(line((await move('go', { position: 1 })).floor)).toEqual([]);
	});

	test('begun anew is the same segment: the hands stay up', async () => {
		await say(bob, 'raise');
		expect(line((await move('go', { position: 0 })).floor)).toEqual(['bob']);
	});
});

const of = () => ({ session_id: room.session_id });

describe('thumbs', () => {
	test('are counted, one a member, changed by pressing the other', async () => {
		await say(bob, 'thumb', { up: true });
		await say(carol, 'thumb', { up: true });
		await say(carol, 'thumb', { up: false });
		expect((await say(dan, 'thumb', { up: false })).thumbs).toEqual({ up: 1, down: 2 });
		const shown = [bob, carol, ada].map(
			async (by) => (await snapshotOf(by, of().session_id)).thumb
		);
		expect(await Promise.all(shown)).toEqual([true, false, null]);
	});

	test('are counts for everybody: nobody reads whose they are', async () => {
		await say(bob, 'thumb', { up: false });
		const told = JSON.stringify([(await floor(ada)).thumbs, await sent('floor')]);
		expect(told).not.toContain(bob.id);
		const [kept] = await cercle.owner`
			select member_id from private.room_thumbs where session_id = ${room.session_id}
		`;
		expect(kept?.member_id).toBe(bob.id);
		await unreadable('room_thumbs');
	});

	test('start again once minutes were given', async () => {
		await say(bob, 'thumb', { up: true });
		expect((await move('add', { minutes: 2 })).floor.thumbs).toEqual({ up: 0, down: 0 });
		expect((await snapshotOf(bob, room.session_id)).thumb).toBeNull();
	});

	test('are for topics alone', async () => {
		await move('go', { position: 2 });
		await refused('CR004', bob, 'thumb', { up: true });
	});
});

/** Nobody of the room reads this private table, nor calls what reads it. */
async function unreadable(table: string): Promise<void> {
	for (const by of [ada, bob, eve]) {
		const asking = by.sql((sql) => sql`select from private.${sql(table)}`);
		expect(await refusal(asking)).toBe('42501');
		for (const name of ['floor_json', 'signals_json', 'thumb_of']) {
			expect((await by.client.rpc(name, {})).error).not.toBeNull();
		}
	}
}

describe('hands and the commands of the room', () => {
	test('do not get in each other’s way: a command made before a hand is no stale one', async () => {
		await say(bob, 'raise');
		await say(carol, 'thumb', { up: true });
		given(await give(ada, bob));
		expect((await roomOf(ada, room.session_id)).version).toBe(room.version);
		expect(code(await command(ada, room.session_id, 'pause', room.version))).toBeNull();
	});

	test('go together when they arrive together', async () => {
		const answers = await Promise.all([
			command(ada, room.session_id, 'go', room.version, { position: 1 }),
			...[bob, carol, dan].map((person) => speak(person, room.session_id, 'raise'))
		]);
		expect(answers.map(code)).toEqual([null, null, null, null]);
	});

	test('raise the version of the floor, so that the newer one is known', async () => {
		const versions = [
			room.floor.version,
			(await say(bob, 'raise')).version,
			(await move('add', { minutes: 1 })).floor.version,
			(await say(bob, 'lower')).version,
			(await move('undo')).floor.version
		];
		expect(versions).toEqual(versions.map((_, turn) => room.floor.version + turn));
	});

	test('are told as ids, moments and counts, in the words of the answer', async () => {
		await say(bob, 'raise');
		const answer = await say(carol, 'thumb', { up: true });
		expect(await sent('floor')).toHaveLength(2);
		expect((await sent('floor')).at(-1)).toEqual(answer);
		expect(answer).toEqual({
			version: room.floor.version + 2,
			turns: [{ member_id: bob.id, raised_at: expect.any(Number) as number, began_at: null }],
			thumbs: { up: 1, down: 0 }
		});
	});
});

describe('there is no floor', () => {
	const commands = ['raise', 'lower', 'give', 'end', 'thumb', 'shout'];
	const args = () => ({ member_id: ada.id, up: true });

	test('before the session', async () => {
		room = await roomOf(ada, await planSession(ada, planFor(group)));
		for (const name of commands) await refused('CR004', ada, name, args());
	});

	test('after it: of what was there, ended turns are left', async () => {
		await say(dan, 'thumb', { up: true });
		await say(bob, 'raise');
		given(await give(ada, carol));
		given(await bob.client.rpc('signal_facilitator', { ...of(), kind: 'pause' }));
		await move('go', { position: 1 });
		given(await give(ada, dan));
		await say(bob, 'raise');
		const { version } = await roomOf(ada, room.session_id);
		const next = planFor(group, { starts_at: '2031-01-08T18:30:00Z' });
		const closed = given(await close(ada, room.session_id, version, next)) as Room;
		expect([closed.floor.turns, closed.floor.thumbs]).toEqual([[], { up: 0, down: 0 }]);
		for (const name of commands) await refused('CR004', ada, name, args());
		const turns = await cercle.owner`
			select member_id, position, ended_at is not null as over from speaking_turns
			where session_id = ${room.session_id} order by position
		`;
		expect([...turns]).toEqual([
			{ member_id: carol.id, position: 0, over: true },
			{ member_id: dan.id, position: 1, over: true }
		]);
		expect((await everything()).thumbs).toBeNull();
	});

	test('for somebody outside', async () => {
		for (const name of commands) await refused('CR001', eve, name, args());
	});

	test('without signing in', async () => {
		const answer = await cercle
			.anonymous()
			.rpc('floor_command', { ...of(), command: 'raise', args: {} });
		expect(code(answer)).toBe('PGRST202');
	});
});
