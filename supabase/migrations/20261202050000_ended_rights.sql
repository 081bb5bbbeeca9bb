-- The rights of members in a live session end when it is over, whenever somebody closes it.

create function private.goes_on(session cercle.sessions, member uuid, at timestamptz)
returns boolean
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return not private.is_over(session, at)
		or at <= private.last_sign(session) + interval '1 day' and exists (
			select from cercle.attendances a
			where a.session_id = session.id and a.member_id = member and a.present
		);
end $$;

create or replace function private.my_live_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select s.id from cercle.sessions s
		where s.status = 'live' and s.id in (select private.my_session_ids())
			and private.goes_on(s, (select private.uid()), private.room_time());
end $$;

create or replace function private.need_going(room cercle.room_states, me uuid, at timestamptz) returns void
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	if exists (
		select from cercle.sessions s
		where s.id = room.session_id and not private.goes_on(s, me, at)
	) then
		perform private.refuse('CR004', 'the session is over: it can be closed');
	end if;
end $$;
