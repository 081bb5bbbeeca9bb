-- Closing a session erases what was for the room only, of each challenge whose presenter chose so.

create function private.erase_room_traces(session_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
	update public.challenge_notes n set body = '', takeaways = ''
		from public.challenges c
		where c.id = n.id and c.session_id = erase_room_traces.session_id and c.keep = 'room';
	delete from public.contributions n using public.challenges c
		where c.id = n.challenge_id and c.session_id = erase_room_traces.session_id
			and c.keep = 'room';
end $$;
revoke execute on function private.erase_room_traces(uuid) from public, anon, authenticated;

create or replace function public.close_session(
	session_id uuid, next jsonb, expected_version int, command_id uuid
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
	me uuid := private.me();
	room public.room_states := private.lock_room(close_session.session_id, expected_version, command_id);
	at timestamptz := private.room_time();
	closing public.sessions;
	next_id uuid;
begin
	if room.session_id is null then
		return (select private.room_json(r) from public.room_states r
			where r.session_id = close_session.session_id);
	end if;
	select * into closing from public.sessions s where s.id = room.session_id for update;
	if closing.status <> 'live' then
		perform private.refuse('CR004', 'the session has not begun');
	end if;
	-- A session left open past its end may be closed by any member.
	if room.facilitator_id is distinct from me
		and at < closing.started_at + make_interval(mins => closing.length_minutes)
	then
		perform private.refuse('CR002', 'the facilitator closes the session');
	end if;
	if next is not null then
		if (next ->> 'group_id')::uuid <> closing.group_id
			or exists (select from public.sessions s where s.id = (next ->> 'id')::uuid)
		then
			perform private.refuse('CR005', 'the next session is not a new one of this group');
		end if;
		next_id := private.write_plan(next);
	else
		select s.id into next_id from public.sessions s
			where s.group_id = closing.group_id and s.status = 'planned'
				and s.starts_at > closing.starts_at
			order by s.starts_at limit 1;
	end if;
	if next_id is null
		or (select s.starts_at from public.sessions s where s.id = next_id) <= closing.starts_at
	then
		perform private.refuse('CR005', 'the next session needs a later date');
	end if;

	update public.segments s
		set actual_ms = coalesce(s.actual_ms, 0) + private.elapsed_ms(room, at)
		where s.session_id = room.session_id and s.position = room.position;
	perform private.erase_room_traces(closing.id);
	perform private.close_floor(room, at);
	perform private.carry_actions(closing, next_id);
	update public.sessions s set status = 'closed', closed_at = at where s.id = closing.id;
	room.paused_at := coalesce(room.paused_at, greatest(at, room.started_at));
	return private.save_room(
		room, 'close', jsonb_build_object('next', next_id), command_id, me, at, null
	);
end $$;
