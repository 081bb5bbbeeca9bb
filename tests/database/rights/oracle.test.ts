import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { beforeAll, describe, expect, test } from 'vitest';
import type { kinds } from '#lib/changes/kinds.ts';
import { EXPOSED } from '../../../scripts/schemas.ts';
import { become } from '../../support/as-person.ts';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	foundGroup,
	joinGroup,
	openSession,
	planFor,
	segment
} from '../people.ts';
import { openWorld, type Named } from '../personas.ts';

// Whoever asks by an id is told the same of a row that is hidden from them as of one that is not there:
// the same code in the same words. Of an id that a caller makes for a row of their own this cannot hold:
// one that is taken is refused, whoever it belongs to.

/** Rows by what they are. */
const names = [
	...['group', 'session', 'planned', 'action', 'goal', 'challenge', 'contribution', 'member'],
	...['charter', 'invitation', 'breach', 'community', 'signIn', 'move']
] as const;
type Ids = Record<(typeof names)[number], string>;

const cercle = connected();
const askers: readonly Named[] = [
	'stranger',
	'invited',
	'unsigned',
	'left',
	'foreigner',
	'animator'
];
let people: Record<Named, Person>;
/** Of the group that none of them reads. */
let hidden: Ids;
/** Of the group of the foreigner, where the foreigner may do anything. */
let own: Ids;

beforeAll(async () => {
	const world = await openWorld(cercle);
	people = world.people;
	const { owner } = cercle;
	const idOf = async (table: string, where: Record<string, string>) => {
		const conditions = Object.entries(where).map(([name, value]) => `${name} = '${value}'`);
		const [row] = await owner.unsafe(`select id from ${table} where ${conditions.join(' and ')}`);
		return String(row!.id);
	};
	const [move] = await owner`
		insert into private.address_changes (account, email)
		values (${people.member.id}, 'member@elsewhere.example') returning id
	`;
	await owner`insert into address_waits (id, member_id) values (${move!.id}, ${people.member.id})`;
	hidden = {
		move: String(move!.id),
		...{ group: world.group.id, session: world.live, planned: world.planned },
		...{ action: world.action.member, goal: world.goal.shared, challenge: world.liveChallenge },
		...{ contribution: world.contribution.live, member: people.member.id },
		...{ charter: world.group.charterId, breach: world.breach.open, community: world.community },
		invitation: await idOf('invitations', {
			group_id: world.group.id,
			email: people.invited.email
		}),
		signIn: await idOf('auth.sessions', { user_id: people.member.id })
	};
	own = await ownRows(people.foreigner);
	own.signIn = await idOf('auth.sessions', { user_id: people.foreigner.id });
});

/** A group in which a session is live, founded by its facilitator and presenter. */
async function ownRows(founder: Person): Promise<Ids> {
	const group = await foundGroup(founder, 'Là-bas');
	const guest = await joinGroup(cercle, group, 'Guest');
	const { session_id } = await openSession(founder, planFor(group, { presenters: [founder.id] }));
	const [challenge] =
		await cercle.owner`select id from challenges where session_id = ${session_id}`;
	const contribution = randomUUID();
	const goal = randomUUID();
	const made: [string, Record<string, unknown>][] = [
		[
			'contribution.add',
			{
				...{ id: contribution, group_id: group.id, session_id, challenge_id: challenge!.id },
				...{ kind: 'advice', text: 'Wait' }
			}
		],
		['goal.add', { id: goal, group_id: group.id, ...goalWords }]
	];
	for (const [kind, args] of made)
		expect([kind, await applyOne(founder, kind, args)]).toEqual([kind, null]);
	return {
		...{
			group: group.id,
			session: session_id,
			planned: session_id,
			challenge: String(challenge!.id)
		},
		...{ action: await addAction(founder, group.id), goal, contribution, member: guest.id },
		...{ charter: group.charterId, invitation: randomUUID(), breach: randomUUID() },
		...{ community: randomUUID(), signIn: '', move: randomUUID() }
	};
}

const goalWords = {
	...{ title: 'Deliver every week', year: 2030, quarter: null, stage: null, measure: '' },
	...{ means: '', reason: '', shared: true }
};

type Making = (ids: Ids) => Record<string, unknown>;

/** Of each kind of operation, one that nothing is wrong with where the rows are one's own. */
const operations: Record<keyof typeof kinds, Making[]> = {
	'action.add': [
		({ group, member, session }) => ({
			...{
				id: randomUUID(),
				group_id: group,
				owner_id: member,
				title: 'Call',
				due_on: '2030-01-08'
			},
			...{ born_in: session, goal_id: null, partner_id: null }
		}),
		({ group, goal, member }) => ({
			...{ id: randomUUID(), group_id: group, owner_id: ME, title: 'Call', due_on: '2030-01-08' },
			...{ born_in: null, goal_id: goal, partner_id: member }
		})
	],
	'action.edit': [
		({ action, goal, member }) => ({ id: action, changes: { goal_id: goal, partner_id: member } }),
		({ action }) => ({ id: action, changes: { title: 'Write' } })
	],
	'action.settle': [({ action }) => ({ id: action, changes: { status: 'open' } })],
	'action.tell': [({ action }) => ({ id: action, changes: { outcome: 'partly', line: 'Half' } })],
	'action.decide': [
		({ action }) => ({ id: action, choice: 'do', title: '', due_on: null, line: '' })
	],
	'action.remove': [({ action }) => ({ id: action })],
	'actions.order': [({ action }) => ({ ids: [action] })],
	'goal.add': [({ group }) => ({ id: randomUUID(), group_id: group, ...goalWords })],
	'goal.edit': [({ goal }) => ({ id: goal, changes: { title: 'Deliver' } })],
	'goal.remove': [({ goal }) => ({ id: goal })],
	'challenge.write': [({ challenge }) => ({ id: challenge, changes: { question: 'Stay?' } })],
	'challenge.protect': [({ challenge }) => ({ id: challenge, double_confidential: true })],
	'challenge.withdraw': [({ challenge }) => ({ id: challenge })],
	'notes.write': [({ challenge }) => ({ id: challenge, changes: { body: 'Stays' } })],
	'contribution.add': [
		({ group, session, challenge }) => ({
			...{ id: randomUUID(), group_id: group, session_id: session, challenge_id: challenge },
			...{ kind: 'advice', text: 'Wait' }
		})
	],
	'contribution.write': [({ contribution }) => ({ id: contribution, changes: { text: 'Go' } })],
	'review.record': [
		({ group, session, action }) => ({
			...{ group_id: group, session_id: session, action_id: action, outcome: 'partly', line: '' }
		})
	],
	'attendance.mark': [
		({ group, session, member }) => ({
			...{ group_id: group, session_id: session, member_id: member, present: true }
		})
	],
	'feedback.write': [
		({ group, session, member }) => ({
			...{ group_id: group, session_id: session, member_id: member, plus: 'calm', delta: '' }
		})
	],
	'profile.write': [({ member }) => ({ id: member, changes: { name: 'Somebody' } })]
};
/** Stands for the caller. */
const ME = 'me';

const plan = ({ group, member }: Ids, id: string) => ({
	...{ id, group_id: group, starts_at: '2031-09-03T18:30:00Z', time_zone: 'Europe/Paris' },
	...{ place: '', format: 'mastermind', length_minutes: 60, facilitator_id: member },
	...{ scribe_id: member, host_id: member, presenters: [member] },
	segments: [segment('opening', 5, { person_id: member })]
});
const room = { expected_version: 1, command_id: randomUUID() };

/** Of each function that is told of a row by an id, a call that nothing is wrong with. */
const functions: Record<string, Making[]> = {
	accept_invitation: [({ invitation }) => ({ token: invitation })],
	change_address: [({ move }) => ({ change_id: move, old_code: '111111', new_code: '222222' })],
	confirm_address_wait: [({ move, group }) => ({ wait_id: move, group_id: group })],
	close_session: [
		({ session }) => ({ session_id: session, next: null, ...room }),
		(ids) => ({ session_id: ids.session, next: plan(ids, randomUUID()), ...room })
	],
	community_overview: [({ community }) => ({ community_id: community })],
	dismiss_signal: [({ session }) => ({ session_id: session, kind: 'pause' })],
	end_sign_ins: [({ signIn }) => ({ sign_in_id: signIn })],
	floor_command: [
		({ session }) => ({ session_id: session, command: 'raise', args: {} }),
		({ session, member }) => ({ session_id: session, command: 'give', args: { member_id: member } })
	],
	invite: [
		({ group }) => ({ group_id: group, email: 'guest@test.example', token_hash: 'malformed' })
	],
	leave_group: [({ group }) => ({ group_id: group })],
	plan_session: [
		(ids) => ({ plan: plan(ids, randomUUID()), expected_version: 7 }),
		(ids) => ({ plan: plan(ids, ids.planned), expected_version: 7 })
	],
	raise_breach: [
		({ group, member }) => ({ id: randomUUID(), group_id: group, accused_id: member, reason: '' }),
		({ group, member }) => ({
			id: randomUUID(),
			group_id: group,
			accused_id: member,
			reason: 'Told'
		})
	],
	read_invitation: [({ invitation }) => ({ token: invitation })],
	revoke_invitation: [({ invitation }) => ({ invitation_id: invitation })],
	room_command: [
		({ session }) => ({ session_id: session, command: 'take_over', args: {}, ...room }),
		({ session }) => ({ session_id: session, command: 'no such', args: {}, ...room }),
		({ session, member }) => ({
			...{ session_id: session, command: 'hand_over', args: { member_id: member }, ...room }
		})
	],
	replace_sign_in: [({ signIn }) => ({ former: signIn })],
	room_snapshot: [({ session }) => ({ session_id: session })],
	set_retention: [({ group }) => ({ group_id: group, months: 0, expected: 12 })],
	share_session: [
		({ session, member }) => ({ session_id: session, reader_id: member, agree: true })
	],
	sign_charter: [({ charter }) => ({ charter_id: charter })],
	signal_facilitator: [({ session }) => ({ session_id: session, kind: 'pause' })],
	vote_terms: [({ group, member }) => ({ group_id: group, accused_id: member })],
	vote_breach: [({ breach }) => ({ breach_id: breach, exclude: null })],
	withdraw_breach: [({ breach }) => ({ breach_id: breach })],
	write_charter: [({ group }) => ({ group_id: group, body: '', expected_version: 1 })]
};
/** Told of no row, or of one by an id that their caller makes. */
const withoutRows = [
	...['apply_ops', 'ask_address', 'claim_reminders', 'close_calendar', 'code_address'],
	...['delete_account', 'erase_expired', 'open_address_wait', 'stop_address_wait'],
	...['claim_invitation', 'finish_invitation', 'stop_address_wait_by'],
	...['export_account', 'finish_reminder', 'found_group', 'list_sign_ins', 'open_calendar', 'pull'],
	...['read_calendar', 'read_reminders', 'server_clock', 'set_reminders', 'subscribe_push'],
	'unsubscribe_push'
];

test('every function is asked', async () => {
	const found = await cercle.owner`
		select distinct proname::text as name from pg_proc
		where pronamespace = ${EXPOSED}::regnamespace order by 1
	`;
	const asked = [...Object.keys(functions), ...withoutRows].sort();
	expect(asked).toEqual(found.map(({ name }) => String(name)));
});

const invented = (): Ids => ({
	...(Object.fromEntries(names.map((name) => [name, randomUUID()])) as Ids)
});

/** Pairs of ids: of hidden rows, and of none; with rows of one's own, one id at a time. */
function pairs(by: Named): [what: string, hidden: Ids, invented: Ids][] {
	const all: [string, Ids, Ids] = ['all of them', hidden, invented()];
	if (by !== 'foreigner') return [all];
	// The id of a plan is made by the member who writes it.
	const one = names
		.filter((name) => name !== 'planned')
		.map((name): [string, Ids, Ids] => [
			`the ${name}`,
			{ ...own, [name]: hidden[name] },
			{ ...own, [name]: randomUUID() }
		]);
	return [all, ...one];
}

const inNameOf = (args: Record<string, unknown>, { id }: Person): Record<string, unknown> =>
	JSON.parse(JSON.stringify(args).replaceAll(`"${ME}"`, `"${id}"`));

/** How this person's call is answered, all of which is then taken back; null: it is not refused. */
async function answered(by: Named, call: string): Promise<string | null> {
	const undone = new Error('undone');
	let said: unknown = null;
	const work = cercle.owner.begin(async (sql) => {
		await become(sql, people[by]);
		[said] = await sql.unsafe(call);
		throw undone;
	});
	const error: unknown = await work.catch((error: unknown) => error);
	if (error === undone) return JSON.stringify(said);
	if (error instanceof postgres.PostgresError) return `${error.code} ${error.message}`;
	throw error;
}

const written = (value: unknown): string => {
	if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
	return typeof value === 'object' && value ? `'${JSON.stringify(value)}'::jsonb` : String(value);
};
/** What is asked, whatever it answers: only whether and how it is refused counts. */
const calling = (name: string, args: Record<string, unknown>) => {
	const given = Object.entries(args).map(([key, value]) => `${key} => ${written(value)}`);
	return `select null from (select public.${name}(${given.join(', ')})) asked`;
};
const applying = (kind: string, args: Record<string, unknown>) =>
	`select public.apply_ops(gen_random_uuid(), ${written([{ sequence: 1, kind, args }])}) -> 0 -> 'code'`;

describe.each(askers)('of a hidden row is told the same as of none: the %s', (by) => {
	/** What they may ask for is theirs. */
	const isTheirs = (name: string) =>
		(by === 'animator' && name === 'community_overview') ||
		// To somebody who left, that they were there is no news; nor to a member who has to sign.
		(by === 'left' && name === 'leave_group') ||
		(by === 'unsigned' && ['leave_group', 'sign_charter'].includes(name));

	async function expectAlike(asked: (ids: Ids) => string): Promise<void> {
		for (const [what, there, nowhere] of pairs(by)) {
			const [one, other] = [await answered(by, asked(there)), await answered(by, asked(nowhere))];
			expect([what, one]).toEqual([what, other]);
		}
	}

	test.each(Object.entries(functions).filter(([name]) => !isTheirs(name)))(
		'by %s',
		async (name, makings) => {
			for (const make of makings) await expectAlike((ids) => calling(name, make(ids)));
		}
	);

	test.each(Object.entries(operations))('by %s', async (kind, makings) => {
		for (const make of makings) {
			await expectAlike((ids) => applying(kind, inNameOf(make(ids), people[by])));
		}
	});
});
