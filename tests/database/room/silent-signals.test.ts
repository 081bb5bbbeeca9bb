import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refusal } from '../../support/as-person.ts';
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
	planSession,
	type Room,
	roomOf,
	rowsOf,
	segment,
	snapshotOf
} from '../people.ts';

const cercle = connected();
let group: Group;
let ada: Person;
let bob: Person;
let carol: Person;
let eve: Person;
/** A live session that Ada drives. */
let session: string;

beforeAll(async () => {
	[ada, eve] = [await cercle.signIn('Ada'), await cercle.signIn('Eve')];
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	carol = await joinGroup(cercle, group, 'Carol');
});
beforeEach(async () => {
	const segments = [segment('clarify', 10), segment('consult', 30)];
	session = (await openSession(ada, planFor(group, { segments }))).session_id;
});

const signal = (by: Person, kind: unknown, session_id = session) =>
	by.client.rpc('signal_facilitator', { session_id, kind });
const dismiss = (by: Person, kind: unknown, session_id = session) =>
	by.client.rpc('dismiss_signal', { session_id, kind });
const heard = async (by: Person) => (await snapshotOf(by, session)).signals;
async function move(name: string, args = {}, by = ada): Promise<Room> {
	const { version } = await roomOf(by, session);
	return given(await command(by, session, name, version, args)) as Room;
}

/** Each signal and the member who gave it, as the owner of the database finds them. */
async function kept() {
	const rows = await cercle.owner`
		select member_id, kind from private.room_signals where session_id = ${session}
		order by position, kind, member_id
	`;
	return rows.map(({ member_id, kind }) => [member_id, kind] as unknown);
}

async function hints() {
	const rows = await cercle.owner`
		select payload - 'id' as payload from realtime.messages
		where topic like ${`room:${session}:%`} and event = 'signals'
	`;
	return rows.map(({ payload }) => payload as unknown);
}

describe('a silent signal', () => {
	test('counts once a member, kind and segment', async () => {
		for (const by of [bob, bob, carol]) expect(code(await signal(by, 'advice'))).toBeNull();
		given(await signal(bob, 'pause'));
		expect(await heard(ada)).toEqual([
			{ kind: 'advice', count: 2 },
			{ kind: 'pause', count: 1 }
		]);
		await move('go', { position: 1 });
		expect(await heard(ada)).toEqual([]);
		given(await signal(bob, 'advice'));
		expect(await heard(ada)).toEqual([{ kind: 'advice', count: 1 }]);
	});

	test('counts once when pressed many times at once', async () => {
		const answers = await Promise.all([bob, bob, bob, carol].map((by) => signal(by, 'off_topic')));
		expect(answers.map(code)).toEqual([null, null, null, null]);
		expect(await heard(ada)).toEqual([{ kind: 'off_topic', count: 2 }]);
		expect(await hints()).toHaveLength(2);
	});

	test('is still there after a segment reached by mistake', async () => {
		given(await signal(bob, 'over_time'));
		await move('go', { position: 1 });
		await move('undo');
		expect(await heard(ada)).toEqual([{ kind: 'over_time', count: 1 }]);
	});

	test('is gone once the facilitator heard it, that kind alone, and may be given again', async () => {
		for (const kind of ['advice', 'pause']) given(await signal(bob, kind));
		given(await dismiss(ada, 'advice'));
		expect(await heard(ada)).toEqual([{ kind: 'pause', count: 1 }]);
		given(await signal(bob, 'advice'));
		expect(await heard(ada)).toHaveLength(2);
	});

	test('does not outdate a command that is on its way', async () => {
		const { version } = await roomOf(ada, session);
		given(await signal(bob, 'pause'));
		given(await dismiss(ada, 'pause'));
		expect(code(await command(ada, session, 'pause', version))).toBeNull();
	});

	test.each(['shout', '', null])('is not %j', async (kind) => {
		expect(code(await signal(bob, kind))).toBe('CR005');
		expect(await kept()).toEqual([]);
	});
});

describe('who hears it', () => {
	test('is the facilitator alone', async () => {
		given(await signal(bob, 'pause'));
		expect(await heard(ada)).toEqual([{ kind: 'pause', count: 1 }]);
		for (const by of [bob, carol]) expect(await heard(by)).toEqual([]);
		expect(code(await eve.client.rpc('room_snapshot', { session_id: session }))).toBe('CR001');
	});

	test('is the new one after a hand-over, and no longer the old', async () => {
		given(await signal(carol, 'pause'));
		await move('hand_over', { member_id: bob.id });
		expect(await heard(bob)).toEqual([{ kind: 'pause', count: 1 }]);
		expect(await heard(ada)).toEqual([]);
		expect(code(await dismiss(ada, 'pause'))).toBe('CR002');
		expect(await kept()).toEqual([[carol.id, 'pause']]);
		expect(code(await dismiss(bob, 'pause'))).toBeNull();
	});

	test('is nobody on the live topic: the hint is empty', async () => {
		given(await signal(bob, 'advice'));
		expect(await hints()).toEqual([{}]);
	});

	test('never learns whose it is, nor does anybody: no way leads to the row', async () => {
		given(await signal(bob, 'pause'));
		expect(await kept()).toEqual([[bob.id, 'pause']]);
		const [answer] = await cercle.owner`
			select payload from realtime.messages
			where topic like ${`room:${session}:%`} and payload::text like ${`%${bob.id}%`}
		`;
		expect(answer).toBeUndefined();
		expect(JSON.stringify(await heard(ada))).not.toContain(bob.id);
		for (const by of [ada, bob, carol, eve]) {
			for (const name of ['signals_json', 'floor_json', 'clear_segment']) {
				expect((await by.client.rpc(name, {})).error).not.toBeNull();
			}
			const pulled = await rowsOf(by);
			expect(Object.keys(pulled)).not.toContain('room_signals');
			expect(JSON.stringify(pulled)).not.toMatch(/"kind": ?"pause"/);
		}
	});

	test('in the words of the database is denied, even on a connection of one’s own', async () => {
		given(await signal(bob, 'pause'));
		for (const table of ['room_signals', 'room_thumbs']) {
			for (const by of [ada, bob, carol, eve]) {
				const asking = by.sql((sql) => sql`select from private.${sql(table)}`);
				expect(await refusal(asking)).toBe('42501');
			}
		}
	});
});

describe('there are no signals', () => {
	test('before the session, nor for somebody outside', async () => {
		expect(code(await signal(eve, 'pause'))).toBe('CR001');
		expect(code(await dismiss(eve, 'pause'))).toBe('CR001');
		session = await planSession(ada, planFor(group));
		expect(code(await signal(bob, 'pause'))).toBe('CR004');
		expect(code(await dismiss(ada, 'pause'))).toBe('CR004');
		expect(await kept()).toEqual([]);
	});

	test('after it: nothing is kept of them', async () => {
		given(await signal(bob, 'pause'));
		await move('go', { position: 1 });
		given(await signal(carol, 'advice'));
		expect(await kept()).toHaveLength(2);
		const { version } = await roomOf(ada, session);
		const next = planFor(group, { starts_at: '2031-01-08T18:30:00Z' });
		given(await close(ada, session, version, next));
		expect(await kept()).toEqual([]);
		expect(await heard(ada)).toEqual([]);
		expect(code(await signal(bob, 'pause'))).toBe('CR004');
	});
});
