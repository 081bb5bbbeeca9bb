import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/as-person.ts';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	close,
	foundGroup,
	given,
	type Group,
	joinGroup,
	rowsOf
} from '../people.ts';
import { leave, openSession, planFor } from '../people.ts';

// What an action and a goal go through between two sessions, and what is kept of it.

const cercle = connected();
let ada: Person;
let bob: Person;
let group: Group;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
});

const tell = (id: string, outcome: string, line = '') =>
	applyOne(ada, 'action.tell', { id, changes: { outcome, line } });

async function actionOf(id: string) {
	const [row] = await cercle.owner`select * from actions where id = ${id}`;
	return row!;
}

const eventsOf = (id: string, by: Person) =>
	by.sql((sql) => sql`select * from action_events where action_id = ${id} order by at`);

async function historyOf(id: string, by = ada) {
	return (await eventsOf(id, by)).map(({ kind, outcome, choice, title, line, carries }) =>
		Object.fromEntries(
			Object.entries({ kind, outcome, choice, title, line, carries }).filter(([, value]) => value)
		)
	);
}

async function addGoal(by: Person, changes: Record<string, unknown> = {}) {
	const id = randomUUID();
	const words = { title: 'Livrer chaque semaine', measure: '', means: '', reason: '' };
	const when = { year: 2030, quarter: 1, stage: 'assess', shared: true };
	const refused = await applyOne(by, 'goal.add', {
		...{ id, group_id: group.id, ...words, ...when, ...changes }
	});
	expect(refused).toBeNull();
	return id;
}

describe('the history of an action', () => {
	test('holds all that was said and changed, in order, and nothing that only moved', async () => {
		const id = await addAction(ada, group.id, { title: 'Appeler' });
		const edit = { id, changes: { title: 'Rappeler' }, base: { title: 'Appeler' } };
		await applyOne(ada, 'action.edit', edit);
		await tell(id, 'partly', 'Un sur deux.');
		await applyOne(ada, 'actions.order', { ids: [id] });
		await tell(id, 'done', 'Les deux.');
		await applyOne(ada, 'action.settle', { id, changes: { status: 'open' } });
		expect(await historyOf(id)).toEqual([
			{ kind: 'taken', title: 'Appeler' },
			{ kind: 'edited', title: 'Rappeler' },
			{ kind: 'told', title: 'Rappeler', outcome: 'partly', line: 'Un sur deux.' },
			{ kind: 'told', title: 'Rappeler', outcome: 'done', line: 'Les deux.' },
			{ kind: 'reopened', title: 'Rappeler' }
		]);
		expect(await historyOf(id, bob)).toHaveLength(5);
	});

	test('counts each carry, and says into which session', async () => {
		const session = planFor(group);
		const opened = await openSession(ada, session);
		const id = await addAction(ada, group.id, { due_on: '2030-01-01' });
		const next = planFor(group, { starts_at: '2030-02-05T18:30:00Z' });
		given(await close(ada, session.id, opened.version, next));
		const [, carried] = await eventsOf(id, ada);
		expect(carried).toMatchObject({ kind: 'carried', carries: 1, session_id: next.id });
		expect(carried!.due_on).toEqual(new Date('2030-02-05'));
	});

	test('is written by nobody but the database', async () => {
		const id = await addAction(ada, group.id);
		const held = await historyOf(id);
		const changing = ada.sql(
			(sql) => sql`update action_events set line = 'Jamais dit' where action_id = ${id}`
		);
		expect(await refusal(changing)).toBe('42501');
		expect(await historyOf(id)).toEqual(held);
		expect(held).toHaveLength(1);
	});
});

describe('a word between two sessions', () => {
	test.each([
		['done', 'done'],
		['dropped', 'dropped'],
		['partly', 'open'],
		['not_done', 'open']
	])('%s leaves the action %s', async (outcome, status) => {
		const id = await addAction(ada, group.id);
		expect(await tell(id, outcome, 'Une ligne.')).toBeNull();
		expect(await actionOf(id)).toMatchObject({ outcome, status, line: 'Une ligne.' });
	});

	test('is the owner’s alone', async () => {
		const id = await addAction(ada, group.id);
		const word = { id, changes: { outcome: 'dropped', line: '' } };
		expect(await applyOne(bob, 'action.tell', word)).toBe('CR001');
		expect(await actionOf(id)).toMatchObject({ outcome: null, status: 'open' });
	});

	test('goes with a reopening', async () => {
		const id = await addAction(ada, group.id);
		await tell(id, 'done', 'Fait.');
		await applyOne(ada, 'action.settle', { id, changes: { status: 'open' } });
		expect(await actionOf(id)).toMatchObject({ outcome: null, status: 'open', line: '' });
	});
});

describe('at the third carry', () => {
	async function carried(carries: number, decided_carries = 0): Promise<string> {
		const id = await addAction(ada, group.id, { title: 'Déléguer' });
		await cercle.owner`update actions set carries = ${carries}, decided_carries = ${decided_carries}
			where id = ${id}`;
		return id;
	}
	const decide = (id: string, choice: string, more: Record<string, unknown> = {}, by = ada) =>
		applyOne(by, 'action.decide', { id, choice, due_on: '2030-03-01', line: 'Dit.', ...more });

	test('do keeps the action and its count, until the next carry asks again', async () => {
		const id = await carried(3);
		expect(await decide(id, 'do')).toBeNull();
		expect(await actionOf(id)).toMatchObject({
			...{ status: 'open', title: 'Déléguer', carries: 3, decided_carries: 3 }
		});
		expect(await decide(id, 'do')).toBe('CR004');
		await cercle.owner`update actions set carries = 4 where id = ${id}`;
		expect(await decide(id, 'drop')).toBeNull();
		expect((await historyOf(id)).map(({ kind, choice }) => choice ?? kind)).toEqual([
			...['taken', 'carried', 'do', 'carried', 'drop']
		]);
	});

	test('reshape gives it new words and begins its count again', async () => {
		const id = await carried(3);
		expect(await decide(id, 'reshape')).toBe('CR005');
		expect(await decide(id, 'reshape', { title: ' Confier à Léa ' })).toBeNull();
		expect(await actionOf(id)).toMatchObject({
			...{ title: 'Confier à Léa', carries: 0, decided_carries: 0, status: 'open' }
		});
	});

	test('reshaped, it is a new commitment: the last word said was about the old one', async () => {
		const id = await carried(3);
		await tell(id, 'not_done', 'Pas le temps.');
		expect(await decide(id, 'reshape', { title: 'Confier à Léa', line: '' })).toBeNull();
		expect(await actionOf(id)).toMatchObject({ status: 'open', outcome: null, line: '' });
		expect(await historyOf(id)).toContainEqual(
			expect.objectContaining({ outcome: 'not_done', line: 'Pas le temps.' })
		);
	});

	test('drop ends it', async () => {
		const id = await carried(5, 3);
		expect(await decide(id, 'drop')).toBeNull();
		expect(await actionOf(id)).toMatchObject({ status: 'dropped', outcome: 'dropped' });
	});

	test('dropped with the very line said before, it keeps that line', async () => {
		const id = await carried(3);
		await tell(id, 'not_done', 'Dit.');
		expect(await decide(id, 'drop')).toBeNull();
		expect(await actionOf(id)).toMatchObject({ status: 'dropped', line: 'Dit.' });
		expect((await historyOf(id)).at(-1)).toMatchObject({ choice: 'drop', line: 'Dit.' });
	});

	test('the decision is the owner’s, and not before', async () => {
		const early = await carried(2);
		expect(await decide(early, 'drop')).toBe('CR004');
		const due = await carried(3);
		expect(await decide(due, 'drop', {}, bob)).toBe('CR001');
		expect(await decide(due, 'forget')).toBe('CR005');
		expect(await actionOf(due)).toMatchObject({ status: 'open', decided_carries: 0 });
	});
});

describe('taken back', () => {
	test('an action leaves no word behind, not even in its history, and stays gone', async () => {
		const id = await addAction(ada, group.id, { title: 'Une erreur' });
		await tell(id, 'partly', 'Une ligne.');
		expect(await applyOne(ada, 'action.remove', { id })).toBeNull();
		expect(await actionOf(id)).toMatchObject({ title: '', line: '', status: 'dropped' });
		expect(await historyOf(id)).toEqual([]);
		expect(await tell(id, 'done')).toBe('CR001');
		expect(JSON.stringify(await rowsOf(bob))).not.toContain(id);
	});

	test('is refused to an action that was carried or reviewed: it is dropped instead', async () => {
		const id = await addAction(ada, group.id);
		await cercle.owner`update actions set carries = 1 where id = ${id}`;
		expect(await applyOne(ada, 'action.remove', { id })).toBe('CR004');
		expect(await actionOf(id)).toMatchObject({ removed_at: null, status: 'open' });
	});

	test('is refused to one whose count began again: it was carried all the same', async () => {
		const id = await addAction(ada, group.id);
		await cercle.owner`update actions set carries = 3 where id = ${id}`;
		const anew = { choice: 'reshape', title: 'Autrement', due_on: '2030-03-01', line: '' };
		expect(await applyOne(ada, 'action.decide', { id, ...anew })).toBeNull();
		expect(await applyOne(ada, 'action.remove', { id })).toBe('CR004');
		expect(await historyOf(id)).toHaveLength(3);
	});

	test('is refused to anybody but the owner', async () => {
		const id = await addAction(ada, group.id);
		expect(await applyOne(bob, 'action.remove', { id })).toBe('CR001');
		expect(await actionOf(id)).toMatchObject({ removed_at: null });
	});

	test('a goal leaves no word behind, and the actions that served it stay', async () => {
		const goal = await addGoal(ada, { measure: 'Un déploiement par semaine' });
		const id = await addAction(ada, group.id, { goal_id: goal });
		expect(await applyOne(ada, 'goal.remove', { id: goal })).toBeNull();
		const [row] =
			await cercle.owner`select title, measure, removed_at from goals where id = ${goal}`;
		expect(row).toMatchObject({ title: '', measure: '', removed_at: expect.any(Date) as Date });
		expect(await applyOne(ada, 'goal.edit', { id: goal, changes: { title: 'Retour' } })).toBe(
			'CR001'
		);
		expect(await actionOf(id)).toMatchObject({ status: 'open' });
	});
});

describe('company', () => {
	test('a partner is another member of the group', async () => {
		const stranger = await cercle.signIn('Stranger');
		const id = await addAction(ada, group.id, { partner_id: bob.id });
		expect(await actionOf(id)).toMatchObject({ partner_id: bob.id });
		for (const partner_id of [ada.id, stranger.id]) {
			const edit = { id, changes: { partner_id } };
			expect(await applyOne(ada, 'action.edit', edit)).toBe('CR005');
		}
		expect(await actionOf(id)).toMatchObject({ partner_id: bob.id });
	});

	test('a partner who left keeps no other field from changing', async () => {
		const carol = await joinGroup(cercle, group, 'Carol');
		const id = await addAction(ada, group.id, { partner_id: carol.id });
		await leave(cercle, group.id, carol);
		expect(await tell(id, 'done', 'Sans elle.')).toBeNull();
	});

	test('a goal is one of the owner’s own', async () => {
		const others = await addGoal(bob);
		const own = await addGoal(ada);
		const id = await addAction(ada, group.id);
		const serve = (goal_id: string) => applyOne(ada, 'action.edit', { id, changes: { goal_id } });
		expect(await serve(others)).toBe('CR005');
		expect(await serve(own)).toBeNull();
		expect(await actionOf(id)).toMatchObject({ goal_id: own });
	});

	test('an order is one’s own: another’s action in it stays where it is', async () => {
		const [first, second] = [await addAction(ada, group.id), await addAction(ada, group.id)];
		const others = await addAction(bob, group.id);
		expect(await applyOne(ada, 'actions.order', { ids: [second, others, first] })).toBeNull();
		const ranks = await Promise.all([first, second, others].map(actionOf));
		expect(ranks.map(({ rank }) => rank as number | null)).toEqual([3, 1, null]);
	});
});

describe('a goal', () => {
	test('kept private is nobody else’s to read, and sharing it shows it', async () => {
		const id = await addGoal(ada, { shared: false });
		const seen = () => bob.sql((sql) => sql`select from goals where id = ${id}`);
		expect(await seen()).toEqual([]);
		const share = { id, changes: { shared: true }, base: { shared: false } };
		expect(await applyOne(ada, 'goal.edit', share)).toBeNull();
		expect(await seen()).toHaveLength(1);
	});

	test.each([
		['a quarter without a stage', { quarter: 2, stage: null }],
		['a stage without a quarter', { quarter: null, stage: 'execute' }],
		['a fifth quarter', { quarter: 5 }],
		['no words', { title: '' }],
		['a year nobody plans', { year: 9999 }]
	])('with %s is refused', async (_, wrong) => {
		const id = await addGoal(ada);
		expect(await applyOne(ada, 'goal.edit', { id, changes: wrong })).toBe('23514');
		const [row] = await cercle.owner`select title, quarter, stage from goals where id = ${id}`;
		expect(row).toMatchObject({ title: 'Livrer chaque semaine', quarter: 1, stage: 'assess' });
	});
});
