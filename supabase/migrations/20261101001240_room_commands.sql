-- The live room: a state machine. One command, one transaction: row, log, signal.

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

revoke execute on function public.room_command(uuid, text, jsonb, int, uuid),
	public.room_snapshot(uuid) from public, anon;
grant execute on function public.room_command(uuid, text, jsonb, int, uuid),
	public.room_snapshot(uuid) to authenticated;
