-- The live room: a state machine. One command, one transaction: row, log, signal.

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

-- What the phones need to draw the room; anchors in milliseconds, no text.
create function private.room_json(room public.room_states) returns jsonb
language sql stable security definer set search_path = '' as $$
	select jsonb_build_object(
		'session_id', room.session_id, 'status', s.status, 'position', room.position,
		'started_at', extract(epoch from room.started_at) * 1000,
		'planned_ms', room.planned_ms, 'added_ms', room.added_ms,
		'paused_at', extract(epoch from room.paused_at) * 1000, 'paused_ms', room.paused_ms,
		'facilitator_id', room.facilitator_id, 'minutes', room.minutes, 'version', room.version,
		'floor', private.floor_json(room)
	)
	from public.sessions s where s.id = room.session_id
$$;

-- Tells the phones in the room that something changed; a hint, they fetch through RLS.
create function private.signal_room(session_id uuid, event text, payload jsonb) returns void
language sql volatile security definer set search_path = '' as $$
	select realtime.send(payload, event, private.room_topic(signal_room.session_id), true)
$$;

-- Milliseconds spent in the running segment, pauses left out.
create function private.elapsed_ms(room public.room_states, at timestamptz) returns bigint
language sql immutable set search_path = '' as $$
	select greatest(0, extract(epoch from coalesce(room.paused_at, at) - room.started_at) * 1000
		- room.paused_ms)::bigint
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

-- Locks the room for a command and checks what every command needs. Null when the command id was
-- seen before: a replay, to be answered with the state as it is.
create function private.lock_room(session_id uuid, expected_version int, command_id uuid)
returns public.room_states
language plpgsql volatile security definer set search_path = '' as $$
declare
	room public.room_states;
begin
	select * into room from public.room_states r
		where r.session_id = lock_room.session_id
			and r.session_id in (select private.my_session_ids())
		for update;
	if room.session_id is null then
		perform private.refuse('CR001', 'no such session');
	end if;
	if exists (
		select from public.room_commands c
		where c.id = command_id and c.session_id = room.session_id
	) then
		return null;
	end if;
	if (select s.status from public.sessions s where s.id = room.session_id) = 'closed' then
		perform private.refuse('CR004', 'the session is closed');
	end if;
	if room.version is distinct from expected_version then
		perform private.refuse('CR003', 'the room moved meanwhile');
	end if;
	return room;
end $$;

-- Notes that a member's phone was heard of in a live room; true when it is the first time. Who is
-- heard of takes part, unless the group says otherwise.
create function private.mark_seen(room public.room_states, member uuid) returns boolean
language sql volatile security definer set search_path = '' as $$
	insert into public.attendances as a (group_id, session_id, member_id, seen_at)
	values (room.group_id, room.session_id, member, private.room_time())
	on conflict (session_id, member_id) do update set seen_at = excluded.seen_at
	returning xmax = 0
$$;

-- Stores the state, logs the command, tells the phones. Who commands a live room is there.
create function private.save_room(
	room public.room_states, command text, args jsonb, command_id uuid, me uuid, at timestamptz,
	before jsonb
) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
	saved public.room_states;
begin
	update public.room_states r set
		position = room.position, started_at = room.started_at, planned_ms = room.planned_ms,
		added_ms = room.added_ms, paused_at = room.paused_at, paused_ms = room.paused_ms,
		facilitator_id = room.facilitator_id, minutes = room.minutes, version = room.version + 1,
		floor_version = r.floor_version + 1
		where r.session_id = room.session_id
		returning * into saved;
	insert into public.room_commands (
		id, group_id, session_id, member_id, command, args, version, at, before
	) values (
		command_id, room.group_id, room.session_id, me, command, args, saved.version, at, before
	);
	-- Giving the role away before the session is no presence: who does may well not come.
	if saved.position is not null then
		perform private.mark_seen(room, me);
	end if;
	perform private.signal_room(room.session_id, 'state', private.room_json(saved));
	return private.room_json(saved);
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

create function public.room_command(
	session_id uuid, command text, args jsonb, expected_version int, command_id uuid
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
	me uuid := private.me();
	room public.room_states := private.lock_room(room_command.session_id, expected_version, command_id);
	at timestamptz := private.room_time();
	before jsonb;
begin
	if room.session_id is null then
		return (select private.room_json(r) from public.room_states r
			where r.session_id = room_command.session_id);
	end if;
	args := private.command_args(command, args);
	if command = 'undo' then
		room := private.previous_room(room, me, at);
	else
		before := private.undoable_state(room, command);
		room := private.next_room(room, command, args, me, at);
	end if;
	return private.save_room(room, command, args, command_id, me, at, before);
end $$;
comment on function public.room_command is
	'start, pause, resume, add {minutes}, go {position}, plan {minutes: []}, take_over, hand_over {member_id}, undo. Answers the new state.';

create function public.room_snapshot(session_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
	me uuid := private.me();
	room public.room_states;
	arrived boolean;
begin
	select * into room from public.room_states r
		where r.session_id = room_snapshot.session_id
			and r.session_id in (select private.my_session_ids());
	if room.session_id is null then
		perform private.refuse('CR001', 'no such session');
	end if;
	if room.session_id in (select private.my_live_session_ids()) then
		arrived := private.mark_seen(room, me);
		if arrived then
			perform private.signal_room(room.session_id, 'changed', '{"tables":["attendances"]}');
		end if;
	end if;
	return jsonb_build_object(
		'now', public.server_clock(), 'topic', private.room_topic(room.session_id),
		'state', private.room_json(room), 'holder_away', private.holder_is_away(room),
		'thumb', private.thumb_of(room, me),
		'signals', case when room.facilitator_id = me then private.signals_json(room) else '[]' end
	);
end $$;
comment on function public.room_snapshot is
	'The room as it is, for joining, waking, a gap or polling. Being here is being present.';

revoke execute on function public.server_clock(), private.room_time(),
	public.room_command(uuid, text, jsonb, int, uuid), public.room_snapshot(uuid) from public, anon;
grant execute on function public.server_clock(), private.room_time(),
	public.room_command(uuid, text, jsonb, int, uuid), public.room_snapshot(uuid) to authenticated;
