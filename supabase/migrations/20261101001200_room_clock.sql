-- What the room measures: its time, the time a step took, who was heard of.

-- The time of every room, here and nowhere else: what it says, all phones show.
create function private.room_time() returns timestamptz
language sql volatile set search_path = '' as $$
	select clock_timestamp()
$$;

create function public.server_clock() returns double precision
language sql volatile set search_path = '' as $$
	select extract(epoch from private.room_time()) * 1000
$$;
comment on function public.server_clock is 'The server''s time in milliseconds since 1970.';

-- Milliseconds spent in the running segment, pauses left out.
create function private.elapsed_ms(room public.room_states, at timestamptz) returns bigint
language sql immutable set search_path = '' as $$
	select greatest(0, extract(epoch from coalesce(room.paused_at, at) - room.started_at) * 1000
		- room.paused_ms)::bigint
$$;

-- Notes that a member's phone was heard of in a live room; true when it is the first time. Who is
-- heard of takes part, unless the group says otherwise.
create function private.mark_seen(room public.room_states, member uuid) returns boolean
language sql volatile security definer set search_path = '' as $$
	insert into public.attendances as a (group_id, session_id, member_id, seen_at)
	values (room.group_id, room.session_id, member, private.room_time())
	on conflict (session_id, member_id) do update set seen_at = excluded.seen_at
	returning xmax = 0
$$;

-- True when the caller may take the role: its holder has not been heard of for 30 seconds. Hours to
-- come are no sign of life: the server's clock was set back.
create function private.holder_is_away(room public.room_states) returns boolean
language sql stable security definer set search_path = '' as $$
	select room.facilitator_id is null or not exists (
		select from public.attendances a
		where a.session_id = room.session_id and a.member_id = room.facilitator_id
			and a.seen_at > private.room_time() - interval '30 seconds'
			and a.seen_at < private.room_time() + interval '30 seconds'
	)
$$;

revoke execute on function public.server_clock(), private.room_time() from public, anon;
grant execute on function public.server_clock(), private.room_time() to authenticated;
