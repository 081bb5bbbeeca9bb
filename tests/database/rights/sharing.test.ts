import type { Sql, TransactionSql } from 'postgres';
import { beforeEach, describe, expect, test } from 'vitest';
import { refusal } from '../../support/as-person.ts';
import { connected, type Person } from '../../support/server.ts';
import { agree, type Earlier, holdEarlier } from '../earlier-session.ts';
import {
	applyOne,
	code,
	comeBack,
	foundGroup,
	given,
	type Group,
	joinGroup,
	leave,
	planFor,
	rowsOf,
	sign
} from '../people.ts';

const cercle = connected();
let group: Group;
let ada: Person;
let bob: Person;
let carol: Person;
let dan: Person;
let zoe: Person;
/** Ada, Bob and Carol were present; Dan was a member and stayed away; Zoe joined after it. */
let earlier: Earlier;

beforeEach(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	carol = await joinGroup(cercle, group, 'Carol');
	dan = await joinGroup(cercle, group, 'Dan');
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
/**
 * Of four challenges one was kept for those present, and the notes of the one that Dan withdrew are
 * empty. Carol gave to each of them.
 */
const shared = { ...nothing, sessions: 1, challenges: 1, attendances: 3, challenge_notes: 2 };
const all = { ...shared, contributions: 1 };

describe('an earlier session', () => {
	test('opens to a later joiner with the word of the last one asked, as a whole', async () => {
		await agree(earlier.id, zoe, [ada, bob]);
		expect(await seen(zoe)).toEqual({ ...nothing, challenges: 1 });
		await agree(earlier.id, zoe, [carol]);
		expect(await seen(zoe)).toEqual(all);
	});

	test('closes to them at once when one takes their word back', async () => {
		await agree(earlier.id, zoe, [ada, bob, carol]);
		expect(await seen(zoe)).toEqual(all);
		await agree(earlier.id, zoe, [bob], false);
		expect(await seen(zoe)).toEqual({ ...nothing, contributions: 1 });
		await agree(earlier.id, zoe, [bob]);
		expect(await seen(zoe)).toEqual(all);
	});

	test('opens what everybody said once those who are still members agree', async () => {
		await agree(earlier.id, zoe, [ada, bob]);
		await leave(cercle, group.id, carol);
		expect(await seen(zoe)).toEqual(shared);
	});

	test('closes the words of one who agreed and leaves', async () => {
		await agree(earlier.id, zoe, [ada, bob, carol]);
		await leave(cercle, group.id, carol);
		expect((await seen(zoe)).contributions).toBe(0);
	});

	test('is not opened again by coming back, neither of who agreed nor of the reader', async () => {
		await agree(earlier.id, zoe, [ada, bob, carol]);
		await leave(cercle, group.id, zoe);
		await comeBack(cercle, group.id, zoe);
		expect(await seen(zoe)).toEqual(nothing);
		await agree(earlier.id, zoe, [ada, bob, carol]);
		await leave(cercle, group.id, carol);
		await comeBack(cercle, group.id, carol);
		expect((await seen(zoe)).contributions).toBe(0);
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
		expect(await seen(zoe)).toEqual(all);
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
	test('a member who stayed away and wrote nothing is not asked', async () => {
		expect(code(await share(dan, zoe))).toBe('CR002');
		await agree(earlier.id, zoe, [ada, bob, carol]);
		expect(await seen(zoe)).toEqual(all);
	});

	test('a member who stayed away and wrote after the close is asked, and keeps theirs', async () => {
		const own = { group_id: group.id, session_id: earlier.id, plus: 'Sorry', delta: '' };
		expect(await applyOne(dan, 'feedback.write', own)).toBeNull();
		await agree(earlier.id, zoe, [ada, bob, carol]);
		expect(await seen(zoe)).toEqual({ ...nothing, challenges: 1, contributions: 1 });
		expect(await lines(zoe)).toEqual(['clear']);
		await agree(earlier.id, zoe, [dan]);
		expect(await seen(zoe)).toEqual({ ...all, challenges: 2 });
		expect(await lines(zoe)).toEqual(['Sorry', 'clear']);
	});

	test('a presenter who was absent opens their brief and their takeaways, nobody else does', async () => {
		await cercle.owner`
			delete from attendances where session_id = ${earlier.id} and member_id = ${bob.id}
		`;
		await applyOne(bob, 'notes.write', {
			...{ id: earlier.challenge.present, changes: { takeaways: 'Two teams.' } }
		});
		await agree(earlier.id, zoe, [ada, carol]);
		expect(await seen(zoe)).toEqual({ ...nothing, contributions: 1 });
		expect(await notes(zoe)).toEqual([]);
		await agree(earlier.id, zoe, [carol], false);
		await agree(earlier.id, zoe, [bob]);
		expect(await seen(zoe)).toEqual({ ...nothing, challenges: 1 });
		expect(await notes(zoe)).toEqual([{ body: '', takeaways: 'Two teams.' }]);
	});

	test('some opens that there was a session, and not where', async () => {
		const place = async () =>
			(await rowsOf(zoe)).sessions?.find(({ id }) => id === earlier.id)?.place;
		expect(await place()).toBeUndefined();
		await agree(earlier.id, zoe, [ada]);
		expect(await place()).toBe('');
		await agree(earlier.id, zoe, [bob, carol]);
		expect(await place()).toBe('Vaise');
	});

	test('those asked concerns who joined later, and nobody else', async () => {
		const eve = await cercle.signIn('Eve');
		for (const reader of [ada, bob, eve]) {
			expect(code(await share(ada, reader))).toBe('CR005');
		}
		expect(code(await share(eve, zoe))).toBe('CR001');
		expect(code(await share(zoe, zoe))).toBe('CR001');
	});

	test('each is seen by those asked, and by nobody else', async () => {
		await agree(earlier.id, zoe, [ada, bob]);
		const rows = async (sql: Sql | TransactionSql) =>
			(await sql`select from session_consents where session_id = ${earlier.id}`).length;
		expect(await rows(cercle.owner)).toBe(2);
		expect(await Promise.all([carol, zoe, dan].map((by) => by.sql(rows)))).toEqual([2, 0, 0]);
	});
});

/** The plus of each whose feedback this person reads. */
function lines(by: Person): Promise<string[]> {
	return by.sql(async (sql) => {
		const found = await sql`
			select plus from feedbacks where session_id = ${earlier.id} order by plus
		`;
		return found.map(({ plus }) => plus as string);
	});
}

/** What a phone of this person is told of the notes. */
async function notes(by: Person) {
	const { challenge_notes = [] } = await rowsOf(by);
	return challenge_notes
		.filter(({ session_id }) => session_id === earlier.id)
		.map(({ body, takeaways }) => ({ body, takeaways }));
}
