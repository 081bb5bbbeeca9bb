import { SignJWT } from 'jose';
import type { Sql } from 'postgres';

/** One phone of the crowd: what it needs to join its room. */
export interface Seat {
	topic: string;
	member: string;
	token: string;
}

/**
 * Makes `rooms` groups with a live session each, seven members to a group and no member in two, and
 * answers their seats, room by room. As the owner: founding and inviting are not what is measured.
 */
export async function makeRooms(sql: Sql, rooms: number, jwtSecret: string): Promise<Seat[]> {
	await sql.begin(async (tx) => {
		await tx.unsafe(DATA, []).simple();
		await tx`select pg_temp.make_rooms(${rooms}::int)`;
	});
	await sql`analyze`;
	const seats = await sql<{ topic: string; member: string; session: string }[]>`
		select private.room_topic(s.id) as topic, m.member_id as member, a.id as session
		from sessions s join memberships m on m.group_id = s.group_id
		join auth.sessions a on a.user_id = m.member_id
		where s.place = 'bench' order by s.id, m.member_id
	`;
	const secret = new TextEncoder().encode(jwtSecret);
	return Promise.all(
		seats.map(async ({ topic, member, session }) => ({
			...{ topic, member },
			token: await new SignJWT({ role: 'authenticated', session_id: session })
				.setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
				.setSubject(member)
				.setAudience('authenticated')
				.setIssuedAt()
				.setExpirationTime('1h')
				.sign(secret)
		}))
	);
}

const DATA = `
create function pg_temp.made(kind int, number int) returns uuid language sql immutable as $$
	select ('00000b' || lpad(kind::text, 2, '0') || '-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid
$$;
create function pg_temp.make_rooms(rooms int) returns void language plpgsql as $$
begin
	insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
		select pg_temp.made(1, n), n || '@bench.example', now(), jsonb_build_object('name', 'Member ' || n)
		from generate_series(0, rooms * 7 - 1) n;
	insert into auth.sessions (id, user_id)
		select gen_random_uuid(), pg_temp.made(1, n) from generate_series(0, rooms * 7 - 1) n;
	insert into groups (id, name)
		select pg_temp.made(2, g), 'Group ' || g from generate_series(0, rooms - 1) g;
	insert into charters (id, group_id, version, body)
		select pg_temp.made(3, g), pg_temp.made(2, g), 1, 'What is said here stays.'
		from generate_series(0, rooms - 1) g;
	insert into memberships (group_id, member_id)
		select pg_temp.made(2, n / 7), pg_temp.made(1, n) from generate_series(0, rooms * 7 - 1) n;
	insert into signatures (group_id, charter_id, member_id)
		select pg_temp.made(2, n / 7), pg_temp.made(3, n / 7), pg_temp.made(1, n)
		from generate_series(0, rooms * 7 - 1) n;
	insert into sessions (
		id, group_id, starts_at, place, length_minutes, status, facilitator_id, started_at
	)
		select pg_temp.made(4, g), pg_temp.made(2, g), now(), 'bench', 120, 'live', pg_temp.made(1, g * 7), now()
		from generate_series(0, rooms - 1) g;
	insert into segments (
		group_id, session_id, position, kind, label, minutes, least, speakers, rule
	)
		select pg_temp.made(2, g), pg_temp.made(4, g), 0, 'discussion', '{"fr":"Discussion","en":"Discussion"}',
			40, 25, 'everyone', 'experience'
		from generate_series(0, rooms - 1) g;
	insert into room_states (
		session_id, group_id, facilitator_id, position, started_at, planned_ms
	)
		select pg_temp.made(4, g), pg_temp.made(2, g), pg_temp.made(1, g * 7), 0, now(), 2400000
		from generate_series(0, rooms - 1) g
	on conflict (session_id) do update set
		position = excluded.position, started_at = excluded.started_at, planned_ms = excluded.planned_ms;
end $$;
`;
