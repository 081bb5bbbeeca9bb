import type { Sql } from 'postgres';

/** A line of `room_commands`; times in microseconds since 1970, as exact as the database's. */
export interface LogLine {
	id: string;
	command: string;
	args: Args;
	member_id: string;
	version: number;
	at: number;
}

export interface Args {
	minutes?: number | number[];
	position?: number;
	member_id?: string;
}

/** Where a session stands and the columns of `room_states` that commands move; times likewise. */
export interface LoggedRoom {
	status: 'planned' | 'live' | 'closed';
	position: number | null;
	started_at: number | null;
	planned_ms: number;
	added_ms: number;
	paused_at: number | null;
	paused_ms: number;
	facilitator_id: string | null;
	minutes: number[] | null;
	version: number;
}

/** What the database keeps of a room: its state, its log, milliseconds spent by position. */
export interface Stored {
	state: LoggedRoom;
	log: LogLine[];
	spent: Map<number, number>;
}

/** Reads a room as the owner of the database. */
export async function stored(owner: Sql, sessionId: string): Promise<Stored> {
	const [row] = await owner.unsafe(
		`select to_jsonb(x) as room from (
			select
				(select to_jsonb(s) from (
					select n.status, r.position, extract(epoch from r.started_at) * 1000000 as started_at,
						r.planned_ms, r.added_ms, extract(epoch from r.paused_at) * 1000000 as paused_at,
						r.paused_ms, r.facilitator_id, r.minutes, r.version
					from room_states r join sessions n on n.id = r.session_id where n.id = $1
				) s) as state,
				(select coalesce(jsonb_agg(to_jsonb(l) order by version), '[]') from (
					select id, command, args, member_id, version, extract(epoch from at) * 1000000 as at
					from room_commands where session_id = $1
				) l) as log,
				(select coalesce(jsonb_agg(jsonb_build_array(position, actual_ms) order by position), '[]')
					from segments where session_id = $1 and actual_ms is not null) as spent
		) x`,
		[sessionId]
	);
	const { state, log, spent } = row?.room as Omit<Stored, 'spent'> & { spent: [number, number][] };
	return { state, log, spent: new Map(spent) };
}
