import { randomUUID } from 'node:crypto';
import type { Sql, TransactionSql } from 'postgres';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	applyOne,
	close,
	command,
	foundGroup,
	given,
	type Group,
	joinGroup,
	openSession,
	type Plan,
	planFor,
	planSession,
	roomOf,
	untilWaiting
} from '../people.ts';

const cercle = connected();
let group: Group;
/** Ada drives, Bob presents, Carol is there. */
let ada: Person;
let bob: Person;
let carol: Person;
let plan: Plan;
let challenge: string;
let gift: string;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	carol = await joinGroup(cercle, group, 'Carol');
});
beforeEach(async () => {
	plan = planFor(group, { presenters: [bob.id] });
	await openSession(ada, plan);
	challenge = await challengeOf(plan.id);
	for (const person of [bob, carol]) await roomOf(person, plan.id);
	expect(await write({ question: 'Stay or go?', context: 'Two years.' })).toBeNull();
	expect(await note(ada, 'They may leave.')).toBeNull();
	gift = randomUUID();
	expect(await give(carol, gift)).toBeNull();
});

async function challengeOf(session: string): Promise<string> {
	const [row] = await cercle.owner`select id from challenges where session_id = ${session}`;
	return String(row?.id);
}

async function challengesOf(session: string): Promise<number> {
	return (await cercle.owner`select from challenges where session_id = ${session}`).length;
}

const write = (changes: object, by = bob) =>
	applyOne(by, 'challenge.write', { id: challenge, changes });
const note = (by: Person, body: string) =>
	applyOne(by, 'notes.write', { id: challenge, changes: { body } });
const give = (by: Person, id: string) =>
	applyOne(by, 'contribution.add', {
		...{ id, group_id: group.id, session_id: plan.id, challenge_id: challenge },
		...{ kind: 'advice', text: 'Wait' }
	});
const protect = (by: Person, double_confidential: boolean) =>
	applyOne(by, 'challenge.protect', { id: challenge, double_confidential });
const withdraw = (by: Person) => applyOne(by, 'challenge.withdraw', { id: challenge });

async function end(): Promise<void> {
	const next = planFor(group, { starts_at: '2030-02-05T18:30:00Z' });
	given(await close(ada, plan.id, (await roomOf(ada, plan.id)).version, next));
}

/** What this person reads: brief, notes, contributions. The owner finds all three. */
async function reads(by: Person): Promise<boolean[]> {
	const look = async (sql: Sql | TransactionSql) => [
		(await sql`select from challenges where id = ${challenge}`).length === 1,
		(await sql`select from challenge_notes where id = ${challenge}`).length === 1,
		(await sql`select from contributions where id = ${gift}`).length === 1
	];
	expect(await look(cercle.owner)).toEqual([true, true, true]);
	return by.sql(look);
}

/** Every word the database holds of the challenge. */
async function words(): Promise<unknown> {
	const [row] = await cercle.owner`
		select c.question, c.context, c.need, c.tags, n.body, n.takeaways,
			(select count(*)::int from contributions g where g.challenge_id = c.id) as given
		from challenges c join challenge_notes n on n.id = c.id where c.id = ${challenge}
	`;
	return { ...row };
}
const wordless = {
	...{ question: '', context: '', need: 'understand', tags: [], body: '', takeaways: '', given: 0 }
};

describe('the trace of a challenge', () => {
	test('is for those present unless its presenter says otherwise', async () => {
		await end();
		for (const person of [ada, bob, carol]) expect(await reads(person)).toEqual([true, true, true]);
	});

	test('kept for its presenter is read by them alone once the session is over', async () => {
		expect(await write({ keep: 'presenter' })).toBeNull();
		expect(await reads(carol)).toEqual([true, true, true]);
		await end();
		expect(await reads(bob)).toEqual([true, true, true]);
		for (const person of [ada, carol]) expect(await reads(person)).toEqual([true, false, false]);
	});

	test('changes hands after the close too, and back', async () => {
		await end();
		expect(await write({ keep: 'presenter' })).toBeNull();
		expect(await reads(carol)).toEqual([true, false, false]);
		expect(await write({ keep: 'present' })).toBeNull();
		expect(await reads(carol)).toEqual([true, true, true]);
		expect(await write({ keep: 'presenter' }, carol)).toBe('CR001');
	});

	test('erased at the close does not come back, and is not erased by a late choice', async () => {
		await end();
		expect(await write({ keep: 'room' })).toBe('CR015');
		expect(await reads(carol)).toEqual([true, true, true]);
	});

	test('for the room only stays so once it was erased', async () => {
		expect(await write({ keep: 'room' })).toBeNull();
		await end();
		expect(await words()).toMatchObject({ question: 'Stay or go?', body: '', given: 0 });
		expect(await write({ keep: 'present' })).toBe('CR015');
	});

	test('that was chosen elsewhere meanwhile is a conflict, as any other field', async () => {
		expect(await write({ keep: 'presenter' })).toBeNull();
		const args = { id: challenge, changes: { keep: 'room' } };
		expect(await applyOne(bob, 'challenge.write', args, { keep: 'present' })).toBe('CR010');
	});
});

describe('double confidentiality', () => {
	test('leaves brief, notes and contributions to the presenter after the session', async () => {
		expect(await protect(ada, true)).toBeNull();
		expect(await reads(carol)).toEqual([true, true, true]);
		await end();
		for (const person of [ada, carol]) expect(await reads(person)).toEqual([false, false, false]);
		expect(await reads(bob)).toEqual([true, true, true]);
	});

	test('is the presenter’s to set, and the facilitator’s to add, until the close', async () => {
		expect([await protect(bob, true), await protect(ada, false)]).toEqual([null, 'CR002']);
		expect([await protect(bob, false), await protect(ada, true)]).toEqual([null, null]);
		expect([await protect(ada, false), await protect(bob, false)]).toEqual(['CR002', null]);
		expect(await protect(carol, true)).toBe('CR002');
		await end();
		expect([await protect(bob, true), await protect(ada, true)]).toEqual(['CR015', 'CR002']);
	});

	test('is undone by nobody after the close', async () => {
		expect(await protect(bob, true)).toBeNull();
		await end();
		expect([await protect(bob, false), await protect(ada, false)]).toEqual(['CR015', 'CR001']);
		expect(await write({ keep: 'present' })).toBeNull();
		expect(await reads(carol)).toEqual([false, false, false]);
	});

	test('is lifted by nobody who takes the role before the session, or is given it', async () => {
		const next = planFor(group, { presenters: [bob.id], starts_at: '2030-03-05T18:30:00Z' });
		await planSession(ada, next);
		const id = await challengeOf(next.id);
		const lift = (by: Person) =>
			applyOne(by, 'challenge.protect', { id, double_confidential: false });
		expect(await applyOne(bob, 'challenge.protect', { id, double_confidential: true })).toBeNull();
		const { version } = await roomOf(carol, next.id);
		given(await command(carol, next.id, 'take_over', version));
		expect([await lift(carol), await lift(ada)]).toEqual(['CR002', 'CR002']);
		given(await command(carol, next.id, 'hand_over', version + 1, { member_id: ada.id }));
		given(await command(ada, next.id, 'start', version + 2));
		expect(await lift(ada)).toBe('CR002');
		const [row] = await cercle.owner`
			select double_confidential as on from challenges where id = ${id}
		`;
		expect(row?.on).toBe(true);
	});

	test('and brief and notes stay with a presenter who loses the turn, for them alone', async () => {
		const next = planFor(group, { presenters: [bob.id], starts_at: '2030-03-05T18:30:00Z' });
		await planSession(ada, next);
		const id = await challengeOf(next.id);
		const own = { id, double_confidential: true };
		expect(await applyOne(bob, 'challenge.protect', own)).toBeNull();
		const changes = { question: 'Sell?' };
		expect(await applyOne(bob, 'challenge.write', { id, changes })).toBeNull();
		await planSession(ada, { ...next, presenters: [carol.id] }, 1);
		const reads = async (by: Person) =>
			(await by.sql((sql) => sql`select from challenges where id = ${id}`)).length;
		expect([await reads(bob), await reads(ada), await reads(carol)]).toEqual([1, 0, 0]);
		const [row] = await cercle.owner`select * from challenges where id = ${id}`;
		expect(row).toMatchObject({ question: 'Sell?', double_confidential: true, position: null });
		await planSession(ada, { ...next, presenters: [carol.id, bob.id] }, 2);
		expect([await reads(ada), await challengesOf(next.id)]).toEqual([1, 2]);
	});

	test('is not lost with notes that were written before the brief', async () => {
		const next = planFor(group, { presenters: [bob.id], starts_at: '2030-03-05T18:30:00Z' });
		await planSession(ada, next);
		const id = await challengeOf(next.id);
		const changes = { body: 'To be said' };
		expect(await applyOne(bob, 'notes.write', { id, changes })).toBeNull();
		await planSession(ada, { ...next, presenters: [] }, 1);
		const rows = await cercle.owner`select body from challenge_notes where id = ${id}`;
		expect([...rows]).toEqual([changes]);
	});

	test('is given by the format of the session', async () => {
		const clear = planFor(group, { presenters: [bob.id], format: 'clearness' });
		await planSession(ada, clear);
		const turned = planFor(group, { presenters: [bob.id] });
		await planSession(ada, turned);
		await planSession(ada, { ...turned, format: 'clearness' }, 1);
		for (const session of [clear, turned]) {
			const [row] = await cercle.owner`
				select double_confidential as on from challenges where session_id = ${session.id}
			`;
			expect(row?.on).toBe(true);
		}
	});
});

describe('a challenge that its presenter withdraws', () => {
	test('is erased for everybody, and says so', async () => {
		await end();
		expect(await withdraw(bob)).toBeNull();
		expect(await words()).toEqual(wordless);
		const row = await carol.sql((sql) => sql`select * from challenges where id = ${challenge}`);
		expect(row).toMatchObject([{ question: '', withdrawn_at: expect.any(Date) as Date }]);
	});

	test('is so while the session lives, too', async () => {
		expect(await withdraw(bob)).toBeNull();
		expect(await words()).toEqual(wordless);
	});

	test('is withdrawn by nobody else', async () => {
		expect([await withdraw(ada), await withdraw(carol)]).toEqual(['CR001', 'CR001']);
		expect(await words()).toMatchObject({ body: 'They may leave.', given: 1 });
	});

	test('never comes again: what is written of it later is refused', async () => {
		expect(await withdraw(bob)).toBeNull();
		expect(await write({ question: 'Once more?' })).toBe('CR014');
		expect(await write({ keep: 'presenter' })).toBe('CR014');
		expect(await protect(ada, true)).toBe('CR014');
		expect(await note(ada, 'They left.')).toBe('CR014');
		expect(await give(carol, randomUUID())).toBe('CR014');
		expect(await give(carol, gift)).toBe('CR014');
		const again = await bob.sql(
			(sql) => sql`
				update challenges set withdrawn_at = null where id = ${challenge} returning withdrawn_at
			`
		);
		expect(again).toMatchObject([{ withdrawn_at: expect.any(Date) as Date }]);
		expect(await words()).toEqual(wordless);
	});

	test('twice is once', async () => {
		expect([await withdraw(bob), await withdraw(bob)]).toEqual([null, null]);
	});

	test('takes what is being given along', async () => {
		// The gift is written and not yet committed when the withdrawal comes.
		const late = randomUUID();
		const withdrawn = await cercle.owner.begin(async (sql) => {
			await sql`
				insert into contributions (id, group_id, session_id, challenge_id, author_id, kind, text)
				values (${late}, ${group.id}, ${plan.id}, ${challenge}, ${carol.id}, 'advice', 'Wait')
			`;
			const [held] = await sql`select pg_backend_pid() as pid`;
			const answer = withdraw(bob);
			await untilWaiting(cercle.owner, held!.pid as number, 1);
			return { answer };
		});
		expect(await withdrawn.answer).toBeNull();
		expect(await words()).toEqual(wordless);
	});
});
