import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { tablesOf } from '../../../scripts/schemas.ts';
import { become } from '../../support/as-person.ts';
import { tablesWith } from '../../support/canary.ts';
import { connect, type Person, started } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	close,
	code,
	foundGroup,
	given,
	type Group,
	invite,
	joinGroup,
	planFor,
	planSession,
	roomOf,
	speak,
	start,
	untilWaiting
} from '../people.ts';
import { browser } from '../personas.ts';

// Of its own: what is looked at here is all there is, and other files write at the same time.
const { server, cercle } = await started();

const remove = (person: Person, confirmation = person.email) =>
	person.client.rpc('delete_account', { confirmation });

async function allow(by: Person, kind: string, args: Record<string, unknown>) {
	expect([kind, await applyOne(by, kind, args)]).toEqual([kind, null]);
}

/**
 * All rows of ours that speak of nothing of this person, as they are but for what a removal raises.
 */
async function rowsWithout(person: Person): Promise<string[]> {
	const { owner } = cercle;
	const own = await owner`
		select id::text from challenges where presenter_id = ${person.id}
		union all select id::text from actions where owner_id = ${person.id}
		union all select id::text from goals where owner_id = ${person.id}
	`;
	const words = [person.id, person.email, ...own.map(({ id }) => String(id))];
	const rows: string[] = [];
	for (const { written } of await tablesOf(owner)) {
		const found = await owner.unsafe(`
			select '${written} ' || (to_jsonb(t) - '{epoch,digest}'::text[])::text as row from ${written} t
		`);
		rows.push(...found.map(({ row }) => String(row)));
	}
	return rows.filter((row) => !words.some((word) => row.includes(word))).sort();
}

describe('a member who deletes their account', () => {
	const canary = `canari${randomUUID().slice(0, 8)}`;
	let group: Group;
	let ada: Person;
	let carol: Person;
	let gone: Person;
	let session: string;
	let carolsAction: string;
	let before: string[];

	beforeAll(async () => {
		ada = await cercle.signIn('Ada');
		group = await foundGroup(ada);
		carol = await joinGroup(cercle, group, 'Carol');
		gone = await joinGroup(cercle, group, canary);
		const here = { group_id: group.id };
		const goal = {
			...{ id: randomUUID(), ...here, title: canary, year: 2030, quarter: 2, stage: 'execute' },
			...{ measure: canary, means: canary, reason: canary, shared: true }
		};
		await allow(gone, 'goal.add', goal);
		const own = await addAction(gone, group.id, { title: canary, goal_id: goal.id });
		await allow(gone, 'action.tell', { id: own, changes: { outcome: 'partly', line: canary } });
		carolsAction = await addAction(carol, group.id, { partner_id: gone.id });
		const plan = planFor(group, { presenters: [gone.id, carol.id], scribe_id: gone.id });
		session = await planSession(ada, plan);
		const challengeOf = async (person: Person) => {
			const [row] = await cercle.owner`
				select id from challenges where session_id = ${session} and presenter_id = ${person.id}
			`;
			return String(row!.id);
		};
		const texts = Object.fromEntries(
			['question', 'context', 'tried', 'options', 'wanted', 'unwanted'].map((at) => [at, canary])
		);
		const [mine, carols] = [await challengeOf(gone), await challengeOf(carol)];
		await allow(gone, 'challenge.write', { id: mine, changes: texts });
		await start(ada, session);
		for (const person of [ada, carol, gone]) await roomOf(person, session);
		const held = { ...here, session_id: session };
		const give = (by: Person, challenge_id: string, text: string) =>
			allow(by, 'contribution.add', {
				...{ id: randomUUID(), ...held, challenge_id, kind: 'advice', text }
			});
		await allow(ada, 'notes.write', { id: mine, changes: { body: canary, takeaways: canary } });
		await give(carol, mine, `To ${canary}`);
		await give(gone, carols, canary);
		await give(ada, carols, 'Ask them twice');
		// As the scribe: the outcome is Carol's, the line was typed by the member who goes.
		const review = { action_id: carolsAction, outcome: 'partly', line: canary };
		await allow(gone, 'review.record', { ...held, ...review });
		await allow(ada, 'review.record', { ...held, action_id: own, outcome: 'done', line: canary });
		await allow(gone, 'feedback.write', { ...held, plus: canary, delta: canary });
		await allow(carol, 'feedback.write', { ...held, plus: 'Calm', delta: '' });
		given(await speak(ada, session, 'give', { member_id: gone.id }));
		const { version } = await roomOf(ada, session);
		const next = planFor(group, { starts_at: '2030-02-05T18:30:00Z', presenters: [gone.id] });
		given(await close(ada, session, version, next));
		given(await gone.client.rpc('subscribe_push', browser()));
		given(await gone.client.rpc('open_calendar'));
		const settings = { mail: [], push: [], time_zone: 'Europe/Paris' };
		given(await gone.client.rpc('set_reminders', { settings }));
		const elsewhere = await foundGroup(await cercle.signIn('Eve'));
		await invite(elsewhere.founder, elsewhere.id, gone.email);
		await cercle.owner`
			insert into auth.audit_log_entries (id, payload)
			values (gen_random_uuid(), ${cercle.owner.json({ actor_username: gone.email })})
		`;
		// About somebody who joined since: the group goes on deciding.
		const dan = await joinGroup(cercle, group, 'Dan');
		given(
			await gone.client.rpc('raise_breach', {
				...{ id: randomUUID(), group_id: group.id, accused_id: dan.id, reason: canary }
			})
		);
		before = await rowsWithout(gone);
	});

	test('types its address, or nothing happens', async () => {
		for (const confirmation of ['', carol.email, `${gone.email}x`, 'canari']) {
			expect(code(await remove(gone, confirmation))).toBe('CR018');
		}
		expect(code(await gone.client.rpc('delete_account', { confirmation: null }))).toBe('CR018');
		const tables = await tablesWith(cercle.owner, canary);
		expect(tables).toEqual(
			expect.arrayContaining([
				...['auth.audit_log_entries', 'auth.identities', 'auth.users', 'action_events'],
				...['actions', 'challenge_notes', 'challenges', 'contributions'],
				...['breaches', 'feedbacks', 'goals', 'invitations', 'profiles'],
				'reviews'
			])
		);
	});

	test('leaves neither words nor a name nor an address in any table', async () => {
		given(await remove(gone, ` ${gone.email.toUpperCase()} `));
		expect(await tablesWith(cercle.owner, canary)).toEqual([]);
		const tables = await tablesWith(cercle.owner, gone.id, ['private']);
		expect(tables).toEqual([]);
	});

	test('changes nothing of the others', async () => {
		const after = await rowsWithout(gone);
		const lost = before.filter((row) => !after.includes(row));
		expect(lost).toEqual([]);
	});

	test('is a former member without a name where they were there, spoke or told an outcome', async () => {
		const { owner } = cercle;
		const here = owner`session_id = ${session}`;
		const profiles = await owner`select name, erased_at from profiles where id = ${gone.id}`;
		expect(profiles).toMatchObject([{ name: '', erased_at: expect.any(Date) as Date }]);
		const own = owner`member_id = ${gone.id}`;
		expect(await owner`select 1 from attendances where ${here} and ${own}`).toHaveLength(1);
		expect(await owner`select 1 from speaking_turns where ${here} and ${own}`).toHaveLength(1);
		const turns = await owner`
			select question, position from challenges where presenter_id = ${gone.id} and ${here}
		`;
		expect(turns).toEqual([{ question: '', position: 0 }]);
		const reviews = await owner`
			select outcome, line from reviews where action_id = ${carolsAction}
		`;
		expect(reviews).toEqual([{ outcome: 'partly', line: '' }]);
		const [action] = await owner`
			select status, outcome, line, partner_id from actions where id = ${carolsAction}
		`;
		expect(action).toEqual({ status: 'open', outcome: 'partly', line: '', partner_id: null });
		const seen = await ada.sql((sql) => sql`select name from profiles where id = ${gone.id}`);
		expect(seen).toEqual([{ name: '' }]);
	});

	test('belongs to no group and is signed in nowhere', async () => {
		const memberships = await cercle.owner`
			select left_at from memberships where member_id = ${gone.id}
		`;
		expect(memberships).toMatchObject([{ left_at: expect.any(Date) as Date }]);
		expect(code(await gone.client.rpc('export_account'))).toBe('CR013');
		expect(await gone.sql((sql) => sql`select id from profiles`)).toEqual([]);
		const { error } = await gone.client.auth.refreshSession();
		expect(error).not.toBeNull();
	});

	test('cuts the live topics of the group', async () => {
		const [row] = await cercle.owner`select epoch from groups where id = ${group.id}`;
		expect(row!.epoch).toBe(2);
	});
});

test('an account that was in no group leaves no profile either', async () => {
	const ada = await cercle.signIn('Ada');
	given(await remove(ada));
	expect(await tablesWith(cercle.owner, ada.id)).toEqual([]);
});

test('the last member takes the group along, unless a former one still has something in it', async () => {
	const { owner } = cercle;
	const held = (group: Group) => owner`select 1 from groups where id = ${group.id}`;
	const [ada, eve] = [await cercle.signIn('Ada'), await cercle.signIn('Eve')];
	const [alone, left] = [await foundGroup(ada), await foundGroup(eve)];
	const bob = await joinGroup(cercle, left, 'Bob');
	await owner`
		update memberships set left_at = clock_timestamp()
		where group_id = ${left.id} and member_id = ${bob.id}
	`;
	given(await remove(ada));
	expect(await held(alone)).toHaveLength(0);
	given(await remove(eve));
	expect(await held(left)).toHaveLength(1);
	given(await remove(bob));
	expect(await held(left)).toHaveLength(0);
});

describe('an account that ends at the very moment at which', () => {
	test('the group excludes its member waits for the vote, and both are done', async () => {
		const ada = await cercle.signIn('Ada');
		const group = await foundGroup(ada);
		const bob = await joinGroup(cercle, group, 'Bob');
		const dan = await joinGroup(cercle, group, 'Dan');
		const id = randomUUID();
		const about = { group_id: group.id, accused_id: dan.id, reason: 'Sold us.' };
		given(await ada.client.rpc('raise_breach', { id, ...about }));
		given(await ada.client.rpc('vote_breach', { breach_id: id, exclude: true }));
		const { removed } = await cercle.owner.begin(async (sql) => {
			// Where the deciding vote begins.
			const [held] = await sql`
				select pg_backend_pid() as pid from groups where id = ${group.id} for no key update
			`;
			// Sent at once, not only when awaited.
			const removed = remove(dan).then(code);
			await untilWaiting(cercle.owner, held!.pid as number, 1);
			await become(sql, bob);
			expect(await sql`select vote_breach(${id}, true) as outcome`).toEqual([
				{ outcome: 'excluded' }
			]);
			// In an object: a promise would be awaited before the group is let go.
			return { removed };
		});
		expect(await removed).toBeNull();
		const register = await cercle.owner`
			select kind from decisions where group_id = ${group.id} and subject_id = ${dan.id} order by at
		`;
		expect(register.map(({ kind }) => kind as string)).toEqual(['admission', 'exclusion']);
		expect(await tablesWith(cercle.owner, dan.email)).toEqual([]);
	});

	test('another of the same groups ends follows it, however their groups are found', async () => {
		const ada = await cercle.signIn('Ada');
		const [low, high] = [await foundGroup(ada), await foundGroup(ada)].sort((a, b) =>
			a.id < b.id ? -1 : 1
		) as [Group, Group];
		const bob = await joinGroup(cercle, low, 'Bob');
		const carol = await joinGroup(cercle, high, 'Carol');
		const admit = (group: Group, { id }: Person) => cercle.owner`
			insert into memberships (group_id, member_id) values (${group.id}, ${id})
		`;
		await admit(high, bob);
		await admit(low, carol);
		const operator = connect(server);
		const end = ({ id }: Person) =>
			operator.owner.begin(async (sql) => {
				// Without an index they come as they were written: for each of the two in another order.
				await sql`set local enable_indexscan = off`;
				await sql`set local enable_bitmapscan = off`;
				await sql`delete from auth.users where id = ${id}`;
			});
		const { both } = await cercle.owner.begin(async (sql) => {
			const [held] = await sql`
				select pg_backend_pid() as pid from groups where id = ${low.id} for no key update
			`;
			const first = end(bob);
			await untilWaiting(cercle.owner, held!.pid as number, 1);
			const both = Promise.allSettled([first, end(carol)]);
			await untilWaiting(cercle.owner, held!.pid as number, 2);
			return { both };
		});
		expect((await both).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
		await operator.close();
		for (const { email } of [bob, carol]) {
			expect(await tablesWith(cercle.owner, email)).toEqual([]);
		}
	});
});

test('an account deleted by the operator follows the same rules', async () => {
	const ada = await cercle.signIn('Ada');
	const group = await foundGroup(ada);
	const name = `canari${randomUUID().slice(0, 8)}`;
	const bob = await joinGroup(cercle, group, name);
	await addAction(bob, group.id, { title: name });
	expect(await tablesWith(cercle.owner, name)).not.toEqual([]);
	await cercle.owner`delete from auth.users where id = ${bob.id}`;
	expect(await tablesWith(cercle.owner, name)).toEqual([]);
	const profiles = await cercle.owner`select name from profiles where id = ${bob.id}`;
	expect(profiles).toEqual([{ name: '' }]);
});
