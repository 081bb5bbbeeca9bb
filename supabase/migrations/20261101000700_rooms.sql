create table public.room_states (
	session_id uuid primary key references public.sessions (id) on delete cascade,
	group_id uuid not null references public.groups (id) on delete cascade,
	position int check (position between 0 and 39),
	started_at timestamptz check ((started_at is null) = (position is null)),
	planned_ms bigint not null default 0 check (planned_ms >= 0),
	added_ms bigint not null default 0 check (planned_ms + added_ms >= 0),
	paused_at timestamptz check (paused_at >= started_at),
	paused_ms bigint not null default 0 check (paused_ms >= 0),
	facilitator_id uuid references public.profiles (id) on delete set null,
	minutes int[],
	version int not null default 1,
	floor_version int not null default 1
);
comment on table public.room_states is
	'The clock of a session: anchors, never ticks. Every phone computes its digits from this row.';
comment on column public.room_states.position is 'The running segment. Null: not started.';
comment on column public.room_states.facilitator_id is
	'Who drives now. It moves by take-over or hand-over only, never by a lost connection.';
comment on column public.room_states.minutes is
	'Minutes given to each segment, by position; 0: dropped. The plan''s own until somebody decides.';
comment on column public.room_states.floor_version is
	'Raised by all that may change who speaks: hands are no commands and must not outdate one.';
create index room_states_group on public.room_states (group_id);
create index room_states_facilitator on public.room_states (facilitator_id);

create table public.room_commands (
	id uuid primary key,
	group_id uuid not null references public.groups (id) on delete cascade,
	session_id uuid not null references public.sessions (id) on delete cascade,
	member_id uuid references public.profiles (id) on delete set null,
	command text not null,
	args jsonb not null default '{}',
	version int not null,
	at timestamptz not null,
	before jsonb,
	unique (session_id, version)
);
comment on table public.room_commands is
	'What moved the room, in order, append-only. The id is the caller''s: a replay changes nothing.';
comment on column public.room_commands.before is
	'The state it moved the room from, for undoing it. Null: it cannot be undone.';
create index room_commands_group on public.room_commands (group_id);
create index room_commands_member on public.room_commands (member_id);

alter table public.room_states enable row level security;
alter table public.room_commands enable row level security;
revoke all on public.room_states, public.room_commands from anon, authenticated;
grant select on public.room_states, public.room_commands to authenticated;

-- Live sessions of mine: what is captured in the room may be written by whoever is in it.
create function private.my_live_session_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select id from public.sessions
	where status = 'live' and id in (select private.my_session_ids())
$$;

-- Live sessions that I drive, or write for: facilitator by the room, scribe by the plan.
create function private.my_driven_session_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select s.id from public.sessions s
	join public.room_states r on r.session_id = s.id
	where s.id in (select private.my_live_session_ids())
		and (select auth.uid()) in (r.facilitator_id, s.scribe_id)
$$;
revoke execute on function private.my_live_session_ids(), private.my_driven_session_ids()
	from public, anon;
grant execute on function private.my_live_session_ids(), private.my_driven_session_ids()
	to authenticated;

create policy select_member on public.room_states for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));
create policy select_member on public.room_commands for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));

-- The log is append-only, even for a careless migration.
create function private.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
	perform private.refuse('CR002', 'the log of a room is append-only');
	return null;
end $$;
create trigger append_only before update of command, args, version, at, before on public.room_commands
	for each row execute function private.refuse_change();

-- The live topic of a session. The epoch moves with every removal, so a removed phone stays on a
-- dead topic.
create function private.room_topic(session_id uuid) returns text
language plpgsql stable security definer set search_path = '' as $$
begin
	return (
		select 'room:' || s.id || ':' || g.epoch
		from public.sessions s join public.groups g on g.id = s.group_id
		where s.id = room_topic.session_id
	);
end $$;

-- Asked at every join: its plan is kept, as that of `my_group_ids`.
create function private.my_topics() returns setof text
language plpgsql stable security definer set search_path = '' as $$
begin
	return query
		select private.room_topic(s.id) from public.sessions s
		where s.status <> 'closed' and s.id in (select private.my_session_ids());
end $$;
revoke execute on function private.room_topic(uuid), private.my_topics() from public, anon;
grant execute on function private.my_topics() to authenticated;

-- Members hear the room and show that they are there; nobody but the database speaks in it.
create policy select_room on realtime.messages for select to authenticated
	using ((select realtime.topic()) = any (array(select private.my_topics())));
create policy insert_presence on realtime.messages for insert to authenticated
	with check (
		extension = 'presence'
		and (select realtime.topic()) = any (array(select private.my_topics()))
	);
