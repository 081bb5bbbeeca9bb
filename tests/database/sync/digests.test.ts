import { createHmac, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { become } from '../../support/as-person.ts';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	apply,
	applyOne,
	close,
	foundGroup,
	given,
	type Group,
	joinGroup,
	keepForTheRoom,
	openSession,
	type Operation,
	operation,
	planFor,
	roomOf
} from '../people.ts';

const cercle = connected();
const { owner } = cercle;
let ada: Person;
let group: Group;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
});

type Written = [by: Person, operation: Operation];

/** Applies it, and proves that a digest of it is there, which knowing its words confirms. */
async function write(
	by: Person,
	kind: string,
	args: Record<string, unknown>,
	base: Record<string, unknown> | null = null
): Promise<Written> {
	const made = operation(kind, args, base);
	expect(await apply(by, [made])).toMatchObject([{ status: 'applied' }]);
	expect(await confirmed([by, made])).toBe(true);
	return [by, made];
}

/** Whether a person who holds the key, and guesses the words, finds their guess confirmed. */
async function confirmed([by, guess]: Written): Promise<boolean> {
	const said = JSON.stringify(guess);
	const [found] = await owner.begin(async (sql) => {
		await become(sql, by);
		return sql`select private.digest_operation(${said}::text::jsonb) as digest`;
	});
	const held = await owner`select from operations where digest = ${String(found!.digest)}`;
	return held.length > 0;
}

async function allConfirmed(written: readonly Written[]): Promise<boolean[]> {
	const answers = [];
	for (const one of written) answers.push(await confirmed(one));
	return answers;
}

/** A live session in which somebody new presents, and what all three kinds of words say of it. */
async function discussed() {
	const own = await foundGroup(ada);
	const presenter = await joinGroup(cercle, own, 'Bob');
	const { session_id } = await openSession(ada, planFor(own, { presenters: [presenter.id] }));
	await roomOf(presenter, session_id);
	const [challenge] = await owner`select id from challenges where session_id = ${session_id}`;
	const id = String(challenge!.id);
	const contribution = {
		...{ id: randomUUID(), group_id: own.id, session_id, challenge_id: id },
		...{ kind: 'advice', text: 'Ask them' }
	};
	return {
		...{ group: own, presenter, session: session_id, challenge: id, contribution: contribution.id },
		question: await write(presenter, 'challenge.write', { id, changes: { question: 'Stay?' } }),
		notes: await write(ada, 'notes.write', { id, changes: { body: 'Stays a year' } }),
		given: await write(ada, 'contribution.add', contribution)
	};
}

async function over(of: { group: Group; session: string }): Promise<void> {
	const next = planFor(of.group, { starts_at: '2030-02-05T18:30:00Z' });
	given(await close(ada, of.session, (await roomOf(ada, of.session)).version, next));
}

describe('no digest confirms a guess of words that were erased:', () => {
	test('a challenge that was withdrawn, its notes and what was given to it', async () => {
		const held = await discussed();
		expect(await applyOne(held.presenter, 'challenge.withdraw', { id: held.challenge })).toBeNull();
		expect(await allConfirmed([held.question, held.notes, held.given])).toEqual([
			...[false, false, false]
		]);
	});

	test('what was in the room only, once it is closed', async () => {
		const held = await discussed();
		await keepForTheRoom(held.presenter, held.session);
		expect(await allConfirmed([held.notes, held.given])).toEqual([true, true]);
		await over(held);
		expect(await allConfirmed([held.notes, held.given])).toEqual([false, false]);
	});

	test('a session whose time is over: also feedback, and the line of a review', async () => {
		const held = await discussed();
		const here = { group_id: held.group.id, session_id: held.session };
		const action_id = await addAction(ada, held.group.id);
		const review = { ...here, action_id, outcome: 'done', line: 'Wrote at last' };
		const written = [
			...[held.question, held.notes, held.given],
			await write(ada, 'feedback.write', { ...here, plus: 'calm', delta: 'shorter' }),
			await write(ada, 'review.record', review)
		];
		await over(held);
		expect(await allConfirmed(written)).toEqual(written.map(() => true));
		await owner`select private.erase_sessions(array[${held.session}]::uuid[], now())`;
		expect(await allConfirmed(written)).toEqual(written.map(() => false));
	});

	test('an action and a goal that were taken back, or whose time is over', async () => {
		for (const end of ['taken back', 'erased']) {
			const [action, goal] = [randomUUID(), randomUUID()];
			const mine = { group_id: group.id, title: `Call the bank, ${end}` };
			const written = [
				await write(ada, 'action.add', {
					...{ ...mine, id: action, owner_id: ada.id, due_on: '2030-01-08', born_in: null }
				}),
				await write(ada, 'goal.add', {
					...{ ...mine, id: goal, year: 2030, quarter: null, stage: null, shared: true },
					...{ measure: 'The account is open', means: '', reason: '' }
				}),
				await write(ada, 'goal.edit', { id: goal, changes: { reason: 'Costs too much' } })
			];
			if (end === 'taken back') {
				expect(await applyOne(ada, 'action.remove', { id: action })).toBeNull();
				expect(await applyOne(ada, 'goal.remove', { id: goal })).toBeNull();
			} else {
				await owner`delete from actions where id = ${action}`;
				await owner`delete from goals where id = ${goal}`;
			}
			expect(await allConfirmed(written)).toEqual([false, false, false]);
		}
	});

	test('a contribution that its author took back, whose words the author saw before', async () => {
		const held = await discussed();
		const args = { id: held.contribution, changes: { text: '' } };
		const emptied = operation('contribution.write', args, { text: 'Ask them' });
		expect(await apply(ada, [emptied])).toMatchObject([{ status: 'applied' }]);
		expect(await confirmed(held.given)).toBe(false);
		// Of the operation that took them back the digest says as much without these words as with them.
		expect(await confirmed([ada, { ...emptied, base: null }])).toBe(true);
	});

	test('what others wrote about somebody whose account ended', async () => {
		const held = await discussed();
		await over(held);
		expect(await allConfirmed([held.notes, held.given])).toEqual([true, true]);
		const { client, id, email } = held.presenter;
		given(await client.rpc('delete_account', { confirmation: email }));
		expect(await allConfirmed([held.notes, held.given])).toEqual([false, false]);
		const theirs = await owner`select from operations where member_id = ${id}`;
		expect([...theirs]).toEqual([]);
	});

	test('what was refused, and never stood anywhere', async () => {
		const late = operation('notes.write', { id: randomUUID(), changes: { body: 'Too late' } });
		expect(await apply(ada, [late])).toMatchObject([{ code: 'CR001' }]);
		expect(await confirmed([ada, late])).toBe(false);
	});

	test('of every column in which members write words by operations', async () => {
		const words = await owner`
			select distinct c.table_name || '.' || c.column_name as name
			from information_schema.column_privileges c
			join pg_constraint k on k.conrelid = format('cercle.%I', c.table_name)::regclass
				and pg_get_constraintdef(k.oid) ~ format('fits\\(%s,', c.column_name)
			where c.table_schema = 'cercle' and c.grantee = 'authenticated'
				and c.privilege_type in ('INSERT', 'UPDATE')
		`;
		const watched = await owner`
			select c.relname || '.' || arg as name
			from pg_trigger t join pg_class c on c.oid = t.tgrelid
			cross join unnest(string_to_array(encode(t.tgargs, 'escape'), '\\000')) arg
			where t.tgname = 'forget_operations'
		`;
		const missing = new Set(words.map(({ name }) => String(name)));
		for (const { name } of watched) missing.delete(String(name));
		expect([...missing].sort()).toEqual([
			// Erased with its copy in a review, which is watched; or with the title.
			'actions.line',
			// Erased with the title.
			...['goals.line', 'goals.means', 'goals.measure', 'goals.reason'],
			// Erased with the account, and with it all its operations.
			'profiles.name',
			// No operation writes it.
			'reminder_settings.time_zone'
		]);
	});
});

describe('the key', () => {
	test('is one of HMAC-SHA-256, without which a digest says nothing', async () => {
		const id = await addAction(ada, group.id);
		const args = { id, changes: { title: 'Write' } };
		const [, { sequence }] = await write(ada, 'action.edit', args, { title: 'Call the bank' });
		const [held] = await owner`
			select digest, (select key from private.digest_key) as key,
				jsonb_build_array(${ada.id}::text, 'action.edit'::text, ${JSON.stringify(args)}::text::jsonb)::text
					as message
			from operations where member_id = ${ada.id} and sequence = ${sequence}
		`;
		const expected = createHmac('sha256', held!.key as Buffer).update(String(held!.message));
		const kept = String(held!.digest).replaceAll('-', '');
		expect(expected.digest('hex').slice(0, 32)).toBe(kept);
	});

	test('is read by no role, and made by none twice', async () => {
		for (const question of [
			'select key from private.digest_key',
			"select private.hmac_sha256('', '')"
		]) {
			await expect(ada.sql((sql) => sql.unsafe(question))).rejects.toMatchObject({ code: '42501' });
		}
		await expect(
			owner`insert into private.digest_key (one, key) values (false, sha256('') || sha256(''))`
		).rejects.toMatchObject({ code: '23514' });
	});
});

describe('once the words are erased, an operation', () => {
	async function removed(): Promise<Operation[]> {
		const id = randomUUID();
		const args = { id, group_id: group.id, owner_id: ada.id, title: 'One', due_on: '2030-01-08' };
		const list = [
			operation('action.add', args),
			operation('action.edit', { id, changes: { title: 'Two' } }, { title: 'One' }),
			operation('action.remove', { id })
		];
		const answers = await apply(ada, list);
		expect(answers.map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
		return list;
	}

	test('that is sent again is answered the same, and nothing comes back', async () => {
		const list = await removed();
		const answers = await apply(ada, list);
		expect(answers.map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
		const [row] = await owner`select title from actions where id = ${String(list[0]!.args.id)}`;
		expect(row).toEqual({ title: '' });
	});

	test('about another row, from a place that one of them had, is told so', async () => {
		const [first] = await removed();
		const other = { ...first!, args: { ...first!.args, id: randomUUID() } };
		expect(await apply(ada, [other])).toMatchObject([{ code: 'CR012' }]);
	});
});

test('an operation in the place of one that was refused is refused, and never told applied', async () => {
	const id = await addAction(ada, group.id);
	const poor = operation('action.edit', { id, changes: { title: '' } });
	expect(await apply(ada, [poor])).toMatchObject([{ code: '23514' }]);
	const better = { ...poor, args: { id, changes: { title: 'Write' } } };
	expect(await apply(ada, [better])).toMatchObject([{ status: 'refused' }]);
	const [kept] = await owner`
		select row_id, digest from operations where member_id = ${ada.id} and sequence = ${poor.sequence}
	`;
	expect(kept).toEqual({ row_id: null, digest: null });
});
