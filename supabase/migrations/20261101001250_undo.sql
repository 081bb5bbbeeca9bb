-- Undoing the last command of a room: whoever gave it may take it back for ten seconds. The clock then
-- runs as if it had never been given.

-- What has to be known to take a command back: the room as it is, and the time its step had spent
-- before. Null for what cannot be taken back: a session that began has begun.
create function private.undoable_state(room public.room_states, command text) returns jsonb
language sql stable security definer set search_path = '' as $$
	select case when command <> 'start' then to_jsonb(room) || jsonb_build_object('actual_ms', (
		select s.actual_ms from public.segments s
		where s.session_id = room.session_id and s.position = room.position
	)) end
$$;

-- The room before its last command; refuses when it is not the caller's, not the last one, too old,
-- or an undo itself.
create function private.previous_room(room public.room_states, me uuid, at timestamptz)
returns public.room_states
language plpgsql volatile security definer set search_path = '' as $$
declare
	last public.room_commands;
	version int := room.version;
begin
	select * into last from public.room_commands c
		where c.session_id = room.session_id and c.version = room.version;
	if last.before is null or last.member_id is distinct from me
		or last.at < at - interval '10 seconds'
	then
		perform private.refuse('CR004', 'nothing of the caller to undo');
	end if;
	-- Who speaks in a step that was not meant to begin has finished.
	if (last.before ->> 'position')::int is distinct from room.position then
		perform private.end_turns(room, at);
	end if;
	room := jsonb_populate_record(room, last.before);
	room.version := version;
	update public.segments s set actual_ms = (last.before ->> 'actual_ms')::bigint
		where s.session_id = room.session_id and s.position = room.position;
	return room;
end $$;
