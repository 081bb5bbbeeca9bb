import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Action, Outcome, Review } from '#lib/domain/actions/action.ts';
import { outcomes } from '#lib/domain/actions/action.ts';
import { carryOver } from '#lib/domain/actions/carry.ts';
import { instant } from '#lib/domain/time.ts';
import { actionOf } from '../../support/action.ts';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	close,
	closeAround,
	code,
	command,
	date,
	foundGroup,
	given,
	type Group,
	joinGroup,
	keepForTheRoom,
	openSession,
	type Plan,
	planFor,
	planSession,
	type Room,
	roomOf,
	start
} from '../people.ts';

const cercle = connected();
let ada: Person;
let bob: Person;
let eve: Person;

/** A group whose session is under way, on 8 January 2030 in Paris. */
let group: Group;
let room: Room;
let plan: Plan;

beforeAll(async () => {
	[ada, bob, eve] = [
		await cercle.signIn('Ada'),
		await cercle.signIn('Bob'),
		await cercle.signIn('Eve')
	];
	await foundGroup(eve);
});
beforeEach(async () => {
	const founder = await cercle.signIn('Ada');
	ada = founder;
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	plan = planFor(group, { presenters: [bob.id] });
	room = await openSession(ada, plan);
});

/** The plan of the month after. */
const february = () => planFor(group, { starts_at: '2030-02-05T18:30:00Z' });
const end = (by: Person, next: unknown, version = room.version) =>
	close(by, plan.id, version, next);

async function action(id: string) {
	const [row] = await cercle.owner`
		select carries, due_on::text, due_in, status from actions where id = ${id}
	`;
	return { ...row };
}

/** Everything the closing could touch, as the owner finds it. */
async function everything() {
	const { owner } = cercle;
	const of = { group: group.id };
	const [row] = await owner`
		select jsonb_build_object(
			'sessions', (select jsonb_agg(t order by id) from sessions t where group_id = ${of.group}),
			'actions', (select jsonb_agg(t order by id) from actions t where group_id = ${of.group}),
			'notes', (select jsonb_agg(t order by id) from challenge_notes t where group_id = ${of.group}),
			'segments', (select jsonb_agg(t order by id) from segments t where group_id = ${of.group}),
			'rooms', (select jsonb_agg(t order by session_id) from room_states t where group_id = ${of.group}),
			'log', (select jsonb_agg(t order by id) from room_commands t where group_id = ${of.group})
		) as all
	`;
	return row?.all as unknown;
}

async function isRefused(expected: string, call: () => ReturnType<typeof end>): Promise<void> {
	const before = await everything();
	expect(code(await call())).toMatch(new RegExp(expected));
	expect(await everything()).toEqual(before);
}

/** As if the session had begun so many minutes before it did. */
async function began(minutes: number): Promise<void> {
	await date(cercle, async (sql) => {
		const past = sql`make_interval(mins => ${minutes})`;
		await sql`update sessions set started_at = started_at - ${past} where id = ${plan.id}`;
		await sql`update memberships set joined_at = joined_at - ${past} where group_id = ${group.id}`;
	});
}

describe('closing a session', () => {
	test('closes it, stops its clock and creates the next one with its plan', async () => {
		const next = { ...february(), place: 'Chez Bob', host_id: bob.id };
		const closed = given(await end(ada, next)) as Room;
		expect(closed).toMatchObject({ status: 'closed', version: room.version + 1 });
		expect(closed.paused_at).not.toBeNull();
		const sessions = await cercle.owner`
			select id, status, place, host_id, closed_at is not null as over from sessions
			where group_id = ${group.id} order by starts_at
		`;
		expect([...sessions]).toEqual([
			{ id: plan.id, status: 'closed', place: 'Vaise', host_id: null, over: true },
			{ id: next.id, status: 'planned', place: 'Chez Bob', host_id: bob.id, over: false }
		]);
		const segments = await cercle.owner`select from segments where session_id = ${next.id}`;
		expect(segments).toHaveLength(3);
		expect(await roomOf(ada, next.id)).toMatchObject({ position: null, facilitator_id: ada.id });
	});

	test('counts the time of the segment in which it ends', async () => {
		await cercle.owner`
			update room_states set started_at = started_at - interval '4 minutes'
			where session_id = ${plan.id}
		`;
		given(await end(ada, february()));
		const [first] = await cercle.owner`
			select actual_ms::int from segments where session_id = ${plan.id} and position = 0
		`;
		expect(first?.actual_ms).toBeGreaterThanOrEqual(240_000);
		expect(first?.actual_ms).toBeLessThan(250_000);
	});

	test('uses the next session that is planned already', async () => {
		const next = await planSession(ada, february());
		await planSession(ada, planFor(group, { starts_at: '2030-03-05T18:30:00Z' }));
		const due = await addAction(bob, group.id, { born_in: plan.id });
		given(await end(ada, null));
		expect(await action(due)).toMatchObject({ due_in: next });
	});

	test('passes over a session planned for an earlier day that never took place', async () => {
		await planSession(ada, planFor(group, { starts_at: '2029-12-01T18:30:00Z' }));
		const next = await planSession(ada, february());
		const due = await addAction(bob, group.id, { born_in: plan.id });
		expect(code(await end(ada, null))).toBeNull();
		expect(await action(due)).toMatchObject({ due_in: next });
	});

	test.each([
		['with no next one at all', () => null],
		['with a next one on the same evening', () => planFor(group)],
		['with a next one before it', () => planFor(group, { starts_at: '2029-12-01T18:30:00Z' })],
		['with a next one that exists', () => ({ ...february(), id: plan.id })],
		['with a next one without an id', () => ({ ...february(), id: null })],
		['with a next one of no group', () => ({ ...february(), group_id: null })],
		['with a next one of a foreign group', () => ({ ...february(), group_id: randomUUID() })],
		['with a next one for somebody foreign', () => ({ ...february(), facilitator_id: eve.id })],
		['with a next one too long', () => ({ ...february(), length_minutes: 9000 })],
		['with a next one without segments', () => ({ ...february(), segments: [] })],
		['with a next one that is no plan', () => 'soon'],
		['with a next one that is a list', () => [1]]
	])('is refused %s, and changes nothing', async (_, next) => {
		await isRefused('^(CR005|22|23)', () => end(ada, next()));
	});

	test('is refused before it began and after it ended', async () => {
		const later = await planSession(ada, february());
		const { version } = await roomOf(ada, later);
		await isRefused('CR004', () => close(ada, later, version));
		const closed = given(await end(ada, null)) as Room;
		await isRefused('CR004', () => end(ada, null, closed.version));
		const after = await command(ada, plan.id, 'pause', closed.version);
		expect(code(after)).toBe('CR004');
	});

	test('with a stale version is refused', async () => {
		const next = february();
		for (const version of [room.version - 1, room.version + 1, null]) {
			await isRefused('CR003', () => end(ada, next, version as number));
		}
	});

	test('sent again is harmless', async () => {
		const next = february();
		const late = await addAction(bob, group.id, { due_on: '2030-01-08' });
		const id = randomUUID();
		const first = given(await close(ada, plan.id, room.version, next, id));
		const before = await everything();
		expect(given(await close(ada, plan.id, room.version, next, id))).toEqual(first);
		expect(await everything()).toEqual(before);
		expect(await action(late)).toMatchObject({ carries: 1 });
	});

	test('by two at once closes it once', async () => {
		await began(121);
		const answers = await Promise.all([end(ada, february()), end(bob, february())]);
		const codes = answers.map(code);
		expect(codes.filter((found) => found === null)).toHaveLength(1);
		expect(codes.find((found) => found !== null)).toMatch(/^CR00[34]$/);
		const sessions = await cercle.owner`select from sessions where group_id = ${group.id}`;
		expect(sessions).toHaveLength(2);
	});
});

describe('who closes', () => {
	test('is the facilitator, until the planned end', async () => {
		await began(119);
		await isRefused('CR002', () => end(bob, february()));
		expect(code(await end(ada, february()))).toBeNull();
	});

	test('is any member after the planned end', async () => {
		await began(121);
		expect(code(await end(bob, february()))).toBeNull();
	});

	test('is who took the role over', async () => {
		const handed = given(
			await command(ada, plan.id, 'hand_over', room.version, { member_id: bob.id })
		) as Room;
		await isRefused('CR002', () => end(ada, february(), handed.version));
		expect(code(await end(bob, february(), handed.version))).toBeNull();
	});

	test('is never somebody outside', async () => {
		await began(121);
		await isRefused('CR001', () => end(eve, february()));
	});
});

describe('what was noted', () => {
	const note = (by: Person, changes: { body: string; takeaways?: string }) =>
		by.sql(
			(sql) => sql`
				update challenge_notes set ${sql(changes)} where session_id = ${plan.id} returning id
			`
		);
	const notes = async () => {
		const [row] = await cercle.owner`
			select body, takeaways from challenge_notes where session_id = ${plan.id}
		`;
		return { ...row };
	};

	beforeEach(async () => {
		await note(ada, { body: 'They may leave.', takeaways: 'Talk first.' });
	});

	test('stays, and is the presenter’s from then on', async () => {
		await roomOf(bob, plan.id);
		given(await end(ada, february()));
		expect(await notes()).toEqual({ body: 'They may leave.', takeaways: 'Talk first.' });
		expect(await note(ada, { body: 'Mine' })).toEqual([]);
		expect(await note(bob, { body: 'Mine' })).toHaveLength(1);
	});

	test('is erased when it was for the room only', async () => {
		await keepForTheRoom(bob, plan.id);
		given(await end(ada, february()));
		expect(await notes()).toEqual({ body: '', takeaways: '' });
	});

	test('at the very moment of the close is refused, not lost unsaid', async () => {
		await keepForTheRoom(bob, plan.id);
		await note(ada, { body: '', takeaways: '' });
		const [row] = await cercle.owner`select id from challenges where session_id = ${plan.id}`;
		const { late } = await closeAround(cercle, ada, plan.id, february(), () =>
			applyOne(ada, 'notes.write', { id: row?.id as string, changes: { body: 'They may leave.' } })
		);
		expect(await late).toBe('CR001');
		expect(await notes()).toEqual({ body: '', takeaways: '' });
	});

	test('is erased of that challenge only', async () => {
		const next = planFor(group, {
			starts_at: '2030-02-05T18:30:00Z',
			presenters: [ada.id, bob.id]
		});
		given(await end(ada, next));
		await start(ada, next.id);
		for (const person of [ada, bob]) {
			await ada.sql(
				(sql) => sql`
					update challenge_notes set body = 'Noted'
					where session_id = ${next.id} and presenter_id = ${person.id}
				`
			);
		}
		await keepForTheRoom(bob, next.id);
		const { version } = await roomOf(ada, next.id);
		const march = planFor(group, { starts_at: '2030-03-05T18:30:00Z' });
		given(await close(ada, next.id, version, march));
		const rows = await cercle.owner`
			select presenter_id, body from challenge_notes where session_id = ${next.id}
		`;
		expect(new Map(rows.map((row) => [row.presenter_id, row.body]))).toEqual(
			new Map([
				[ada.id, 'Noted'],
				[bob.id, '']
			])
		);
		// The notes of the first session are of another session.
		expect(await notes()).toEqual({ body: 'They may leave.', takeaways: 'Talk first.' });
	});
});

describe('carry-over', () => {
	const reviewed = (by: Person, action_id: string, outcome: Outcome) =>
		applyOne(by, 'review.record', {
			...{ group_id: group.id, session_id: plan.id, action_id, outcome, line: '' }
		});

	test('counts what was due and moves its date, not what is due later or was taken today', async () => {
		const late = await addAction(bob, group.id, { due_on: '2030-01-08' });
		const later = await addAction(bob, group.id, { due_on: '2030-01-09' });
		const today = await addAction(bob, group.id, { due_on: '2030-01-08', born_in: plan.id });
		const next = february();
		given(await end(ada, next));
		const open = { status: 'open', due_in: next.id };
		expect(await action(late)).toEqual({ ...open, carries: 1, due_on: '2030-02-05' });
		expect(await action(later)).toEqual({ ...open, carries: 0, due_on: '2030-01-09' });
		expect(await action(today)).toEqual({ ...open, carries: 0, due_on: '2030-01-08' });
	});

	test('leaves alone what is done or dropped, and carries what is partly or not done', async () => {
		const made: Record<string, string> = {};
		for (const outcome of outcomes) {
			made[outcome] = await addAction(bob, group.id);
			expect(await reviewed(ada, made[outcome], outcome)).toBeNull();
		}
		given(await end(ada, february()));
		const carries: Record<string, unknown> = {};
		for (const [outcome, id] of Object.entries(made)) carries[outcome] = (await action(id)).carries;
		expect(carries).toEqual({ done: 0, dropped: 0, partly: 1, not_done: 1 });
	});

	test('counts one more each month', async () => {
		const late = await addAction(bob, group.id);
		given(await end(ada, february()));
		const [next] = await cercle.owner`
			select id from sessions where group_id = ${group.id} and status = 'planned'
		`;
		const { version } = await start(ada, String(next?.id));
		const march = planFor(group, { starts_at: '2030-03-05T18:30:00Z' });
		given(await close(ada, String(next?.id), version, march));
		expect(await action(late)).toMatchObject({
			carries: 2,
			due_on: '2030-03-05',
			due_in: march.id
		});
	});

	test('counts the day where the session takes place, not where the server stands', async () => {
		// In Auckland it is already the ninth.
		const own = await foundGroup(ada);
		const there = planFor(own, { time_zone: 'Pacific/Auckland' });
		const opened = await openSession(ada, there);
		const late = await addAction(ada, own.id, { due_on: '2030-01-09' });
		const next = planFor(own, {
			...{ starts_at: '2030-02-05T18:30:00Z', time_zone: 'Pacific/Auckland' }
		});
		given(await close(ada, there.id, opened.version, next));
		expect(await action(late)).toMatchObject({ carries: 1, due_on: '2030-02-06' });
	});

	test('leaves the actions of other groups alone', async () => {
		const own = await foundGroup(eve);
		const elsewhere = await addAction(eve, own.id);
		given(await end(ada, february()));
		expect(await action(elsewhere)).toEqual({
			...{ status: 'open', carries: 0, due_on: '2030-01-08', due_in: null }
		});
	});

	test('does in the database what the domain says, whatever the actions', async () => {
		const one = fc.record({
			outcome: fc.option(fc.constantFrom(...outcomes)),
			status: fc.constantFrom(
				'open' as const,
				'open' as const,
				'done' as const,
				'dropped' as const
			),
			dueOn: fc.constantFrom('2029-11-30', '2030-01-07', '2030-01-08', '2030-01-09', '2030-06-30'),
			born: fc.constantFrom('between', 'today', 'before'),
			due: fc.constantFrom('none', 'today', 'elsewhere', 'never'),
			carries: fc.nat(5)
		});
		await fc.assert(
			fc.asyncProperty(fc.array(one, { maxLength: 8 }), async (rows) => {
				const zoe = await cercle.signIn('Zoe');
				const own = await foundGroup(zoe);
				const other = await planSession(zoe, planFor(own, { starts_at: '2030-05-01T18:30:00Z' }));
				const never = await planSession(zoe, planFor(own, { starts_at: '2029-12-04T18:30:00Z' }));
				const today = planFor(own);
				const opened = await openSession(zoe, today);
				const next = planFor(own, { starts_at: '2030-02-05T18:30:00Z' });
				const sessions = {
					between: null,
					none: null,
					today: today.id,
					before: other,
					elsewhere: other,
					never
				};
				const actions = rows.map(({ dueOn, status, carries, born, due }) =>
					actionOf({
						...{ id: randomUUID(), groupId: own.id, ownerId: zoe.id, dueOn, status, carries },
						...{ bornIn: sessions[born as 'today'], dueIn: sessions[due as 'today'] }
					})
				);
				const reviews = rows.flatMap(({ outcome, status }, turn): Review[] =>
					outcome && status === 'open'
						? [
								{
									...{ id: randomUUID(), actionId: actions[turn]!.id, sessionId: today.id },
									...{ outcome, line: '', reviewedBy: zoe.id, reviewedAt: instant(0) }
								}
							]
						: []
				);
				await lay(actions);
				for (const { actionId, outcome } of reviews) {
					const words = { action_id: actionId, outcome, line: '' };
					const of = { group_id: own.id, session_id: today.id };
					expect(await applyOne(zoe, 'review.record', { ...of, ...words })).toBeNull();
				}
				given(await close(zoe, today.id, opened.version, next));
				const closing = { id: today.id, date: '2030-01-08', earlier: [never] };
				const wanted = carryOver(actions, reviews, closing, { id: next.id, date: '2030-02-05' });
				expect(await laid(own.id)).toEqual(
					wanted
						.map(({ id, dueOn, status, carries, dueIn }) => ({ id, dueOn, status, carries, dueIn }))
						.sort((a, b) => (a.id < b.id ? -1 : 1))
				);
			}),
			{ numRuns: 20 }
		);
	});

	/** Puts actions where no member could: any past is possible. */
	async function lay(actions: Action[]): Promise<void> {
		if (actions.length === 0) return;
		const rows = actions.map(({ id, groupId, ownerId, title, dueOn, status, ...more }) => ({
			...{ id, group_id: groupId, owner_id: ownerId, title, due_on: dueOn, status },
			...{ born_in: more.bornIn, due_in: more.dueIn, carries: more.carries }
		}));
		await cercle.owner.begin(async (sql) => {
			// Without the triggers that would choose a session for them.
			await sql`set local session_replication_role = replica`;
			await sql`insert into actions ${sql(rows)}`;
		});
	}

	async function laid(groupId: string) {
		const rows = await cercle.owner`
			select id, due_on::text as "dueOn", status, carries, due_in as "dueIn"
			from actions where group_id = ${groupId} order by id
		`;
		return [...rows];
	}
});
