import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refusal } from '../../support/as-person.ts';
import { connected, type Person } from '../../support/server.ts';
import {
	apply,
	applyOne,
	close,
	closeAround,
	foundGroup,
	given,
	type Group,
	joinGroup,
	keepForTheRoom,
	openSession,
	operation,
	type Plan,
	planFor,
	planSession,
	roomOf,
	start
} from '../people.ts';

const cercle = connected();
let group: Group;
let ada: Person;
let bob: Person;
let carol: Person;
let eve: Person;
/** A live session that Ada drives, in which Bob presents. */
let plan: Plan;
let challenge: string;

beforeAll(async () => {
	[ada, eve] = [await cercle.signIn('Ada'), await cercle.signIn('Eve')];
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	carol = await joinGroup(cercle, group, 'Carol');
});
beforeEach(async () => {
	plan = planFor(group, { presenters: [bob.id] });
	await openSession(ada, plan);
	challenge = await challengeOf(plan.id);
	await roomOf(carol, plan.id);
});

async function challengeOf(session: string): Promise<string> {
	const [row] = await cercle.owner`select id from challenges where session_id = ${session}`;
	return String(row?.id);
}

const gift = (more: object = {}) => ({
	...{ id: randomUUID(), group_id: group.id, session_id: plan.id, challenge_id: challenge },
	...{ kind: 'experience', text: 'We waited too long', ...more }
});

/** Past the outbox, straight into the table. */
const insert = (by: Person, row: ReturnType<typeof gift>) =>
	by.sql((sql) => sql`insert into contributions ${sql(row)}`);

/** Carol gives something and answers its id. */
async function give(more: object = {}, by = carol): Promise<string> {
	const row = gift(more);
	expect(await applyOne(by, 'contribution.add', row)).toBeNull();
	return row.id;
}

const rewrite = (by: Person, id: string, text: string) =>
	applyOne(by, 'contribution.write', { id, changes: { text } });

async function found(id: string) {
	const [row] = await cercle.owner`
		select author_id, kind, text from contributions where id = ${id}
	`;
	return row && { ...row };
}

async function end(): Promise<void> {
	const { version } = await roomOf(ada, plan.id);
	const next = planFor(group, { starts_at: '2031-01-08T18:30:00Z' });
	given(await close(ada, plan.id, version, next));
}

const seen = (by: Person, id: string) =>
	by.sql((sql) => sql`select text from contributions where id = ${id}`);

/** Refused by the outbox and by the table, and nothing is kept. */
async function refused(expected: RegExp, by: Person, more: object): Promise<void> {
	const row = gift(more);
	expect(await applyOne(by, 'contribution.add', row)).toMatch(expected);
	expect(await refusal(insert(by, row))).toMatch(expected);
	expect(await found(row.id)).toBeUndefined();
}

describe('a contribution', () => {
	test.each(['question', 'experience', 'advice', 'offer'])(
		'that is a %s is its author’s, told to all in the room',
		async (kind) => {
			const id = await give({ kind, text: '  Ask them first ' });
			expect(await found(id)).toEqual({ author_id: carol.id, kind, text: 'Ask them first' });
			for (const by of [ada, bob, carol]) {
				expect(await seen(by, id)).toEqual([{ text: 'Ask them first' }]);
			}
			expect(await seen(eve, id)).toEqual([]);
		}
	);

	test('goes straight to the table too, with the same author', async () => {
		const row = gift();
		await insert(carol, row);
		expect(await found(row.id)).toMatchObject({ author_id: carol.id });
	});

	test('delivered twice is there once', async () => {
		const add = operation('contribution.add', gift());
		const answers = [await apply(carol, [add]), await apply(carol, [add, add])].flat();
		expect(answers.map((answer) => answer.code)).toEqual([null, null, null]);
		const rows = await cercle.owner`select from contributions where session_id = ${plan.id}`;
		expect(rows).toHaveLength(1);
	});

	test('is in nobody else’s name', async () => {
		const id = await give({ author_id: bob.id });
		expect(await found(id)).toMatchObject({ author_id: carol.id });
		const forged = gift({ author_id: bob.id });
		expect(await refusal(insert(carol, forged))).toBe('42501');
		expect(await found(forged.id)).toBeUndefined();
		for (const changes of [{ author_id: bob.id }, { kind: 'offer' }, { made_at: '2030-01-01' }]) {
			const moved = carol.sql(
				(sql) => sql`update contributions set ${sql(changes)} where id = ${id}`
			);
			expect(await refusal(moved)).toBe('42501');
			expect(await applyOne(carol, 'contribution.write', { id, changes })).toBe('CR005');
		}
	});

	test('takes nobody’s id', async () => {
		const id = await give();
		expect(await applyOne(bob, 'contribution.add', gift({ id, text: 'Mine' }))).toBe('23505');
		expect(await found(id)).toMatchObject({ author_id: carol.id, text: 'We waited too long' });
	});

	test('is changed and taken back by its author while the session lives', async () => {
		const id = await give();
		expect(await rewrite(carol, id, 'We waited a year')).toBeNull();
		expect(await found(id)).toMatchObject({ text: 'We waited a year' });
		expect(await rewrite(carol, id, '')).toBeNull();
		expect(await found(id)).toMatchObject({ text: '' });
	});

	test('is not changed by another member', async () => {
		const id = await give();
		expect(await rewrite(ada, id, 'Nothing')).toBe('CR001');
		const changed = await ada.sql(
			(sql) => sql`update contributions set text = 'Nothing' where id = ${id} returning id`
		);
		expect(changed).toEqual([]);
		expect(await found(id)).toMatchObject({ text: 'We waited too long' });
	});

	test('never says what its author did not: the presenter takes it away, no more', async () => {
		const id = await give();
		expect(await rewrite(bob, id, 'I shall pay for it')).toBe('42501');
		expect(await found(id)).toMatchObject({ text: 'We waited too long' });
		expect(await rewrite(bob, id, '')).toBeNull();
	});

	test('is at most 1000 characters, of letters that show what they say', async () => {
		await give({ text: 'x'.repeat(1000) });
		await refused(/^23514$/, carol, { text: 'x'.repeat(1001) });
		await refused(/^23514$/, carol, { text: 'left\u202eright' });
		await refused(/^23514$/, carol, { kind: 'insult' });
		await refused(/^23502$/, carol, { text: null });
		await refused(/^23502$/, carol, { kind: null });
	});

	test('is to a challenge of its own session and group', async () => {
		const other = planFor(group, { starts_at: '2030-06-05T18:30:00Z', presenters: [bob.id] });
		await openSession(ada, other);
		const own = await foundGroup(eve);
		const theirs = planFor(own, { presenters: [eve.id] });
		await openSession(eve, theirs);
		await refused(/^23503$/, carol, { challenge_id: await challengeOf(other.id) });
		await refused(/^23503$/, carol, { challenge_id: await challengeOf(theirs.id) });
		await refused(/^23503$/, carol, { challenge_id: randomUUID() });
		await refused(/^CR001$/, carol, { group_id: own.id });
		await refused(/^CR001$/, carol, { session_id: theirs.id, group_id: own.id });
		await refused(/^CR001$/, eve, {});
	});
});

describe('outside a live session', () => {
	test('nothing is given before it', async () => {
		const later = planFor(group, { starts_at: '2030-09-05T18:30:00Z', presenters: [bob.id] });
		await planSession(ada, later);
		const of = { session_id: later.id, challenge_id: await challengeOf(later.id) };
		await refused(/^42501$/, carol, of);
		await start(ada, later.id);
		await give(of);
	});

	test('nothing is given after it, nor changed by its author; the presenter may empty it', async () => {
		const id = await give();
		await end();
		await refused(/^42501$/, carol, {});
		expect(await rewrite(carol, id, '')).toBe('CR001');
		expect(await rewrite(bob, id, 'I shall pay for it')).toBe('42501');
		expect(await found(id)).toMatchObject({ text: 'We waited too long' });
		expect(await rewrite(bob, id, '')).toBeNull();
		expect(await found(id)).toMatchObject({ author_id: carol.id, text: '' });
	});

	test('what was for the room only is erased, of that challenge only', async () => {
		const both = planFor(group, {
			...{ starts_at: '2030-07-05T18:30:00Z', presenters: [bob.id, ada.id] }
		});
		plan = both;
		await openSession(ada, both);
		await keepForTheRoom(bob, both.id);
		const challenges = await cercle.owner`
			select id, keep from challenges where session_id = ${both.id} order by keep
		`;
		const [kept, erased] = await Promise.all(
			challenges.map(({ id }) => give({ challenge_id: id as string }))
		);
		expect(challenges.map((row) => row.keep as string)).toEqual(['present', 'room']);
		await end();
		expect(await found(kept!)).toBeDefined();
		expect(await found(erased!)).toBeUndefined();
	});

	test('nothing slips in while the session is being closed', async () => {
		await keepForTheRoom(bob, plan.id);
		const next = planFor(group, { starts_at: '2031-01-08T18:30:00Z' });
		const row = gift();
		const { late } = await closeAround(cercle, ada, plan.id, next, () =>
			applyOne(carol, 'contribution.add', row)
		);
		expect(await late).toBe('CR004');
		expect(await found(row.id)).toBeUndefined();
	});
});
