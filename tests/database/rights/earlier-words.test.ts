import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	close,
	comeBack,
	foundGroup,
	given,
	type Group,
	joinGroup,
	leave,
	openSession,
	planFor,
	roomOf,
	rowsOf,
	start
} from '../people.ts';

const cercle = connected();
/** Stands in every word of before. */
const BEFORE = 'canary-of-before-8d21';
/** Stands in the words that a later joiner may read: titles of what is open. */
const TITLE = 'To be done, 8d21';

let group: Group;
let ada: Person;
let bob: Person;
let dan: Person;
let zoe: Person;
let plan: ReturnType<typeof planFor>;
/** The session planned for after Zoe joins. */
let next: ReturnType<typeof planFor>;
let action: string;
let goal: string;
let challenge: string;

const allow = async (by: Person, kind: string, args: Record<string, unknown>) =>
	expect([kind, await applyOne(by, kind, args)]).toEqual([kind, null]);
const prose = () => ({ measure: BEFORE, means: BEFORE, reason: BEFORE });

/** What everybody said before Zoe joined; Dan left since. */
beforeEach(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	dan = await joinGroup(cercle, group, 'Dan');
	plan = planFor(group, { presenters: [bob.id], place: BEFORE });
	next = planFor(group, { starts_at: '2030-02-05T18:30:00Z', presenters: [bob.id] });
	const { session_id } = await openSession(ada, plan);
	for (const person of [bob, dan]) await roomOf(person, session_id);
	const here = { group_id: group.id, session_id };
	action = await addAction(bob, group.id, { title: BEFORE });
	const gone = await addAction(dan, group.id, { title: BEFORE });
	await allow(bob, 'action.edit', { id: action, changes: { title: TITLE } });
	for (const action_id of [action, gone]) {
		const said = { outcome: 'partly', line: BEFORE };
		await allow(ada, 'review.record', { ...here, action_id, ...said });
	}
	goal = randomUUID();
	const year = { year: 2030, quarter: null, stage: null, shared: true };
	const of = { group_id: group.id, ...year, ...prose() };
	await allow(bob, 'goal.add', { id: goal, title: TITLE, ...of });
	await allow(bob, 'goal.edit', { id: goal, changes: { line: BEFORE } });
	await allow(dan, 'goal.add', { id: randomUUID(), title: BEFORE, ...of });
	const [row] = await cercle.owner`select id from challenges where session_id = ${session_id}`;
	challenge = String(row?.id);
	await allow(bob, 'challenge.write', { id: challenge, changes: { question: BEFORE } });
	await allow(ada, 'notes.write', { id: challenge, changes: { body: BEFORE, takeaways: BEFORE } });
	const kind = { challenge_id: challenge, kind: 'advice', text: BEFORE };
	await allow(ada, 'contribution.add', { id: randomUUID(), ...here, ...kind });
	await allow(ada, 'feedback.write', { ...here, plus: BEFORE, delta: BEFORE });
	const { version } = await roomOf(ada, session_id);
	given(await close(ada, session_id, version, next));
	await leave(cercle, group.id, dan);
	zoe = await joinGroup(cercle, group, 'Zoe');
});

const actionOf = async (by: Person) => (await rowsOf(by)).actions?.find((row) => row.id === action);
const goalOf = async (by: Person) => (await rowsOf(by)).goals?.find((row) => row.id === goal);

describe('a later joiner', () => {
	test('is sent no word of before, and its members of then are sent them all', async () => {
		const sent = JSON.stringify(await rowsOf(ada));
		expect(sent.split(BEFORE).length).toBeGreaterThan(15);
		await start(ada, next.id);
		expect(JSON.stringify(await rowsOf(zoe))).not.toContain(BEFORE);
	});

	test('reads no action of before until a session begins', async () => {
		expect(await actionOf(zoe)).toBeUndefined();
		await start(ada, next.id);
		expect(await actionOf(zoe)).toBeDefined();
	});

	test('reads of an open action what, by whom and until when, and nothing that was said', async () => {
		await start(ada, next.id);
		const [held] = await cercle.owner`select carries, line from actions where id = ${action}`;
		expect(held).toEqual({ carries: 1, line: BEFORE });
		const joined = expect.any(String) as string;
		expect(await actionOf(zoe)).toEqual({
			...{ id: action, group_id: group.id, owner_id: bob.id, title: TITLE, due_on: '2030-02-05' },
			...{
				due_in: next.id,
				status: 'open',
				carries: 0,
				decided_carries: 0,
				outcome: null,
				line: ''
			},
			...{ born_in: null, goal_id: null, partner_id: null, rank: null, removed_at: null },
			...{ version: 1, created_at: joined, updated_at: joined }
		});
		const { action_events, reviews } = await rowsOf(zoe);
		expect([action_events, reviews]).toEqual([undefined, undefined]);
	});

	test('reads what is said of it from then on', async () => {
		await start(ada, next.id);
		await allow(bob, 'action.tell', { id: action, changes: { outcome: 'done', line: 'Signed' } });
		expect(await actionOf(zoe)).toMatchObject({ status: 'done', outcome: 'done', line: 'Signed' });
		expect((await rowsOf(zoe)).action_events).toMatchObject([{ kind: 'told', line: 'Signed' }]);
	});

	test('reads nothing more of it because a line of before is erased', async () => {
		await start(ada, next.id);
		const seen = await actionOf(zoe);
		await cercle.owner`update reviews set line = '' where action_id = ${action}`;
		const [held] = await cercle.owner`select line, outcome from actions where id = ${action}`;
		expect(held).toEqual({ line: '', outcome: 'partly' });
		expect(await actionOf(zoe)).toEqual(seen);
	});

	test('reads no line of before because another outcome is told beside it', async () => {
		await start(ada, next.id);
		const told = { id: action, changes: { outcome: 'not_done' } };
		await allow(bob, 'action.tell', told);
		const [held] = await cercle.owner`select line, outcome from actions where id = ${action}`;
		expect(held).toEqual({ line: BEFORE, outcome: 'not_done' });
		expect(await actionOf(zoe)).toMatchObject({ line: '', outcome: null });
	});

	test('reads no action that was done before', async () => {
		await allow(bob, 'action.settle', { id: action, changes: { status: 'done' } });
		const yan = await joinGroup(cercle, group, 'Yan');
		await start(ada, next.id);
		expect([await actionOf(yan), await actionOf(zoe)]).toMatchObject([undefined, { id: action }]);
	});

	test('reads of a shared goal its title and where it stands', async () => {
		const joined = expect.any(String) as string;
		expect(await goalOf(zoe)).toEqual({
			...{ id: goal, group_id: group.id, owner_id: bob.id, title: TITLE, year: 2030 },
			...{ quarter: null, stage: null, shared: true, status: 'open', removed_at: null },
			...{ measure: '', means: '', reason: '', line: '' },
			...{ version: 1, created_at: joined, updated_at: joined }
		});
		expect(await goalOf(ada)).toMatchObject(prose());
	});

	test('reads all of it once its owner saves it again', async () => {
		await allow(bob, 'goal.edit', { id: goal, changes: { reason: 'Still true' } });
		expect(await goalOf(zoe)).toMatchObject({ ...prose(), reason: 'Still true', line: BEFORE });
	});

	test('reads of one who left their name, and no action and no goal', async () => {
		await start(ada, next.id);
		const { profiles, memberships, actions, goals } = await rowsOf(zoe);
		expect(profiles).toContainEqual(expect.objectContaining({ id: dan.id, name: 'Dan' }));
		expect(memberships).toContainEqual(expect.objectContaining({ member_id: dan.id }));
		for (const rows of [actions, goals]) {
			expect(rows?.some(({ owner_id }) => owner_id === dan.id)).toBe(false);
		}
	});
});

describe('a member who left and came back', () => {
	/** Bob leaves in the middle of the session, and comes back when it is over. */
	async function away(): Promise<string> {
		await start(ada, next.id);
		const here = { group_id: group.id, session_id: next.id };
		const [row] = await cercle.owner`select id from challenges where session_id = ${next.id}`;
		const id = String(row?.id);
		const gift = (text: string) => ({
			...{ id: randomUUID(), ...here, challenge_id: id, kind: 'advice', text }
		});
		await allow(ada, 'contribution.add', gift('While he was there'));
		const rewritten = gift('Made while he was there');
		await allow(ada, 'contribution.add', rewritten);
		await leave(cercle, group.id, bob);
		const changes = { text: 'Rewritten While he was away' };
		await allow(ada, 'contribution.write', { id: rewritten.id, changes });
		await allow(ada, 'contribution.add', gift('While he was away'));
		await allow(ada, 'notes.write', { id, changes: { body: 'Noted while he was away' } });
		const { version } = await roomOf(ada, next.id);
		const last = planFor(group, { starts_at: '2030-03-05T18:30:00Z' });
		given(await close(ada, next.id, version, last));
		await comeBack(cercle, group.id, bob);
		return id;
	}

	test('reads of their own challenge what was given to it while they were there', async () => {
		const id = await away();
		const { challenges, contributions, challenge_notes } = await rowsOf(bob);
		expect(challenges?.map((row) => row.id)).toContain(id);
		const of = (rows: typeof contributions) =>
			rows?.filter(({ challenge_id }) => challenge_id === id);
		expect(of(contributions)?.map(({ text }) => text)).toEqual(['While he was there']);
		expect(challenge_notes?.some((row) => row.id === id)).toBe(false);
		const [held] = await cercle.owner`select body from challenge_notes where id = ${id}`;
		expect(held).toEqual({ body: 'Noted while he was away' });
	});

	test('takes away none of what was given to it while they were away', async () => {
		const id = await away();
		const given = await cercle.owner`
			select id, text from contributions where challenge_id = ${id} order by made_at
		`;
		const codes = [];
		for (const row of given) {
			const changes = { id: row.id as string, changes: { text: '' } };
			codes.push(await applyOne(bob, 'contribution.write', changes));
		}
		expect([given.length, codes]).toEqual([3, [null, 'CR001', 'CR001']]);
	});

	test('exports no more than they read', async () => {
		await away();
		const words = JSON.stringify(given(await bob.client.rpc('export_account')));
		expect(words).toContain('While he was there');
		expect(words).not.toContain('while he was away');
		expect(words).not.toContain('While he was away');
	});

	test('still reads the notes and the gifts of when they were there', async () => {
		await leave(cercle, group.id, bob);
		await comeBack(cercle, group.id, bob);
		const { challenge_notes, contributions, sessions } = await rowsOf(bob);
		expect(challenge_notes).toContainEqual(
			expect.objectContaining({ id: challenge, body: BEFORE })
		);
		expect(contributions).toContainEqual(expect.objectContaining({ challenge_id: challenge }));
		expect(sessions?.some(({ id }) => id === plan.id)).toBe(false);
	});
});
