import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import type { World } from './personas.ts';

/** Ids of what is added. */
export interface Remains {
	/** An action of the presenter, reviewed in the live session. */
	presenterAction: string;
	/** Of who has not signed the charter in force. */
	unsignedAction: string;
	unsignedGoal: string;
	/** Settled before the later joiner came. */
	settledBreach: string;
	/** Withdrawn by the presenter, who had raised it. */
	withdrawnBreach: string;
}

export function namesOfRemains(): Remains {
	return {
		...{ presenterAction: randomUUID(), unsignedAction: randomUUID(), unsignedGoal: randomUUID() },
		...{ settledBreach: randomUUID(), withdrawnBreach: randomUUID() }
	};
}

/**
 * Rows that stay of other days: of a charter that was replaced and signed before, of somebody who came
 * another time, drove another room or was a member before or elsewhere, of a vote by somebody who left.
 * Put there by the owner, past the triggers: no member gets there in one evening.
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
		// All agree that one reader sees the closed session, who has not signed; one that another does.
		await sql`
			insert into session_consents (group_id, session_id, reader_id, member_id)
			select group_id, session_id, ${unsigned}::uuid, member_id from attendances
			where session_id = ${closed} and present
			union select group_id, session_id, ${later}::uuid, member_id from attendances
			where session_id = ${closed} and member_id = ${presenter}
		`;
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
