import { beforeEach, describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	applyOne,
	close,
	code,
	date,
	foundGroup,
	given,
	type Group,
	joinGroup,
	openSession,
	type Plan,
	planFor,
	roomOf
} from '../people.ts';

const cercle = connected();
let group: Group;
let ada: Person;
let bob: Person;
let carol: Person;
let dan: Person;
let plan: Plan;

/** Ada and Bob are in the room; Carol is in it without her phone; Dan is at home. */
beforeEach(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	carol = await joinGroup(cercle, group, 'Carol');
	dan = await joinGroup(cercle, group, 'Dan');
	plan = planFor(group);
	await openSession(ada, plan);
	await roomOf(bob, plan.id);
});

const mark = (by: Person, whom: Person, present: boolean) =>
	applyOne(by, 'attendance.mark', { session_id: plan.id, member_id: whom.id, present });

async function present(): Promise<string[]> {
	const rows = await cercle.owner`
		select p.name from attendances a join profiles p on p.id = a.member_id
		where a.session_id = ${plan.id} and a.present order by p.name
	`;
	return rows.map(({ name }) => name as string);
}

async function end(): Promise<void> {
	const { version } = await roomOf(ada, plan.id);
	given(await close(ada, plan.id, version, planFor(group, { starts_at: '2030-02-05T18:30:00Z' })));
}

/** As if the session had been closed so many hours earlier. */
const closedBefore = (hours: number) =>
	date(cercle, async (sql) => {
		await sql`
			update sessions set closed_at = closed_at - make_interval(hours => ${hours}),
				started_at = started_at - make_interval(hours => ${hours})
			where id = ${plan.id}
		`;
		await sql`
			update memberships set joined_at = joined_at - make_interval(hours => ${hours})
			where group_id = ${group.id}
		`;
	});

describe('present is', () => {
	test('a member whose own phone is in the live room', async () => {
		expect(await present()).toEqual(['Ada', 'Bob']);
	});

	test('nobody else because another says so, neither before the close nor after', async () => {
		expect(await mark(ada, carol, true)).toBe('CR002');
		await end();
		expect(await mark(ada, carol, true)).toBe('CR002');
		expect(await present()).toEqual(['Ada', 'Bob']);
	});

	test('a member who says it after the close, once another who was present confirms it', async () => {
		await end();
		expect(await mark(carol, carol, true)).toBeNull();
		expect(await present()).toEqual(['Ada', 'Bob']);
		expect(await mark(bob, carol, true)).toBeNull();
		expect(await present()).toEqual(['Ada', 'Bob', 'Carol']);
	});

	test('nobody confirmed by one who was not there, nor by one who only says so', async () => {
		await end();
		expect([await mark(carol, carol, true), await mark(dan, dan, true)]).toEqual([null, null]);
		expect([await mark(dan, carol, true), await mark(carol, carol, true)]).toEqual(['CR002', null]);
		expect(await present()).toEqual(['Ada', 'Bob']);
	});

	test('nobody more once a day has passed since the close', async () => {
		await end();
		expect(await mark(carol, carol, true)).toBeNull();
		await closedBefore(25);
		const codes = [await mark(bob, carol, true), await mark(dan, dan, true)];
		expect(codes).toEqual(['CR004', 'CR004']);
		expect(await present()).toEqual(['Ada', 'Bob']);
	});
});

describe('those present', () => {
	test('are made fewer by nobody but themselves', async () => {
		for (const when of ['live', 'closed']) {
			expect([when, await mark(ada, bob, false)]).toEqual([when, 'CR002']);
			if (when === 'live') await end();
		}
		expect(await present()).toEqual(['Ada', 'Bob']);
		expect(await mark(bob, bob, false)).toBeNull();
		expect(await present()).toEqual(['Ada']);
		// They come back as anybody does, by saying so and by being confirmed.
		expect([await mark(bob, bob, true), await present()]).toEqual([null, ['Ada']]);
		expect([await mark(ada, bob, true), await present()]).toEqual([null, ['Ada', 'Bob']]);
	});

	test('keep the notes and their say, whatever the member does who closes', async () => {
		for (const whom of [bob, carol]) expect(await mark(ada, whom, false)).toBe('CR002');
		await end();
		const zoe = await joinGroup(cercle, group, 'Zoe');
		const share = (by: Person, agree: boolean) =>
			by.client.rpc('share_session', { session_id: plan.id, reader_id: zoe.id, agree });
		expect(code(await share(ada, true))).toBeNull();
		const sees = async () =>
			zoe.sql((sql) => sql`select from segments where session_id = ${plan.id}`);
		expect(await sees()).toHaveLength(0);
		expect(code(await share(bob, true))).toBeNull();
		expect(await sees()).not.toHaveLength(0);
		expect(code(await share(bob, false))).toBeNull();
		expect(await sees()).toHaveLength(0);
	});

	test('are no strangers, whatever they say', async () => {
		const eve = await cercle.signIn('Eve');
		expect([await mark(eve, eve, true), await mark(ada, eve, true)]).toEqual(['CR001', 'CR002']);
	});

	test('are not said of a session that has not begun', async () => {
		const next = planFor(group, { starts_at: '2030-03-05T18:30:00Z' });
		given(await ada.client.rpc('plan_session', { plan: next, expected_version: 0 }));
		const own = { session_id: next.id, member_id: bob.id, present: true };
		expect(await applyOne(bob, 'attendance.mark', own)).toBe('CR004');
	});
});
