import { randomUUID } from 'node:crypto';
import type { Sql, TransactionSql } from 'postgres';
import type { World } from '../personas.ts';

/** Ids of what is added. */
export interface Remains {
	/** An action of the presenter, reviewed in the live session. */
	presenterAction: string;
	/** Of the member who has not signed the charter in force. */
	unsignedAction: string;
	unsignedGoal: string;
	/** About the later joiner, open since before the newest came. */
	earlierBreach: string;
	/** Settled before the later joiner came. */
	settledBreach: string;
	/** Withdrawn by the presenter, who had raised it. */
	withdrawnBreach: string;
	/** The presenter's account waits to move; the member confirmed it. */
	addressWait: string;
	/** Actions and a goal of the member's that were over before the later joiners came. */
	doneAction: string;
	removedAction: string;
	removedGoal: string;
	/** Taken before the later joiners came, and done since. */
	toldAction: string;
	/** Of the member who came back, of their earlier stay. */
	backAction: string;
	backGoal: string;
	/** In another group, of before the presenter joined it; no session began there since. */
	elsewhereAction: string;
	/** In the shared session, by the member who left: a gift, and lines about actions of the member. */
	byLeft: { contribution: string; line: string; noLine: string };
	/** Without a line, in the session that not all share. */
	noLine: string;
	/** An earlier session that the one who was there alone shares with the later joiner. */
	alone: string;
	/** One that two of three share: a challenge that is off its plan, and one kept by its presenter. */
	aside: {
		session: string;
		challenge: { offPlan: string; presenter: string };
		contribution: { offPlan: string; presenter: string };
	};
	/** An earlier session that the member and the facilitator share with the later joiner. */
	partial: {
		session: string;
		/** Of the member; of the presenter, who did not answer; of the facilitator, locked. */
		challenge: { agreed: string; silent: string; locked: string };
		/** Given by the member; by the presenter; by the member to the one that is locked. */
		contribution: { agreed: string; silent: string; locked: string };
		/** Lines by the member and of theirs; of the presenter; by the presenter. */
		review: { agreed: string; silentOwner: string; silentWriter: string };
	};
	/** Began, was never closed, and was over just before the newest joined. */
	unclosed: { session: string; challenge: string; contribution: string };
	/** Planned for that time and never begun. */
	notHeld: string;
	/** Never closed either, and over for the hours of `HOURS_OVER`. The member was there. */
	ended: Record<Ended, { session: string; challenge: string }>;
	/** Earlier sessions of one person present, whose word for a later joiner does not open them. */
	unshared: Record<Unshared, string>;
}

/** In the room of the first, who was there may still go on; in that of the second nobody. */
const HOURS_OVER = { lapsed: 3, abandoned: 48 } as const;
export type Ended = keyof typeof HOURS_OVER;

/** Why not. */
export const unshared = {
	tooEarly: 'the later joiner had not joined again',
	byLeft: 'who agreed left',
	earlierStay: 'who agreed left and came back since',
	takenBack: 'it was taken back',
	toUnsigned: 'it was for somebody who has not signed',
	byChallenge: 'the presenter, who was not there, wrote a challenge',
	byNotes: 'notes were taken of the challenge of the presenter, who was not there',
	byContribution: 'the presenter, who was not there, gave something',
	byFeedback: 'the presenter, who was not there, said how it was',
	byReview: 'the action of the presenter, who was not there, was reviewed in words'
} as const;
export type Unshared = keyof typeof unshared;

export function namesOfRemains(): Remains {
	return {
		...{ presenterAction: randomUUID(), unsignedAction: randomUUID(), unsignedGoal: randomUUID() },
		...{
			earlierBreach: randomUUID(),
			settledBreach: randomUUID(),
			withdrawnBreach: randomUUID(),
			doneAction: randomUUID()
		},
		...{ removedAction: randomUUID(), removedGoal: randomUUID(), notHeld: randomUUID() },
		...{ toldAction: randomUUID(), backAction: randomUUID(), backGoal: randomUUID() },
		...{ elsewhereAction: randomUUID(), alone: randomUUID(), noLine: randomUUID() },
		byLeft: { contribution: randomUUID(), line: randomUUID(), noLine: randomUUID() },
		aside: {
			session: randomUUID(),
			challenge: { offPlan: randomUUID(), presenter: randomUUID() },
			contribution: { offPlan: randomUUID(), presenter: randomUUID() }
		},
		partial: {
			session: randomUUID(),
			challenge: { agreed: randomUUID(), silent: randomUUID(), locked: randomUUID() },
			contribution: { agreed: randomUUID(), silent: randomUUID(), locked: randomUUID() },
			review: { agreed: randomUUID(), silentOwner: randomUUID(), silentWriter: randomUUID() }
		},
		unclosed: { session: randomUUID(), challenge: randomUUID(), contribution: randomUUID() },
		ended: {
			lapsed: { session: randomUUID(), challenge: randomUUID() },
			abandoned: { session: randomUUID(), challenge: randomUUID() }
		},
		addressWait: randomUUID(),
		unshared: {
			...{ tooEarly: randomUUID(), byLeft: randomUUID(), earlierStay: randomUUID() },
			...{ takenBack: randomUUID(), toUnsigned: randomUUID() },
			...{ byChallenge: randomUUID(), byNotes: randomUUID(), byContribution: randomUUID() },
			...{ byFeedback: randomUUID(), byReview: randomUUID() }
		}
	};
}

/** The members who said that the reader may see a session, and when. */
interface Word {
	by: string;
	reader: string;
	given: Date;
	withdrawn?: Date;
}

/**
 * Rows that stay of other days: of a charter that was replaced and signed before, of somebody who
 * came another time, drove another room or was a member before or elsewhere, of a vote by somebody
 * who left. Put there by the owner, past the triggers: no member gets there in one evening.
 */
export async function addRemains(owner: Sql, world: World): Promise<void> {
	const { group, people, action, breach, closed, live, remains } = world;
	const earlier = world.earlier.id;
	const former = randomUUID();
	const [unsigned, left, absent] = [people.unsigned.id, people.left.id, people.absent.id];
	const [later, presenter] = [people.later.id, people.presenter.id];
	await owner.begin(async (sql) => {
		await sql`set local session_replication_role = replica`;
		await sql`update charters set version = 2 where id = ${group.charterId}`;
		await sql`
			insert into charters (id, group_id, version, body)
			values (${former}, ${group.id}, 1, 'What is said here stays.')
		`;
		await sql`
			insert into signatures (group_id, charter_id, member_id)
			values (${group.id}, ${former}, ${unsigned}), (${group.id}, ${former}, ${later})
		`;
		await sql`
			insert into actions (id, group_id, owner_id, title, due_on)
			values (${remains.unsignedAction}, ${group.id}, ${unsigned}, 'Write it down', '2030-02-05'),
				(${remains.presenterAction}, ${group.id}, ${presenter}, 'Ask the bank', '2030-02-05')
		`;
		await sql`
			insert into goals (id, group_id, owner_id, title, year, shared)
			values (${remains.unsignedGoal}, ${group.id}, ${unsigned}, 'Deliver every week', 2030, true)
		`;
		await sql`
			insert into action_events (group_id, action_id, kind, title, due_on, carries)
			values (${group.id}, ${action.left}, 'edited', 'Call them', '2030-02-05', 0),
				(${group.id}, ${remains.unsignedAction}, 'taken', 'Write it down', '2030-02-05', 0)
		`;
		await sql`
			insert into reviews (group_id, session_id, action_id, outcome)
			values (${group.id}, ${closed}, ${remains.unsignedAction}, 'partly'),
				(${group.id}, ${live}, ${remains.presenterAction}, 'partly')
		`;
		await sql`
			insert into attendances (group_id, session_id, member_id, present)
			values (${group.id}, ${earlier}, ${absent}, true)
			on conflict (session_id, member_id) do update set present = true
		`;
		await sql`
			insert into session_consents (group_id, session_id, reader_id, member_id)
			values (${group.id}, ${earlier}, ${later}, ${absent}), (${group.id}, ${live}, ${later}, ${presenter})
		`;
		await sql`
			insert into private.address_changes (id, account, email)
			values (${remains.addressWait}, ${presenter}, 'presenter@elsewhere.example')
		`;
		await sql`
			insert into address_waits (id, member_id, opened_at)
			select ${remains.addressWait}, ${presenter}, m.joined_at + interval '30 days' - interval '1 ms'
			from memberships m
			where m.group_id = ${group.id} and m.member_id = ${later} and m.left_at is null
		`;
		await sql`
			insert into address_confirmations (wait_id, group_id, member_id)
			values (${remains.addressWait}, ${group.id}, ${people.member.id})
		`;
		await sql`
			insert into attendances (group_id, session_id, member_id, present)
			values (${group.id}, ${earlier}, ${unsigned}, false)
		`;
		await sql`
			insert into session_consents (group_id, session_id, reader_id, member_id)
			values (${group.id}, ${earlier}, ${later}, ${unsigned})
		`;
		const [joined] = await sql`
			select joined_at - interval '1 ms' as before, joined_at + interval '1 ms' as after, now()
			from memberships where group_id = ${group.id} and member_id = ${later} and left_at is null
		`;
		const { before, after, now } = joined as unknown as Record<'before' | 'after' | 'now', Date>;
		const words: Record<Unshared, Word> = {
			tooEarly: { by: people.member.id, reader: later, given: before },
			byLeft: { by: left, reader: later, given: now },
			earlierStay: { by: unsigned, reader: later, given: after },
			takenBack: { by: people.member.id, reader: later, given: now, withdrawn: now },
			toUnsigned: { by: people.member.id, reader: unsigned, given: now },
			byChallenge: { by: people.member.id, reader: later, given: now },
			byNotes: { by: people.member.id, reader: later, given: now },
			byContribution: { by: people.member.id, reader: later, given: now },
			byFeedback: { by: people.member.id, reader: later, given: now },
			byReview: { by: people.member.id, reader: later, given: now }
		};
		for (const [why, word] of Object.entries(words) as [Unshared, Word][]) {
			const id = remains.unshared[why];
			await copySession(sql, earlier, { id });
			await sql`
				insert into attendances (group_id, session_id, member_id, present)
				values (${group.id}, ${id}, ${word.by}, true)
			`;
			await sql`
				insert into session_consents
					(group_id, session_id, reader_id, member_id, given_at, withdrawn_at)
				values (${group.id}, ${id}, ${word.reader}, ${word.by}, ${word.given}, ${word.withdrawn ?? null})
			`;
		}
		await sql`
			insert into memberships (group_id, member_id, joined_at, left_at)
			values (${group.id}, ${later}, '2020-01-01', '2021-01-01')
		`;
		await sql`
			insert into memberships (group_id, member_id, joined_at)
			values (${world.elsewhere}, ${left}, '2020-01-01'), (${world.elsewhere}, ${later}, '2020-01-01'),
				(${world.elsewhere}, ${people.back.id}, '2020-01-01')
		`;
		await sql`
			insert into breaches
				(id, group_id, accused_id, raised_by, reason, raised_at, settled_at, outcome)
			select ${remains.settledBreach}, group_id, ${absent}, ${presenter}, '',
				joined_at - interval '2 ms', joined_at - interval '1 ms', 'dismissed'
			from memberships where group_id = ${group.id} and member_id = ${later} and left_at is null
		`;
		await sql`
			insert into breaches
				(id, group_id, accused_id, raised_by, reason, raised_at, settled_at, outcome)
			values (${remains.withdrawnBreach}, ${group.id}, ${absent}, ${presenter}, '', now(), now(), 'withdrawn')
		`;
		// Locked to its presenter once the session is over, and not before.
		await sql`
			update challenges set double_confidential = true
			where session_id = ${live} or withdrawn_at is not null and group_id = ${group.id}
		`;
		await sql`
			update room_states set facilitator_id = ${absent} where session_id = ${closed}
		`;
		await sql`
			insert into breach_votes (breach_id, member_id, exclude) values (${breach.open}, ${left}, true)
		`;
		await sql`
			insert into breaches (id, group_id, accused_id, raised_by, reason, raised_at)
			select ${remains.earlierBreach}, group_id, ${later}, ${presenter}, 'Sold us.',
				joined_at - interval '1 ms'
			from memberships
			where group_id = ${group.id} and member_id = ${people.newest.id} and left_at is null
		`;
		await addOver(sql, world, before, now);
		await addPartial(sql, world);
		await addAuthors(sql, world);
		await addAside(sql, world);
		await addElsewhere(sql, world, after);
		await addUnclosed(sql, world);
		await addEnded(sql, world);
	});
}

/** Actions and a goal that were over before the later joiners came. */
async function addOver(sql: TransactionSql, world: World, at: Date, now: Date): Promise<void> {
	const { group, people, remains } = world;
	const of = { group_id: group.id, owner_id: people.member.id };
	const action = { ...of, due_on: '2030-02-05', created_at: at, updated_at: at, told_at: at };
	const none = { status: 'open', outcome: null, line: '' };
	const told = { status: 'done', outcome: 'done', line: 'Signed' };
	const back = { owner_id: people.back.id };
	await sql`insert into actions ${sql([
		{ ...action, ...none, id: remains.doneAction, title: 'Sign', status: 'done', removed_at: null },
		{
			...action,
			...none,
			id: remains.removedAction,
			title: 'Sign',
			status: 'dropped',
			removed_at: at,
			told_at: now
		},
		{ ...action, ...told, id: remains.toldAction, title: 'Sign', removed_at: null, told_at: now },
		{
			...action,
			...none,
			...back,
			id: remains.backAction,
			title: 'Sign',
			removed_at: null,
			told_at: null
		}
	])}`;
	await sql`
		insert into reviews (group_id, action_id, session_id, outcome, reviewed_at)
		select group_id, ${remains.backAction}, ${world.closed}, 'partly', left_at + interval '1 ms'
		from memberships
		where group_id = ${group.id} and member_id = ${people.back.id} and left_at is not null
	`;
	await sql`update actions set line = 'Nearly' where id = ${world.action.member}`;
	const goal = { ...of, year: 2030, created_at: at, updated_at: at };
	await sql`insert into goals ${sql([
		{ ...goal, id: remains.removedGoal, title: 'Grow', removed_at: at },
		{ ...goal, ...back, id: remains.backGoal, title: 'Grow', removed_at: null }
	])}`;
}

/** Words by which their author is asked about an earlier session, and words by which nobody is. */
async function addAuthors(sql: TransactionSql, world: World): Promise<void> {
	const { group, people, remains, earlier } = world;
	const { presenter, member, facilitator, later } = people;
	const { byChallenge, byNotes, byContribution, byFeedback, byReview } = remains.unshared;
	const within = (session_id: string) => ({ group_id: group.id, session_id });
	const challenge = async (session: string, by: string, question: string, body: string) => {
		const row = { ...within(session), id: randomUUID(), presenter_id: by };
		await sql`insert into challenges ${sql({ ...row, question, position: 0 })}`;
		await sql`insert into challenge_notes ${sql({ ...row, body })}`;
		return row.id;
	};
	const give = async (
		session: string,
		to: string,
		by: string,
		text: string,
		id: string = randomUUID()
	) => {
		const row = { id, challenge_id: to, author_id: by, kind: 'advice', text };
		await sql`insert into contributions ${sql({ ...within(session), ...row })}`;
	};
	const say = (session: string, by: string, plus: string) =>
		sql`insert into feedbacks ${sql({ ...within(session), member_id: by, plus })}`;
	const review = async (
		session: string,
		action_id: string,
		line: string,
		id: string = randomUUID(),
		by = presenter.id
	) => {
		const row = { id, action_id, outcome: 'partly', line, reviewed_by: by };
		await sql`insert into reviews ${sql({ ...within(session), ...row })}`;
	};
	await challenge(byChallenge, presenter.id, 'Two teams?', '');
	await challenge(byNotes, presenter.id, '', 'One team.');
	const to = await challenge(byContribution, facilitator.id, '', '');
	await give(byContribution, to, presenter.id, 'Ask them');
	await say(byFeedback, presenter.id, 'calm');
	await review(byReview, remains.presenterAction, 'Half of it');
	// Members of that day who left since, one of whom came back, are not asked.
	for (const { id } of [people.left, people.back]) await say(earlier.id, id, 'calm');
	const { alone, byLeft, noLine, toldAction } = remains;
	await give(
		earlier.id,
		earlier.challenge.present,
		people.left.id,
		'Ask them',
		byLeft.contribution
	);
	await review(earlier.id, toldAction, 'Half of it', byLeft.line, people.left.id);
	await review(earlier.id, world.action.member, '', byLeft.noLine, people.left.id);
	await review(remains.partial.session, toldAction, '', noLine, people.left.id);
	await copySession(sql, earlier.id, { id: alone });
	await sql`insert into attendances ${sql([
		{ ...within(alone), member_id: member.id, present: true },
		{ ...within(alone), member_id: facilitator.id, present: false }
	])}`;
	await sql`
		insert into session_consents ${sql({ ...within(alone), reader_id: later.id, member_id: member.id })}
	`;
	// Nothing was said in these.
	const empty = await challenge(alone, presenter.id, '', '');
	await give(alone, empty, presenter.id, '');
	await say(alone, presenter.id, '');
	await review(alone, remains.presenterAction, '');
}

async function addAside(sql: TransactionSql, world: World): Promise<void> {
	const { group, people, remains, earlier } = world;
	const { session, challenge, contribution } = remains.aside;
	const { member, facilitator, absent, later } = people;
	const here = { group_id: group.id, session_id: session };
	await copied(sql, earlier.id, { id: session });
	for (const { id } of [member, facilitator, absent]) {
		await sql`insert into attendances ${sql({ ...here, member_id: id, present: true })}`;
	}
	for (const { id } of [member, facilitator]) {
		await sql`
			insert into session_consents ${sql({ ...here, reader_id: later.id, member_id: id })}
		`;
	}
	for (const [kind, by, how] of [
		['offPlan', member, { position: null, keep: 'present' }],
		['presenter', facilitator, { position: 0, keep: 'presenter' }]
	] as const) {
		const row = { ...here, id: challenge[kind], presenter_id: by.id };
		await sql`insert into challenges ${sql({ ...row, ...how, question: 'Two teams?' })}`;
		await sql`
			insert into challenge_notes ${sql({ ...row, body: 'One team.', takeaways: 'One team.' })}
		`;
		await sql`
			insert into contributions ${sql({
				...{ ...here, id: contribution[kind], author_id: member.id, challenge_id: row.id },
				...{ kind: 'advice', text: 'Ask them' }
			})}
		`;
	}
}

/** The presenter belongs to another group too, in which no session began since. */
async function addElsewhere(sql: TransactionSql, world: World, joined: Date): Promise<void> {
	const { elsewhere, people, remains, earlier } = world;
	const of = { group_id: elsewhere, member_id: people.presenter.id };
	await sql`insert into memberships ${sql({ ...of, joined_at: joined })}`;
	await sql`
		insert into signatures (group_id, charter_id, member_id)
		select ${elsewhere}, id, ${people.presenter.id} from charters where group_id = ${elsewhere}
	`;
	await copySession(sql, earlier.id, {
		...{ id: randomUUID(), group_id: elsewhere },
		...{ started_at: '2020-01-01T18:00:00Z', closed_at: '2020-01-01T20:00:00Z' }
	});
	await sql`insert into actions ${sql({
		...{ id: remains.elsewhereAction, group_id: elsewhere, owner_id: people.foreigner.id },
		...{ title: 'Call them', due_on: '2030-02-05', created_at: '2020-01-01' }
	})}`;
}

/** A copy of a session, without what hangs on it. */
async function copySession(
	sql: TransactionSql,
	from: string,
	changes: { id: string } & Record<string, string>
): Promise<void> {
	const written = await sql`
		select attname from pg_attribute
		where attrelid = 'sessions'::regclass and attnum > 0 and attgenerated = ''
	`;
	const columns = sql(written.map(({ attname }) => attname as string));
	await sql`
		insert into sessions (${columns}) select ${columns} from (
			select (jsonb_populate_record(s, ${sql.json(changes)})).* from sessions s where id = ${from}
		) s
	`;
}

/** A copy of a session with its agenda and its room. */
async function copied(sql: TransactionSql, from: string, changes: { id: string }): Promise<void> {
	await copySession(sql, from, changes);
	await sql`
		insert into segments select (jsonb_populate_record(s,
			jsonb_build_object('id', gen_random_uuid(), 'session_id', ${changes.id}::text))).*
		from segments s where session_id = ${from}
	`;
	await sql`
		insert into room_states select (jsonb_populate_record(r,
			jsonb_build_object('session_id', ${changes.id}::text))).*
		from room_states r where session_id = ${from}
	`;
}

async function addPartial(sql: TransactionSql, world: World): Promise<void> {
	const { group, people, remains, earlier, action } = world;
	const { session, challenge, contribution, review } = remains.partial;
	const { member, presenter, facilitator, later } = people;
	const here = { group_id: group.id, session_id: session };
	await copied(sql, earlier.id, { id: session });
	for (const { id } of [member, presenter, facilitator, people.absent]) {
		await sql`insert into attendances ${sql({ ...here, member_id: id, present: true })}`;
	}
	for (const { id } of [member, facilitator]) {
		await sql`
			insert into session_consents ${sql({ ...here, reader_id: later.id, member_id: id })}
		`;
	}
	const words = { question: 'Two teams?', keep: 'present', double_confidential: false };
	for (const [position, [id, by]] of (
		[
			[challenge.agreed, member],
			[challenge.silent, presenter],
			[challenge.locked, facilitator]
		] as const
	).entries()) {
		const row = { ...here, id, presenter_id: by.id };
		const locked = { double_confidential: id === challenge.locked };
		await sql`insert into challenges ${sql({ ...row, ...words, ...locked, position })}`;
		await sql`
			insert into challenge_notes ${sql({ ...row, body: 'One team.', takeaways: 'One team.' })}
		`;
	}
	for (const [id, author, to] of [
		[contribution.agreed, member, challenge.silent],
		[contribution.silent, presenter, challenge.agreed],
		[contribution.locked, member, challenge.locked]
	] as const) {
		const given = { kind: 'advice', text: 'Ask them' };
		await sql`
			insert into contributions ${sql({ ...here, id, author_id: author.id, challenge_id: to, ...given })}
		`;
	}
	for (const { id } of [member, presenter]) {
		await sql`insert into feedbacks ${sql({ ...here, member_id: id, plus: 'calm' })}`;
	}
	for (const [id, action_id, by] of [
		[review.agreed, action.member, member],
		[review.silentOwner, remains.presenterAction, member],
		[review.silentWriter, remains.doneAction, presenter]
	] as const) {
		const said = { outcome: 'partly', line: 'Half of it' };
		await sql`insert into reviews ${sql({ ...here, id, action_id, reviewed_by: by.id, ...said })}`;
	}
}

async function addUnclosed(sql: TransactionSql, world: World): Promise<void> {
	const { group, people, remains, live } = world;
	const { session, challenge, contribution } = remains.unclosed;
	const { member, presenter, newest } = people;
	const here = { group_id: group.id, session_id: session };
	await copied(sql, live, { id: session });
	await copied(sql, live, { id: remains.notHeld });
	for (const id of [session, remains.notHeld]) {
		const isHeld = id === session;
		await sql`
			update sessions set status = ${isHeld ? 'live' : 'planned'},
				(started_at, starts_at) = (
					select case when ${isHeld} then at end, case when not ${isHeld} then at else starts_at end
					from (
						select m.joined_at - interval '1 ms' - make_interval(mins => length_minutes) as at
						from memberships m
						where m.group_id = ${group.id} and m.member_id = ${newest.id} and m.left_at is null
					) m
				)
			where id = ${id}
		`;
	}
	const row = { ...here, id: challenge, presenter_id: presenter.id };
	await sql`insert into challenges ${sql({ ...row, question: 'Two teams?', position: 0 })}`;
	await sql`insert into challenge_notes ${sql({ ...row, body: 'One team.' })}`;
	await sql`
		insert into contributions ${sql({
			...{ ...here, id: contribution, author_id: member.id, challenge_id: challenge },
			...{ kind: 'advice', text: 'Ask them' }
		})}
	`;
	await sql`insert into attendances ${sql({ ...here, member_id: member.id, present: true })}`;
	await sql`insert into feedbacks ${sql({ ...here, member_id: member.id, plus: 'calm' })}`;
	await sql`
		insert into reviews ${sql({
			...{ ...here, action_id: world.action.member, outcome: 'partly', line: 'Nearly' },
			reviewed_by: member.id
		})}
	`;
}

/** What is over for longer belongs to members of then: those who came first came earlier. */
async function addEnded(sql: TransactionSql, world: World): Promise<void> {
	const { group, people, remains, live } = world;
	const { member, presenter, facilitator, absent } = people;
	const first = [member.id, presenter.id, facilitator.id, absent.id];
	await sql`
		update memberships set joined_at = joined_at - interval '3 days'
		where group_id = ${group.id} and member_id = any (${first})
	`;
	for (const [word, hours] of Object.entries(HOURS_OVER) as [Ended, number][]) {
		const { session, challenge } = remains.ended[word];
		const here = { group_id: group.id, session_id: session };
		await copied(sql, live, { id: session });
		await sql`
			update sessions set started_at = clock_timestamp()
				- make_interval(hours => ${hours}, mins => length_minutes)
			where id = ${session}
		`;
		const row = { ...here, id: challenge, presenter_id: presenter.id };
		await sql`insert into challenges ${sql({ ...row, question: 'Two teams?', position: 0 })}`;
		await sql`insert into challenge_notes ${sql({ ...row, body: 'One team.' })}`;
		const gift = { ...here, id: randomUUID(), author_id: member.id, challenge_id: challenge };
		await sql`insert into contributions ${sql({ ...gift, kind: 'advice', text: 'Ask them' })}`;
		for (const [id, present] of [
			[member.id, true],
			[absent.id, false]
		] as const) {
			await sql`insert into attendances ${sql({ ...here, member_id: id, present })}`;
		}
	}
}
