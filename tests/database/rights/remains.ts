import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import type { World } from '../personas.ts';

/** Ids of what is added. */
export interface Remains {
	/** An action of the presenter, reviewed in the live session. */
	presenterAction: string;
	/** Of the member who has not signed the charter in force. */
	unsignedAction: string;
	unsignedGoal: string;
	/** Settled before the later joiner came. */
	settledBreach: string;
	/** Withdrawn by the presenter, who had raised it. */
	withdrawnBreach: string;
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
		...{ settledBreach: randomUUID(), withdrawnBreach: randomUUID() },
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
			await sql`
				insert into sessions select (jsonb_populate_record(s, ${sql.json({ id })})).*
				from sessions s where id = ${earlier}
			`;
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
	});
}
