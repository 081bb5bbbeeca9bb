-- What a command does to the state of a room. Nothing here locks, stores or tells.

-- Opens segment `target` at `at` with the minutes given to it and closes the running one. A dropped
-- one comes back with those of the plan.
create function private.enter_segment(room public.room_states, target int, at timestamptz)
returns public.room_states
language plpgsql volatile security definer set search_path = '' as $$
begin
	if target is null or target not between 0 and cardinality(room.minutes) - 1 then
		perform private.refuse('CR005', 'no such step');
	end if;
	if room.position is not null then
		update public.segments s
			set actual_ms = coalesce(s.actual_ms, 0) + private.elapsed_ms(room, at)
			where s.session_id = room.session_id and s.position = room.position;
	end if;
	if room.minutes[target + 1] = 0 then
		room.minutes[target + 1] := (select s.minutes from public.segments s
			where s.session_id = room.session_id and s.position = target);
	end if;
	perform private.end_turns(room, at);
	if target is distinct from room.position then
		perform private.clear_step(room, target);
	end if;
	room.position := target;
	room.started_at := at;
	room.planned_ms := room.minutes[target + 1] * 60000;
	room.added_ms := 0;
	room.paused_at := null;
	room.paused_ms := 0;
	return room;
end $$;

-- The minutes of the steps to come, as the facilitator decides on the way: 0 drops a step, none goes
-- under its least. What runs and what is over keeps its own.
create function private.replan(room public.room_states, given int[]) returns int[]
language plpgsql stable security definer set search_path = '' as $$
begin
	if cardinality(given) is distinct from cardinality(room.minutes) or exists (
		select from public.segments s
		cross join lateral (select given[s.position + 1] as minutes) g
		where s.session_id = room.session_id
			and g.minutes is distinct from room.minutes[s.position + 1]
			and (s.position <= room.position
				or not coalesce(g.minutes = 0 or g.minutes between s.least and 180, false))
	) then
		perform private.refuse('CR005', 'minutes that the plan does not allow');
	end if;
	return given;
end $$;

-- The state after one command; refuses what the state does not allow.
create function private.next_room(
	room public.room_states, command text, args jsonb, me uuid, at timestamptz
) returns public.room_states
language plpgsql volatile security definer set search_path = '' as $$
declare
	heir uuid;
	minutes int;
begin
	if command = 'take_over' then
		if room.facilitator_id = me then
			perform private.refuse('CR004', 'the caller holds the role already');
		elsif not private.holder_is_away(room) then
			perform private.refuse('CR011', 'the facilitator is here');
		end if;
		room.facilitator_id := me;
		return room;
	end if;
	if room.facilitator_id is distinct from me then
		perform private.refuse('CR002', 'the facilitator drives the room');
	end if;
	if command = 'start' then
		if room.position is not null then
			perform private.refuse('CR004', 'the session has begun');
		end if;
		update public.sessions s set status = 'live', started_at = at where s.id = room.session_id;
		room.minutes := array(select s.minutes from public.segments s
			where s.session_id = room.session_id order by s.position);
		return private.enter_segment(room, 0, at);
	elsif command = 'hand_over' then
		heir := (args ->> 'member_id')::uuid;
		if heir is null or not private.belongs(heir, room.group_id) then
			perform private.refuse('CR005', 'the heir is not a member of the group');
		end if;
		room.facilitator_id := heir;
		return room;
	end if;
	if room.position is null then
		perform private.refuse('CR004', 'the session has not begun');
	end if;
	case command
		when 'pause' then
			if room.paused_at is not null then
				perform private.refuse('CR004', 'the clock is paused');
			end if;
			-- A server's clock may be set back: no pause begins before its step or ends before itself.
			room.paused_at := greatest(at, room.started_at);
		when 'resume' then
			if room.paused_at is null then
				perform private.refuse('CR004', 'the clock is running');
			end if;
			room.paused_ms := room.paused_ms
				+ greatest(0, extract(epoch from at - room.paused_at) * 1000);
			room.paused_at := null;
		when 'add' then
			minutes := (args ->> 'minutes')::int;
			if minutes is null or minutes not between -60 and 60 or minutes = 0 then
				perform private.refuse('CR005', 'minutes out of range');
			end if;
			room.added_ms := greatest(room.added_ms + minutes * 60000, -room.planned_ms);
			perform private.drop_thumbs(room);
		when 'go' then
			room := private.enter_segment(room, (args ->> 'position')::int, at);
		when 'plan' then
			room.minutes := private.replan(room, private.int_array(args -> 'minutes'));
		else
			perform private.refuse('CR005', 'no such command');
	end case;
	return room;
end $$;

-- A list of whole numbers; null when it is anything else.
create function private.int_array(list jsonb) returns int[]
language sql immutable set search_path = '' as $$
	select case when jsonb_typeof(list) = 'array' and jsonb_array_length(list) <= 40 then array(
		select value::int from jsonb_array_elements_text(list) with ordinality x(value, turn)
		order by turn
	) end
$$;

-- What a command may say, and nothing else: the log keeps no words.
create function private.command_args(command text, args jsonb) returns jsonb
language sql immutable set search_path = '' as $$
	select case command
		when 'add' then jsonb_build_object('minutes', (args ->> 'minutes')::int)
		when 'go' then jsonb_build_object('position', (args ->> 'position')::int)
		when 'hand_over' then jsonb_build_object('member_id', (args ->> 'member_id')::uuid)
		when 'plan' then jsonb_build_object('minutes', private.int_array(args -> 'minutes'))
		else '{}'
	end
$$;
