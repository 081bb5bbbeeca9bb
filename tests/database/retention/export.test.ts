import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	close,
	foundGroup,
	given,
	type Group,
	joinGroup,
	leave,
	planFor,
	planSession,
	roomOf,
	start
} from '../people.ts';

const cercle = connected();

async function allow(by: Person, kind: string, args: Record<string, unknown>) {
	expect([kind, await applyOne(by, kind, args)]).toEqual([kind, null]);
}

interface Exported {
	version: number;
	account: { email: string; name: string };
	groups: { id: string; name: string | null; left_at: string | null }[];
	sessions: { id: string }[];
	challenges: { notes: unknown; contributions: { text: string }[] }[];
	actions: { id: string; history: unknown[]; reviews: unknown[] }[];
}

const exported = async (by: Person) => given(await by.client.rpc('export_account')) as Exported;

describe('a member takes along', () => {
	let ada: Person;
	let bob: Person;
	let group: Group;
	let action: string;
	let answer: Exported;
	let sessions: { closed: string; live: string };
	/** Bob's words begin with mine; what became his, with given; those of others, with theirs. */
	const said = (answer: unknown) => [
		...new Set(JSON.stringify(answer).match(/(mine|given|theirs)-[a-z-]+/g))
	];

	/** A session in which everybody writes everywhere. */
	async function meet(starts_at: string, name: string): Promise<string> {
		const presenters = [bob.id, ada.id];
		const session = await planSession(ada, planFor(group, { starts_at, presenters }));
		const rows = await cercle.owner`
			select id, presenter_id from challenges where session_id = ${session}
		`;
		const of = (person: Person) =>
			String(rows.find(({ presenter_id }) => presenter_id === person.id)!.id);
		const brief = (text: string) => ({ question: text, context: text });
		const changes = brief(`mine-challenge-${name}`);
		await allow(bob, 'challenge.write', { id: of(bob), changes });
		await allow(ada, 'challenge.write', { id: of(ada), changes: brief(`theirs-challenge`) });
		await start(ada, session);
		for (const person of [ada, bob]) await roomOf(person, session);
		const here = { group_id: group.id, session_id: session };
		const give = (by: Person, challenge_id: string, text: string) =>
			allow(by, 'contribution.add', {
				...{ id: randomUUID(), ...here, challenge_id, kind: 'advice', text }
			});
		await allow(ada, 'notes.write', { id: of(bob), changes: { body: `given-notes-${name}` } });
		await allow(ada, 'notes.write', { id: of(ada), changes: { body: 'theirs-notes' } });
		await give(ada, of(bob), `given-gift-${name}`);
		await give(bob, of(ada), `mine-gift-${name}`);
		await give(ada, of(ada), 'theirs-gift');
		const review = { action_id: action, outcome: 'partly', line: `mine-review-${name}` };
		await allow(ada, 'review.record', { ...here, ...review });
		await allow(bob, 'feedback.write', { ...here, plus: `mine-plus-${name}`, delta: '' });
		await allow(ada, 'feedback.write', { ...here, plus: 'theirs-plus', delta: '' });
		return session;
	}

	beforeAll(async () => {
		ada = await cercle.signIn('Ada');
		group = await foundGroup(ada);
		bob = await joinGroup(cercle, group, 'Bob');
		const prompts = { year: 2030, quarter: null, stage: null, measure: '', means: '', reason: '' };
		const goal = (title: string, shared: boolean) => ({
			...{ id: randomUUID(), group_id: group.id, title, ...prompts, shared }
		});
		await allow(bob, 'goal.add', goal('mine-goal', true));
		await allow(bob, 'goal.add', goal('mine-goal-private', false));
		await allow(ada, 'goal.add', goal('theirs-goal', true));
		action = await addAction(bob, group.id, { title: 'mine-action' });
		await allow(bob, 'action.edit', { id: action, changes: { title: 'mine-action-edited' } });
		await addAction(ada, group.id, { title: 'theirs-action' });
		const closed = await meet('2030-01-08T18:30:00Z', 'closed');
		const { version } = await roomOf(ada, closed);
		const next = planFor(group, { starts_at: '2030-04-05T18:30:00Z' });
		given(await close(ada, closed, version, next));
		const live = await meet('2030-02-05T18:30:00Z', 'live');
		sessions = { closed, live };
		answer = await exported(bob);
	});

	test('every word that is theirs, and of others’ only those that became theirs', () => {
		expect(said(answer).sort()).toEqual(
			[
				...['mine-goal', 'mine-goal-private', 'mine-action', 'mine-action-edited'],
				...['challenge', 'gift', 'review', 'plus'].flatMap((what) => [
					...[`mine-${what}-closed`, `mine-${what}-live`]
				]),
				// Those of the live session are not theirs yet.
				...['given-notes-closed', 'given-gift-closed']
			].sort()
		);
	});

	test('who they are, where they belong and when they were there', () => {
		expect(answer).toMatchObject({
			version: 1,
			account: { email: bob.email, name: 'Bob', language: 'fr' },
			groups: [{ id: group.id, name: 'Les Quais', left_at: null }],
			signatures: [{ group_id: group.id, charter_version: 1 }],
			reminders: null,
			calendar_since: null,
			browsers: []
		});
		expect(answer.sessions.map(({ id }) => id)).toEqual([sessions.closed, sessions.live]);
	});

	test('no name and no id of anybody else', () => {
		const text = JSON.stringify(answer);
		expect(text).not.toContain(ada.id);
		expect(text).not.toContain('Ada');
	});

	test('after leaving, what stayed theirs: actions with their history, goals', async () => {
		await leave(cercle, group.id, bob);
		const left = await exported(bob);
		expect(said(left)).toEqual(
			expect.arrayContaining([
				'mine-goal',
				'mine-goal-private',
				'mine-action',
				'mine-action-edited'
			])
		);
		expect(said(left).filter((word) => word.startsWith('theirs'))).toEqual([]);
		expect(left.groups).toMatchObject([
			{ id: group.id, name: null, left_at: expect.any(String) as string }
		]);
		expect(left.actions[0]).toMatchObject({
			id: action,
			reviews: [{ line: 'mine-review-closed' }, { line: 'mine-review-live' }]
		});
	});
});

test('somebody without a group takes along who they are', async () => {
	const eve = await cercle.signIn('Eve');
	expect(await exported(eve)).toMatchObject({
		...{ account: { name: 'Eve', email: eve.email }, groups: [], actions: [], goals: [] },
		...{ challenges: [], contributions: [], feedbacks: [], sessions: [], signatures: [] }
	});
});
