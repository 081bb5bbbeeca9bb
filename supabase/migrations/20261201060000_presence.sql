-- Presence is one's own to say, a presenter's protection is theirs to loosen, and a session that nobody
-- closed is over: its room makes nobody present, and the daily run closes it.

-- Columns

alter table cercle.attendances add column claimed_at timestamptz;
comment on column cercle.attendances.claimed_at is
	'When a member whose phone was not in the room said that they were there: another member who was confirms it.';

-- Functions

drop function private.carry_actions(cercle.sessions, uuid);

-- The last that is known of a session that goes on: its planned end, or a later command. Whoever
-- still commands goes on.
create or replace function private.last_sign(session cercle.sessions) returns timestamptz
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return greatest(
		session.over_at,
		(select max(c.at) from cercle.room_commands c where c.session_id = session.id)
	);
end $$;

-- True once nobody meets in a live session any more: an hour after the last sign of it, or when it
-- is closed. Opening its room then makes nobody present.
create or replace function private.is_over(session cercle.sessions, at timestamptz) returns boolean
language sql stable set search_path = '', pg_temp as $$
	select session.status = 'closed'
		or session.status = 'live' and at > private.last_sign(session) + interval '1 hour'
$$;

-- Present is a member whose own phone was in the room, or who says until a day after the close that
-- they were there, once another member who was present confirms it. Nobody decides it of another:
-- those present consent to what becomes of a session.
create or replace function private.mark_attendance(session_id uuid, member_id uuid, present boolean)
returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	at timestamptz := private.room_time();
	held cercle.sessions;
	is_in boolean;
begin
	select * into held from cercle.sessions s
		where s.id = mark_attendance.session_id and s.id in (select private.my_dated_session_ids());
	if held.id is null then
		perform private.refuse('CR001', 'no such session');
	elsif mark_attendance.present is null or mark_attendance.member_id is null then
		perform private.refuse('CR005', 'a member was there, or was not');
	elsif held.status = 'planned'
		or at > coalesce(held.closed_at, private.last_sign(held)) + interval '1 day'
	then
		perform private.refuse('CR004', 'it is said during the session, or until a day after it');
	end if;
	if mark_attendance.member_id = me then
		is_in := mark_attendance.present and not private.is_over(held, at);
		insert into cercle.attendances as a (group_id, session_id, member_id, present, claimed_at)
		values (held.group_id, held.id, me, is_in,
			case when mark_attendance.present and not is_in then at end)
		on conflict on constraint attendances_session_id_member_id_key do update set
			present = mark_attendance.present and (a.present or excluded.present),
			claimed_at = case when not a.present then excluded.claimed_at end;
		return;
	end if;
	update cercle.attendances a set present = true
		where mark_attendance.present and a.session_id = held.id
			and a.member_id = mark_attendance.member_id
			and (a.present or a.claimed_at is not null)
			and exists (
				select from cercle.attendances mine
				where mine.session_id = held.id and mine.member_id = me and mine.present
			);
	if not found then
		perform private.refuse('CR002', 'nobody says it for another: they do, and one who was there confirms');
	end if;
end $$;

-- Operations on attendances: see `apply_operation`.
create or replace function private.apply_attendance(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
begin
	case kind
		when 'attendance.mark' then
			perform private.mark_attendance((args ->> 'session_id')::uuid,
				(args ->> 'member_id')::uuid, (args ->> 'present')::boolean);
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- Planning a session: one command writes the whole plan, so that it is never half there.

-- Writes the plan into its session; the callers check the right to. `plan` is {id, group_id,
-- starts_at, time_zone, place, format, length_minutes, facilitator_id, scribe_id, host_id,
-- presenters: [person], segments: [{kind, label, minutes, least, speakers, rule, person_id}]}.
create or replace function private.write_plan(plan jsonb) returns uuid
language plpgsql security definer set search_path = '', pg_temp as $$
declare
	planned cercle.sessions := jsonb_populate_record(null::cercle.sessions, plan);
	presenters uuid[] := array(
		select value::uuid
		from jsonb_array_elements_text(plan -> 'presenters') with ordinality p(value, turn)
		order by turn
	);
	person uuid;
	driver uuid := (select s.facilitator_id from cercle.sessions s where s.id = planned.id);
begin
	if planned.id is null or planned.length_minutes is null or planned.starts_at is null then
		perform private.refuse('CR005', 'the plan is incomplete');
	end if;
	-- An unknown time zone fails here.
	perform planned.starts_at at time zone coalesce(planned.time_zone, 'Europe/Paris');
	foreach person in array array_remove(
		presenters || planned.facilitator_id || planned.scribe_id || planned.host_id
			|| array(select (value ->> 'person_id')::uuid from jsonb_array_elements(plan -> 'segments')),
		null
	) loop
		if not private.belongs(person, planned.group_id) then
			perform private.refuse('CR005', 'a person of the plan is not a member of the group');
		end if;
	end loop;
	if jsonb_array_length(coalesce(plan -> 'segments', '[]')) not between 1 and 40
		or cardinality(presenters) > 8
		or cardinality(presenters) > (select count(distinct p.person) from unnest(presenters) p(person))
	then
		perform private.refuse('CR005', 'too few or too many segments or presenters');
	end if;

	insert into cercle.sessions as s (
		id, group_id, starts_at, time_zone, place, format, length_minutes,
		facilitator_id, scribe_id, host_id
	) values (
		planned.id, planned.group_id, planned.starts_at, coalesce(planned.time_zone, 'Europe/Paris'),
		coalesce(btrim(planned.place), ''), coalesce(planned.format, 'mastermind'),
		planned.length_minutes, planned.facilitator_id, planned.scribe_id, planned.host_id
	) on conflict (id) do update set
		starts_at = excluded.starts_at, time_zone = excluded.time_zone, place = excluded.place,
		format = excluded.format, length_minutes = excluded.length_minutes,
		facilitator_id = excluded.facilitator_id, scribe_id = excluded.scribe_id,
		host_id = excluded.host_id;

	delete from cercle.segments where session_id = planned.id;
	insert into cercle.segments (
		group_id, session_id, position, kind, label, minutes, least, speakers, rule, person_id
	)
	select planned.group_id, planned.id, turn - 1, kind, label, minutes,
		least(coalesce(x.least, minutes), minutes), speakers, rule, person_id
	from rows from (
		jsonb_to_recordset(plan -> 'segments') as (
			kind text, label jsonb, minutes int, least int, speakers text, rule text, person_id uuid
		)
	) with ordinality x(kind, label, minutes, least, speakers, rule, person_id, turn);

	-- A presenter taken off the plan keeps what they prepared, for themself; an untouched challenge
	-- is deleted.
	delete from cercle.challenges c
		where c.session_id = planned.id and c.presenter_id <> all (presenters) and c.version = 1
			and exists (select from cercle.challenge_notes n where n.id = c.id and n.version = 1);
	update cercle.challenges c set position = null
		where c.session_id = planned.id and c.presenter_id <> all (presenters);
	insert into cercle.challenges (group_id, session_id, presenter_id, position)
	select planned.group_id, planned.id, p.person, p.turn - 1
	from unnest(presenters) with ordinality p(person, turn)
	on conflict (session_id, presenter_id) do update set position = excluded.position
		where challenges.position is distinct from excluded.position;

	insert into cercle.room_states (session_id, group_id, facilitator_id)
		values (planned.id, planned.group_id, planned.facilitator_id)
		-- The role may have been handed over: only another name in the plan takes it from its holder.
		on conflict (session_id) do update set facilitator_id = excluded.facilitator_id
			where excluded.facilitator_id is distinct from driver;
	-- Actions taken between two sessions wait for the first one planned, not for one after it.
	update cercle.actions a set due_in = planned.id
		where a.group_id = planned.group_id and a.due_in is null and a.status = 'open'
			and not exists (
				select from cercle.sessions s
				where s.group_id = planned.group_id and s.status <> 'closed'
					and s.starts_at < planned.starts_at
			);
	return planned.id;
end $$;

-- Commands

create or replace function private.plan_session(plan jsonb, expected_version int) returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	planned cercle.sessions;
begin
	perform private.need_member((plan ->> 'group_id')::uuid);
	-- The room first, then the session: the order in which its commands lock them.
	perform from cercle.room_states r where r.session_id = (plan ->> 'id')::uuid for update;
	select * into planned from cercle.sessions s where s.id = (plan ->> 'id')::uuid for update;
	if planned.id is not null then
		if planned.id not in (select private.my_session_ids())
			or planned.group_id <> (plan ->> 'group_id')::uuid
		then
			perform private.refuse('CR001', 'no such session');
		end if;
		-- A facilitator who left the group does not block the plan.
		if planned.facilitator_id <> me and private.belongs(planned.facilitator_id, planned.group_id)
		then
			perform private.refuse('CR002', 'the facilitator changes the plan');
		end if;
		if planned.status <> 'planned' or planned.erased_at is not null then
			perform private.refuse('CR004', 'the session has begun, or its words were erased');
		end if;
	end if;
	if coalesce(planned.version, 0) <> coalesce(expected_version, 0) then
		perform private.refuse('CR003', 'the plan changed meanwhile');
	end if;
	return private.write_plan(plan);
end $$;

-- Locks a challenge to its presenter, or opens it, until the close. The member who drives the live
-- room may lock it; its presenter alone opens it.
create or replace function private.protect_challenge(challenge_id uuid, is_double boolean) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	held cercle.challenges;
begin
	select c.* into held from cercle.challenges c
		where c.id = protect_challenge.challenge_id
			and c.id in (select private.my_readable_challenge_ids())
		for update;
	if held.id is null or is_double is null then
		perform private.refuse('CR001', 'no such challenge');
	end if;
	if me <> held.presenter_id and not (is_double and exists (
		select from cercle.sessions s
		join cercle.room_states r on r.session_id = s.id
		where s.id = held.session_id and s.status = 'live' and r.facilitator_id = me
	)) then
		perform private.refuse('CR002', 'its presenter decides; the facilitator may lock it');
	end if;
	update cercle.challenges c set double_confidential = is_double where c.id = held.id;
end $$;

-- Carries open actions into the next session, also those of an earlier one that was never held; null:
-- into the next one planned. One that was due and is not finished counts one carry more and falls due
-- at the next session; one due later, or taken today, only changes its session. Of a session that
-- nobody closed in time only what was reviewed there counts.
create or replace function private.carry_actions(
	closing cercle.sessions, next_id uuid, only_reviewed boolean
) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	update cercle.actions a set
		carries = a.carries + carried.late::int,
		due_on = case when carried.late then carried.next_on else a.due_on end,
		due_in = next_id
	from (
		select b.id,
			b.born_in is distinct from closing.id
				and b.due_on <= (closing.starts_at at time zone closing.time_zone)::date
				and (not only_reviewed or exists (
					select from cercle.reviews r where r.action_id = b.id and r.session_id = closing.id
				)) as late,
			coalesce((n.starts_at at time zone n.time_zone)::date, b.due_on) as next_on
		from cercle.actions b
		left join cercle.sessions n on n.id = next_id
		left join cercle.sessions d on d.id = b.due_in
		where b.group_id = closing.group_id and b.status = 'open'
			and (b.due_in is null or d.starts_at <= closing.starts_at or b.born_in = closing.id)
	) carried
	where a.id = carried.id
$$;

-- Settled actions of which nothing was said since the limit. One that is part of a session whose
-- words are kept, or of one to come, stays with it.
create or replace function private.expired_action_ids(at timestamptz, most int) returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select a.id from cercle.actions a
	join cercle.groups g on g.id = a.group_id
	cross join lateral (select at - make_interval(months => g.retention_months) as limit_at) l
	where a.status <> 'open' and a.created_at < l.limit_at
		and coalesce(a.removed_at, '-infinity') < l.limit_at
		and not exists (
			select from cercle.action_events e where e.action_id = a.id and e.at >= l.limit_at
		)
		and not exists (
			select from cercle.reviews r where r.action_id = a.id and r.reviewed_at >= l.limit_at
		)
		and not exists (
			select from cercle.sessions s
			where s.erased_at is null
				and (
					s.id in (a.born_in, a.due_in)
					or s.id in (select r.session_id from cercle.reviews r where r.action_id = a.id)
				)
		)
	limit most
$$;

-- Notes that a member's phone was heard in a live room. A member whose phone is heard takes part,
-- unless they say otherwise; not once the session is over.
create or replace function private.mark_seen(room cercle.room_states, member uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	at timestamptz := private.room_time();
begin
	insert into cercle.attendances as a (group_id, session_id, member_id, seen_at)
	select room.group_id, room.session_id, member, at
	from cercle.sessions s where s.id = room.session_id and not private.is_over(s, at)
	on conflict (session_id, member_id) do update set seen_at = excluded.seen_at;
end $$;

-- The state after one command; refuses what the state does not allow.
create or replace function private.next_room(
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

-- Stores the state, logs the command, tells the phones. A member who commands a live room is there.
-- `me` is null when the server closes what nobody closed.
create or replace function private.save_room(
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
create or replace function private.need_going(room cercle.room_states, me uuid, at timestamptz) returns void
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	if exists (
		select from cercle.sessions s
		where s.id = room.session_id and private.is_over(s, at)
			and (
				at > private.last_sign(s) + interval '1 day'
				or not exists (
					select from cercle.attendances a
					where a.session_id = s.id and a.member_id = me and a.present
				)
			)
	) then
		perform private.refuse('CR004', 'the session is over: it can be closed');
	end if;
end $$;

create or replace function private.room_command(
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

-- Ends a live session: its notes become the presenter's, unfinished actions are carried. One that was
-- over before was closed at its last sign, whenever somebody says so: nobody spoke or was late since.
create or replace function private.end_session(
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
create or replace function private.close_forgotten(at timestamptz, most int) returns int
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
create or replace function private.close_session(
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

-- How long a group keeps its words. After that they are erased; dates, turns and minutes stay.

-- Helper functions

-- Sessions past their group's limit, planned ones that were never held too, except the last one that
-- was held: the next session begins with it.
create or replace function private.expired_session_ids(at timestamptz, most int) returns setof uuid
language sql volatile security definer set search_path = '', pg_temp as $$
	select s.id from cercle.sessions s
	join cercle.groups g on g.id = s.group_id
	where s.status <> 'live' and s.erased_at is null
		and s.over_at < at - make_interval(months => g.retention_months)
		and (s.status = 'planned' or exists (
			select from cercle.sessions l
			where l.group_id = s.group_id and l.closed_at > s.closed_at
		))
	order by s.starts_at
	limit most
	for update of s skip locked
$$;

-- Called once a day by the server, a batch at a time.
create or replace function private.erase_expired(at timestamptz, most int) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	-- One clock for every process: the database's. Tests have their own.
	moment timestamptz := coalesce(at, clock_timestamp());
	batch int := least(most, 1000);
	erased jsonb;
begin
	-- Another process is running it.
	if not pg_try_advisory_xact_lock(hashtextextended('erase_expired', 0)) then
		return '{}';
	end if;
	-- Sessions first: what is part of one whose words are kept stays with it; and before them those
	-- that nobody closed.
	erased := jsonb_build_object('forgotten', private.close_forgotten(moment, batch));
	erased := erased || private.erase_sessions(
		array(select private.expired_session_ids(moment, batch)), moment
	);
	erased := erased || jsonb_build_object('breaches', private.settle_lapsed(batch));
	erased := erased || jsonb_build_object('actions', private.erase_actions(moment, batch));
	-- After the actions, which may have served them.
	erased := erased || jsonb_build_object('goals', private.erase_goals(moment, batch));
	erased := erased || jsonb_build_object('invitations', private.erase_invitations(moment, batch));
	erased := erased || jsonb_build_object('reminders', private.erase_reminders(moment, batch));
	erased := erased || jsonb_build_object('operations', private.erase_operations(moment, batch));
	if exists (select from jsonb_each_text(erased) e where e.value <> '0') then
		perform private.tell_all_rooms();
	end if;
	return erased || jsonb_build_object('sign_ins', private.end_idle_sign_ins(batch));
end $$;

-- Policies

drop policy insert_live on cercle.attendances;
drop policy update_live on cercle.attendances;

-- Triggers

drop trigger note_change on cercle.attendances;
create trigger note_change after insert or update of claimed_at or delete on cercle.attendances
	for each row execute function private.note_change('attendances', 'session');

-- Grants

revoke insert (group_id, session_id, member_id, present), update (present)
	on cercle.attendances from authenticated;
grant execute on function private.mark_attendance(uuid, uuid, boolean) to authenticated;
