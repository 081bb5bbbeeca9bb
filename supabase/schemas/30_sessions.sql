-- Sessions with their agenda, the members who were there, and what each said at the end.

-- True for names of time zones that both Postgres and browsers know. Postgres alone would also take
-- abbreviations and made-up offsets ('Mars5'), for which no browser can show an hour. Whether the
-- place exists is asked of Postgres when a plan is written.
create function private.is_time_zone(name text) returns boolean
language sql immutable set search_path = '', pg_temp as $$
	select name ~ (
		'^((Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)'
		'(/[A-Z][A-Za-z_-]+){1,2}|UTC|GMT|Etc/(UTC|GMT|GMT\+([0-9]|1[0-2])|GMT-([0-9]|1[0-4])))$'
	)
$$;

-- True for a text of at most 80 characters in each of both languages, and nothing else.
create function private.is_label(label jsonb) returns boolean
language sql immutable set search_path = '', pg_temp as $$
	select coalesce(
		jsonb_typeof(label) = 'object'
			and jsonb_typeof(label -> 'fr') = 'string' and private.fits(label ->> 'fr', 80)
			and jsonb_typeof(label -> 'en') = 'string' and private.fits(label ->> 'en', 80)
			and (select count(*) from jsonb_object_keys(label)) = 2,
		false
	)
$$;

create table cercle.sessions (
	id uuid primary key,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	starts_at timestamptz not null
		check (starts_at >= '2020-01-01' and starts_at < '2100-01-01'),
	time_zone text not null default 'Europe/Paris'
		check (private.fits(time_zone, 60) and private.is_time_zone(time_zone)),
	place text not null default '' check (private.fits(place, 200)),
	format text not null default 'mastermind' check (format ~ '^[a-z][a-z-]{1,39}$'),
	length_minutes int not null check (length_minutes between 15 and 480),
	status text not null default 'planned' check (status in ('planned', 'live', 'closed')),
	facilitator_id uuid references cercle.profiles (id) on delete set null,
	scribe_id uuid references cercle.profiles (id) on delete set null,
	host_id uuid references cercle.profiles (id) on delete set null,
	version int not null default 1,
	started_at timestamptz,
	closed_at timestamptz check ((closed_at is not null) = (status = 'closed')),
	updated_at timestamptz not null default now(),
	erased_at timestamptz,
	over_at timestamptz not null generated always as (least(
		closed_at,
		-- By way of UTC: what depends on the time zone of a connection cannot be stored.
		(coalesce(started_at, starts_at) at time zone 'UTC' + make_interval(mins => length_minutes))
			at time zone 'UTC'
	)) stored
);
comment on table cercle.sessions is 'One dated meeting of a group: planned, live, closed.';
comment on column cercle.sessions.over_at is
	'Its planned end from when it began, or its close before that: one that nobody closed is over all the same, and one that is closed weeks later was over that day.';
comment on column cercle.sessions.erased_at is 'When its words were erased. Null: they are kept.';
create index sessions_group on cercle.sessions (group_id, starts_at);
create index sessions_facilitator on cercle.sessions (facilitator_id);
create index sessions_scribe on cercle.sessions (scribe_id);
create index sessions_host on cercle.sessions (host_id);
create index sessions_kept on cercle.sessions (closed_at)
	where status = 'closed' and erased_at is null;

create table cercle.segments (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	position int not null check (position between 0 and 39),
	kind text not null check (kind ~ '^[a-z][a-z_]{1,29}$'),
	label jsonb not null check (private.is_label(label)),
	minutes int not null check (minutes between 1 and 180),
	least int not null default 1 check (least between 1 and minutes),
	speakers text not null
		check (speakers in ('presenter', 'others', 'facilitator', 'everyone', 'nobody')),
	rule text not null check (rule in
		('free', 'listen', 'questions_only', 'experience', 'silence', 'one_each', 'brief')),
	person_id uuid references cercle.profiles (id) on delete set null,
	actual_ms bigint check (actual_ms >= 0),
	unique (session_id, position)
);
comment on table cercle.segments is 'The agenda of a session: ordered, timed segments.';
comment on column cercle.segments.actual_ms is
	'Time really spent, pauses left out. Null: not yet reached.';
create index segments_group on cercle.segments (group_id);
create index segments_person on cercle.segments (person_id);

create table cercle.attendances (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	present boolean not null default true,
	seen_at timestamptz,
	claimed_at timestamptz,
	unique (session_id, member_id)
);
comment on table cercle.attendances is
	'The members who took part in a session, and when their phone was last heard.';
comment on column cercle.attendances.claimed_at is
	'When a member whose phone was not in the room said that they were there: another member who was confirms it.';
create index attendances_group on cercle.attendances (group_id);
create index attendances_member on cercle.attendances (member_id);

create table cercle.feedbacks (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	plus text not null default '' check (private.fits(plus, 1000)),
	delta text not null default '' check (private.fits(delta, 1000)),
	unique (session_id, member_id)
);
comment on table cercle.feedbacks is
	'The plus and the delta each member says at the end of a session.';
create index feedbacks_group on cercle.feedbacks (group_id);
create index feedbacks_member on cercle.feedbacks (member_id);

alter table cercle.sessions enable row level security;
alter table cercle.segments enable row level security;
alter table cercle.attendances enable row level security;
alter table cercle.feedbacks enable row level security;

-- Helper functions

-- Sessions of my groups that were not over when I joined: access is dated, and a member who joined
-- later does not read what was said before.
create function private.my_dated_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select s.id from cercle.sessions s
		join cercle.memberships m on m.group_id = s.group_id
			and m.member_id = (select private.uid()) and m.left_at is null
		where s.group_id in (select private.my_group_ids())
			and s.over_at >= m.joined_at;
end $$;

-- Whose words of which earlier session I may read, because they agreed to it. A member who left the
-- group agrees to nothing any more, and what they agreed to during an earlier membership, or to my
-- reading during an earlier one of mine, ended with it.
create function private.my_consents() returns table (session_id uuid, member_id uuid)
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select c.session_id, c.member_id from cercle.session_consents c
		join cercle.memberships reader on reader.group_id = c.group_id
			and reader.member_id = c.reader_id
			and reader.left_at is null and reader.joined_at <= c.given_at
		join cercle.memberships giver on giver.group_id = c.group_id
			and giver.member_id = c.member_id
			and giver.left_at is null and giver.joined_at <= c.given_at
		where c.reader_id = (select private.uid()) and c.withdrawn_at is null
			and c.group_id in (select private.my_group_ids());
end $$;

-- What members who agreed to it said at the end of an earlier session.
create function private.my_agreed_feedback_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select f.id from cercle.feedbacks f
		where (f.session_id, f.member_id) in (select * from private.my_consents());
end $$;

-- The one place that says which sessions I may read as a whole: those of my stay, and earlier ones
-- that everybody who is asked shares with me. Its plan is kept, as that of `my_group_ids`.
create function private.my_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select private.my_dated_session_ids() union all select private.my_shared_session_ids();
end $$;

-- Closed sessions I took part in.
create function private.my_attended_session_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select s.id from cercle.sessions s
	join cercle.attendances a on a.session_id = s.id
		and a.member_id = (select private.uid()) and a.present
	where s.status = 'closed' and s.id in (select private.my_dated_session_ids())
$$;

-- The last that is known of a session that goes on: its planned end, or a later command. Whoever
-- still commands goes on.
create function private.last_sign(session cercle.sessions) returns timestamptz
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return greatest(
		session.over_at,
		(select max(c.at) from cercle.room_commands c where c.session_id = session.id)
	);
end $$;

-- True once nobody meets in a live session any more: an hour after the last sign of it, or when it
-- is closed. Opening its room then makes nobody present.
create function private.is_over(session cercle.sessions, at timestamptz) returns boolean
language sql stable set search_path = '', pg_temp as $$
	select session.status = 'closed'
		or session.status = 'live' and at > private.last_sign(session) + interval '1 hour'
$$;

-- True while a member may command a session that is not closed, and write in it: until it is over, and
-- who was present until a day after its last sign. Its rights end then, whenever somebody closes it.
create function private.goes_on(session cercle.sessions, member uuid, at timestamptz)
returns boolean
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return not private.is_over(session, at)
		or at <= private.last_sign(session) + interval '1 day' and exists (
			select from cercle.attendances a
			where a.session_id = session.id and a.member_id = member and a.present
		);
end $$;

-- Live sessions of mine that go on: anybody in the room may write what is captured there.
create function private.my_live_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select s.id from cercle.sessions s
		where s.status = 'live' and s.id in (select private.my_session_ids())
			and private.goes_on(s, (select private.uid()), private.room_time());
end $$;

-- Present is a member whose own phone was in the room, or who says until a day after the close that
-- they were there, once another member who was present confirms it. Nobody decides it of another:
-- those present consent to what becomes of a session.
create function private.mark_attendance(session_id uuid, member_id uuid, present boolean)
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
create function private.apply_attendance(kind text, args jsonb, base jsonb) returns void
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

-- Operations on the caller's feedback: see `apply_operation`.
create function private.apply_feedback(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid;
	changes jsonb;
begin
	case kind
		when 'feedback.write' then
			changes := jsonb_strip_nulls(
				jsonb_build_object('plus', args -> 'plus', 'delta', args -> 'delta')
			);
			select f.id into row_id from cercle.feedbacks f
				where f.session_id = (args ->> 'session_id')::uuid and f.member_id = private.me()
					and f.group_id = (args ->> 'group_id')::uuid;
			if found then
				perform private.merge_row('cercle.feedbacks', row_id, changes, base, '{plus,delta}');
			else
				insert into cercle.feedbacks (group_id, session_id, member_id, plus, delta)
				values ((args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid, private.me(),
					coalesce(args ->> 'plus', ''), coalesce(args ->> 'delta', ''));
			end if;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_sessions() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('sessions', 'seen_sessions', null, $s$to_jsonb(t) - '{xmin,is_partial}'::text[]$s$, null),
		('segments', null, null, null, null),
		('attendances', null, null, null, null),
		('feedbacks', null, null, null, null),
		('session_consents', null, null, null, null)
$$;

-- What an account exports of this area: see `export_account`.
create function private.export_sessions(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'sessions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', s.id, 'group_id', s.group_id, 'starts_at', s.starts_at,
				'time_zone', s.time_zone, 'closed_at', s.closed_at
			) order by s.starts_at, s.id), '[]')
			from cercle.attendances a
			join cercle.sessions s on s.id = a.session_id
			where a.member_id = me and a.present
		),
		'feedbacks', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', f.group_id, 'session_id', f.session_id, 'starts_at', s.starts_at,
				'plus', f.plus, 'delta', f.delta
			) order by s.starts_at, f.id), '[]')
			from cercle.feedbacks f
			left join cercle.sessions s on s.id = f.session_id
			where f.member_id = me
		)
	)
$$;

-- Policies

create policy select_member on cercle.sessions for select to authenticated
	using (id = any (array(select private.my_session_ids())));
create policy select_member on cercle.segments for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));
create policy select_member on cercle.attendances for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));
-- Of an earlier session: what was said by those who agreed.
create policy select_member on cercle.feedbacks for select to authenticated
	using (
		session_id = any (array(select private.my_dated_session_ids()))
		or id = any (array(select private.my_agreed_feedback_ids()))
	);
-- A session that is shared with me is mine to read, not to write in.
create policy insert_owner on cercle.feedbacks for insert to authenticated
	with check (
		member_id = (select private.uid())
		and session_id = any (array(select private.my_dated_session_ids()))
	);
create policy update_owner on cercle.feedbacks for update to authenticated
	using (
		member_id = (select private.uid())
		and session_id = any (array(select private.my_dated_session_ids()))
	)
	with check (member_id = (select private.uid()));

-- Triggers

-- Row trigger: a row of a session carries the group of that session.
create function private.keep_session_group() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if not exists (
		select from cercle.sessions s where s.id = new.session_id and s.group_id = new.group_id
	) then
		perform private.refuse('CR005', 'the session is of another group');
	end if;
	return new;
end $$;
create trigger keep_session_group before insert or update on cercle.segments
	for each row execute function private.keep_session_group();
create trigger keep_session_group before insert or update on cercle.attendances
	for each row execute function private.keep_session_group();
create trigger keep_session_group before insert or update on cercle.feedbacks
	for each row execute function private.keep_session_group();
create function private.keep_attendance_coherent() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if not private.belongs(new.member_id, new.group_id) then
		perform private.refuse('CR005', 'the person is not a member of the group');
	end if;
	return new;
end $$;
create trigger keep_attendance_coherent before insert on cercle.attendances
	for each row execute function private.keep_attendance_coherent();

create trigger keep_columns before update on cercle.sessions
	for each row execute function private.keep_columns('id', 'group_id');
create trigger raise_version before update on cercle.sessions
	for each row execute function private.raise_version();
create trigger keep_columns before update on cercle.segments
	for each row execute function private.keep_columns('id', 'group_id', 'session_id');
create trigger keep_columns before update on cercle.attendances
	for each row execute function private.keep_columns('id', 'group_id', 'session_id', 'member_id');
create trigger keep_columns before update on cercle.feedbacks
	for each row execute function private.keep_columns('id', 'group_id', 'session_id', 'member_id');
create trigger note_change after insert or update or delete on cercle.sessions
	for each row execute function private.note_change('sessions', 'session');
-- A session that begins or ends changes what may be written, and whose it is to read.
create trigger note_status after update of status on cercle.sessions
	for each row execute function private.note_change('sessions', 'all');
create trigger note_change after insert or update or delete on cercle.segments
	for each row execute function private.note_change('segments', 'session');
-- A phone that is heard says nothing new; that somebody was there after all says who may read.
create trigger note_change after insert or update of claimed_at or delete on cercle.attendances
	for each row execute function private.note_change('attendances', 'session');
create trigger note_presence after update of present on cercle.attendances
	for each row execute function private.note_change('attendances', 'all');
create trigger note_change after insert or update or delete on cercle.feedbacks
	for each row execute function private.note_change('feedbacks', 'session');
-- Grants

grant select on cercle.sessions, cercle.segments, cercle.attendances, cercle.feedbacks
	to authenticated;
grant insert (group_id, session_id, member_id, plus, delta), update (plus, delta)
	on cercle.feedbacks to authenticated;
-- The constraint of reminder_settings calls it with the rights of the member who writes.
grant execute on function private.is_time_zone(text) to authenticated;
grant execute on function
	private.my_dated_session_ids(), private.my_agreed_feedback_ids(), private.my_session_ids(),
	private.my_attended_session_ids(), private.my_live_session_ids(),
	private.mark_attendance(uuid, uuid, boolean),
	private.apply_attendance(text, jsonb, jsonb), private.apply_feedback(text, jsonb, jsonb),
	private.shown_sessions(), private.export_sessions(uuid)
	to authenticated;
