import type { Sql, TransactionSql } from 'postgres';
import { beforeEach, describe, expect, test } from 'vitest';
import { refusal } from '../../support/as-person.ts';
import { connected, type Person } from '../../support/server.ts';
import { agree, type Earlier, holdEarlier } from '../earlier-session.ts';
import { code, foundGroup, given, type Group, joinGroup, leave, planFor, sign } from '../people.ts';

const cercle = connected();
let group: Group;
let ada: Person;
let bob: Person;
let carol: Person;
let zoe: Person;
/** Ada, Bob and Carol were present; Dan was a member and stayed away; Zoe joined after it. */
let earlier: Earlier;

beforeEach(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	carol = await joinGroup(cercle, group, 'Carol');
	const dan = await joinGroup(cercle, group, 'Dan');
	const cast = { facilitator: ada, presenter: bob, member: carol, left: dan };
	earlier = await holdEarlier(cercle, group, cast, planFor(group));
	zoe = await joinGroup(cercle, group, 'Zoe');
});

const share = (by: Person, reader: Person, yes = true, session_id = earlier.id) =>
	by.client.rpc('share_session', { session_id, reader_id: reader.id, agree: yes });

/** What this person reads of the session: rows by table; the owner finds some in each. */
async function seen(by: Person): Promise<Record<string, number>> {
	const found: Record<string, number> = {};
	for (const table of [
		'sessions',
		'challenges',
		'attendances',
		'challenge_notes',
		'contributions'
	]) {
		const key = table === 'sessions' ? 'id' : 'session_id';
		const look = async (sql: Sql | TransactionSql) =>
			(await sql`select from ${sql(table)} where ${sql(key)} = ${earlier.id}`).length;
		expect(await look(cercle.owner)).toBeGreaterThan(0);
		found[table] = await by.sql(look);
	}
	return found;
}

const nothing = {
	...{ sessions: 0, challenges: 0, attendances: 0, challenge_notes: 0, contributions: 0 }
};
// The brief kept for those present and the trace of the one withdrawn; never notes.
const shared = { ...nothing, sessions: 1, challenges: 2, attendances: 3 };

describe('an earlier session', () => {
	test('opens to a later joiner with the word of the last one present, not before', async () => {
		await agree(earlier.id, zoe, [ada, bob]);
		expect(await seen(zoe)).toEqual(nothing);
		await agree(earlier.id, zoe, [carol]);
		expect(await seen(zoe)).toEqual(shared);
	});

	test('closes to them at once when one takes their word back', async () => {
		await agree(earlier.id, zoe, [ada, bob, carol]);
		expect(await seen(zoe)).toEqual(shared);
		await agree(earlier.id, zoe, [bob], false);
		expect(await seen(zoe)).toEqual(nothing);
		await agree(earlier.id, zoe, [bob]);
		expect(await seen(zoe)).toEqual(shared);
	});

	test('closes to them when one who agreed leaves, and cannot be shared any more', async () => {
		await agree(earlier.id, zoe, [ada, bob, carol]);
		await leave(cercle, group.id, carol);
		expect(await seen(zoe)).toEqual(nothing);
		expect(code(await share(ada, zoe))).toBe('CR004');
		expect(code(await share(ada, zoe, false))).toBeNull();
	});

	test('is not opened again by coming back, neither of who agreed nor of the reader', async () => {
		await agree(earlier.id, zoe, [ada, bob, carol]);
		await leave(cercle, group.id, zoe);
		await cercle.owner`
			insert into memberships (group_id, member_id) values (${group.id}, ${zoe.id})
		`;
		expect(await seen(zoe)).toEqual(nothing);
		await leave(cercle, group.id, carol);
		await cercle.owner`
			insert into memberships (group_id, member_id) values (${group.id}, ${carol.id})
		`;
		expect(code(await share(ada, zoe))).toBe('CR004');
		expect(code(await share(carol, zoe))).toBe('CR001');
	});

	test('is shared with one reader, not with another', async () => {
		const yves = await joinGroup(cercle, group, 'Yves');
		await agree(earlier.id, zoe, [ada, bob, carol]);
		expect(await seen(yves)).toEqual(nothing);
	});

	test('stays closed while the reader has not signed the charter in force', async () => {
		await agree(earlier.id, zoe, [ada, bob, carol]);
		const args = { group_id: group.id, body: 'New words.', expected_version: 1 };
		given(await ada.client.rpc('write_charter', args));
		expect(await seen(zoe)).toEqual(nothing);
		expect(code(await share(bob, zoe))).toBe('CR001');
		await sign(zoe, group.id);
		expect(await seen(zoe)).toEqual(shared);
	});

	test('can be read by its reader and not written in', async () => {
		await agree(earlier.id, zoe, [ada, bob, carol]);
		const row = { group_id: group.id, session_id: earlier.id, member_id: zoe.id, plus: 'nice' };
		const writing = zoe.sql((sql) => sql`insert into feedbacks ${sql(row)}`);
		expect(await refusal(writing)).toBe('42501');
		expect(code(await share(zoe, zoe))).toBe('CR001');
	});
});

describe('the word of', () => {
	test('somebody who stayed away is not asked', async () => {
		const dan = await cercle.owner`
			select member_id from memberships m join profiles p on p.id = m.member_id
			where group_id = ${group.id} and p.name = 'Dan'
		`;
		expect(dan).toHaveLength(1);
		await agree(earlier.id, zoe, [ada, bob, carol]);
		expect(await seen(zoe)).toEqual(shared);
	});

	test('those present concerns who joined later, and nobody else', async () => {
		const eve = await cercle.signIn('Eve');
		for (const reader of [ada, bob, eve]) {
			expect(code(await share(ada, reader))).toBe('CR005');
		}
		expect(code(await share(eve, zoe))).toBe('CR001');
		expect(code(await share(zoe, zoe))).toBe('CR001');
	});

	test('each is seen by those present, and by nobody else', async () => {
		await agree(earlier.id, zoe, [ada, bob]);
		const rows = async (sql: Sql | TransactionSql) =>
			(await sql`select from session_consents where session_id = ${earlier.id}`).length;
		expect(await rows(cercle.owner)).toBe(2);
		expect([await carol.sql(rows), await zoe.sql(rows)]).toEqual([2, 0]);
	});
});
