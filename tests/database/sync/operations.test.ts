import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	apply,
	applyOne,
	close,
	code,
	foundGroup,
	given,
	type Group,
	joinGroup,
	leave,
	openSession,
	operation,
	planFor,
	planSession,
	roomOf,
	sent,
	untilWaiting
} from '../people.ts';

const cercle = connected();
let ada: Person;
let bob: Person;
let eve: Person;
let group: Group;
/** A live session in which Bob presents. */
let session: string;
let challenge: string;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	eve = await cercle.signIn('Eve');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	session = (await openSession(ada, planFor(group, { presenters: [bob.id] }))).session_id;
	const [row] = await cercle.owner`select id from challenges where session_id = ${session}`;
	challenge = String(row?.id);
});

async function row(table: string, id: string) {
	const { owner } = cercle;
	const [found] = await owner`select to_jsonb(t) as row from ${owner(table)} t where id = ${id}`;
	return found?.row as Record<string, unknown>;
}

const edit = (id: string, title: string, seen?: string) =>
	operation('action.edit', { id, changes: { title } }, seen ? { title: seen } : null);

describe('a list of operations', () => {
	test('is applied in its order, each answered in its place', async () => {
		const id = randomUUID();
		const add = operation('action.add', {
			...{ id, group_id: group.id, owner_id: ada.id, title: 'One', due_on: '2030-01-08' }
		});
		const list = [add, edit(id, 'Two', 'One'), edit(id, 'Three', 'Two')];
		const answers = await apply(ada, list);
		expect(answers).toEqual(
			list.map(({ sequence }) => ({ sequence, status: 'applied', code: null }))
		);
		expect(await row('actions', id)).toMatchObject({ title: 'Three', version: 3 });
	});

	test('sent again changes nothing and is answered the same', async () => {
		const id = await addAction(ada, group.id);
		const list = [edit(id, 'Once'), operation('nothing', {}), edit(randomUUID(), 'Nowhere')];
		const answers = await apply(ada, list);
		expect(answers.map((answer) => answer.code)).toEqual([null, 'CR005', 'CR001']);
		await apply(ada, [edit(id, 'Later')]);
		expect(await apply(ada, list)).toEqual(answers);
		expect(await row('actions', id)).toMatchObject({ title: 'Later', version: 3 });
	});

	test('sent twice at the same moment is applied once, and both times answered', async () => {
		const list = [operation('notes.write', { id: challenge, changes: { body: 'At once' } })];
		const before = (await row('challenge_notes', challenge)).version as number;
		const { owner } = cercle;
		const answers = await owner.begin(async (sql) => {
			const [held] = await sql`
				select pg_backend_pid() as pid from challenge_notes where id = ${challenge} for update
			`;
			const both = Promise.all([apply(bob, list), apply(bob, list)]);
			// Both are on their way before the first can go on.
			await untilWaiting(owner, held!.pid as number, 2);
			// In an object: a promise would be awaited before the row is let go.
			return { both };
		});
		const [one, two] = await answers.both;
		expect(one).toEqual([{ sequence: list[0]!.sequence, status: 'applied', code: null }]);
		expect(two).toEqual(one);
		expect(await row('challenge_notes', challenge)).toMatchObject({ version: before + 1 });
	});

	test('with a poisoned operation in its middle applies the others', async () => {
		const id = await addAction(ada, group.id);
		const poison = [
			operation('action.edit', { id, changes: { title: 'x'.repeat(201) } }),
			operation('action.edit', { id, changes: { due_on: 'tomorrow, perhaps' } }),
			operation('action.edit', { id, changes: [1] }),
			operation('action.edit', { id: 'no id', changes: { title: 'Never' } }),
			operation('action.add', {}),
			{ sequence: operation('nothing', {}).sequence },
			{ sequence: operation('nothing', {}).sequence, kind: 'action.edit', args: 'x'.repeat(9999) }
		];
		const answers = await apply(ada, [edit(id, 'Before'), ...poison, edit(id, 'After')]);
		expect(answers.map((answer) => answer.status)).toEqual([
			'applied',
			...poison.map(() => 'refused'),
			'applied'
		]);
		expect(await row('actions', id)).toMatchObject({ title: 'After', version: 3 });
	});

	test.each([[null], ['5'], ['no number'], [-1], [0.5], [2 ** 63], [[]], [{}]])(
		'with an operation whose sequence is %j refuses that one and applies the others',
		async (sequence) => {
			const action = await addAction(ada, group.id);
			const wrong = { ...edit(action, 'Never'), sequence };
			const answers = await apply(ada, [wrong, edit(action, 'After')]);
			expect(answers.map((answer) => answer.code)).toEqual(['CR005', null]);
			expect(await row('actions', action)).toMatchObject({ title: 'After', version: 2 });
		}
	);

	test.each([[null], [5], ['x'], [[]], [[[]]]])(
		'with %j in it refuses that one and applies the others',
		async (wrong) => {
			const action = await addAction(ada, group.id);
			const answers = await apply(ada, [wrong, edit(action, 'After')]);
			expect(answers.map((answer) => answer.code)).toEqual(['CR005', null]);
		}
	);

	test.each([null, 5, 'x', {}])('that is %j is refused', async (operations) => {
		expect(code(await ada.client.rpc('apply_ops', sent(operations)))).toBe('CR005');
	});

	test('may hold 200 operations, and not one more', async () => {
		const many = (count: number) => Array.from({ length: count }, () => operation('nothing', {}));
		expect(await apply(eve, many(200))).toHaveLength(200);
		expect(code(await eve.client.rpc('apply_ops', sent(many(201))))).toBe('CR005');
		const kept = await cercle.owner`select from operations where member_id = ${eve.id}`;
		expect(kept).toHaveLength(200);
	});

	test('is one’s own: another’s place of an operation is free, and so is that of another device', async () => {
		const id = await addAction(ada, group.id);
		const mine = edit(id, 'Mine');
		await apply(bob, [{ ...mine, kind: 'nothing' }]);
		expect(await apply(ada, [mine])).toMatchObject([{ status: 'applied' }]);
		const other = { ...edit(id, 'From the other phone'), sequence: mine.sequence };
		expect(await apply(ada, [other], randomUUID())).toMatchObject([{ status: 'applied' }]);
		expect(await row('actions', id)).toMatchObject({ title: 'From the other phone' });
	});

	test('from a place that another operation had is refused, and that one stays', async () => {
		const id = await addAction(ada, group.id);
		const first = edit(id, 'First');
		await apply(ada, [first]);
		const second = { ...edit(id, 'Second'), sequence: first.sequence };
		expect(await apply(ada, [second, first])).toMatchObject([{ code: 'CR012' }, { code: null }]);
		expect(await row('actions', id)).toMatchObject({ title: 'First' });
	});

	test('tried again from a new place is judged anew', async () => {
		const id = randomUUID();
		const early = edit(id, 'Later');
		expect(await apply(ada, [early])).toMatchObject([{ code: 'CR001' }]);
		await addAction(ada, group.id, { id });
		expect(await apply(ada, [early])).toMatchObject([{ code: 'CR001' }]);
		expect(await apply(ada, [edit(id, 'Later')])).toMatchObject([{ status: 'applied' }]);
		expect(await row('actions', id)).toMatchObject({ title: 'Later' });
	});
});

describe('two who change the same', () => {
	const write = (by: Person, changes: object, base: Record<string, unknown> | null) =>
		applyOne(by, 'notes.write', { id: challenge, changes }, base);

	test('field: the second is told, and the first stays', async () => {
		await write(ada, { body: 'start', takeaways: '' }, null);
		expect(await write(ada, { body: 'Ada’s' }, { body: 'start' })).toBeNull();
		expect(await write(bob, { body: 'Bob’s' }, { body: 'start' })).toBe('CR010');
		expect(await row('challenge_notes', challenge)).toMatchObject({ body: 'Ada’s' });
	});

	test('row in different fields: both stay', async () => {
		await write(ada, { body: 'start', takeaways: 'none' }, null);
		expect(await write(ada, { body: 'Ada’s' }, { body: 'start', takeaways: 'none' })).toBeNull();
		expect(
			await write(bob, { takeaways: 'Talk' }, { body: 'start', takeaways: 'none' })
		).toBeNull();
		expect(await row('challenge_notes', challenge)).toMatchObject({
			...{ body: 'Ada’s', takeaways: 'Talk' }
		});
	});

	test('field to the same value: neither is told', async () => {
		await write(ada, { body: 'start' }, null);
		expect(await write(ada, { body: 'same' }, { body: 'start' })).toBeNull();
		expect(await write(bob, { body: 'same' }, { body: 'start' })).toBeNull();
	});

	test('with one field in conflict: nothing of the operation is written', async () => {
		await write(ada, { body: 'start', takeaways: 'none' }, null);
		await write(ada, { body: 'Ada’s' }, null);
		const changes = { body: 'Bob’s', takeaways: 'Bob’s' };
		expect(await write(bob, changes, { body: 'start', takeaways: 'none' })).toBe('CR010');
		expect(await row('challenge_notes', challenge)).toMatchObject({
			...{ body: 'Ada’s', takeaways: 'none' }
		});
	});

	test('field at the same moment: one is told', async () => {
		await write(ada, { body: 'start' }, null);
		const found = await Promise.all([
			write(ada, { body: 'Ada’s' }, { body: 'start' }),
			write(bob, { body: 'Bob’s' }, { body: 'start' })
		]);
		expect(found.sort()).toEqual(['CR010', null]);
	});
});

describe('each kind of operation', () => {
	test('action.add adds one’s own, for the next session', async () => {
		const id = await addAction(bob, group.id, { title: '  Call  ' });
		expect(await row('actions', id)).toMatchObject({
			...{ owner_id: bob.id, title: 'Call', due_in: session, carries: 0, status: 'open' }
		});
	});

	test('action.add adds another’s for who drives the session in which it is taken', async () => {
		const taken = { owner_id: bob.id, born_in: session };
		expect(await row('actions', await addAction(ada, group.id, taken))).toMatchObject(taken);
		const args = { id: randomUUID(), group_id: group.id, title: 'Call', due_on: '2030-01-08' };
		const others = { ...args, owner_id: ada.id, born_in: session };
		expect(await applyOne(bob, 'action.add', others)).toBe('42501');
		expect(await applyOne(ada, 'action.add', { ...args, owner_id: bob.id })).toBe('42501');
	});

	test('action.add told after its session was closed waits for the next one', async () => {
		const zoe = await cercle.signIn('Zoe');
		const own = await foundGroup(zoe);
		const { session_id, version } = await openSession(zoe, planFor(own));
		const next = planFor(own, { starts_at: '2030-02-05T18:30:00Z' });
		given(await close(zoe, session_id, version, next));
		const id = await addAction(zoe, own.id, { born_in: session_id });
		expect(await row('actions', id)).toMatchObject({ born_in: session_id, due_in: next.id });
	});

	test('action.edit and action.settle change one’s own', async () => {
		const id = await addAction(bob, group.id);
		const changes = { title: 'Write', due_on: '2030-02-05' };
		expect(await applyOne(bob, 'action.edit', { id, changes })).toBeNull();
		expect(await applyOne(bob, 'action.settle', { id, changes: { status: 'done' } })).toBeNull();
		expect(await row('actions', id)).toMatchObject({ ...changes, status: 'done' });
		expect(await applyOne(ada, 'action.edit', { id, changes })).toBe('CR001');
		expect(await applyOne(ada, 'action.settle', { id, changes: { status: 'open' } })).toBe('CR001');
	});

	test('challenge.write changes the presenter’s', async () => {
		const changes = {
			...{ question: 'Stay?', context: 'Two years.', tried: 'Talk', options: 'Go', wanted: 'Calm' },
			...{ unwanted: 'Noise', need: 'decide', tags: ['expert_leader'], keep: 'presenter' }
		};
		expect(await applyOne(bob, 'challenge.write', { id: challenge, changes })).toBeNull();
		expect(await row('challenges', challenge)).toMatchObject(changes);
		expect(await applyOne(ada, 'challenge.write', { id: challenge, changes })).toBe('CR001');
	});

	test('profile.write changes one’s own name and language', async () => {
		const changes = { name: 'Bobby', language: 'en' };
		expect(await applyOne(bob, 'profile.write', { id: bob.id, changes })).toBeNull();
		expect(await row('profiles', bob.id)).toMatchObject(changes);
		expect(await applyOne(ada, 'profile.write', { id: bob.id, changes })).toBe('CR001');
	});

	test('review.record says what became of an action, and settles it, twice over', async () => {
		const action_id = await addAction(bob, group.id);
		const record = (by: Person, outcome: string, line = '') =>
			applyOne(by, 'review.record', {
				...{ group_id: group.id, session_id: session, action_id, outcome, line }
			});
		for (const [outcome, status] of [
			['done', 'done'],
			['partly', 'open'],
			['dropped', 'dropped'],
			['not_done', 'open']
		] as const) {
			expect(await record(ada, outcome, outcome)).toBeNull();
			expect(await row('actions', action_id)).toMatchObject({ status });
		}
		expect(await record(bob, 'partly', 'Half of it')).toBeNull();
		const reviews = await cercle.owner`
			select outcome, line, reviewed_by from reviews where action_id = ${action_id}
		`;
		expect([...reviews]).toEqual([{ outcome: 'partly', line: 'Half of it', reviewed_by: bob.id }]);
	});

	test('attendance.mark says whether one is there oneself', async () => {
		const args = { group_id: group.id, session_id: session, member_id: bob.id };
		for (const present of [false, true, false]) {
			expect(await applyOne(bob, 'attendance.mark', { ...args, present })).toBeNull();
			expect(await applyOne(ada, 'attendance.mark', { ...args, present: false })).toBe('CR002');
			const rows = await cercle.owner`
				select present from attendances where session_id = ${session} and member_id = ${bob.id}
			`;
			expect([...rows]).toEqual([{ present }]);
		}
	});

	test('feedback.write says one’s own plus and delta', async () => {
		const args = { group_id: group.id, session_id: session, member_id: ada.id };
		expect(await applyOne(bob, 'feedback.write', { ...args, plus: 'calm' })).toBeNull();
		expect(await applyOne(bob, 'feedback.write', { ...args, delta: 'shorter' })).toBeNull();
		const rows = await cercle.owner`
			select member_id, plus, delta from feedbacks where session_id = ${session}
		`;
		expect([...rows]).toEqual([{ member_id: bob.id, plus: 'calm', delta: 'shorter' }]);
		const late = { ...operation('feedback.write', { ...args, plus: 'loud' }), base: { plus: '' } };
		expect(await apply(bob, [late])).toMatchObject([{ code: 'CR010' }]);
	});
});

describe('an operation is refused', () => {
	const unknown = randomUUID();
	const here = () => ({ group_id: group.id, session_id: session });
	const mine = { title: 'Call', due_on: '2030-01-08' };
	const wrong: [string, string, () => object | Promise<object>][] = [
		['of an unknown kind', 'action.steal', () => ({})],
		['of a kind that is a statement', 'drop table actions', () => ({})],
		['on a row that does not exist', 'action.edit', () => ({ id: unknown, changes: mine })],
		['without a row', 'action.edit', () => ({ changes: mine })],
		['without changes', 'notes.write', () => ({ id: challenge })],
		['with no change', 'notes.write', () => ({ id: challenge, changes: {} })],
		['on an unknown column', 'notes.write', () => ({ id: challenge, changes: { colour: 'red' } })],
		[
			'on a column that is a statement',
			'notes.write',
			() => ({ id: challenge, changes: { 'body = (select 1), takeaways': 'x' } })
		],
		['on a column that is kept', 'notes.write', () => ({ id: challenge, changes: { version: 9 } })],
		['on another’s id', 'notes.write', () => ({ id: challenge, changes: { id: unknown } })],
		[
			'on the carries of an action',
			'action.edit',
			async () => ({ id: await addAction(bob, group.id), changes: { carries: 0 } })
		],
		[
			'on the status by way of an edit',
			'action.edit',
			async () => ({ id: await addAction(bob, group.id), changes: { status: 'done' } })
		],
		[
			'with an unknown status',
			'action.settle',
			async () => ({ id: await addAction(bob, group.id), changes: { status: 'lost' } })
		],
		[
			'with an empty title',
			'action.edit',
			async () => ({ id: await addAction(bob, group.id), changes: { title: '' } })
		],
		[
			'with a date in 9999',
			'action.edit',
			async () => ({ id: await addAction(bob, group.id), changes: { due_on: '9999-01-01' } })
		],
		[
			'with a date that never comes',
			'action.edit',
			async () => ({ id: await addAction(bob, group.id), changes: { due_on: 'infinity' } })
		],
		['with nothing for a text', 'notes.write', () => ({ id: challenge, changes: { body: null } })],
		[
			'with a text too long',
			'notes.write',
			() => ({ id: challenge, changes: { body: 'x'.repeat(20_001) } })
		],
		[
			'with a control character',
			'notes.write',
			() => ({ id: challenge, changes: { body: 'a\u0007b' } })
		],
		[
			'with a text that reads backwards',
			'notes.write',
			() => ({ id: challenge, changes: { body: 'a\u202eb' } })
		],
		[
			'with an isolated direction',
			'notes.write',
			() => ({ id: challenge, changes: { body: 'a\u2066b' } })
		],

		[
			'with an unknown need',
			'challenge.write',
			() => ({ id: challenge, changes: { need: 'money' } })
		],
		[
			'with an unknown tag',
			'challenge.write',
			() => ({ id: challenge, changes: { tags: ['clever'] } })
		],
		[
			'with a tag a thousand times',
			'challenge.write',
			() => ({
				id: challenge,
				changes: { tags: Array.from({ length: 1000 }, () => 'expert_leader') }
			})
		],
		[
			'with tags that are no list',
			'challenge.write',
			() => ({ id: challenge, changes: { tags: 'x' } })
		],
		[
			'with an unknown language',
			'profile.write',
			() => ({ id: bob.id, changes: { language: 'xx' } })
		],
		[
			'with a name too long',
			'profile.write',
			() => ({ id: bob.id, changes: { name: 'x'.repeat(81) } })
		],
		[
			'that adds an action without a title',
			'action.add',
			() => ({ ...mine, id: unknown, group_id: group.id, owner_id: bob.id, title: ' ' })
		],
		[
			'that adds an action for somebody outside',
			'action.add',
			() => ({ ...mine, id: unknown, group_id: group.id, owner_id: eve.id, born_in: session })
		],
		[
			'that adds an action in a group that does not exist',
			'action.add',
			() => ({ ...mine, id: unknown, group_id: unknown, owner_id: bob.id })
		],
		[
			'that adds an action taken in an unknown session',
			'action.add',
			() => ({ ...mine, id: unknown, group_id: group.id, owner_id: bob.id, born_in: unknown })
		],
		[
			'that adds an action twice',
			'action.add',
			async () => ({
				...{ ...mine, id: await addAction(bob, group.id), group_id: group.id, owner_id: bob.id }
			})
		],
		[
			'that reviews with an unknown outcome',
			'review.record',
			async () => ({ ...here(), action_id: await addAction(bob, group.id), outcome: 'great' })
		],
		[
			'that reviews with a line too long',
			'review.record',
			async () => ({
				...{ ...here(), action_id: await addAction(bob, group.id), outcome: 'done' },
				line: 'x'.repeat(301)
			})
		],
		[
			'that reviews nothing',
			'review.record',
			() => ({ ...here(), action_id: unknown, outcome: 'done' })
		],
		[
			'that marks somebody outside',
			'attendance.mark',
			() => ({ ...here(), member_id: eve.id, present: true })
		],
		['that marks neither', 'attendance.mark', () => ({ ...here(), member_id: bob.id })],
		['that says too much', 'feedback.write', () => ({ ...here(), plus: 'x'.repeat(1001) })],
		[
			'that speaks of a session of another group',
			'feedback.write',
			() => ({ ...here(), group_id: unknown, plus: 'calm' })
		]
	];

	test.each(wrong)('%s', async (_, kind, args) => {
		const sent = await args();
		const before = await contents();
		expect(await applyOne(bob, kind, sent as Record<string, unknown>)).toMatch(
			/^(CR001|CR002|CR005|22...|23...|42501)$/
		);
		expect(await contents()).toEqual(before);
	});

	const rows = [
		...['action', 'actions', 'attendance', 'challenge', 'contribution', 'feedback', 'goal'],
		...['notes', 'profile', 'review', 'session', '']
	];
	test.each(rows)('of a kind that no area knows: %s.other', async (of) => {
		const before = await contents();
		for (const kind of [of, `${of}.other`, `${of}.add.more`, `${of}.write.more`]) {
			const args = { id: challenge, changes: { question: 'x', body: 'x', name: 'x' } };
			expect(await applyOne(bob, kind, args)).toBe('CR005');
		}
		expect(await contents()).toEqual(before);
	});

	/** What the operations above could have changed. */
	async function contents(): Promise<unknown> {
		const [found] = await cercle.owner`
			select jsonb_build_object(
				'actions', (select jsonb_agg(t order by id) from actions t where group_id = ${group.id}),
				'notes', (select jsonb_agg(t) from challenge_notes t where group_id = ${group.id}),
				'challenges', (select jsonb_agg(t) from challenges t where group_id = ${group.id}),
				'reviews', (select jsonb_agg(t order by id) from reviews t where group_id = ${group.id}),
				'feedbacks', (select jsonb_agg(t order by id) from feedbacks t where group_id = ${group.id}),
				'there', (select jsonb_agg(t.present order by id) from attendances t where group_id = ${group.id}),
				'profile', (select to_jsonb(t) from profiles t where id = ${bob.id})
			) as all
		`;
		return found?.all;
	}

	test('by the API itself with a zero byte, which no text of the database can hold', async () => {
		const operations = [operation('notes.write', { id: challenge, changes: { body: 'a\u0000b' } })];
		const before = await contents();
		expect(code(await bob.client.rpc('apply_ops', sent(operations)))).toBe('22P05');
		expect(await contents()).toEqual(before);
	});

	test.each([
		['action.edit', () => ({ changes: { title: 'Mine' } })],
		['action.settle', () => ({ changes: { status: 'dropped' } })]
	])('by somebody outside: %s', async (kind, args) => {
		const id = await addAction(bob, group.id);
		const before = await row('actions', id);
		expect(await applyOne(eve, kind, { id, ...args() })).toBe('CR001');
		expect(await row('actions', id)).toEqual(before);
	});

	test('by somebody who left, on what was theirs', async () => {
		const carol = await joinGroup(cercle, group, 'Carol');
		const id = await addAction(carol, group.id);
		await leave(cercle, group.id, carol);
		expect(await applyOne(carol, 'action.edit', { id, changes: { title: 'Mine' } })).toBe('CR001');
		const args = { id: randomUUID(), group_id: group.id, owner_id: carol.id, ...mine };
		expect(await applyOne(carol, 'action.add', args)).toBe('CR001');
		expect(await row('actions', id)).toMatchObject({ title: 'Call the bank' });
	});

	test('on a review, an attendance or the scribe’s notes once the session is closed', async () => {
		const zoe = await cercle.signIn('Zoe');
		const own = await foundGroup(zoe);
		const yan = await joinGroup(cercle, own, 'Yan');
		const opened = await openSession(zoe, planFor(own, { presenters: [yan.id] }));
		const id = await addAction(zoe, own.id);
		await planSession(zoe, planFor(own, { starts_at: '2030-02-05T18:30:00Z' }));
		const { version } = await roomOf(zoe, opened.session_id);
		given(await close(zoe, opened.session_id, version));
		const of = { group_id: own.id, session_id: opened.session_id };
		const [notes] = await cercle.owner`
			select id from challenge_notes where session_id = ${opened.session_id}
		`;
		const late: [string, Record<string, unknown>][] = [
			['review.record', { ...of, action_id: id, outcome: 'done' }],
			['attendance.mark', { ...of, member_id: yan.id, present: true }],
			['notes.write', { id: notes?.id, changes: { body: 'Late' } }]
		];
		const codes = [];
		for (const [kind, args] of late) codes.push(await applyOne(zoe, kind, args));
		expect(codes).toEqual(['42501', 'CR002', 'CR001']);
		expect(await row('actions', id)).toMatchObject({ status: 'open' });
	});
});
