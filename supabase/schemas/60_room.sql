-- The live room: a state machine. One command, one transaction: row, log, signal.

create table cercle.room_states (
	session_id uuid primary key references cercle.sessions (id) on delete cascade,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	position int check (position between 0 and 39),
	started_at timestamptz check ((started_at is null) = (position is null)),
	planned_ms bigint not null default 0 check (planned_ms >= 0),
	added_ms bigint not null default 0 check (planned_ms + added_ms >= 0),
	paused_at timestamptz check (paused_at >= started_at),
	paused_ms bigint not null default 0 check (paused_ms >= 0),
	facilitator_id uuid references cercle.profiles (id) on delete set null,
	minutes int[],
	version int not null default 1,
	floor_version int not null default 1
);
comment on table cercle.room_states is
	'The clock of a session: anchors, never ticks. Every phone computes its digits from this row.';
comment on column cercle.room_states.position is 'The running segment. Null: not started.';
comment on column cercle.room_states.facilitator_id is
	'The member who drives now. It moves by take-over or hand-over only, never by a lost connection.';
comment on column cercle.room_states.minutes is
	'Minutes given to each segment, by position; 0: dropped. The plan''s own until somebody decides.';
comment on column cercle.room_states.floor_version is
	'Raised by all that may change who speaks: hands are no commands and must not outdate one.';
create index room_states_group on cercle.room_states (group_id);
create index room_states_facilitator on cercle.room_states (facilitator_id);

create table cercle.room_commands (
	id uuid primary key,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	member_id uuid references cercle.profiles (id) on delete set null,
	command text not null,
	args jsonb not null default '{}',
	version int not null,
	at timestamptz not null,
	before jsonb,
	unique (session_id, version)
);
comment on table cercle.room_commands is
	'What moved the room, in order, append-only. The id is the caller''s: a replay changes nothing.';
comment on column cercle.room_commands.before is
	'The state it moved the room from, for undoing it. Null: it cannot be undone.';
create index room_commands_group on cercle.room_commands (group_id);
create index room_commands_member on cercle.room_commands (member_id);

alter table cercle.room_states enable row level security;
alter table cercle.room_commands enable row level security;

-- Helper functions

-- Live sessions that I drive, or write for: facilitator by the room, scribe by the plan.
create function private.my_driven_session_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select s.id from cercle.sessions s
	join cercle.room_states r on r.session_id = s.id
	where s.id in (select private.my_live_session_ids())
		and (select private.uid()) in (r.facilitator_id, s.scribe_id)
$$;

-- The time of every room, here and nowhere else: all phones show what it says.
create function private.room_time() returns timestamptz
language sql volatile set search_path = '', pg_temp as $$
	select clock_timestamp()
$$;

-- The live topic of a session. The epoch moves with every removal, so a removed phone stays on a
-- dead topic.
create function private.room_topic(session_id uuid) returns text
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return (
		select 'room:' || s.id || ':' || g.epoch
		from cercle.sessions s join cercle.groups g on g.id = s.group_id
		where s.id = room_topic.session_id
	);
end $$;

-- Asked at every join: its plan is kept, as that of `my_group_ids`.
create function private.my_topics() returns setof text
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select private.room_topic(s.id) from cercle.sessions s
		where s.status <> 'closed' and s.id in (select private.my_session_ids());
end $$;

-- Tells the phones in the room that something changed; a hint, they fetch through the policies.
create function private.signal_room(session_id uuid, event text, payload jsonb) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	select realtime.send(payload, event, private.room_topic(signal_room.session_id), true)
$$;

-- Milliseconds spent in the running segment, without pauses.
create function private.elapsed_ms(room cercle.room_states, at timestamptz) returns bigint
language sql immutable set search_path = '', pg_temp as $$
	select greatest(0, extract(epoch from coalesce(room.paused_at, at) - room.started_at) * 1000
		- room.paused_ms)::bigint
$$;

-- Notes that a member's phone was heard in a live room. A member whose phone is heard takes part,
-- unless they say otherwise; not once the session is over.
create function private.mark_seen(room cercle.room_states, member uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	at timestamptz := private.room_time();
begin
	insert into cercle.attendances as a (group_id, session_id, member_id, seen_at)
	select room.group_id, room.session_id, member, at
	from cercle.sessions s where s.id = room.session_id and not private.is_over(s, at)
	on conflict (session_id, member_id) do update set seen_at = excluded.seen_at;
end $$;

-- True when the caller may take the role: its holder has left the group, or their phone was not
-- heard for 30 seconds. A last sign that lies in the future counts as none: the server's clock was
-- set back.
create function private.holder_is_away(room cercle.room_states) returns boolean
language sql stable security definer set search_path = '', pg_temp as $$
	select room.facilitator_id is null
		or not private.belongs(room.facilitator_id, room.group_id)
		or not exists (
			select from cercle.attendances a
			where a.session_id = room.session_id and a.member_id = room.facilitator_id
				and a.seen_at > private.room_time() - interval '30 seconds'
				and a.seen_at < private.room_time() + interval '30 seconds'
		)
$$;

-- A list of whole numbers; null when it is anything else.
create function private.int_array(list jsonb) returns int[]
language sql immutable set search_path = '', pg_temp as $$
	select case when jsonb_typeof(list) = 'array' and jsonb_array_length(list) <= 40 then array(
		select value::int from jsonb_array_elements_text(list) with ordinality x(value, turn)
		order by turn
	) end
$$;

-- What a command may say, and nothing else: the log keeps no words.
create function private.command_args(command text, args jsonb) returns jsonb
language sql immutable set search_path = '', pg_temp as $$
	select case command
		when 'add' then jsonb_build_object('minutes', (args ->> 'minutes')::int)
		when 'go' then jsonb_build_object('position', (args ->> 'position')::int)
		when 'hand_over' then jsonb_build_object('member_id', (args ->> 'member_id')::uuid)
		when 'plan' then jsonb_build_object('minutes', private.int_array(args -> 'minutes'))
		else '{}'
	end
$$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_room() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('room_states', null, 'session_id',
			$s$to_jsonb(t) || jsonb_build_object('id', t.session_id)$s$, null),
		('role_changes', 'room_commands', null,
			$s$jsonb_build_object(
				'id', t.id, 'session_id', t.session_id, 'command', t.command, 'at', t.at,
				'by_id', t.member_id, 'to_id', coalesce((t.args ->> 'member_id')::uuid, t.member_id)
			)$s$,
			$s$t.command in ('take_over', 'hand_over') and not exists (
				select from cercle.room_commands u
				where u.session_id = t.session_id and u.version = t.version + 1 and u.command = 'undo'
			)$s$)
$$;

-- Policies

create policy select_member on cercle.room_states for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));
create policy select_member on cercle.room_commands for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));

-- Members hear the room and show that they are there; nobody but the database speaks in it.
create policy select_room on realtime.messages for select to authenticated
	using ((select realtime.topic()) = any (array(select private.my_topics())));
create policy insert_presence on realtime.messages for insert to authenticated
	with check (
		extension = 'presence'
		and (select realtime.topic()) = any (array(select private.my_topics()))
	);

-- What the room adds to actions and reviews: the facilitator and the scribe write for the others.

create policy insert_owner on cercle.actions for insert to authenticated
	with check (
		group_id = any (array(select private.my_group_ids()))
		and (
			owner_id = (select private.uid())
			or born_in = any (array(select private.my_driven_session_ids()))
		)
	);
create policy insert_reviewer on cercle.reviews for insert to authenticated
	with check (
		session_id = any (array(select private.my_driven_session_ids()))
		or (
			session_id = any (array(select private.my_live_session_ids()))
			and action_id = any (array(select private.my_action_ids()))
		)
	);
create policy update_reviewer on cercle.reviews for update to authenticated
	using (
		session_id = any (array(select private.my_driven_session_ids()))
		or (
			session_id = any (array(select private.my_live_session_ids()))
			and action_id = any (array(select private.my_action_ids()))
		)
	);

-- Triggers

create trigger append_only before update of command, args, version, at, before
	on cercle.room_commands for each row execute function private.refuse_change();

-- What a command does to the state. These functions lock, store and send nothing.

-- Adds the time spent in the running segment to it. Nothing runs before the start.
create function private.leave_segment(room cercle.room_states, at timestamptz) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	update cercle.segments s
		set actual_ms = coalesce(s.actual_ms, 0) + private.elapsed_ms(room, at)
		where s.session_id = room.session_id and s.position = room.position
$$;

-- Opens segment `target` at `at` with the minutes given to it and closes the running one. A dropped
-- one comes back with those of the plan.
create function private.enter_segment(room cercle.room_states, target int, at timestamptz)
returns cercle.room_states
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	if target is null or target not between 0 and cardinality(room.minutes) - 1 then
		perform private.refuse('CR005', 'no such segment');
	end if;
	perform private.leave_segment(room, at);
	if room.minutes[target + 1] = 0 then
		room.minutes[target + 1] := (select s.minutes from cercle.segments s
			where s.session_id = room.session_id and s.position = target);
	end if;
	perform private.end_turns(room, at);
	if target is distinct from room.position then
		perform private.clear_segment(room, target);
	end if;
	room.position := target;
	room.started_at := at;
	room.planned_ms := room.minutes[target + 1] * 60000;
	room.added_ms := 0;
	room.paused_at := null;
	room.paused_ms := 0;
	return room;
end $$;

-- The minutes of the segments to come, as the facilitator decides on the way: 0 drops a segment,
-- none goes under its least. What runs and what is over keeps its own.
create function private.replan(room cercle.room_states, given int[]) returns int[]
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	if cardinality(given) is distinct from cardinality(room.minutes) or exists (
		select from cercle.segments s
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
	room cercle.room_states, command text, args jsonb, me uuid, at timestamptz
) returns cercle.room_states
language plpgsql volatile security definer set search_path = '', pg_temp as $$
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
		update cercle.sessions s set status = 'live', started_at = at
			where s.id = room.session_id and s.erased_at is null;
		if not found then
			perform private.refuse('CR004', 'the words of this session were erased');
		end if;
		room.minutes := array(select s.minutes from cercle.segments s
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
			-- A server's clock may be set back: no pause begins before its segment or ends before itself.
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

-- What undoing a command needs: the room as it is, and the time its segment had spent
-- before. Null for what cannot be taken back: a session that began has begun.
create function private.undoable_state(room cercle.room_states, command text) returns jsonb
language sql stable security definer set search_path = '', pg_temp as $$
	select case when command <> 'start' then to_jsonb(room) || jsonb_build_object('actual_ms', (
		select s.actual_ms from cercle.segments s
		where s.session_id = room.session_id and s.position = room.position
	)) end
$$;

-- The room before its last command, as if that had never been given: the member who gave it may
-- take it back for ten seconds. Refuses when it is not the caller's, not the last one, too old, or
-- an undo itself.
create function private.previous_room(room cercle.room_states, me uuid, at timestamptz)
returns cercle.room_states
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	last cercle.room_commands;
	version int := room.version;
begin
	select * into last from cercle.room_commands c
		where c.session_id = room.session_id and c.version = room.version;
	if last.before is null or last.member_id is distinct from me
		or last.at < at - interval '10 seconds'
	then
		perform private.refuse('CR004', 'nothing of the caller to undo');
	end if;
	-- A member who speaks in a segment that was not meant to begin has finished.
	if (last.before ->> 'position')::int is distinct from room.position then
		perform private.end_turns(room, at);
	end if;
	room := jsonb_populate_record(room, last.before);
	room.version := version;
	update cercle.segments s set actual_ms = (last.before ->> 'actual_ms')::bigint
		where s.session_id = room.session_id and s.position = room.position;
	return room;
end $$;

-- The state itself is sent with every command; here, that there is a room.
create trigger note_change after insert on cercle.room_states
	for each row execute function private.note_change('room_states', 'session');
create trigger note_change after insert on cercle.room_commands
	for each row when (new.command in ('take_over', 'hand_over', 'undo'))
	execute function private.note_change('role_changes', 'session');

-- Commands

-- Locks the room for a command and checks what every command needs. Null when the command id was
-- seen before: a replay, to be answered with the state as it is.
create function private.lock_room(session_id uuid, expected_version int, command_id uuid)
returns cercle.room_states
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	room cercle.room_states;
begin
	select * into room from cercle.room_states r
		where r.session_id = lock_room.session_id
			and r.session_id in (select private.my_session_ids())
		for update;
	if room.session_id is null then
		perform private.refuse('CR001', 'no such session');
	end if;
	if exists (
		select from cercle.room_commands c
		where c.id = command_id and c.session_id = room.session_id
	) then
		return null;
	end if;
	if (select s.status from cercle.sessions s where s.id = room.session_id) = 'closed' then
		perform private.refuse('CR004', 'the session is closed');
	end if;
	if room.version is distinct from expected_version then
		perform private.refuse('CR003', 'the room moved meanwhile');
	end if;
	return room;
end $$;

-- Stores the state, logs the command, tells the phones. A member who commands a live room is there.
-- `me` is null when the server closes what nobody closed.
create function private.save_room(
	room cercle.room_states, command text, args jsonb, command_id uuid, me uuid, at timestamptz,
	before jsonb
) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	saved cercle.room_states;
begin
	-- A member who gives the role away before the session does not count as present: they may not
	-- come. Looked at before the command is noted, which is a sign that the session goes on.
	if room.position is not null and me is not null then
		perform private.mark_seen(room, me);
	end if;
	update cercle.room_states r set
		position = room.position, started_at = room.started_at, planned_ms = room.planned_ms,
		added_ms = room.added_ms, paused_at = room.paused_at, paused_ms = room.paused_ms,
		facilitator_id = room.facilitator_id, minutes = room.minutes, version = room.version + 1,
		floor_version = r.floor_version + 1
		where r.session_id = room.session_id
		returning * into saved;
	insert into cercle.room_commands (
		id, group_id, session_id, member_id, command, args, version, at, before
	) values (
		command_id, room.group_id, room.session_id, me, command, args, saved.version, at, before
	);
	perform private.signal_room(room.session_id, 'state', private.room_json(saved));
	return private.room_json(saved);
end $$;

-- Refuses commands to a live session that is over. A member who was present may go on with it for a
-- day after its last sign; after that it can only be closed.
create function private.need_going(room cercle.room_states, me uuid, at timestamptz) returns void
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	if exists (
		select from cercle.sessions s
		where s.id = room.session_id and not private.goes_on(s, me, at)
	) then
		perform private.refuse('CR004', 'the session is over: it can be closed');
	end if;
end $$;

create function private.room_command(
	session_id uuid, command text, args jsonb, expected_version int, command_id uuid
) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	room cercle.room_states :=
		private.lock_room(room_command.session_id, expected_version, command_id);
	at timestamptz := private.room_time();
	before jsonb;
begin
	if room.session_id is null then
		return (select private.room_json(r) from cercle.room_states r
			where r.session_id = room_command.session_id);
	end if;
	perform private.need_going(room, me, at);
	args := private.command_args(command, args);
	if command = 'undo' then
		room := private.previous_room(room, me, at);
	else
		before := private.undoable_state(room, command);
		room := private.next_room(room, command, args, me, at);
	end if;
	return private.save_room(room, command, args, command_id, me, at, before);
end $$;

create function public.room_command(
	session_id uuid, command text, args jsonb, expected_version int, command_id uuid
) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.room_command(session_id, command, args, expected_version, command_id)
$$;
comment on function public.room_command is
	'start, pause, resume, add {minutes}, go {position}, plan {minutes: []}, take_over, hand_over {member_id}, undo. Answers the new state.';

create function private.room_snapshot(session_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	room cercle.room_states;
begin
	select * into room from cercle.room_states r
		where r.session_id = room_snapshot.session_id
			and r.session_id in (select private.my_session_ids());
	if room.session_id is null then
		perform private.refuse('CR001', 'no such session');
	end if;
	if room.session_id in (select private.my_live_session_ids()) then
		perform private.mark_seen(room, me);
	end if;
	return jsonb_build_object(
		'now', private.server_clock(), 'topic', private.room_topic(room.session_id),
		'state', private.room_json(room), 'holder_away', private.holder_is_away(room),
		'thumb', private.thumb_of(room, me),
		'signals', case when room.facilitator_id = me then private.signals_json(room) else '[]' end
	);
end $$;

create function public.room_snapshot(session_id uuid) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.room_snapshot(session_id)
$$;
comment on function public.room_snapshot is
	'The room as it is, for joining, waking, a gap or polling. Being here is being present.';

create function private.server_clock() returns double precision
language sql volatile set search_path = '', pg_temp as $$
	select extract(epoch from private.room_time()) * 1000
$$;

create function public.server_clock() returns double precision
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.server_clock()
$$;
comment on function public.server_clock is 'The server''s time in milliseconds since 1970.';

-- Ends a live session: its notes become the presenter's, unfinished actions are carried. One that was
-- over before was closed at its last sign, whenever somebody says so: nobody spoke or was late since.
create function private.end_session(
	room cercle.room_states, closing cercle.sessions, next_id uuid, command_id uuid, me uuid,
	at timestamptz
) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	was_over boolean := private.is_over(closing, at);
	ended_at timestamptz := case when was_over then private.last_sign(closing) else at end;
begin
	perform private.leave_segment(room, ended_at);
	perform private.erase_room_traces(closing.id);
	perform private.close_floor(room, ended_at);
	perform private.carry_actions(closing, next_id, was_over);
	update cercle.sessions s set status = 'closed', closed_at = ended_at where s.id = closing.id;
	room.paused_at := coalesce(room.paused_at, greatest(ended_at, room.started_at));
	return private.save_room(
		room, 'close', jsonb_build_object('next', next_id), command_id, me, at, null
	);
end $$;

-- Closes the live sessions that nobody closed, a day after their last sign: see `erase_expired`. Their
-- unfinished actions go into the next session planned, if there is one.
create function private.close_forgotten(at timestamptz, most int) returns int
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	room cercle.room_states;
	closing cercle.sessions;
	closed int := 0;
begin
	for room in
		select r.* from cercle.room_states r
		join cercle.sessions s on s.id = r.session_id
		where s.status = 'live' and private.last_sign(s) < close_forgotten.at - interval '1 day'
		order by r.session_id
		limit most
		for update of r skip locked
	loop
		select * into closing from cercle.sessions s
			where s.id = room.session_id and s.status = 'live' for update;
		if found then
			perform private.end_session(room, closing, (
				select s.id from cercle.sessions s
				where s.group_id = closing.group_id and s.status = 'planned'
					and s.starts_at > closing.starts_at
				order by s.starts_at limit 1
			), gen_random_uuid(), null, close_forgotten.at);
			closed := closed + 1;
		end if;
	end loop;
	return closed;
end $$;

-- Closing a session; the next date is set with it.
create function private.close_session(
	session_id uuid, next jsonb, expected_version int, command_id uuid
) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	room cercle.room_states :=
		private.lock_room(close_session.session_id, expected_version, command_id);
	at timestamptz := private.room_time();
	closing cercle.sessions;
	next_id uuid;
begin
	if room.session_id is null then
		return (select private.room_json(r) from cercle.room_states r
			where r.session_id = close_session.session_id);
	end if;
	select * into closing from cercle.sessions s where s.id = room.session_id for update;
	if closing.status <> 'live' then
		perform private.refuse('CR004', 'the session has not begun');
	end if;
	-- A session left open past its end may be closed by any member.
	if room.facilitator_id is distinct from me
		and at < closing.started_at + make_interval(mins => closing.length_minutes)
	then
		perform private.refuse('CR002', 'the facilitator closes the session');
	end if;
	return private.end_session(
		room, closing, private.next_session(closing, next), command_id, me, at
	);
end $$;

create function public.close_session(
	session_id uuid, next jsonb, expected_version int, command_id uuid
) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.close_session(session_id, next, expected_version, command_id)
$$;
comment on function public.close_session is
	'Closes a live session: carries unfinished actions into the next one, which is planned here or before.';

-- Grants

grant select on cercle.room_states, cercle.room_commands to authenticated;
grant execute on function
	private.my_driven_session_ids(), private.my_topics(), private.room_time(), private.shown_room(),
	private.room_command(uuid, text, jsonb, int, uuid), private.room_snapshot(uuid),
	private.server_clock(), private.close_session(uuid, jsonb, int, uuid),
	public.room_command(uuid, text, jsonb, int, uuid), public.room_snapshot(uuid),
	public.server_clock(), public.close_session(uuid, jsonb, int, uuid)
	to authenticated;
