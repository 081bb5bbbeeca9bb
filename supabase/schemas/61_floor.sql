-- The floor of a live session: the member who speaks, the raised hands, thumbs on going on with a
-- topic, and silent signals to the facilitator. All of it belongs to one segment and is seen in
-- that segment only. Several members press at once, and each press means the same whenever it
-- arrives: these are no commands of the room, and none of them can be stale.

create table cercle.speaking_turns (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	position int not null check (position between 0 and 39),
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	raised_at timestamptz not null,
	began_at timestamptz check (began_at >= raised_at),
	ended_at timestamptz check (ended_at >= began_at),
	check (ended_at is null or began_at is not null)
);
comment on table cercle.speaking_turns is
	'Raised hands and turns to speak, by segment. A hand taken down leaves nothing.';
create unique index speaking_turns_open on cercle.speaking_turns (session_id, position, member_id)
	where ended_at is null;
create unique index speaking_turns_speaker on cercle.speaking_turns (session_id, position)
	where began_at is not null and ended_at is null;
create index speaking_turns_session on cercle.speaking_turns (session_id);
create index speaking_turns_group on cercle.speaking_turns (group_id);
create index speaking_turns_member on cercle.speaking_turns (member_id);

-- Nobody reads these two: functions answer with counts.
create table private.room_thumbs (
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	position int not null,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	up boolean not null,
	primary key (session_id, position, member_id)
);
create index room_thumbs_member on private.room_thumbs (member_id);

create table private.room_signals (
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	position int not null,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	kind text not null check (kind in ('advice', 'off_topic', 'over_time', 'pause')),
	primary key (session_id, position, kind, member_id)
);
create index room_signals_member on private.room_signals (member_id);

alter table cercle.speaking_turns enable row level security;
alter table private.room_thumbs enable row level security;
alter table private.room_signals enable row level security;

-- Helper functions

-- The floor of the running segment, for every phone: ids, moments and counts.
create function private.floor_json(room cercle.room_states) returns jsonb
language sql stable security definer set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'version', room.floor_version,
		'turns', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'member_id', t.member_id, 'raised_at', extract(epoch from t.raised_at) * 1000,
				'began_at', extract(epoch from t.began_at) * 1000
			) order by t.began_at, t.raised_at, t.id), '[]')
			from cercle.speaking_turns t
			where t.session_id = room.session_id and t.position = room.position and t.ended_at is null
		),
		'thumbs', (
			select jsonb_build_object(
				'up', count(*) filter (where t.up), 'down', count(*) filter (where not t.up)
			)
			from private.room_thumbs t
			where t.session_id = room.session_id and t.position = room.position
		)
	)
$$;

create function private.thumb_of(room cercle.room_states, member uuid) returns boolean
language sql stable security definer set search_path = '', pg_temp as $$
	select t.up from private.room_thumbs t
	where t.session_id = room.session_id and t.position = room.position and t.member_id = member
$$;

create function private.drop_thumbs(room cercle.room_states) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	delete from private.room_thumbs t
	where t.session_id = room.session_id and t.position = room.position
$$;

-- How often each signal was given in the running segment.
create function private.signals_json(room cercle.room_states) returns jsonb
language sql stable security definer set search_path = '', pg_temp as $$
	select coalesce(jsonb_agg(jsonb_build_object('kind', s.kind, 'count', s.times) order by s.kind), '[]')
	from (
		select kind, count(*) as times from private.room_signals
		where session_id = room.session_id and position = room.position
		group by kind
	) s
$$;

-- Ends the turn of the member who speaks in the running segment. Hands stay up: going on by mistake
-- can be undone.
create function private.end_turns(room cercle.room_states, at timestamptz) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	update cercle.speaking_turns t set ended_at = greatest(at, t.began_at)
	where t.session_id = room.session_id and t.position = room.position
		and t.began_at is not null and t.ended_at is null
$$;

-- Nobody waits in a segment that is entered, also when it is entered again.
create function private.clear_segment(room cercle.room_states, target int) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	delete from cercle.speaking_turns t
		where t.session_id = room.session_id and t.position = target and t.ended_at is null;
	delete from private.room_thumbs t where t.session_id = room.session_id and t.position = target;
	delete from private.room_signals s where s.session_id = room.session_id and s.position = target;
end $$;

-- What the floor leaves when the session ends: how long each member spoke.
create function private.close_floor(room cercle.room_states, at timestamptz) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	perform private.end_turns(room, at);
	delete from cercle.speaking_turns t where t.session_id = room.session_id and t.ended_at is null;
	delete from private.room_thumbs t where t.session_id = room.session_id;
	delete from private.room_signals s where s.session_id = room.session_id;
end $$;

-- Locks a live room of the caller's.
create function private.lock_live_room(session_id uuid) returns cercle.room_states
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	room cercle.room_states;
begin
	select * into room from cercle.room_states r
		where r.session_id = lock_live_room.session_id
			and r.session_id in (select private.my_session_ids())
		for update;
	if room.session_id is null then
		perform private.refuse('CR001', 'no such session');
	elsif room.session_id not in (select private.my_live_session_ids()) then
		perform private.refuse('CR004', 'the session is not live');
	end if;
	return room;
end $$;

-- Gives the floor to `heir`. The facilitator gives it to anybody; the member who waits longest
-- takes it while nobody speaks.
create function private.give_floor(room cercle.room_states, heir uuid, me uuid, at timestamptz)
returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	first cercle.speaking_turns;
begin
	select * into first from cercle.speaking_turns t
		where t.session_id = room.session_id and t.position = room.position and t.ended_at is null
		order by t.began_at, t.raised_at, t.id limit 1;
	if first.began_at is not null and first.member_id = heir then
		return;
	end if;
	if room.facilitator_id is distinct from me
		and (heir is distinct from me or first.member_id is distinct from me
			or first.began_at is not null)
	then
		perform private.refuse('CR002', 'the facilitator gives the floor');
	end if;
	if heir is null or not private.belongs(heir, room.group_id) then
		perform private.refuse('CR005', 'not a member of the group');
	end if;
	perform private.end_turns(room, at);
	insert into cercle.speaking_turns as t (
		group_id, session_id, position, member_id, raised_at, began_at
	) values (room.group_id, room.session_id, room.position, heir, at, at)
	on conflict (session_id, position, member_id) where ended_at is null
		do update set began_at = greatest(at, t.raised_at);
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_floor() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('speaking_turns', null, null, null, 't.ended_at is not null')
$$;

-- Policies

create policy select_member on cercle.speaking_turns for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));

-- What the floor adds to the room.

-- What the phones need to draw the room; anchors in milliseconds, no text.
create function private.room_json(room cercle.room_states) returns jsonb
language sql stable security definer set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'session_id', room.session_id, 'status', s.status, 'position', room.position,
		'started_at', extract(epoch from room.started_at) * 1000,
		'planned_ms', room.planned_ms, 'added_ms', room.added_ms,
		'paused_at', extract(epoch from room.paused_at) * 1000, 'paused_ms', room.paused_ms,
		'facilitator_id', room.facilitator_id, 'minutes', room.minutes, 'version', room.version,
		'floor', private.floor_json(room)
	)
	from cercle.sessions s where s.id = room.session_id
$$;

-- What the floor adds to memberships.

-- A member who leaves a group takes part in no floor of it any more. The phones are told to look
-- again by the end of the topics.
create function private.leave_floor() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
declare
	room cercle.room_states;
begin
	for room in
		select r.* from cercle.room_states r
		join cercle.sessions s on s.id = r.session_id and s.status = 'live'
		where r.group_id = old.group_id
		for update of r
	loop
		update cercle.speaking_turns t set ended_at = greatest(private.room_time(), t.began_at)
			where t.session_id = room.session_id and t.member_id = old.member_id
				and t.began_at is not null and t.ended_at is null;
		delete from cercle.speaking_turns t
			where t.session_id = room.session_id and t.member_id = old.member_id and t.ended_at is null;
		delete from private.room_thumbs t
			where t.session_id = room.session_id and t.member_id = old.member_id;
		delete from private.room_signals g
			where g.session_id = room.session_id and g.member_id = old.member_id;
		update cercle.room_states r set floor_version = r.floor_version + 1
			where r.session_id = room.session_id;
	end loop;
	return null;
end $$;
create trigger leave_floor after update on cercle.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.leave_floor();
create trigger leave_floor_deleted after delete on cercle.memberships
	for each row when (old.left_at is null) execute function private.leave_floor();

-- Triggers

-- A hand is sent with the floor; what was said is a row once its turn is over.
create trigger note_change after update of ended_at on cercle.speaking_turns
	for each row execute function private.note_change('speaking_turns', 'session');

-- Commands

create function private.floor_command(session_id uuid, command text, args jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
#variable_conflict use_column
declare
	me uuid := private.me();
	room cercle.room_states := private.lock_live_room(floor_command.session_id);
	at timestamptz := private.room_time();
	before jsonb := private.floor_json(room);
begin
	case command
		when 'raise' then
			insert into cercle.speaking_turns (group_id, session_id, position, member_id, raised_at)
			values (room.group_id, room.session_id, room.position, me, at)
			on conflict (session_id, position, member_id) where ended_at is null do nothing;
		when 'lower' then
			delete from cercle.speaking_turns t
				where t.session_id = room.session_id and t.position = room.position
					and t.member_id = me and t.began_at is null;
			update cercle.speaking_turns t set ended_at = greatest(at, t.began_at)
				where t.session_id = room.session_id and t.position = room.position
					and t.member_id = me and t.ended_at is null;
		when 'give' then
			perform private.give_floor(room, (args ->> 'member_id')::uuid, me, at);
		when 'end' then
			if room.facilitator_id is distinct from me and exists (
				select from cercle.speaking_turns t
				where t.session_id = room.session_id and t.position = room.position
					and t.member_id <> me and t.began_at is not null and t.ended_at is null
			) then
				perform private.refuse('CR002', 'the facilitator takes the floor back');
			end if;
			perform private.end_turns(room, at);
		when 'thumb' then
			if not exists (
				select from cercle.segments s where s.session_id = room.session_id
					and s.position = room.position and s.kind = 'topic'
			) then
				perform private.refuse('CR004', 'thumbs are for topics');
			end if;
			insert into private.room_thumbs as t (session_id, position, member_id, up)
			values (room.session_id, room.position, me, (args ->> 'up')::boolean)
			on conflict (session_id, position, member_id) do update set up = excluded.up;
		else
			perform private.refuse('CR005', 'no such command');
	end case;
	-- Pressed twice, it means the same: nothing is sent.
	if private.floor_json(room) is distinct from before then
		update cercle.room_states r set floor_version = r.floor_version + 1
			where r.session_id = room.session_id
			returning * into room;
		perform private.signal_room(room.session_id, 'floor', private.floor_json(room));
	end if;
	return private.floor_json(room);
end $$;

create function public.floor_command(session_id uuid, command text, args jsonb) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.floor_command(session_id, command, args)
$$;
comment on function public.floor_command is
	'raise, lower, give {member_id}, end, thumb {up}. Answers the floor of the running segment.';

create function private.signal_facilitator(session_id uuid, kind text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	room cercle.room_states := private.lock_live_room(signal_facilitator.session_id);
begin
	if kind is null or kind not in ('advice', 'off_topic', 'over_time', 'pause') then
		perform private.refuse('CR005', 'no such signal');
	end if;
	insert into private.room_signals (session_id, position, member_id, kind)
		values (room.session_id, room.position, me, signal_facilitator.kind)
		on conflict do nothing;
	-- A hint without content: only the facilitator's phone gets an answer to it.
	if found then
		perform private.signal_room(room.session_id, 'signals', '{}');
	end if;
end $$;

create function public.signal_facilitator(session_id uuid, kind text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.signal_facilitator(session_id, kind)
$$;
comment on function public.signal_facilitator is
	'advice, off_topic, over_time or pause, once a segment and member. Nobody learns who gave it.';

create function private.dismiss_signal(session_id uuid, kind text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	room cercle.room_states := private.lock_live_room(dismiss_signal.session_id);
begin
	if room.facilitator_id is distinct from me then
		perform private.refuse('CR002', 'the facilitator hears the signals');
	end if;
	delete from private.room_signals s
		where s.session_id = room.session_id and s.position = room.position
			and s.kind = dismiss_signal.kind;
end $$;

create function public.dismiss_signal(session_id uuid, kind text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.dismiss_signal(session_id, kind)
$$;
comment on function public.dismiss_signal is
	'The facilitator has heard these signals of the running segment.';

-- Grants

grant select on cercle.speaking_turns to authenticated;
grant execute on function
	private.shown_floor(), private.floor_command(uuid, text, jsonb),
	private.signal_facilitator(uuid, text), private.dismiss_signal(uuid, text),
	public.floor_command(uuid, text, jsonb), public.signal_facilitator(uuid, text),
	public.dismiss_signal(uuid, text)
	to authenticated;
