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
	/** Actions and a goal of the member's that were over before the later joiners came. */
	doneAction: string;
	removedAction: string;
	removedGoal: string;
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
	/** Earlier sessions of one person present, whose word for a later joiner does not open them. */
	unshared: Record<Unshared, string>;
}

/** Why not. */
export const unshared = {
	tooEarly: 'the later joiner had not joined again',
	byLeft: 'who agreed left',
	earlierStay: 'who agreed left and came back since',
	takenBack: 'it was taken back',
	toUnsigned: 'it was for somebody who has not signed'
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
		partial: {
			session: randomUUID(),
			challenge: { agreed: randomUUID(), silent: randomUUID(), locked: randomUUID() },
			contribution: { agreed: randomUUID(), silent: randomUUID(), locked: randomUUID() },
			review: { agreed: randomUUID(), silentOwner: randomUUID(), silentWriter: randomUUID() }
		},
		unclosed: { session: randomUUID(), challenge: randomUUID(), contribution: randomUUID() },
		unshared: {
			...{ tooEarly: randomUUID(), byLeft: randomUUID(), earlierStay: randomUUID() },
			...{ takenBack: randomUUID(), toUnsigned: randomUUID() }
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
			toUnsigned: { by: people.member.id, reader: unsigned, given: now }
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
			values (${world.elsewhere}, ${left}, '2020-01-01'), (${world.elsewhere}, ${later}, '2020-01-01')
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
		await addUnclosed(sql, world);
	});
}

/** Actions and a goal that were over before the later joiners came. */
async function addOver(sql: TransactionSql, world: World, at: Date, now: Date): Promise<void> {
	const { group, people, remains } = world;
	const of = { group_id: group.id, owner_id: people.member.id };
	const action = { ...of, due_on: '2030-02-05', created_at: at, updated_at: at, told_at: at };
	await sql`insert into actions ${sql([
		{ ...action, id: remains.doneAction, title: 'Sign', status: 'done', removed_at: null },
		{
			...action,
			id: remains.removedAction,
			title: 'Sign',
			status: 'dropped',
			removed_at: at,
			told_at: now
		}
	])}`;
	await sql`insert into goals ${sql({
		...{ ...of, id: remains.removedGoal, title: 'Grow', year: 2030, removed_at: at },
		...{ created_at: at, updated_at: at }
	})}`;
}

/** A copy of a session, without what hangs on it. */
async function copySession(
	sql: TransactionSql,
	from: string,
	changes: { id: string }
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
