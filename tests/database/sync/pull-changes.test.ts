import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { CatchUp, type Snapshots } from '#lib/offline/catch-up.ts';
import type { Scope } from '#lib/offline/scope.ts';
import { answerOf } from '#lib/data/remote.ts';
import { connected, type Person } from '../../support/server.ts';
import { agree, holdEarlier } from '../earlier-session.ts';
import {
	addAction,
	applyOne,
	foundGroup,
	given,
	type Group,
	joinGroup,
	leave,
	planFor,
	sign
} from '../people.ts';

const cercle = connected();
let ada: Person;
let bob: Person;
let group: Group;

beforeEach(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
});

/** A phone that keeps the rows it was sent, as the app's does. */
class Phone {
	readonly #by: Person;
	readonly rows = new Map<string, Map<string, number>>();
	snapshots: Snapshots | null = null;

	constructor(by: Person) {
		this.#by = by;
	}

	/** Tables that came and lost rows, and how many answers it took. */
	async pull(scope: Scope = 'all') {
		const catchUp = new CatchUp(this.snapshots && this.rows, this.snapshots ?? {}, scope);
		let [answers, came] = [0, [] as string[]];
		while (!catchUp.done && catchUp.patient) {
			const { ask } = catchUp;
			const answer = answerOf(given(await this.#by.client.rpc('pull', { ask })));
			catchUp.take(answer);
			answers += 1;
			came = came.concat(Object.keys(answer.tables));
		}
		expect(catchUp.done).toBe(true);
		const gone: string[] = [];
		for (const turn of catchUp.diffs()) {
			const kept = this.rows.get(turn.table) ?? new Map<string, number>();
			for (const [stamp, row] of turn.rows) kept.set(row.id, stamp);
			for (const id of turn.gone) kept.delete(id);
			this.rows.set(turn.table, kept);
			if (turn.gone.length > 0) gone.push(turn.table);
		}
		this.snapshots = catchUp.snapshots;
		return { answers, tables: [...new Set(came)].sort(), gone: [...new Set(gone)].sort() };
	}

	has(table: string, id: string): boolean {
		return this.rows.get(table)?.has(id) ?? false;
	}

	/** Another one than before: the row came again. */
	mark(table: string, id: string): number | undefined {
		return this.rows.get(table)?.get(id);
	}
}

test('nothing is sent when nothing changed, and one table when one row did', async () => {
	const phone = new Phone(ada);
	await phone.pull();
	expect(await phone.pull()).toEqual({ answers: 1, tables: [], gone: [] });
	const id = await addAction(ada, group.id);
	expect(await phone.pull()).toMatchObject({ answers: 1, tables: ['action_events', 'actions'] });
	expect(phone.has('actions', id)).toBe(true);
});

test('of named tables these alone are compared, and the others lose nothing by it', async () => {
	const phone = new Phone(ada);
	await phone.pull();
	const id = await addAction(ada, group.id);
	const name = { id: bob.id, changes: { name: 'Bobby' } };
	expect(await applyOne(bob, 'profile.write', name)).toBeNull();
	const before = phone.mark('profiles', bob.id);
	expect(await phone.pull(['actions'])).toEqual({ answers: 1, tables: ['actions'], gone: [] });
	expect(phone.has('actions', id)).toBe(true);
	expect(phone.mark('profiles', bob.id)).toBe(before);
	expect(await phone.pull(['no_such_table', 'actions'])).toMatchObject({ tables: [] });
	// In one answer: each table says since when.
	const all = { answers: 1, tables: ['action_events', 'profiles'], gone: [] };
	expect(await phone.pull()).toEqual(all);
	expect(phone.mark('profiles', bob.id)).not.toBe(before);
});

test('more than fits into one answer comes in several, each of one named moment', async () => {
	await cercle.owner`
		insert into goals (id, group_id, owner_id, title, measure, means, reason, year, shared)
		select gen_random_uuid(), ${group.id}, ${ada.id}, repeat('x', 200), repeat('y', 1000),
			repeat('y', 1000), repeat('y', 1000), 2030, true
		from generate_series(1, 300)
	`;
	await cercle.owner`
		insert into actions (id, group_id, owner_id, title, due_on)
		select gen_random_uuid(), ${group.id}, ${ada.id}, repeat('x', 200), '2030-01-08'
		from generate_series(1, 900)
	`;
	const ask = { all: true, tables: {} };
	const first = answerOf(given(await ada.client.rpc('pull', { ask })));
	expect(first.rest).not.toEqual([]);
	expect(first.rest.filter((table) => table in first.tables)).toEqual([]);
	expect(first.snapshot).toMatch(/^\d+:\d+:[\d,]*$/);
	const phone = new Phone(ada);
	expect((await phone.pull()).answers).toBeGreaterThan(1);
	expect([phone.rows.get('goals')?.size, phone.rows.get('actions')?.size]).toEqual([300, 900]);
});

test('a row taken back leaves the phone', async () => {
	const phone = new Phone(ada);
	const id = await addAction(ada, group.id);
	await phone.pull();
	expect(await applyOne(ada, 'action.remove', { id })).toBeNull();
	expect((await phone.pull()).gone).toEqual(['action_events', 'actions']);
	expect(phone.has('actions', id)).toBe(false);
});

test('who leaves keeps only what stays theirs, at the next pull', async () => {
	const phone = new Phone(bob);
	const [hers, his] = [await addAction(ada, group.id), await addAction(bob, group.id)];
	await phone.pull();
	await leave(cercle, group.id, bob);
	expect((await phone.pull()).gone).toContain('actions');
	expect([phone.has('actions', hers), phone.has('actions', his)]).toEqual([false, true]);
	expect(phone.has('groups', group.id)).toBe(false);
});

test('a new charter takes the content away until it is signed, which brings the old rows back', async () => {
	const phone = new Phone(bob);
	const id = await addAction(ada, group.id);
	await phone.pull();
	await cercle.owner`
		insert into charters (group_id, version, body) values (${group.id}, 2, 'New words.')
	`;
	expect((await phone.pull()).gone).toContain('actions');
	expect(phone.has('actions', id)).toBe(false);
	await sign(bob, group.id);
	await phone.pull();
	expect(phone.has('actions', id)).toBe(true);
});

test('a writer who began first and ended last is not missed', async () => {
	const phone = new Phone(ada);
	await phone.pull();
	const id = randomUUID();
	await cercle.owner.begin(async (sql) => {
		await sql`
			insert into actions (id, group_id, owner_id, title, due_on)
			values (${id}, ${group.id}, ${ada.id}, 'Slow', '2030-01-08')
		`;
		// In between another one writes and commits, and its row is pulled.
		await addAction(bob, group.id);
		await phone.pull();
		expect(phone.has('actions', id)).toBe(false);
	});
	expect(await phone.pull()).toMatchObject({ answers: 1 });
	expect(phone.has('actions', id)).toBe(true);
});

test.each([['no snapshot'], ['-1:1:'], ['99999999999999999999:1:'], [''], ['5:1:'], ['1:1:']])(
	'a snapshot that is %j costs bytes, never rows',
	async (snapshot) => {
		const phone = new Phone(ada);
		await phone.pull();
		const id = await addAction(ada, group.id);
		phone.snapshots = { actions: snapshot, action_events: snapshot };
		await phone.pull();
		expect(phone.has('actions', id)).toBe(true);
	}
);

test('the words of a challenge that was withdrawn leave every phone at its next pull', async () => {
	const phone = new Phone(ada);
	const [dan, carol] = [
		await joinGroup(cercle, group, 'Dan'),
		await joinGroup(cercle, group, 'Carol')
	];
	const cast = { facilitator: ada, presenter: bob, member: carol, left: dan };
	const { challenge, contribution } = await holdEarlier(cercle, group, cast, planFor(group));
	await phone.pull();
	expect(phone.has('contributions', contribution.present)).toBe(true);
	const kept = phone.mark('challenges', challenge.present);
	expect(await applyOne(bob, 'challenge.withdraw', { id: challenge.present })).toBeNull();
	const { tables, gone } = await phone.pull();
	expect(tables).toEqual(['challenge_notes', 'challenges', 'contributions']);
	expect(gone).toEqual(['contributions']);
	expect(phone.has('contributions', contribution.present)).toBe(false);
	// The row came again, without its words.
	expect(phone.mark('challenges', challenge.present)).not.toBe(kept);
});

test('a session leaves the phone of its reader when one present takes their word back', async () => {
	const [dan, carol] = [
		await joinGroup(cercle, group, 'Dan'),
		await joinGroup(cercle, group, 'Carol')
	];
	const cast = { facilitator: ada, presenter: bob, member: carol, left: dan };
	const { id, challenge } = await holdEarlier(cercle, group, cast, planFor(group));
	const zoe = await joinGroup(cercle, group, 'Zoe');
	const phone = new Phone(zoe);
	await agree(id, zoe, [ada, bob, carol]);
	await phone.pull();
	expect([phone.has('sessions', id), phone.has('challenges', challenge.present)]).toEqual([
		true,
		true
	]);
	await agree(id, zoe, [carol], false);
	const { gone } = await phone.pull();
	// Of those who still agree: that there was a session, and their own words.
	expect(gone).toEqual(expect.arrayContaining(['attendances', 'segments']));
	expect([phone.has('sessions', id), phone.has('challenges', challenge.present)]).toEqual([
		true,
		true
	]);
	await agree(id, zoe, [ada, bob], false);
	await phone.pull();
	expect([phone.has('sessions', id), phone.has('challenges', challenge.present)]).toEqual([
		false,
		false
	]);
});
