import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import type { Group } from './people.ts';

/** Whose rows they are, and where they belong. */
export interface Remaining {
	group: Group;
	unsigned: string;
	left: string;
	absent: string;
	/** Who was let into the session of before. */
	later: string;
	earlier: string;
	closed: string;
	leftAction: string;
	live: string;
	breach: string;
	presenter: string;
	foreigner: string;
	/** A breach settled before the later joiner came, and one that its raiser withdrew. */
	settled: string;
	withdrawn: string;
}

/**
 * Rows that stay of other days: of a charter that was replaced and signed before, of somebody who came
 * another time, drove another room or was a member before, of a vote by somebody who left. Put there by the owner, past the triggers: no member
 * gets there in one evening.
 */
export async function addRemains(
	owner: Sql,
	of: Remaining
): Promise<{ action: string; goal: string }> {
	const { group, unsigned, left, absent, later, presenter, earlier, breach } = of;
	const [action, goal, former] = [randomUUID(), randomUUID(), randomUUID()];
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
			values (${action}, ${group.id}, ${unsigned}, 'Write it down', '2030-02-05')
		`;
		await sql`
			insert into goals (id, group_id, owner_id, title, year, shared)
			values (${goal}, ${group.id}, ${unsigned}, 'Deliver every week', 2030, true)
		`;
		await sql`
			insert into action_events (group_id, action_id, kind, title, due_on, carries)
			values (${group.id}, ${of.leftAction}, 'edited', 'Call them', '2030-02-05', 0),
				(${group.id}, ${action}, 'taken', 'Write it down', '2030-02-05', 0)
		`;
		await sql`
			insert into reviews (group_id, session_id, action_id, outcome)
			values (${group.id}, ${of.closed}, ${action}, 'partly')
		`;
		await sql`
			insert into memberships (group_id, member_id, joined_at)
			select group_id, ${left}, '2020-01-01' from memberships where member_id = ${of.foreigner} limit 1
		`;
		await sql`
			insert into attendances (group_id, session_id, member_id, present)
			values (${group.id}, ${earlier}, ${absent}, true)
			on conflict (session_id, member_id) do update set present = true
		`;
		await sql`
			insert into session_consents (group_id, session_id, reader_id, member_id)
			values (${group.id}, ${earlier}, ${later}, ${absent}), (${group.id}, ${of.live}, ${later}, ${presenter})
		`;
		// All agree that one reader sees the closed session, who has not signed; one that another does.
		await sql`
			insert into session_consents (group_id, session_id, reader_id, member_id)
			select group_id, session_id, ${unsigned}::uuid, member_id from attendances
			where session_id = ${of.closed} and present
			union select group_id, session_id, ${later}::uuid, member_id from attendances
			where session_id = ${of.closed} and member_id = ${presenter}
		`;
		await sql`
			insert into memberships (group_id, member_id, joined_at, left_at)
			values (${group.id}, ${later}, '2020-01-01', '2021-01-01')
		`;
		await sql`
			insert into memberships (group_id, member_id, joined_at)
			select group_id, ${later}, '2020-01-01' from memberships where member_id = ${of.foreigner}
		`;
		await sql`
			insert into breaches
				(id, group_id, accused_id, raised_by, reason, raised_at, settled_at, outcome)
			select ${of.settled}, group_id, ${absent}, ${presenter}, '',
				joined_at - interval '2 ms', joined_at - interval '1 ms', 'dismissed'
			from memberships where group_id = ${group.id} and member_id = ${later} and left_at is null
		`;
		await sql`
			insert into breaches
				(id, group_id, accused_id, raised_by, reason, raised_at, settled_at, outcome)
			values (${of.withdrawn}, ${group.id}, ${absent}, ${presenter}, '', now(), now(), 'withdrawn')
		`;
		// Locked to its presenter once the session is over, and not before.
		await sql`
			update challenges set double_confidential = true
			where session_id = ${of.live} or withdrawn_at is not null and group_id = ${group.id}
		`;
		await sql`
			update room_states set facilitator_id = ${absent} where session_id = ${of.closed}
		`;
		await sql`
			insert into breach_votes (breach_id, member_id, exclude) values (${breach}, ${left}, true)
		`;
	});
	return { action, goal };
}
