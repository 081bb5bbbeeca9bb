-- Names of time zones that both Postgres and browsers know. Postgres alone would also take
-- abbreviations and offsets of one's own ('Mars5'), which no browser can show an hour in. That the
-- place exists is asked of Postgres when a plan is written.
create function private.is_time_zone(name text) returns boolean
language sql immutable set search_path = '' as $$
	select name ~ (
		'^((Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)'
		'(/[A-Z][A-Za-z_-]+){1,2}|UTC|GMT|Etc/(UTC|GMT|GMT\+([0-9]|1[0-2])|GMT-([0-9]|1[0-4])))$'
	)
$$;

create table public.sessions (
	id uuid primary key,
	group_id uuid not null references public.groups (id) on delete cascade,
	starts_at timestamptz not null
		check (starts_at >= '2020-01-01' and starts_at < '2100-01-01'),
	time_zone text not null default 'Europe/Paris'
		check (private.fits(time_zone, 60) and private.is_time_zone(time_zone)),
	place text not null default '' check (private.fits(place, 200)),
	format text not null default 'mastermind' check (format ~ '^[a-z][a-z-]{1,39}$'),
	length_minutes int not null check (length_minutes between 15 and 480),
	status text not null default 'planned' check (status in ('planned', 'live', 'closed')),
	facilitator_id uuid references public.profiles (id) on delete set null,
	scribe_id uuid references public.profiles (id) on delete set null,
	host_id uuid references public.profiles (id) on delete set null,
	version int not null default 1,
	started_at timestamptz,
	closed_at timestamptz check ((closed_at is not null) = (status = 'closed')),
	updated_at timestamptz not null default now()
);
comment on table public.sessions is 'One dated meeting of a group: planned, live, closed.';
create index sessions_group on public.sessions (group_id, starts_at);
create index sessions_facilitator on public.sessions (facilitator_id);
create index sessions_scribe on public.sessions (scribe_id);
create index sessions_host on public.sessions (host_id);

-- True for a text of at most 80 characters in each of both languages, and nothing else.
create function private.is_label(label jsonb) returns boolean
language sql immutable set search_path = '' as $$
	select coalesce(
		jsonb_typeof(label) = 'object'
			and jsonb_typeof(label -> 'fr') = 'string' and private.fits(label ->> 'fr', 80)
			and jsonb_typeof(label -> 'en') = 'string' and private.fits(label ->> 'en', 80)
			and (select count(*) from jsonb_object_keys(label)) = 2,
		false
	)
$$;

create table public.segments (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	session_id uuid not null references public.sessions (id) on delete cascade,
	position int not null check (position between 0 and 39),
	kind text not null check (kind ~ '^[a-z][a-z_]{1,29}$'),
	label jsonb not null check (private.is_label(label)),
	minutes int not null check (minutes between 1 and 180),
	least int not null default 1 check (least between 1 and minutes),
	speakers text not null
		check (speakers in ('presenter', 'others', 'facilitator', 'everyone', 'nobody')),
	rule text not null check (rule in
		('free', 'listen', 'questions_only', 'experience', 'silence', 'one_each', 'brief')),
	person_id uuid references public.profiles (id) on delete set null,
	actual_ms bigint check (actual_ms >= 0),
	unique (session_id, position)
);
comment on table public.segments is 'The agenda of a session: ordered, timed steps.';
comment on column public.segments.actual_ms is 'Time really spent, pauses left out. Null: not yet reached.';
create index segments_group on public.segments (group_id);
create index segments_person on public.segments (person_id);

create table public.attendances (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	session_id uuid not null references public.sessions (id) on delete cascade,
	member_id uuid not null references public.profiles (id) on delete cascade,
	present boolean not null default true,
	seen_at timestamptz,
	unique (session_id, member_id)
);
comment on table public.attendances is 'Who took part in a session, and when their phone was last heard.';
create index attendances_group on public.attendances (group_id);
create index attendances_member on public.attendances (member_id);

alter table public.sessions enable row level security;
alter table public.segments enable row level security;
alter table public.attendances enable row level security;
revoke all on public.sessions, public.segments, public.attendances from anon, authenticated;
grant select on public.sessions, public.segments, public.attendances to authenticated;

-- Sessions of my groups that were not over when I joined. Access is dated: a later joiner does not
-- read what was said before. Its plan is kept, as that of `my_group_ids`.
create function private.my_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
	return query
		select s.id from public.sessions s
		join public.memberships m on m.group_id = s.group_id
			and m.member_id = (select auth.uid()) and m.left_at is null
		where s.group_id in (select private.my_group_ids())
			and (s.closed_at is null or s.closed_at >= m.joined_at);
end $$;

create function private.my_readable_note_session_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select s.id from public.sessions s
	where s.id in (select private.my_session_ids())
		and (
			s.status <> 'closed'
			or exists (
				select from public.attendances a
				where a.session_id = s.id and a.member_id = (select auth.uid()) and a.present
			)
		)
$$;
comment on function private.my_readable_note_session_ids is
	'Sessions whose notes I may read: those still open, and the closed ones I took part in.';
revoke execute on function private.my_session_ids(), private.my_readable_note_session_ids()
	from public, anon;
grant execute on function private.my_session_ids(), private.my_readable_note_session_ids()
	to authenticated;

create policy select_member on public.sessions for select to authenticated
	using (id = any (array(select private.my_session_ids())));
create policy select_member on public.segments for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));
create policy select_member on public.attendances for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));

create trigger keep_columns before update on public.sessions
	for each row execute function private.keep_columns('id', 'group_id');
create trigger raise_version before update on public.sessions
	for each row execute function private.raise_version();
create trigger keep_columns before update on public.segments
	for each row execute function private.keep_columns('id', 'group_id', 'session_id');
create trigger keep_columns before update on public.attendances
	for each row execute function private.keep_columns('id', 'group_id', 'session_id', 'member_id');
