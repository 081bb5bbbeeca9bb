-- What every area builds on: the three schemas, the default that nothing is granted, the caller,
-- the refusals, and three row triggers.

-- Three schemas. `public` is what the Data API exposes: functions that a client may call, each of
-- which hands on to the function of `private` that has its name, with the caller's rights. `cercle`
-- holds the tables, `private` what does the work; no client reaches either of them.
create schema cercle;
comment on schema cercle is 'The tables.';
-- Functions that run with the rights of the member who calls them read and write here.
grant usage on schema cercle to authenticated;

create schema private;
comment on schema private is 'What functions of public hand on to, and what policies need.';
grant usage on schema private to anon, authenticated, service_role;

-- A temporary table or type could stand in for one that a function names. Nobody needs any; and in
-- the search path of every function `pg_temp` stands last, where it would otherwise come first.
do $$
begin
	execute format('revoke temporary on database %I from public', current_database());
end $$;

-- Nothing is granted by default: what the platform grants on new objects is taken back here. Each
-- file ends with its grants, which are exactly what its policies speak of.
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;
alter default privileges in schema public
	revoke execute on functions from public, anon, authenticated;
alter default privileges in schema private revoke execute on functions from public;
alter default privileges revoke execute on functions from public;

-- True for a text of at most `most` characters that has neither control characters (other than
-- newline and tab) nor bidirectional overrides, which would let a text show something else than it
-- says.
create function private.fits(value text, most int) returns boolean
language sql immutable set search_path = '', pg_temp as $$
	select char_length(value) <= most
		and value !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'
$$;

-- Ends the statement with one of the error codes of supabase/README.md. The message names the rule
-- and never contains a member's text.
create function private.refuse(code text, rule text) returns void
language plpgsql set search_path = '', pg_temp as $$
begin
	raise exception using errcode = code, message = rule;
end $$;

-- The account of the token, as long as its sign-in has not ended. A token is good for an hour; once
-- its sign-in has ended it is refused at once, because every policy and function asks here.
create function private.uid() returns uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return (
		select s.user_id from auth.sessions s
		where s.id = ((select auth.jwt()) ->> 'session_id')::uuid and s.user_id = (select auth.uid())
	);
end $$;
comment on function private.uid is
	'The caller''s account; null without one, and once the session of the token was ended.';

-- The caller's id; refuses a caller without an account. A device that was signed out elsewhere gets
-- a code of its own: it then asks to sign in again and erases what it keeps.
create function private.me() returns uuid
language plpgsql stable set search_path = '', pg_temp as $$
declare
	me uuid := private.uid();
begin
	if me is null and (select auth.uid()) is not null then
		perform private.refuse('CR013', 'this session was ended');
	elsif me is null then
		perform private.refuse('CR002', 'sign in first');
	end if;
	return me;
end $$;

-- How a pull shows a table: its name on the phone, the table it comes from (null: the same name),
-- the column that is its key (null: id), the shape of a row `t` (null: as it is), and which rows
-- (null: all that the policies allow). Each area has one for its own tables: see
-- `shown_tables`.
create type private.shown_table as (name text, source text, key text, shape text, which text);

-- Row trigger: the columns named as arguments never change after the insert.
create function private.keep_columns() returns trigger
language plpgsql set search_path = '', pg_temp as $$
declare
	kept text;
begin
	foreach kept in array tg_argv loop
		if to_jsonb(old) -> kept is distinct from to_jsonb(new) -> kept then
			perform private.refuse('CR002', 'column ' || kept || ' cannot change');
		end if;
	end loop;
	return new;
end $$;

-- Row trigger: every change raises the version and dates the row.
create function private.raise_version() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	new.version := old.version + 1;
	new.updated_at := clock_timestamp();
	return new;
end $$;

-- Row trigger: a log is append-only, even for a careless migration.
create function private.refuse_change() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	perform private.refuse('CR002', 'this log is append-only');
	return null;
end $$;

-- Grants

grant execute on function
	private.fits(text, int), private.refuse(text, text), private.uid(), private.me()
	to authenticated;
-- What a live room is told when rows change: the names of the tables, so that a phone asks for these
-- alone, and nothing else. Triggers note the changes of a transaction, wherever they come from, and
-- the end of the transaction tells each room once. Every table that a pull shows has such a trigger,
-- beside its policies; of `room_states` new rows alone, for the state itself is sent.

create table private.noted_changes (
	transaction xid8 not null default pg_current_xact_id(),
	group_id uuid,
	name text not null,
	unique nulls not distinct (transaction, group_id, name)
);
comment on table private.noted_changes is
	'What the running transaction changed. Gone at its end.';
comment on column private.noted_changes.group_id is
	'The group whose live rooms are told. Null: none is, only the writer''s own phone.';
comment on column private.noted_changes.name is 'The table, as a pull names it; all: any of them.';

alter table private.noted_changes enable row level security;

-- Helper functions

-- Row trigger: notes that a table was changed, under the name of its first argument. The second one
-- says what the rooms of the group are told:
-- group    the name, for all members of the group may read the row
-- member   the name, to each group that the member whose row it is belongs or belonged to
-- session  the name while the session is not over: afterwards some rows are not for all
-- all      that anything may have changed: who may read what did
-- own      nothing: not all who listen may read the row, not even learn that it was written
-- The third, if any, is a column that says of a row whether the group may read it. A row names its
-- group and its session, or is one.
create function private.note_change() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	was jsonb := to_jsonb(old);
	changed jsonb := coalesce(to_jsonb(new), was);
	is_told boolean := case tg_argv[1]
		when 'own' then false
		when 'session' then exists (
			select from cercle.sessions s
			where s.id = coalesce(changed ->> 'session_id', changed ->> 'id')::uuid
				and s.status <> 'closed'
		)
		else tg_argv[2] is null
			or coalesce('true' in (was ->> tg_argv[2], changed ->> tg_argv[2]), false)
	end;
begin
	insert into private.noted_changes (group_id, name)
	select g.id, case tg_argv[1] when 'all' then 'all' else tg_argv[0] end
	from unnest(case
		when not is_told then array[null::uuid]
		when tg_argv[1] = 'member' then array(
			select m.group_id from cercle.memberships m where m.member_id = (changed ->> 'id')::uuid
		) || null::uuid
		else array[coalesce(changed ->> 'group_id', changed ->> 'id')::uuid]
	end) g (id)
	on conflict do nothing;
	return null;
end $$;

-- The names of what this transaction has changed so far.
create function private.changed_tables() returns jsonb
language sql volatile security definer set search_path = '', pg_temp as $$
	select coalesce(jsonb_agg(distinct c.name), '[]')
	from private.noted_changes c where c.transaction = pg_current_xact_id()
$$;

-- Row trigger, at the end of the transaction: tells the live rooms of each group, once, and forgets.
create function private.tell_rooms() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	told record;
begin
	for told in
		with noted as (
			delete from private.noted_changes c where c.transaction = pg_current_xact_id()
			returning c.group_id, c.name
		)
		select s.id as session_id, jsonb_agg(n.name order by n.name) as names
		from noted n join cercle.sessions s on s.group_id = n.group_id and s.status = 'live'
		group by s.id
	loop
		perform private.signal_room(told.session_id, 'changed',
			case when told.names ? 'all' then '{}'
				else jsonb_build_object('tables', told.names) end);
	end loop;
	return null;
end $$;

create constraint trigger tell_rooms after insert on private.noted_changes
	deferrable initially deferred for each row execute function private.tell_rooms();

-- Grants

grant execute on function private.changed_tables() to authenticated;
-- A person as their groups know them.

-- Without a foreign key to auth.users: the profile outlives its account as a nameless one. The
-- attendances, turns and outcomes of a group go on naming somebody, and nothing says which person.
create table cercle.profiles (
	id uuid primary key,
	name text not null default '' check (private.fits(name, 80)),
	language text not null default 'fr' check (language in ('fr', 'en')),
	version int not null default 1,
	updated_at timestamptz not null default now(),
	erased_at timestamptz
);
comment on table cercle.profiles is
	'How a person is named in their groups. One row per account, and per former member without one.';
comment on column cercle.profiles.erased_at is
	'When the account was deleted: a former member, without a name. Null: it is there.';

alter table cercle.profiles enable row level security;

-- Helper functions

-- Operations on the caller's profile: see `apply_operation`.
create function private.apply_profile(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'profile.write' then
			perform private.merge_row('cercle.profiles', row_id, changes, base, '{name,language}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_profiles() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('profiles', null, null, null, null)
$$;

-- Policies. Peers read profiles too: see 20_groups.sql.

create policy update_owner on cercle.profiles for update to authenticated
	using (id = (select private.uid())) with check (id = (select private.uid()));

-- Triggers

-- The name comes from the sign-up as it was typed: what `private.fits` refuses is left out.
create function private.create_profile() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.profiles (id, name, language)
	values (
		new.id,
		coalesce(left(regexp_replace(
			new.raw_user_meta_data ->> 'name',
			'[\u0001-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]', '', 'g'
		), 80), ''),
		case when new.raw_user_meta_data ->> 'language' = 'en' then 'en' else 'fr' end
	)
	on conflict (id) do nothing;
	return new;
end $$;
create trigger create_profile after insert on auth.users
	for each row execute function private.create_profile();

create trigger keep_columns before update on cercle.profiles
	for each row execute function private.keep_columns('id');
create trigger raise_version before update on cercle.profiles
	for each row execute function private.raise_version();

create trigger note_change after insert or update or delete on cercle.profiles
	for each row execute function private.note_change('profiles', 'member');

-- Grants

grant select, update (name, language) on cercle.profiles to authenticated;
grant execute on function
	private.apply_profile(text, jsonb, jsonb), private.shown_profiles()
	to authenticated;
-- The devices on which an account is signed in, for its member to see and to end. Supabase keeps
-- one row of auth.sessions for each.

-- The sign-in that the caller's token comes from, as long as it has not ended.
create function private.sign_in_id() returns uuid
language sql stable set search_path = '', pg_temp as $$
	select ((select auth.jwt()) ->> 'session_id')::uuid where private.uid() is not null
$$;

-- What a browser says of itself, coarsely: enough to recognise one's own devices.
create function private.system_of(user_agent text) returns text
language sql immutable set search_path = '', pg_temp as $$
	select case
		when user_agent ~ 'iPhone|iPod' then 'iphone'
		when user_agent ~ 'iPad' then 'ipad'
		when user_agent ~ 'Android' then 'android'
		when user_agent ~ 'Windows' then 'windows'
		when user_agent ~ 'Macintosh' then 'mac'
		when user_agent ~ 'CrOS' then 'chromeos'
		when user_agent ~ 'Linux' then 'linux'
	end
$$;

create function private.browser_of(user_agent text) returns text
language sql immutable set search_path = '', pg_temp as $$
	select case
		when user_agent ~ '\mEdg' then 'edge'
		when user_agent ~ '\mOPR/' then 'opera'
		when user_agent ~ '\mSamsungBrowser/' then 'samsung'
		when user_agent ~ '\m(Firefox|FxiOS)/' then 'firefox'
		when user_agent ~ 'Chrom(e|ium)/|\mCriOS/' then 'chrome'
		when user_agent ~ '\mSafari/' then 'safari'
	end
$$;

-- Triggers

-- Whatever ends a sign-in (signing out here or elsewhere, a new password, the account deleted): its
-- browser gets no more reminders, and its live channels are checked again at once. A server that
-- caches what it allowed does not check: there the topic itself ends, and everybody moves to the
-- next one.
create function private.end_sign_in() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	delete from cercle.push_subscriptions p using ended e where p.session_id = e.id;
	-- First, so that the member who was signed out does not hear that the topics end.
	perform pg_notify('realtime_revoke', u.user_id::text)
		from (select distinct e.user_id from ended e) u;
	perform private.end_topics(g.group_id) from (
		select distinct m.group_id from ended e
		join cercle.memberships m on m.member_id = e.user_id and m.left_at is null
		join cercle.sessions s on s.group_id = m.group_id and s.status = 'live'
		order by 1
	) g;
	return null;
end $$;
create trigger end_sign_in after delete on auth.sessions
	referencing old table as ended
	for each statement execute function private.end_sign_in();

-- Commands

create function private.list_sign_ins() returns jsonb
language plpgsql stable security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
begin
	return (
		select jsonb_agg(jsonb_build_object(
			'id', l.id, 'since', l.created_at, 'seen', l.seen, 'current', l.current,
			'system', private.system_of(l.user_agent), 'browser', private.browser_of(l.user_agent)
		) order by l.current desc, l.seen desc, l.id)
		from (
			select s.*, s.id = private.sign_in_id() as current,
				greatest(s.created_at, s.updated_at, s.refreshed_at at time zone 'UTC') as seen
			from auth.sessions s
			where s.user_id = me and (s.not_after is null or s.not_after > now())
		) l
	);
end $$;

create function public.list_sign_ins() returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.list_sign_ins()
$$;
comment on function public.list_sign_ins is
	'Where the caller is signed in, this device first: since when, last seen, what kind of device.';

create function private.end_sign_ins(sign_in_id uuid, everywhere boolean)
returns int
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	own uuid := private.sign_in_id();
	ended int;
begin
	if everywhere is null or (everywhere and sign_in_id is not null) then
		perform private.refuse('CR005', 'one sign-in, all others, or all');
	end if;
	delete from auth.sessions s where s.user_id = me and case
		when end_sign_ins.sign_in_id is not null then s.id = end_sign_ins.sign_in_id
		else everywhere or s.id <> own
	end;
	get diagnostics ended = row_count;
	if ended = 0 and sign_in_id is not null then
		perform private.refuse('CR001', 'no such sign-in');
	end if;
	-- A device that is signed in nowhere may know the address of the calendar.
	if everywhere then
		delete from cercle.calendars c where c.id = me;
	end if;
	return ended;
end $$;

create function public.end_sign_ins(sign_in_id uuid default null, everywhere boolean default false)
returns int
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.end_sign_ins(sign_in_id, everywhere)
$$;
comment on function public.end_sign_ins is
	'Signs the caller out of one device, of all others, or everywhere; the last ends their calendar too.';

-- A sign-in that nobody uses ends. A phone forgets what it kept after thirty days without contact
-- (LAPSE in src/lib/offline/device.svelte.ts) and asks to sign in again: from then on its sign-in,
-- and every copy of it, serves nobody. Called by `erase_expired`; answers how many ended.
create function private.end_idle_sign_ins(most int) returns int
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	ended int;
begin
	-- By the clock of sign-in, which is the database's own: a session is renewed with each token.
	delete from auth.sessions s where s.id = any (array(
		select i.id from auth.sessions i
		where greatest(i.created_at, i.updated_at, i.refreshed_at at time zone 'UTC')
			< now() - interval '30 days'
		limit most
		for update skip locked
	));
	get diagnostics ended = row_count;
	return ended;
end $$;

-- Grants

grant execute on function
	private.list_sign_ins(), private.end_sign_ins(uuid, boolean), public.list_sign_ins(),
	public.end_sign_ins(uuid, boolean)
	to authenticated;
-- Groups, their members and their charters: what every right on content begins with.

create table cercle.groups (
	id uuid primary key,
	name text not null check (private.fits(name, 80) and name <> ''),
	epoch int not null default 1,
	created_at timestamptz not null default now(),
	retention_months int not null default 12 check (retention_months between 1 and 60),
	community_id uuid
);
comment on table cercle.groups is 'Peers who meet: the boundary of confidentiality.';
comment on column cercle.groups.epoch is
	'Raised with every removal and every new charter; part of the live topics, so that a phone that may not listen any more hears nothing.';
comment on column cercle.groups.retention_months is
	'Months after which what was said in a closed session is erased, and actions and goals that ended.';
comment on column cercle.groups.community_id is
	'The community whose co-animators see dates, counts and minutes. Null: none.';
create index groups_community on cercle.groups (community_id);

create table cercle.memberships (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	joined_at timestamptz not null default now(),
	left_at timestamptz check (left_at >= joined_at)
);
comment on table cercle.memberships is
	'A person in a group, dated: what they may read depends on it.';
create unique index memberships_current on cercle.memberships (group_id, member_id)
	where left_at is null;
create index memberships_group on cercle.memberships (group_id);
create index memberships_member on cercle.memberships (member_id);

create table cercle.charters (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	version int not null check (version > 0),
	body text not null check (private.fits(body, 20000) and body <> ''),
	created_at timestamptz not null default now(),
	unique (group_id, version)
);
comment on table cercle.charters is
	'The rules of a group, version by version. The last one is in force.';

create table cercle.signatures (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	charter_id uuid not null references cercle.charters (id) on delete cascade,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	signed_at timestamptz not null default now(),
	unique (charter_id, member_id)
);
comment on table cercle.signatures is
	'The members who signed each charter. No signature of the last one, no content.';
create index signatures_group on cercle.signatures (group_id);
create index signatures_member on cercle.signatures (member_id);

alter table cercle.groups enable row level security;
alter table cercle.memberships enable row level security;
alter table cercle.charters enable row level security;
alter table cercle.signatures enable row level security;

-- Helper functions

-- Groups I belong to today, signed or not: their name and charter are mine to read.
create function private.my_joined_group_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select group_id from cercle.memberships
	where member_id = (select private.uid()) and left_at is null
$$;

-- Groups whose content I may read: I belong to them and signed the charter in force. In PL/pgSQL,
-- which keeps its plan: every policy asks, and planning a SQL function anew takes most of the time
-- of an answer.
create function private.my_group_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select m.group_id from cercle.memberships m
		where m.member_id = (select private.uid()) and m.left_at is null
			and exists (
				select from cercle.charters c
				join cercle.signatures s on s.charter_id = c.id and s.member_id = m.member_id
				where c.group_id = m.group_id
					and c.version = (select max(version) from cercle.charters where group_id = m.group_id)
			);
end $$;

-- Groups I belong to and whose charter in force I have not signed: I read nothing of them, not even
-- what I wrote myself.
create function private.my_unsigned_group_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select private.my_joined_group_ids() except select private.my_group_ids()
$$;

-- Everybody in one of my groups, now or before: names in old sessions stay readable.
create function private.my_peer_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select member_id from cercle.memberships
	where group_id in (select private.my_group_ids())
$$;

-- True when the person belongs to the group today. Triggers use it, so it answers for anybody.
create function private.belongs(person uuid, group_id uuid) returns boolean
language sql stable security definer set search_path = '', pg_temp as $$
	select exists (
		select from cercle.memberships m
		where m.member_id = person and m.group_id = belongs.group_id and m.left_at is null
	)
$$;

-- Refuses a caller who may not read the group's content, in the same words as for a group that does
-- not exist.
create function private.need_member(group_id uuid) returns void
language plpgsql stable set search_path = '', pg_temp as $$
begin
	if need_member.group_id is null
		or need_member.group_id <> all (array(select private.my_group_ids()))
	then
		perform private.refuse('CR001', 'no such group');
	end if;
end $$;

-- Ends the live topics of a group. The phones that may still listen are told, on the topic that
-- ends, to look for the new one.
create function private.end_topics(group_id uuid) returns void
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform private.signal_room(s.id, 'moved', '{}') from cercle.sessions s
		where s.group_id = end_topics.group_id and s.status = 'live';
	update cercle.groups set epoch = epoch + 1 where id = end_topics.group_id;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_groups() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('groups', null, null, null, null),
		('memberships', null, null, null, null),
		('charters', null, null, null, null),
		('signatures', null, null, null, null)
$$;

-- What an account exports of this area: see `export_account`.
create function private.export_groups(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		-- A former member does not read the name of the group any more.
		'groups', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', m.group_id, 'name', g.name, 'joined_at', m.joined_at, 'left_at', m.left_at
			) order by m.joined_at, m.id), '[]')
			from cercle.memberships m
			left join cercle.groups g on g.id = m.group_id
			where m.member_id = me
		),
		'signatures', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', s.group_id, 'charter_version', c.version, 'signed_at', s.signed_at
			) order by s.signed_at, s.id), '[]')
			from cercle.signatures s
			left join cercle.charters c on c.id = s.charter_id
			where s.member_id = me
		)
	)
$$;

-- Policies

create policy select_joined on cercle.groups for select to authenticated
	using (id = any (array(select private.my_joined_group_ids())));
create policy select_member on cercle.memberships for select to authenticated
	using (
		member_id = (select private.uid()) or group_id = any (array(select private.my_group_ids()))
	);
create policy select_joined on cercle.charters for select to authenticated
	using (group_id = any (array(select private.my_joined_group_ids())));
-- Members read the signatures of their group; before they signed, only their own, to know what to
-- sign.
create policy select_member on cercle.signatures for select to authenticated
	using (
		group_id = any (array(select private.my_group_ids()))
		or (
			member_id = (select private.uid())
			and group_id = any (array(select private.my_joined_group_ids()))
		)
	);

-- What groups add to profiles.
create policy select_peer on cercle.profiles for select to authenticated
	using (id = (select private.uid()) or id = any (array(select private.my_peer_ids())));

-- Triggers

-- Quality over quantity: never more than eight members. The lock makes two simultaneous arrivals
-- queue.
create function private.keep_group_size() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform from cercle.groups where id = new.group_id for update;
	if (select count(*) from cercle.memberships where group_id = new.group_id and left_at is null) > 8
	then
		perform private.refuse('CR006', 'a group has at most eight members');
	end if;
	return null;
end $$;
create trigger keep_group_size after insert or update on cercle.memberships
	for each row when (new.left_at is null) execute function private.keep_group_size();

-- A member who leaves is cut from the live topics in the same transaction.
create function private.cut_off() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform private.end_topics(old.group_id);
	perform pg_notify('realtime_revoke', old.member_id::text);
	return null;
end $$;
create trigger cut_off_left after update on cercle.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.cut_off();
create trigger cut_off_deleted after delete on cercle.memberships
	for each row when (old.left_at is null) execute function private.cut_off();

create trigger keep_columns before update on cercle.memberships
	for each row execute function private.keep_columns('id', 'group_id', 'member_id', 'joined_at');
create trigger keep_columns before update on cercle.charters
	for each row execute function private.keep_columns('id', 'group_id', 'version', 'body');
create trigger keep_columns before update on cercle.signatures
	for each row execute function private.keep_columns('id', 'charter_id', 'member_id', 'signed_at');

-- Whatever says who belongs to a group, and to what they agreed, says who may read.
create trigger note_change
	after insert or update of name, retention_months, community_id or delete on cercle.groups
	for each row execute function private.note_change('groups', 'all');
create trigger note_change after insert or update or delete on cercle.memberships
	for each row execute function private.note_change('memberships', 'all');
create trigger note_change after insert or update or delete on cercle.charters
	for each row execute function private.note_change('charters', 'all');
create trigger note_change after insert or update or delete on cercle.signatures
	for each row execute function private.note_change('signatures', 'all');

-- Commands

create function private.found_group(id uuid, name text, charter text) returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	charter_id uuid;
begin
	-- The id is the caller's: a replay finds the group already founded.
	if exists (select from cercle.groups g where g.id = found_group.id) then
		if found_group.id in (select private.my_joined_group_ids()) then
			return found_group.id;
		end if;
		perform private.refuse('CR005', 'this id is taken');
	end if;
	if (select count(*) from cercle.memberships m where m.member_id = me and m.left_at is null) >= 12
	then
		perform private.refuse('CR009', 'too many groups for one person');
	end if;
	insert into cercle.groups (id, name) values (found_group.id, btrim(found_group.name));
	insert into cercle.memberships (group_id, member_id) values (found_group.id, me);
	insert into cercle.charters (group_id, version, body)
		values (found_group.id, 1, found_group.charter) returning charters.id into charter_id;
	insert into cercle.signatures (group_id, charter_id, member_id)
		values (found_group.id, charter_id, me);
	return found_group.id;
end $$;

create function public.found_group(id uuid, name text, charter text) returns uuid
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.found_group(id, name, charter)
$$;
comment on function public.found_group is
	'Founds a group with its first charter, which the founder signs. Replaying the same id is harmless.';

create function private.write_charter(group_id uuid, body text, expected_version int) returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	current int;
	charter_id uuid;
begin
	perform private.need_member(write_charter.group_id);
	perform from cercle.groups g where g.id = write_charter.group_id for update;
	select max(c.version) into current from cercle.charters c
		where c.group_id = write_charter.group_id;
	if current is distinct from expected_version then
		perform private.refuse('CR003', 'the charter changed meanwhile');
	end if;
	insert into cercle.charters (group_id, version, body)
		values (write_charter.group_id, current + 1, write_charter.body)
		returning charters.id into charter_id;
	insert into cercle.signatures (group_id, charter_id, member_id)
		values (write_charter.group_id, charter_id, me);
	-- A member who has not signed it yet may not listen any more either.
	perform private.end_topics(write_charter.group_id);
	perform pg_notify('realtime_revoke', m.member_id::text) from cercle.memberships m
		where m.group_id = write_charter.group_id and m.member_id <> me and m.left_at is null;
	return charter_id;
end $$;

create function public.write_charter(group_id uuid, body text, expected_version int) returns uuid
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.write_charter(group_id, body, expected_version)
$$;
comment on function public.write_charter is
	'Writes the next version of the charter. Everyone else reads no content until they signed it.';

create function private.sign_charter(charter_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	signed cercle.charters;
begin
	select * into signed from cercle.charters c
		where c.id = sign_charter.charter_id
			and c.group_id in (select private.my_joined_group_ids());
	if signed.id is null then
		perform private.refuse('CR001', 'no such charter');
	end if;
	if exists (
		select from cercle.charters c where c.group_id = signed.group_id and c.version > signed.version
	) then
		perform private.refuse('CR003', 'the charter changed meanwhile');
	end if;
	insert into cercle.signatures (group_id, charter_id, member_id)
		values (signed.group_id, signed.id, me) on conflict do nothing;
end $$;

create function public.sign_charter(charter_id uuid) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.sign_charter(charter_id)
$$;
comment on function public.sign_charter is 'Signs the charter in force. Signing twice is harmless.';

-- Leaving a group, at any time. The triggers on memberships cut access at once and take the member
-- out of the sessions that counted on them.
create function private.leave_group(group_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
begin
	if not exists (
		select from cercle.memberships m
		where m.group_id = leave_group.group_id and m.member_id = me
	) then
		perform private.refuse('CR001', 'no such group');
	end if;
	-- The group first, like every change of its members.
	perform from cercle.groups g where g.id = leave_group.group_id for no key update;
	update cercle.memberships m set left_at = clock_timestamp()
		where m.group_id = leave_group.group_id and m.member_id = me and m.left_at is null;
end $$;

create function public.leave_group(group_id uuid) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.leave_group(group_id)
$$;
comment on function public.leave_group is
	'Ends the caller''s membership, at any time. Leaving twice is harmless.';

-- Grants

grant select on cercle.groups, cercle.memberships, cercle.charters, cercle.signatures
	to authenticated;
grant execute on function
	private.my_joined_group_ids(), private.my_group_ids(), private.my_unsigned_group_ids(),
	private.my_peer_ids(), private.need_member(uuid), private.shown_groups(),
	private.export_groups(uuid), private.found_group(uuid, text, text),
	private.write_charter(uuid, text, int), private.sign_charter(uuid), private.leave_group(uuid),
	public.found_group(uuid, text, text), public.write_charter(uuid, text, int),
	public.sign_charter(uuid), public.leave_group(uuid)
	to authenticated;
-- Inviting a person to a group by mail.

create table cercle.invitations (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	email text not null check (
		private.fits(email, 254) and email = lower(email) and email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'
	),
	token_hash bytea not null unique check (octet_length(token_hash) = 32),
	invited_by uuid not null references cercle.profiles (id) on delete cascade,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null default now() + interval '14 days',
	accepted_at timestamptz,
	revoked_at timestamptz
);
comment on table cercle.invitations is
	'Single-use, expiring, bound to an e-mail address. Only the hash of its token is kept.';
create unique index invitations_pending on cercle.invitations (group_id, email)
	where accepted_at is null and revoked_at is null;
create index invitations_group on cercle.invitations (group_id);
create index invitations_invited_by on cercle.invitations (invited_by);

alter table cercle.invitations enable row level security;

-- Helper functions

-- The invitation of this token when it is addressed to the caller; unknown and foreign look alike.
create function private.my_invitation(token text) returns cercle.invitations
language plpgsql stable security definer set search_path = '', pg_temp as $$
declare
	found_one cercle.invitations;
begin
	select i.* into found_one from cercle.invitations i
		join auth.users u on lower(u.email) = i.email
		where u.id = private.me() and u.email_confirmed_at is not null
			and i.token_hash = sha256(convert_to(coalesce(token, ''), 'UTF8'));
	if found_one.id is null then
		perform private.refuse('CR007', 'no such invitation for this account');
	end if;
	return found_one;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_invitations() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('invitations', null, null,
			$s$jsonb_build_object(
				'id', t.id, 'group_id', t.group_id, 'email', t.email, 'expires_at', t.expires_at
			)$s$,
			't.accepted_at is null and t.revoked_at is null and t.expires_at > now()')
$$;

-- Erases invitations that are over, for they hold addresses: see `erase_expired`.
create function private.erase_invitations(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	gone int;
begin
	delete from cercle.invitations i where i.id = any (array(
		select v.id from cercle.invitations v
		where coalesce(v.accepted_at, v.revoked_at, v.expires_at) < at - interval '90 days'
		limit most
	));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- Policies

create policy select_member on cercle.invitations for select to authenticated
	using (group_id = any (array(select private.my_group_ids())));

-- What invitations add to memberships.

-- A member who leaves takes along the invitations they sent and those to their address: they must
-- not come back by an old one.
create function private.revoke_open_invitations() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	update cercle.invitations i set revoked_at = now()
		where i.group_id = old.group_id and i.accepted_at is null and i.revoked_at is null
			and (
				i.invited_by = old.member_id
				or i.email = (select lower(u.email) from auth.users u where u.id = old.member_id)
			);
	return null;
end $$;
create trigger revoke_open_invitations after update on cercle.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.revoke_open_invitations();

-- Triggers

create trigger note_change after insert or update or delete on cercle.invitations
	for each row execute function private.note_change('invitations', 'own');

-- Commands

create function private.invite(group_id uuid, email text, token_hash text) returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	address text := lower(btrim(invite.email));
	invitation_id uuid;
begin
	perform private.need_member(invite.group_id);
	if token_hash !~ '^[0-9a-f]{64}$' then
		perform private.refuse('CR005', 'the token hash is malformed');
	end if;
	perform from cercle.groups g where g.id = invite.group_id for update;
	if (
		select count(*) from cercle.invitations i
		where i.invited_by = me and i.created_at > now() - interval '1 day'
	) >= 30 then
		perform private.refuse('CR009', 'too many invitations in one day');
	end if;
	-- Inviting again replaces the first invitation: its link stops working.
	update cercle.invitations i set revoked_at = now()
		where i.group_id = invite.group_id and i.email = address
			and i.accepted_at is null and i.revoked_at is null;
	if (
		select count(*) from cercle.memberships m
		where m.group_id = invite.group_id and m.left_at is null
	) + (
		select count(*) from cercle.invitations i
		where i.group_id = invite.group_id and i.accepted_at is null and i.revoked_at is null
			and i.expires_at > now()
	) >= 8 then
		perform private.refuse('CR006', 'a group has at most eight members');
	end if;
	insert into cercle.invitations (group_id, email, token_hash, invited_by)
		values (invite.group_id, address, decode(invite.token_hash, 'hex'), me)
		returning invitations.id into invitation_id;
	return invitation_id;
end $$;

create function public.invite(group_id uuid, email text, token_hash text) returns uuid
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.invite(group_id, email, token_hash)
$$;
comment on function public.invite is
	'Invites an address. The token itself is made and mailed by the server and never reaches the database.';

create function private.revoke_invitation(invitation_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	update cercle.invitations i set revoked_at = now()
		where i.id = invitation_id and i.accepted_at is null and i.revoked_at is null
			and i.group_id in (select private.my_group_ids());
	if not found then
		perform private.refuse('CR001', 'no such invitation');
	end if;
end $$;

create function public.revoke_invitation(invitation_id uuid) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.revoke_invitation(invitation_id)
$$;
comment on function public.revoke_invitation is
	'Takes back a pending invitation: its link stops working.';

create function private.read_invitation(token text) returns jsonb
language plpgsql stable security definer set search_path = '', pg_temp as $$
declare
	mine cercle.invitations := private.my_invitation(read_invitation.token);
begin
	-- Once used it shows no more than membership does: nothing to a member who left.
	if mine.group_id not in (select private.my_joined_group_ids()) and (
		mine.accepted_at is not null or mine.revoked_at is not null or mine.expires_at <= now()
	) then
		perform private.refuse('CR008', 'this invitation is over');
	end if;
	return (
		select jsonb_build_object(
			'group_id', g.id, 'group_name', g.name, 'invited_by', p.name,
			'charter', c.body, 'accepted', mine.accepted_at is not null
		)
		from cercle.groups g
		join cercle.charters c on c.group_id = g.id
		left join cercle.profiles p on p.id = mine.invited_by
		where g.id = mine.group_id
		order by c.version desc limit 1
	);
end $$;

create function public.read_invitation(token text) returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.read_invitation(token)
$$;
comment on function public.read_invitation is
	'What an invited person may read before joining: the group''s name, who invites, the charter.';

create function private.accept_invitation(token text) returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	mine cercle.invitations := private.my_invitation(accept_invitation.token);
begin
	perform from cercle.groups g where g.id = mine.group_id for update;
	select * into mine from cercle.invitations i where i.id = mine.id for update;
	if mine.accepted_at is not null and mine.group_id in (select private.my_joined_group_ids()) then
		return mine.group_id;
	end if;
	if mine.accepted_at is not null or mine.revoked_at is not null or mine.expires_at <= now() then
		perform private.refuse('CR008', 'this invitation is over');
	end if;
	update cercle.invitations i set accepted_at = now() where i.id = mine.id;
	insert into cercle.memberships (group_id, member_id) values (mine.group_id, me)
		on conflict do nothing;
	return mine.group_id;
end $$;

create function public.accept_invitation(token text) returns uuid
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.accept_invitation(token)
$$;
comment on function public.accept_invitation is
	'Joins the group of the invitation. Content opens with the signature of the charter.';

-- Grants

-- All columns but the hash, which only the functions above need. A pull reads the version of a row
-- (`xmin`): on a table with grants by column it needs one too.
grant select (
	id, group_id, email, invited_by, created_at, expires_at, accepted_at, revoked_at, xmin
) on cercle.invitations to authenticated;
grant execute on function
	private.shown_invitations(), private.invite(uuid, text, text), private.revoke_invitation(uuid),
	private.read_invitation(text), private.accept_invitation(text), public.invite(uuid, text, text),
	public.revoke_invitation(uuid), public.read_invitation(text), public.accept_invitation(text)
	to authenticated;
-- Breaches of the charter, the votes about them, and the register of what a group decided. The rule
-- stands in supabase/README.md: every member of the group who signed is heard, except the accused;
-- more than half of them, and two at the least, exclude; at once.

create table cercle.breaches (
	id uuid primary key,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	accused_id uuid not null references cercle.profiles (id) on delete cascade,
	raised_by uuid references cercle.profiles (id) on delete set null,
	reason text not null check (private.fits(reason, 2000)),
	raised_at timestamptz not null default clock_timestamp(),
	settled_at timestamptz,
	outcome text check (outcome in ('excluded', 'dismissed', 'lapsed', 'withdrawn', 'left')),
	entitled int check (entitled >= 0),
	votes_for int check (votes_for >= 0),
	votes_against int check (votes_against >= 0),
	constraint breaches_of_another check (accused_id <> raised_by),
	constraint breaches_settled check ((settled_at is null) = (outcome is null)),
	constraint breaches_erased check ((settled_at is null) = (reason <> ''))
);
comment on table cercle.breaches is
	'What one member holds against another, until the group has decided. Never the accused''s to read.';
comment on column cercle.breaches.reason is 'What happened. Erased once it is settled.';
comment on column cercle.breaches.outcome is
	'left: the accused went by themself before anything was decided.';
comment on column cercle.breaches.entitled is
	'How many could vote, and how they did, once settled: before, nobody is told.';
create unique index breaches_open on cercle.breaches (group_id, accused_id)
	where settled_at is null;
create index breaches_group on cercle.breaches (group_id);
create index breaches_accused on cercle.breaches (accused_id);
create index breaches_raised_by on cercle.breaches (raised_by);

create table cercle.breach_votes (
	id uuid primary key default gen_random_uuid(),
	breach_id uuid not null references cercle.breaches (id) on delete cascade,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	exclude boolean not null,
	unique (breach_id, member_id)
);
comment on table cercle.breach_votes is
	'Votes on an open breach, each its voter''s own secret. Gone once it is settled.';
create index breach_votes_member on cercle.breach_votes (member_id);

-- The register says what was decided about a group and when, never why.
create table cercle.decisions (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	kind text not null check (kind in (
		'founded', 'charter', 'admission', 'departure', 'exclusion', 'breach_dismissed',
		'retention_shortened'
	)),
	subject_id uuid references cercle.profiles (id) on delete set null,
	at timestamptz not null
);
comment on table cercle.decisions is 'What a group decided, in order, append-only. Holds no text.';
comment on column cercle.decisions.id is 'Of what a breach led to: that of the breach.';
comment on column cercle.decisions.subject_id is
	'The member it is about; of a retention that was shortened: the member who did it. Null: nobody, a former account, or the accused of a breach that was dismissed.';
create index decisions_group on cercle.decisions (group_id, at);
create index decisions_subject on cercle.decisions (subject_id);

alter table cercle.breaches enable row level security;
alter table cercle.breach_votes enable row level security;
alter table cercle.decisions enable row level security;

-- Helper functions

-- How long a vote stays open.
create function private.breach_term() returns interval
language sql immutable set search_path = '', pg_temp as $$
	select interval '14 days'
$$;

-- Breaches I may read: those of my groups, open or settled while I belonged to it, about anybody
-- but me. Nobody reads one whose days are over, even before it is noted as lapsed.
create function private.my_breach_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select b.id from cercle.breaches b
		join cercle.memberships m on m.group_id = b.group_id
			and m.member_id = (select private.uid()) and m.left_at is null
		where b.group_id in (select private.my_group_ids()) and b.accused_id <> m.member_id
			and case when b.settled_at is null then b.raised_at > now() - private.breach_term()
				else b.settled_at >= m.joined_at and (b.outcome <> 'withdrawn' or b.raised_by = m.member_id)
			end;
end $$;

-- Breaches about me that did not exclude me: none of them shows, not even in the register.
create function private.my_accusation_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select id from cercle.breaches
	where accused_id = (select private.uid()) and outcome is distinct from 'excluded'
$$;

-- The members who decide about a breach. A new charter that some have not signed yet takes nobody's
-- voice away: otherwise writing one would leave the decision to the first members who sign it.
create function private.entitled_ids(breach cercle.breaches) returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select m.member_id from cercle.memberships m
	where m.group_id = breach.group_id and m.left_at is null and m.member_id <> breach.accused_id
		and exists (
			select from cercle.signatures s
			where s.group_id = m.group_id and s.member_id = m.member_id
		)
$$;

-- Settles a breach: its words and its votes are erased, the counts stay.
create function private.end_breach(breach cercle.breaches, outcome text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	at timestamptz := clock_timestamp();
begin
	update cercle.breaches b set
		settled_at = at, outcome = end_breach.outcome, reason = '',
		(entitled, votes_for, votes_against) = (
			select count(*), count(*) filter (where v.exclude), count(*) filter (where not v.exclude)
			from private.entitled_ids(breach) e (id)
			left join cercle.breach_votes v on v.breach_id = breach.id and v.member_id = e.id
		)
		where b.id = breach.id;
	delete from cercle.breach_votes v where v.breach_id = breach.id;
	if end_breach.outcome = 'excluded' then
		update cercle.memberships m set left_at = at
			where m.group_id = breach.group_id and m.member_id = breach.accused_id and m.left_at is null;
	elsif end_breach.outcome in ('dismissed', 'lapsed') then
		insert into cercle.decisions (id, group_id, kind, at)
		select breach.id, g.id, 'breach_dismissed', at
		from cercle.groups g where g.id = breach.group_id;
	end if;
end $$;

-- Applies the rule, and settles an open breach when it gives an answer. The caller holds the lock
-- of the group.
create function private.weigh_breach(breach_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	breach cercle.breaches;
	entitled int;
	needed int;
	heard record;
begin
	select * into breach from cercle.breaches b where b.id = breach_id and b.settled_at is null;
	if breach.id is null then
		return;
	elsif breach.raised_at <= now() - private.breach_term() then
		perform private.end_breach(breach, 'lapsed');
		return;
	end if;
	select count(*) into entitled from private.entitled_ids(breach);
	needed := greatest(2, entitled / 2 + 1);
	select count(*) filter (where v.exclude) as exclude, count(*) filter (where not v.exclude) as keep
		into heard
		from cercle.breach_votes v
		where v.breach_id = breach.id and v.member_id in (select private.entitled_ids(breach));
	if heard.exclude >= needed then
		perform private.end_breach(breach, 'excluded');
	elsif entitled - heard.keep < needed then
		perform private.end_breach(breach, 'dismissed');
	end if;
end $$;

-- Applies the rule to every open breach of a group: for those whose days are over, and whenever
-- fewer members decide.
create function private.weigh_breaches(group_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	perform private.weigh_breach(b.id) from cercle.breaches b
		where b.group_id = weigh_breaches.group_id and b.settled_at is null
		order by b.raised_at, b.id;
end $$;
comment on function private.weigh_breaches is
	'Also called when retention erases: a lapsed breach that nobody touched is settled by it.';

-- Locks the group of a breach that concerns the caller, and answers the breach as it is then.
create function private.hold_breach(breach_id uuid) returns cercle.breaches
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	held cercle.breaches;
begin
	perform from cercle.groups g
		where g.id = (
			select b.group_id from cercle.breaches b
			where b.id = breach_id and b.group_id in (select private.my_group_ids())
				and b.accused_id <> (select private.uid())
		)
		for no key update;
	select * into held from cercle.breaches b
		where b.id = breach_id and b.group_id in (select private.my_group_ids())
			and b.accused_id <> (select private.uid());
	if held.id is null then
		perform private.refuse('CR001', 'no such breach');
	elsif held.settled_at is not null then
		perform private.refuse('CR004', 'the breach is settled');
	end if;
	return held;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_moderation() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('decisions', null, null, null, null),
		('breaches', null, null, null, null),
		('breach_votes', null, null, null, null)
$$;

-- What an account exports of this area: see `export_account`.
create function private.export_breaches(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'breaches', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', h.group_id, 'raised_at', h.raised_at, 'reason', h.reason,
				'settled_at', h.settled_at, 'outcome', h.outcome
			) order by h.raised_at, h.id), '[]')
			from cercle.breaches h where h.raised_by = me
		)
	)
$$;

-- A breach whose days are over and that nobody touched is settled, so that it holds its words no
-- longer. It skips groups that are locked: by then the batch has erased rows of other groups, and
-- the transaction that holds a group may be waiting for these. What is skipped comes at the next
-- run.
create function private.settle_lapsed(most int) returns int
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	held uuid[] := array(
		select g.id from cercle.groups g
		where exists (
			select from cercle.breaches b
			where b.group_id = g.id and b.settled_at is null
				and b.raised_at <= now() - private.breach_term()
		)
		limit most
		for no key update skip locked
	);
	-- Counted once the groups are locked: from then on no other transaction settles them.
	lapsed int := (
		select count(*) from cercle.breaches b
		where b.group_id = any (held) and b.settled_at is null
			and b.raised_at <= now() - private.breach_term()
	);
begin
	perform private.weigh_breaches(g) from unnest(held) g;
	return lapsed;
end $$;

-- Policies

create policy select_entitled on cercle.breaches for select to authenticated
	using (id = any (array(select private.my_breach_ids())));
create policy select_voter on cercle.breach_votes for select to authenticated
	using (
		member_id = (select private.uid()) and breach_id = any (array(select private.my_breach_ids()))
	);
create policy select_member on cercle.decisions for select to authenticated
	using (
		group_id = any (array(select private.my_group_ids()))
		and id <> all (array(select private.my_accusation_ids()))
	);

-- Triggers

create trigger keep_columns before update on cercle.breaches
	for each row execute function private.keep_columns('id', 'group_id', 'accused_id', 'raised_at');
create trigger keep_columns before update on cercle.breach_votes
	for each row execute function private.keep_columns('id', 'breach_id', 'member_id');
create trigger append_only before update of id, group_id, kind, at on cercle.decisions
	for each row execute function private.refuse_change();

-- What moderation adds to groups, memberships and charters: the register, and the votes of a member
-- who leaves.

create function private.log_admission() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.decisions (group_id, kind, subject_id, at)
	select new.group_id,
		case when exists (
			select from cercle.decisions d where d.group_id = new.group_id and d.kind = 'founded'
		) then 'admission' else 'founded' end,
		new.member_id, new.joined_at;
	return null;
end $$;
create trigger log_admission after insert on cercle.memberships
	for each row execute function private.log_admission();

-- A member is excluded when they left at the very moment at which a breach was settled so.
create function private.log_departure() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	breach_id uuid := (
		select b.id from cercle.breaches b
		where b.group_id = new.group_id and b.accused_id = new.member_id
			and b.outcome = 'excluded' and b.settled_at = new.left_at
	);
begin
	insert into cercle.decisions (id, group_id, kind, subject_id, at) values (
		coalesce(breach_id, gen_random_uuid()), new.group_id,
		case when breach_id is null then 'departure' else 'exclusion' end,
		new.member_id, new.left_at
	);
	return null;
end $$;
create trigger log_departure after update on cercle.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.log_departure();

-- An account that ends while it belongs to a group, unless the group itself ends.
create function private.log_end() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.decisions (group_id, kind, at)
	select g.id, 'departure', clock_timestamp() from cercle.groups g where g.id = old.group_id;
	return null;
end $$;
create trigger log_end after delete on cercle.memberships
	for each row when (old.left_at is null) execute function private.log_end();

create function private.log_charter() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.decisions (group_id, kind, at) values (new.group_id, 'charter', new.created_at);
	return null;
end $$;
create trigger log_charter after insert on cercle.charters
	for each row when (new.version > 1) execute function private.log_charter();

-- A member who leaves takes their vote along, and a breach raised about them has no object any
-- more.
create function private.leave_breaches() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	perform private.end_breach(b, 'left') from cercle.breaches b
		where b.group_id = old.group_id and b.accused_id = old.member_id and b.settled_at is null;
	delete from cercle.breach_votes v
		using cercle.breaches b
		where b.id = v.breach_id and b.group_id = old.group_id and v.member_id = old.member_id;
	perform private.weigh_breaches(old.group_id);
	return null;
end $$;
create trigger leave_breaches after update on cercle.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.leave_breaches();
create trigger leave_breaches_deleted after delete on cercle.memberships
	for each row when (old.left_at is null) execute function private.leave_breaches();

-- The accused listens too, and must not learn that anything was written.
create trigger note_change after insert or update or delete on cercle.breaches
	for each row execute function private.note_change('breaches', 'own');
create trigger note_change after insert or update or delete on cercle.breach_votes
	for each row execute function private.note_change('breach_votes', 'own');
create trigger note_change after insert or update or delete on cercle.decisions
	for each row execute function private.note_change('decisions', 'own');

-- Commands

create function private.raise_breach(id uuid, group_id uuid, accused_id uuid, reason text)
returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	raised cercle.breaches;
begin
	perform private.need_member(raise_breach.group_id);
	perform from cercle.groups g where g.id = raise_breach.group_id for no key update;
	perform private.need_member(raise_breach.group_id);
	perform private.weigh_breaches(raise_breach.group_id);
	select * into raised from cercle.breaches b where b.id = raise_breach.id;
	if raised.raised_by = me and raised.group_id = raise_breach.group_id then
		return raised.id;
	elsif raised.id is not null or me = raise_breach.accused_id
		or coalesce(btrim(raise_breach.reason, E' \n\t'), '') = ''
	then
		perform private.refuse('CR005', 'a breach is about another member, in words');
	elsif not private.belongs(raise_breach.accused_id, raise_breach.group_id) then
		perform private.refuse('CR001', 'no such member');
	elsif exists (
		select from cercle.breaches b
		where b.group_id = raise_breach.group_id and b.accused_id = raise_breach.accused_id
			and b.settled_at is null
	) then
		perform private.refuse('CR016', 'a breach about this member is open already');
	elsif (
		select count(*) from cercle.breaches b
		where b.raised_by = me and b.raised_at > now() - private.breach_term()
	) >= 3 then
		perform private.refuse('CR009', 'too many breaches in two weeks');
	end if;
	raised.id := raise_breach.id;
	raised.group_id := raise_breach.group_id;
	raised.accused_id := raise_breach.accused_id;
	if (select count(*) from private.entitled_ids(raised)) < 2 then
		perform private.refuse('CR017', 'two members besides the accused decide, at the least');
	end if;
	insert into cercle.breaches (id, group_id, accused_id, raised_by, reason)
		values (raised.id, raised.group_id, raised.accused_id, me, btrim(reason, E' \n\t'));
	return raised.id;
end $$;

create function public.raise_breach(id uuid, group_id uuid, accused_id uuid, reason text)
returns uuid
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.raise_breach(id, group_id, accused_id, reason)
$$;
comment on function public.raise_breach is
	'Raises a breach about another member: the others vote, for 14 days at most. Replays are harmless.';

create function private.vote_breach(breach_id uuid, exclude boolean) returns text
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	held cercle.breaches := private.hold_breach(vote_breach.breach_id);
begin
	if vote_breach.exclude is null then
		perform private.refuse('CR005', 'a vote says one or the other');
	end if;
	-- A late vote is not refused: a refusal would undo the note that it lapsed.
	if held.raised_at > now() - private.breach_term() then
		insert into cercle.breach_votes (breach_id, member_id, exclude)
			values (held.id, me, vote_breach.exclude)
			on conflict on constraint breach_votes_breach_id_member_id_key
			do update set exclude = excluded.exclude;
	end if;
	perform private.weigh_breach(held.id);
	return (select b.outcome from cercle.breaches b where b.id = held.id);
end $$;

create function public.vote_breach(breach_id uuid, exclude boolean) returns text
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.vote_breach(breach_id, exclude)
$$;
comment on function public.vote_breach is
	'The caller''s vote, until the breach is settled. Answers the outcome once there is one.';

create function private.withdraw_breach(breach_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	held cercle.breaches := private.hold_breach(withdraw_breach.breach_id);
begin
	if held.raised_by is distinct from me then
		perform private.refuse('CR002', 'the member who raised a breach withdraws it');
	end if;
	perform private.end_breach(held, 'withdrawn');
end $$;

create function public.withdraw_breach(breach_id uuid) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.withdraw_breach(breach_id)
$$;
comment on function public.withdraw_breach is
	'Takes back an open breach that the caller raised: its words and its votes are erased.';

-- Grants

grant select on cercle.breaches, cercle.breach_votes, cercle.decisions to authenticated;
grant execute on function
	private.my_breach_ids(), private.my_accusation_ids(), private.shown_moderation(),
	private.export_breaches(uuid), private.raise_breach(uuid, uuid, uuid, text),
	private.vote_breach(uuid, boolean), private.withdraw_breach(uuid),
	public.raise_breach(uuid, uuid, uuid, text), public.vote_breach(uuid, boolean),
	public.withdraw_breach(uuid)
	to authenticated;
-- Sessions with their agenda, the members who were there, what each said at the end, and sharing a
-- closed session with a member who joined later.

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
	erased_at timestamptz
);
comment on table cercle.sessions is 'One dated meeting of a group: planned, live, closed.';
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
	unique (session_id, member_id)
);
comment on table cercle.attendances is
	'The members who took part in a session, and when their phone was last heard.';
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

create table cercle.session_consents (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	reader_id uuid not null references cercle.profiles (id) on delete cascade,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	given_at timestamptz not null default clock_timestamp(),
	withdrawn_at timestamptz check (withdrawn_at >= given_at),
	unique (session_id, reader_id, member_id)
);
comment on table cercle.session_consents is
	'What each person present at a session answered to sharing it with a later joiner.';
comment on column cercle.session_consents.reader_id is 'The later joiner.';
comment on column cercle.session_consents.member_id is 'The member who was present and answered.';
comment on column cercle.session_consents.withdrawn_at is
	'Since when the answer is no. Null: it is yes.';
create index session_consents_group on cercle.session_consents (group_id);
create index session_consents_reader on cercle.session_consents (reader_id);
create index session_consents_member on cercle.session_consents (member_id);

alter table cercle.sessions enable row level security;
alter table cercle.segments enable row level security;
alter table cercle.attendances enable row level security;
alter table cercle.feedbacks enable row level security;
alter table cercle.session_consents enable row level security;

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
			and (s.closed_at is null or s.closed_at >= m.joined_at);
end $$;

-- Sessions from before I joined that all those present share with me. One statement says what is
-- shared, and says everything once: it begins at the consents given for my reading, seldom any, and
-- compares them with those who were present.
create function private.my_shared_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select c.session_id from cercle.session_consents c
		join cercle.memberships reader on reader.group_id = c.group_id
			and reader.member_id = c.reader_id
			and reader.left_at is null and reader.joined_at <= c.given_at
		-- A member who left the group agrees to nothing any more, and what they agreed to during an
		-- earlier membership ended with it.
		join cercle.memberships giver on giver.group_id = c.group_id
			and giver.member_id = c.member_id
			and giver.left_at is null and giver.joined_at <= c.given_at
		join cercle.attendances a on a.session_id = c.session_id
			and a.member_id = c.member_id and a.present
		where c.reader_id = (select private.uid()) and c.withdrawn_at is null
			and c.group_id in (select private.my_group_ids())
		group by c.session_id
		having count(*) = (
			select count(*) from cercle.attendances p
			where p.session_id = c.session_id and p.present
		);
end $$;

-- The one place that says which sessions I may read. Its plan is kept, as that of `my_group_ids`.
create function private.my_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select private.my_dated_session_ids() union all select private.my_shared_session_ids();
end $$;

-- Closed sessions I took part in: I am one of those who decide whether they are shared.
create function private.my_attended_session_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select s.id from cercle.sessions s
	join cercle.attendances a on a.session_id = s.id
		and a.member_id = (select private.uid()) and a.present
	where s.status = 'closed' and s.id in (select private.my_dated_session_ids())
$$;

-- Live sessions of mine: anybody in the room may write what is captured there.
create function private.my_live_session_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select id from cercle.sessions
	where status = 'live' and id in (select private.my_session_ids())
$$;

-- Operations on attendances: see `apply_operation`.
create function private.apply_attendance(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
begin
	case kind
		when 'attendance.mark' then
			insert into cercle.attendances (group_id, session_id, member_id, present)
			values ((args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid,
				(args ->> 'member_id')::uuid, (args ->> 'present')::boolean)
			on conflict (session_id, member_id) do update set present = excluded.present;
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
		('sessions', null, null, null, null),
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
create policy insert_live on cercle.attendances for insert to authenticated
	with check (session_id = any (array(select private.my_live_session_ids())));
create policy update_live on cercle.attendances for update to authenticated
	using (session_id = any (array(select private.my_live_session_ids())))
	with check (session_id = any (array(select private.my_live_session_ids())));

create policy select_member on cercle.feedbacks for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));
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

create policy select_present on cercle.session_consents for select to authenticated
	using (session_id = any (array(select private.my_attended_session_ids())));

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
create trigger keep_session_group before insert or update on cercle.session_consents
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
create trigger keep_columns before update on cercle.session_consents
	for each row execute function private.keep_columns(
		'id', 'group_id', 'session_id', 'reader_id', 'member_id'
	);

create trigger note_change after insert or update or delete on cercle.sessions
	for each row execute function private.note_change('sessions', 'session');
-- A session that begins or ends changes what may be written, and whose it is to read.
create trigger note_status after update of status on cercle.sessions
	for each row execute function private.note_change('sessions', 'all');
create trigger note_change after insert or update or delete on cercle.segments
	for each row execute function private.note_change('segments', 'session');
-- A phone that is heard says nothing new; a correction of who was there says who may read.
create trigger note_change after insert or delete on cercle.attendances
	for each row execute function private.note_change('attendances', 'session');
create trigger note_presence after update of present on cercle.attendances
	for each row execute function private.note_change('attendances', 'all');
create trigger note_change after insert or update or delete on cercle.feedbacks
	for each row execute function private.note_change('feedbacks', 'session');
create trigger note_change after insert or update or delete on cercle.session_consents
	for each row execute function private.note_change('session_consents', 'all');

-- Commands

-- An earlier session is opened to a member who joined after it by the consent of every member who
-- was present, as long as none of them withdraws it.
create function private.share_session(session_id uuid, reader_id uuid, agree boolean) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	shared cercle.sessions;
begin
	select * into shared from cercle.sessions s
		where s.id = share_session.session_id and s.id in (select private.my_dated_session_ids());
	if shared.id is null then
		perform private.refuse('CR001', 'no such session');
	end if;
	if shared.id not in (select private.my_attended_session_ids()) then
		perform private.refuse('CR002', 'those who were present share a closed session');
	end if;
	if agree is null or not exists (
		select from cercle.memberships m
		where m.group_id = shared.group_id and m.member_id = share_session.reader_id
			and m.left_at is null and m.joined_at > shared.closed_at
	) then
		perform private.refuse('CR005', 'the reader did not join after the session');
	end if;
	if agree and exists (
		select from cercle.attendances a
		where a.session_id = shared.id and a.present and not exists (
			select from cercle.memberships m
			where m.group_id = shared.group_id and m.member_id = a.member_id
				and m.left_at is null and m.joined_at <= shared.closed_at
		)
	) then
		perform private.refuse('CR004', 'somebody who was present has left: not all can agree');
	end if;
	insert into cercle.session_consents as c (group_id, session_id, reader_id, member_id, withdrawn_at)
	values (
		shared.group_id, shared.id, share_session.reader_id, me,
		case when not agree then clock_timestamp() end
	)
	on conflict on constraint session_consents_session_id_reader_id_member_id_key do update set
		given_at = case when agree then clock_timestamp() else c.given_at end,
		withdrawn_at = case when not agree then coalesce(c.withdrawn_at, clock_timestamp()) end;
end $$;

create function public.share_session(session_id uuid, reader_id uuid, agree boolean) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.share_session(session_id, reader_id, agree)
$$;
comment on function public.share_session is
	'Answers, for a person who was present, whether a later joiner may read a closed session. It opens when all agree and ends with the first who does not.';

-- Grants

grant select on cercle.sessions, cercle.segments, cercle.attendances, cercle.feedbacks,
	cercle.session_consents to authenticated;
grant insert (group_id, session_id, member_id, present), update (present)
	on cercle.attendances to authenticated;
grant insert (group_id, session_id, member_id, plus, delta), update (plus, delta)
	on cercle.feedbacks to authenticated;
-- The constraint of reminder_settings calls it with the rights of the member who writes.
grant execute on function private.is_time_zone(text) to authenticated;
grant execute on function
	private.my_dated_session_ids(), private.my_shared_session_ids(), private.my_session_ids(),
	private.my_attended_session_ids(), private.my_live_session_ids(),
	private.apply_attendance(text, jsonb, jsonb), private.apply_feedback(text, jsonb, jsonb),
	private.shown_sessions(), private.export_sessions(uuid),
	private.share_session(uuid, uuid, boolean), public.share_session(uuid, uuid, boolean)
	to authenticated;
-- Planning a session: one command writes the whole plan, so that it is never half there.

-- Writes the plan into its session; the callers check the right to. `plan` is {id, group_id,
-- starts_at, time_zone, place, format, length_minutes, facilitator_id, scribe_id, host_id,
-- presenters: [person], segments: [{kind, label, minutes, least, speakers, rule, person_id}]}.
create function private.write_plan(plan jsonb) returns uuid
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

	-- A presenter taken off the plan keeps what they prepared; an untouched challenge is deleted.
	delete from cercle.challenges c
		where c.session_id = planned.id and c.presenter_id <> all (presenters) and c.version = 1;
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

-- The session after the one that closes: planned here by `next`, or found among those planned
-- before. Refuses when there is none with a later date.
create function private.next_session(closing cercle.sessions, next jsonb) returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	next_id uuid;
begin
	if next is not null then
		if (next ->> 'group_id')::uuid <> closing.group_id
			or exists (select from cercle.sessions s where s.id = (next ->> 'id')::uuid)
		then
			perform private.refuse('CR005', 'the next session is not a new one of this group');
		end if;
		next_id := private.write_plan(next);
	else
		select s.id into next_id from cercle.sessions s
			where s.group_id = closing.group_id and s.status = 'planned'
				and s.starts_at > closing.starts_at
			order by s.starts_at limit 1;
	end if;
	if next_id is null
		or (select s.starts_at from cercle.sessions s where s.id = next_id) <= closing.starts_at
	then
		perform private.refuse('CR005', 'the next session needs a later date');
	end if;
	return next_id;
end $$;

-- What planning adds to memberships.

-- Nothing that is to come depends on a member who left: their roles are free again, and what they
-- prepared for a session that has not begun, which nobody heard yet, goes with them.
create function private.free_roles() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	coming uuid[];
begin
	-- The room first, then the session: the order in which a plan locks them.
	perform from cercle.room_states r
		join cercle.sessions s on s.id = r.session_id and s.status = 'planned'
		where r.group_id = old.group_id
		order by r.session_id
		for update of r;
	coming := array(
		select s.id from cercle.sessions s
		where s.group_id = old.group_id and s.status = 'planned' order by s.id
	);
	update cercle.room_states r set facilitator_id = null
		where r.session_id = any (coming) and r.facilitator_id = old.member_id;
	update cercle.sessions s set
		facilitator_id = nullif(s.facilitator_id, old.member_id),
		scribe_id = nullif(s.scribe_id, old.member_id),
		host_id = nullif(s.host_id, old.member_id)
		where s.id = any (coming) and old.member_id in (s.facilitator_id, s.scribe_id, s.host_id);
	update cercle.segments s set person_id = null
		where s.session_id = any (coming) and s.person_id = old.member_id;
	delete from cercle.challenges c
		where c.session_id = any (coming) and c.presenter_id = old.member_id;
	return null;
end $$;
create trigger free_roles after update on cercle.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.free_roles();

-- Commands

create function private.plan_session(plan jsonb, expected_version int) returns uuid
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
		if planned.status <> 'planned' then
			perform private.refuse('CR004', 'the session has begun');
		end if;
	end if;
	if coalesce(planned.version, 0) <> coalesce(expected_version, 0) then
		perform private.refuse('CR003', 'the plan changed meanwhile');
	end if;
	return private.write_plan(plan);
end $$;

create function public.plan_session(plan jsonb, expected_version int) returns uuid
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.plan_session(plan, expected_version)
$$;
comment on function public.plan_session is
	'Writes a session''s plan. Any member plans a new one (expected version 0); its facilitator changes it.';

-- Grants

grant execute on function
	private.plan_session(jsonb, int), public.plan_session(jsonb, int)
	to authenticated;
-- What presenters bring to a session, and the notes of it. A challenge belongs to its presenter,
-- who says what becomes of its trace once the session is over: kept for those who were present,
-- only for the presenter, or erased. Double confidentiality locks all of it to the presenter.
-- Withdrawn, it is erased for everybody; the row stays, empty, and says so.

create table cercle.challenges (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	presenter_id uuid not null references cercle.profiles (id) on delete cascade,
	position int check (position between 0 and 39),
	question text not null default '' check (private.fits(question, 300)),
	context text not null default '' check (private.fits(context, 4000)),
	tried text not null default '' check (private.fits(tried, 4000)),
	options text not null default '' check (private.fits(options, 4000)),
	wanted text not null default '' check (private.fits(wanted, 4000)),
	unwanted text not null default '' check (private.fits(unwanted, 4000)),
	need text not null default 'understand'
		check (need in ('decide', 'understand', 'be_challenged', 'be_heard')),
	tags text[] not null default '{}' check (cardinality(tags) <= 5 and tags <@ array[
		'technical_organisational', 'expert_leader', 'team_company', 'autonomy_coherence',
		'long_term_urgency'
	]),
	keep text not null default 'present' check (keep in ('present', 'presenter', 'room')),
	double_confidential boolean not null default false,
	withdrawn_at timestamptz,
	version int not null default 1,
	updated_at timestamptz not null default now(),
	unique (session_id, presenter_id),
	-- Target of the foreign keys that carry its session and group: 41_contributions.sql.
	unique (id, session_id, group_id)
);
comment on table cercle.challenges is
	'What a presenter brings to a session. It belongs to the presenter.';
comment on column cercle.challenges.position is
	'Turn in the session. Null: not on its plan any more.';
comment on column cercle.challenges.keep is
	'Its notes and contributions are read after the session by those present, by its presenter alone, or by nobody (erased at the close).';
comment on column cercle.challenges.double_confidential is
	'After the session its presenter alone reads any of it. Settled at the close, for good.';
comment on column cercle.challenges.withdrawn_at is
	'Its presenter took it back: every word is gone, the row says so.';
create index challenges_group on cercle.challenges (group_id);
create index challenges_presenter on cercle.challenges (presenter_id);

create table cercle.challenge_notes (
	id uuid primary key references cercle.challenges (id) on delete cascade,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	presenter_id uuid not null references cercle.profiles (id) on delete cascade,
	body text not null default '' check (private.fits(body, 20000)),
	takeaways text not null default '' check (private.fits(takeaways, 4000)),
	version int not null default 1,
	updated_at timestamptz not null default now()
);
comment on table cercle.challenge_notes is
	'What was noted of a challenge. Written by the scribe during the session, the presenter''s after it.';
create index challenge_notes_group on cercle.challenge_notes (group_id);
create index challenge_notes_session on cercle.challenge_notes (session_id);
create index challenge_notes_presenter on cercle.challenge_notes (presenter_id);

alter table cercle.challenges enable row level security;
alter table cercle.challenge_notes enable row level security;

-- Helper functions

-- Challenges I presented, of the groups whose content I may read.
create function private.my_challenge_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select id from cercle.challenges
	where presenter_id = (select private.uid()) and group_id in (select private.my_group_ids())
$$;

-- Challenges whose text I may read. Of a session that was shared with me: those that their
-- presenter kept for more readers than themself.
create function private.my_readable_challenge_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select c.id from cercle.challenges c
		join cercle.sessions s on s.id = c.session_id
		where s.id in (select private.my_session_ids())
			and (
				s.status <> 'closed'
				or c.presenter_id = (select private.uid())
				or c.withdrawn_at is not null
				or (
					not c.double_confidential
					and (c.keep = 'present' or s.id in (select private.my_dated_session_ids()))
				)
			);
end $$;

-- Challenges of which I may read what was noted and given: mine, those of sessions still open, and
-- those of sessions I took part in, where they are kept for those present.
create function private.my_noted_challenge_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select private.my_challenge_ids()
		union all
		select c.id from cercle.challenges c
		join cercle.sessions s on s.id = c.session_id
		where s.status <> 'closed' and s.id in (select private.my_session_ids())
		union all
		select c.id from cercle.challenges c
		where c.keep = 'present' and not c.double_confidential
			and c.session_id in (select private.my_attended_session_ids());
end $$;

-- The presenter or the facilitator locks a challenge to its presenter, or opens it, until the
-- close.
create function private.protect_challenge(challenge_id uuid, is_double boolean) returns void
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
	if me <> held.presenter_id and not exists (
		select from cercle.sessions s
		left join cercle.room_states r on r.session_id = s.id
		where s.id = held.session_id and me in (s.facilitator_id, r.facilitator_id)
	) then
		perform private.refuse('CR002', 'its presenter or the facilitator decides');
	end if;
	update cercle.challenges c set double_confidential = is_double where c.id = held.id;
end $$;

-- Operations on challenges: see `apply_operation`.
create function private.apply_challenge(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'challenge.write' then
			perform private.merge_row('cercle.challenges', row_id, changes, base,
				'{question,context,tried,options,wanted,unwanted,need,tags,keep}');
		when 'challenge.protect' then
			perform private.protect_challenge(row_id, (args ->> 'double_confidential')::boolean);
		when 'challenge.withdraw' then
			perform private.merge_row('cercle.challenges', row_id, '{"withdrawn_at": "now"}', null,
				'{withdrawn_at}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- Operations on the notes of a challenge: see `apply_operation`.
create function private.apply_notes(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'notes.write' then
			perform private.merge_row('cercle.challenge_notes', row_id, changes, base, '{body,takeaways}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_challenges() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('challenges', null, null, null, null),
		('challenge_notes', null, null, null, null)
$$;

-- Policies

create policy select_member on cercle.challenges for select to authenticated
	using (id = any (array(select private.my_readable_challenge_ids())));
create policy update_presenter on cercle.challenges for update to authenticated
	using (
		presenter_id = (select private.uid()) and group_id = any (array(select private.my_group_ids()))
	)
	with check (presenter_id = (select private.uid()));
create policy select_present on cercle.challenge_notes for select to authenticated
	using (id = any (array(select private.my_noted_challenge_ids())));
create policy update_scribe on cercle.challenge_notes for update to authenticated
	using (
		(
			presenter_id = (select private.uid())
			and group_id = any (array(select private.my_group_ids()))
		)
		or session_id = any (array(select private.my_live_session_ids()))
	);

-- Triggers

-- Every challenge has its page of notes from the start: the scribe only ever updates.
create function private.open_notes() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.challenge_notes (id, group_id, session_id, presenter_id)
	values (new.id, new.group_id, new.session_id, new.presenter_id);
	return null;
end $$;
create trigger open_notes after insert on cercle.challenges
	for each row execute function private.open_notes();

-- Row trigger: what is settled at the close stays settled, and what was withdrawn never comes back.
create function private.keep_settled_challenge() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
declare
	stage text;
begin
	if old.withdrawn_at is not null then
		new.withdrawn_at := old.withdrawn_at;
		-- Its turn on the plan may change: that is none of its words.
		if to_jsonb(new) - '{position,version,updated_at}'::text[]
			<> to_jsonb(old) - '{position,version,updated_at}'::text[]
		then
			perform private.refuse('CR014', 'this challenge was withdrawn');
		end if;
	elsif new.withdrawn_at is not null then
		new.withdrawn_at := clock_timestamp();
		new.question := '';
		new.context := '';
		new.tried := '';
		new.options := '';
		new.wanted := '';
		new.unwanted := '';
		new.need := 'understand';
		new.tags := '{}';
	elsif (new.keep, new.double_confidential) is distinct from (old.keep, old.double_confidential) then
		select s.status into stage from cercle.sessions s where s.id = new.session_id;
		if stage = 'live' then
			-- Waits for a session that is being closed.
			select s.status into stage from cercle.sessions s where s.id = new.session_id for key share;
		end if;
		if stage = 'closed' and (
			new.double_confidential <> old.double_confidential
			or (new.keep <> old.keep and 'room' in (new.keep, old.keep))
		) then
			perform private.refuse('CR015', 'this was settled when the session closed');
		end if;
	end if;
	return new;
end $$;
create trigger keep_settled before update on cercle.challenges
	for each row execute function private.keep_settled_challenge();

create function private.erase_withdrawn_challenge() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	update cercle.challenge_notes n set body = '', takeaways = '' where n.id = new.id;
	delete from cercle.contributions c where c.challenge_id = new.id;
	return null;
end $$;
create trigger erase_withdrawn after update on cercle.challenges
	for each row when (old.withdrawn_at is null and new.withdrawn_at is not null)
	execute function private.erase_withdrawn_challenge();

-- Row trigger: nothing is written of a challenge that was withdrawn, also while it is being
-- withdrawn.
create function private.refuse_withdrawn_note() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if (new.body <> '' or new.takeaways <> '') and exists (
		select from cercle.challenges c where c.id = new.id and c.withdrawn_at is not null
	) then
		perform private.refuse('CR014', 'this challenge was withdrawn');
	end if;
	return new;
end $$;
create trigger keep_withdrawn before update on cercle.challenge_notes
	for each row execute function private.refuse_withdrawn_note();

-- Row trigger: the format of a session may ask for double confidentiality; presenter and
-- facilitator may say otherwise until it closes.
create function private.protect_by_format() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if tg_table_name = 'sessions' then
		update cercle.challenges c set double_confidential = true
			where c.session_id = new.id and c.withdrawn_at is null and not c.double_confidential;
	elsif exists (
		select from cercle.sessions s where s.id = new.session_id and s.format = 'clearness'
	) then
		new.double_confidential := true;
	end if;
	return new;
end $$;
create trigger protect_by_format before insert on cercle.challenges
	for each row execute function private.protect_by_format();
create trigger protect_by_format after update of format on cercle.sessions
	for each row when (new.format = 'clearness' and old.format <> 'clearness')
	execute function private.protect_by_format();

create trigger keep_session_group before insert or update on cercle.challenges
	for each row execute function private.keep_session_group();
create trigger keep_columns before update on cercle.challenges
	for each row execute function private.keep_columns('id', 'group_id', 'session_id', 'presenter_id');
create trigger raise_version before update on cercle.challenges
	for each row execute function private.raise_version();
create trigger keep_columns before update on cercle.challenge_notes
	for each row execute function private.keep_columns('id', 'group_id', 'session_id', 'presenter_id');
create trigger raise_version before update on cercle.challenge_notes
	for each row execute function private.raise_version();

create trigger note_change after insert or update or delete on cercle.challenges
	for each row execute function private.note_change('challenges', 'session');
create trigger note_protection
	after update of keep, double_confidential, withdrawn_at on cercle.challenges
	for each row execute function private.note_change('challenges', 'all');
create trigger note_change after insert or update or delete on cercle.challenge_notes
	for each row execute function private.note_change('challenge_notes', 'session');

-- Grants

grant select on cercle.challenges, cercle.challenge_notes to authenticated;
grant update (
	question, context, tried, options, wanted, unwanted, need, tags, keep, withdrawn_at
) on cercle.challenges to authenticated;
grant update (body, takeaways) on cercle.challenge_notes to authenticated;
grant execute on function
	private.my_challenge_ids(), private.my_readable_challenge_ids(),
	private.my_noted_challenge_ids(), private.protect_challenge(uuid, boolean),
	private.apply_challenge(text, jsonb, jsonb), private.apply_notes(text, jsonb, jsonb),
	private.shown_challenges()
	to authenticated;
-- What peers give to a challenge in writing.

create table cercle.contributions (
	id uuid primary key,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	challenge_id uuid not null,
	author_id uuid not null default private.uid() references cercle.profiles (id) on delete cascade,
	kind text not null check (kind in ('question', 'experience', 'advice', 'offer')),
	text text not null check (private.fits(text, 1000)),
	made_at timestamptz not null default now(),
	foreign key (challenge_id, session_id, group_id)
		references cercle.challenges (id, session_id, group_id) on delete cascade
);
comment on table cercle.contributions is
	'What peers give in the discussion of a challenge, in writing. The presenter''s once the session is over.';
comment on column cercle.contributions.text is 'Empty: taken back.';
create index contributions_group on cercle.contributions (group_id);
create index contributions_session on cercle.contributions (session_id);
create index contributions_challenge on cercle.contributions (challenge_id, session_id, group_id);
create index contributions_author on cercle.contributions (author_id);

alter table cercle.contributions enable row level security;

-- Helper functions

-- Operations on contributions: see `apply_operation`.
create function private.apply_contribution(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'contribution.add' then
			insert into cercle.contributions (id, group_id, session_id, challenge_id, kind, text)
			values (row_id, (args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid,
				(args ->> 'challenge_id')::uuid, args ->> 'kind', btrim(args ->> 'text'));
		when 'contribution.write' then
			perform private.merge_row('cercle.contributions', row_id, changes, base, '{text}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_contributions() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('contributions', null, null, null, null)
$$;

-- What an account exports of this area: see `export_account`.
create function private.export_contributions(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'contributions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', b.group_id, 'session_id', b.session_id, 'kind', b.kind, 'text', b.text,
				'made_at', b.made_at
			) order by b.made_at, b.id), '[]')
			from cercle.contributions b where b.author_id = me and b.text <> ''
		)
	)
$$;

-- Policies

create policy select_present on cercle.contributions for select to authenticated
	using (challenge_id = any (array(select private.my_noted_challenge_ids())));
create policy insert_author on cercle.contributions for insert to authenticated
	with check (
		author_id = (select private.uid())
		and session_id = any (array(select private.my_live_session_ids()))
	);
-- Its author changes it or takes it back while the session is live. Its presenter may take it away,
-- and never puts words in the author's mouth.
create policy update_keeper on cercle.contributions for update to authenticated
	using (
		challenge_id = any (array(select private.my_challenge_ids()))
		or (
			author_id = (select private.uid())
			and session_id = any (array(select private.my_live_session_ids()))
		)
	)
	with check (
		(text = '' and challenge_id = any (array(select private.my_challenge_ids())))
		or (
			author_id = (select private.uid())
			and session_id = any (array(select private.my_live_session_ids()))
		)
	);

-- Triggers

-- Row trigger: no row enters a session that is being closed. The policies still saw it live; this
-- waits for the close.
create function private.keep_live() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform from cercle.sessions s where s.id = new.session_id and s.status = 'live' for key share;
	if not found then
		perform private.refuse('CR004', 'the session is over');
	end if;
	return null;
end $$;
create trigger keep_live after insert on cercle.contributions
	for each row when (auth.uid() is not null) execute function private.keep_live();

-- Row trigger: nothing is given to a challenge that was withdrawn, also while it is being
-- withdrawn.
create function private.refuse_withdrawn_contribution() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform from cercle.challenges c
		where c.id = new.challenge_id and c.withdrawn_at is null for share;
	if not found then
		perform private.refuse('CR014', 'this challenge was withdrawn');
	end if;
	return null;
end $$;
create trigger keep_withdrawn after insert or update of text on cercle.contributions
	for each row when (new.text <> '') execute function private.refuse_withdrawn_contribution();

create trigger keep_columns before update on cercle.contributions
	for each row execute function private.keep_columns(
		'id', 'group_id', 'session_id', 'challenge_id', 'author_id', 'kind', 'made_at'
	);

create trigger note_change after insert or update or delete on cercle.contributions
	for each row execute function private.note_change('contributions', 'session');

-- What contributions add to challenges: erasing both.

-- Closing a session erases what was for the room only, of each challenge whose presenter chose so.
create function private.erase_room_traces(session_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	update cercle.challenge_notes n set body = '', takeaways = ''
		from cercle.challenges c
		where c.id = n.id and c.session_id = erase_room_traces.session_id and c.keep = 'room';
	delete from cercle.contributions n using cercle.challenges c
		where c.id = n.challenge_id and c.session_id = erase_room_traces.session_id
			and c.keep = 'room';
end $$;

-- Empties challenges and their notes and deletes what was given to them; shared by retention and
-- the end of an account. The turn stays, for the rota: who presented that day, not what. Answers
-- how many contributions went.
create function private.empty_challenges(ids uuid[]) returns int
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	gone int;
begin
	update cercle.challenges c set
		question = '', context = '', tried = '', options = '', wanted = '', unwanted = '',
		need = 'understand', tags = '{}'
		where c.id = any (ids);
	update cercle.challenge_notes n set body = '', takeaways = '' where n.id = any (ids);
	delete from cercle.contributions b where b.challenge_id = any (ids);
	get diagnostics gone = row_count;
	return gone;
end $$;

-- What contributions add to the export: a challenge with what was noted of it and given to it.

-- What an account exports of this area: see `export_account`.
create function private.export_challenges(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		-- What others noted of them and gave to them is the presenter's once the session is over.
		'challenges', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', c.id, 'group_id', c.group_id, 'session_id', c.session_id,
				'starts_at', s.starts_at, 'question', c.question, 'context', c.context,
				'tried', c.tried, 'options', c.options, 'wanted', c.wanted, 'unwanted', c.unwanted,
				'need', c.need, 'tags', c.tags, 'keep', c.keep,
				'double_confidential', c.double_confidential,
				'notes', (
					select jsonb_build_object('body', n.body, 'takeaways', n.takeaways)
					from cercle.challenge_notes n where n.id = c.id and s.status = 'closed'
				),
				'contributions', (
					select coalesce(jsonb_agg(jsonb_build_object(
						'kind', b.kind, 'text', b.text, 'made_at', b.made_at
					) order by b.made_at, b.id), '[]')
					from cercle.contributions b
					where b.challenge_id = c.id and b.text <> '' and s.status = 'closed'
				)
			) order by s.starts_at, c.id), '[]')
			from cercle.challenges c
			left join cercle.sessions s on s.id = c.session_id
			where c.presenter_id = me and c.withdrawn_at is null
		)
	)
$$;

-- Grants

grant select, insert (id, group_id, session_id, challenge_id, kind, text), update (text)
	on cercle.contributions to authenticated;
grant execute on function
	private.apply_contribution(text, jsonb, jsonb), private.shown_contributions(),
	private.export_contributions(uuid), private.export_challenges(uuid)
	to authenticated;
-- Actions with their history, and their reviews at sessions. An action may serve a goal, may have a
-- partner who asks after it, and keeps its history. At its third carry its owner decides: do,
-- reshape or drop.

create table cercle.actions (
	id uuid primary key,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	owner_id uuid not null references cercle.profiles (id) on delete cascade,
	title text not null,
	due_on date not null check (due_on between '2020-01-01' and '2100-01-01'),
	status text not null default 'open' check (status in ('open', 'done', 'dropped')),
	born_in uuid references cercle.sessions (id) on delete set null,
	due_in uuid references cercle.sessions (id) on delete set null,
	carries int not null default 0 check (carries >= 0),
	goal_id uuid,
	partner_id uuid references cercle.profiles (id) on delete set null,
	rank int check (rank between 1 and 10000),
	outcome text check (outcome in ('done', 'partly', 'not_done', 'dropped')),
	line text not null default '' check (private.fits(line, 300)),
	decided_carries int not null default 0 check (decided_carries >= 0),
	removed_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint actions_title_check
		check (private.fits(title, 200) and (title <> '' or removed_at is not null))
);
comment on table cercle.actions is
	'A commitment with an owner and a due date, reviewed at the next session.';
comment on column cercle.actions.born_in is
	'The session in which it was taken. Null: between two sessions.';
comment on column cercle.actions.due_in is
	'The session that will review it. Null: none planned yet.';
comment on column cercle.actions.carries is 'How many sessions it went through unfinished.';
comment on column cercle.actions.partner_id is
	'The member who asks how it goes. Null: nobody in particular.';
comment on column cercle.actions.rank is 'Place in its owner''s own order. Null: by its date.';
comment on column cercle.actions.outcome is 'The last word said of it. Null: none.';
comment on column cercle.actions.decided_carries is
	'How many carries it had when its owner last decided.';
comment on column cercle.actions.removed_at is
	'Its owner took it back: the words are gone, the row says so.';
create index actions_group on cercle.actions (group_id);
create index actions_owner on cercle.actions (owner_id);
create index actions_born_in on cercle.actions (born_in);
create index actions_due_in on cercle.actions (due_in);
create index actions_goal on cercle.actions (goal_id);
create index actions_partner on cercle.actions (partner_id);

create table cercle.action_events (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	action_id uuid not null references cercle.actions (id) on delete cascade,
	kind text not null
		check (kind in ('taken', 'edited', 'told', 'reopened', 'carried', 'decided')),
	by_id uuid references cercle.profiles (id) on delete set null,
	at timestamptz not null default clock_timestamp(),
	session_id uuid references cercle.sessions (id) on delete set null,
	outcome text check (outcome in ('done', 'partly', 'not_done', 'dropped')),
	choice text check (choice in ('do', 'reshape', 'drop')),
	title text not null check (private.fits(title, 200)),
	due_on date not null,
	carries int not null,
	line text not null default '' check (private.fits(line, 300))
);
comment on table cercle.action_events is
	'What happened to an action between its reviews: written by the database, never by a member.';
comment on column cercle.action_events.session_id is
	'The session it was carried into. Null: not carried.';
create index action_events_group on cercle.action_events (group_id);
create index action_events_action on cercle.action_events (action_id);
create index action_events_by on cercle.action_events (by_id);
create index action_events_session on cercle.action_events (session_id);

create table cercle.reviews (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	action_id uuid not null references cercle.actions (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	outcome text not null check (outcome in ('done', 'partly', 'not_done', 'dropped')),
	line text not null default '' check (private.fits(line, 300)),
	reviewed_by uuid references cercle.profiles (id) on delete set null,
	reviewed_at timestamptz not null default now(),
	unique (action_id, session_id)
);
comment on table cercle.reviews is 'The outcome of an action at a session, with one line.';
create index reviews_group on cercle.reviews (group_id);
create index reviews_session on cercle.reviews (session_id);
create index reviews_reviewed_by on cercle.reviews (reviewed_by);

alter table cercle.actions enable row level security;
alter table cercle.action_events enable row level security;
alter table cercle.reviews enable row level security;

-- Helper functions

create function private.my_action_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select id from cercle.actions where owner_id = (select private.uid())
$$;

-- What was said of my own actions while I was a member: mine to read after I left, too.
create function private.my_own_review_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select r.id from cercle.actions a
	join cercle.reviews r on r.action_id = a.id
	join cercle.memberships m on m.group_id = a.group_id and m.member_id = a.owner_id
	where a.owner_id = (select private.uid())
		and a.group_id not in (select private.my_unsigned_group_ids())
		and r.reviewed_at between m.joined_at and coalesce(m.left_at, 'infinity')
$$;

-- What happened to my own actions while I was a member: mine to read after I left, too.
create function private.my_own_event_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select e.id from cercle.actions a
	join cercle.action_events e on e.action_id = a.id
	join cercle.memberships m on m.group_id = a.group_id and m.member_id = a.owner_id
	where a.owner_id = (select private.uid())
		and a.group_id not in (select private.my_unsigned_group_ids())
		and e.at between m.joined_at and coalesce(m.left_at, 'infinity')
$$;

-- The owner's decision about an action carried three times or more since the last one. Reshaped, it
-- is a new commitment and its count begins again.
create function private.decide_action(
	action_id uuid, choice text, title text, due_on date, line text
) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	held cercle.actions;
begin
	select * into held from cercle.actions a
		where a.id = decide_action.action_id and a.owner_id = private.me() and a.removed_at is null
			and a.group_id = any (array(select private.my_group_ids()))
		for update;
	if held.id is null then
		perform private.refuse('CR001', 'no such action of yours');
	end if;
	if held.status <> 'open' or held.carries < 3 or held.carries <= held.decided_carries then
		perform private.refuse('CR004', 'nothing is to be decided about it');
	end if;
	if choice is null or choice not in ('do', 'reshape', 'drop')
		or (choice = 'reshape' and coalesce(btrim(title), '') = '')
	then
		perform private.refuse('CR005', 'do, reshape with new words, or drop');
	end if;
	update cercle.actions a set
		title = case when choice = 'reshape' then btrim(decide_action.title) else a.title end,
		due_on = case
			when choice = 'drop' then a.due_on else coalesce(decide_action.due_on, a.due_on)
		end,
		status = case when choice = 'drop' then 'dropped' else a.status end,
		-- Written together with the status, so that a line equal to the one before stays. A new
		-- commitment has no line yet.
		outcome = case choice when 'drop' then 'dropped' when 'do' then a.outcome end,
		carries = case when choice = 'reshape' then 0 else a.carries end,
		decided_carries = case when choice = 'reshape' then 0 else a.carries end,
		line = coalesce(decide_action.line, '')
		where a.id = held.id;
end $$;

-- Carries open actions into the next session, also those of an earlier one that was never held. One
-- that was due and is not finished counts one carry more and falls due at the next session; one due
-- later, or taken today, only changes its session.
create function private.carry_actions(closing cercle.sessions, next_id uuid) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	update cercle.actions a set
		carries = a.carries + carried.late::int,
		due_on = case when carried.late then carried.next_on else a.due_on end,
		due_in = next_id
	from (
		select b.id,
			b.born_in is distinct from closing.id
				and b.due_on <= (closing.starts_at at time zone closing.time_zone)::date as late,
			(n.starts_at at time zone n.time_zone)::date as next_on
		from cercle.actions b
		join cercle.sessions n on n.id = next_id
		left join cercle.sessions d on d.id = b.due_in
		where b.group_id = closing.group_id and b.status = 'open'
			and (b.due_in is null or d.starts_at <= closing.starts_at or b.born_in = closing.id)
	) carried
	where a.id = carried.id
$$;

-- Operations on actions: see `apply_operation`.
create function private.apply_action(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'action.add' then
			insert into cercle.actions
				(id, group_id, owner_id, title, due_on, born_in, goal_id, partner_id)
			values (row_id, (args ->> 'group_id')::uuid, (args ->> 'owner_id')::uuid,
				btrim(args ->> 'title'), (args ->> 'due_on')::date, (args ->> 'born_in')::uuid,
				(args ->> 'goal_id')::uuid, (args ->> 'partner_id')::uuid);
		when 'action.edit' then
			perform private.merge_row('cercle.actions', row_id, changes, base,
				'{title,due_on,goal_id,partner_id}');
		when 'action.settle' then
			perform private.merge_row('cercle.actions', row_id, changes, null, '{status}');
		when 'action.tell' then
			perform private.merge_row('cercle.actions', row_id, changes, null, '{outcome,line}');
		when 'action.decide' then
			perform private.decide_action(row_id, args ->> 'choice', args ->> 'title',
				(args ->> 'due_on')::date, args ->> 'line');
		when 'action.remove' then
			perform private.merge_row('cercle.actions', row_id, '{"removed_at": "now"}', null,
				'{removed_at}');
		when 'actions.order' then
			update cercle.actions a set rank = o.place
				from jsonb_array_elements_text(args -> 'ids') with ordinality o(id, place)
				where a.id = o.id::uuid and a.owner_id = private.me() and a.status = 'open'
					and a.rank is distinct from o.place;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- Operations on reviews: see `apply_operation`.
create function private.apply_review(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
begin
	case kind
		when 'review.record' then
			insert into cercle.reviews (group_id, action_id, session_id, outcome, line)
			values ((args ->> 'group_id')::uuid, (args ->> 'action_id')::uuid,
				(args ->> 'session_id')::uuid, args ->> 'outcome', coalesce(args ->> 'line', ''))
			on conflict (action_id, session_id)
				do update set outcome = excluded.outcome, line = excluded.line;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_actions() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('actions', null, null, null, 't.removed_at is null'),
		('action_events', null, null, null, null),
		('reviews', null, null, null, null)
$$;

-- What an account exports of this area: see `export_account`.
create function private.export_actions(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'actions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', a.id, 'group_id', a.group_id, 'goal_id', a.goal_id, 'title', a.title,
				'due_on', a.due_on, 'status', a.status, 'outcome', a.outcome, 'line', a.line,
				'carries', a.carries, 'created_at', a.created_at,
				'history', (
					select coalesce(jsonb_agg(jsonb_build_object(
						'kind', e.kind, 'at', e.at, 'title', e.title, 'due_on', e.due_on,
						'carries', e.carries, 'outcome', e.outcome, 'choice', e.choice, 'line', e.line
					) order by e.at, e.id), '[]')
					from cercle.action_events e where e.action_id = a.id
				),
				'reviews', (
					select coalesce(jsonb_agg(jsonb_build_object(
						'session_id', r.session_id, 'outcome', r.outcome, 'line', r.line,
						'reviewed_at', r.reviewed_at
					) order by r.reviewed_at, r.id), '[]')
					from cercle.reviews r where r.action_id = a.id
				)
			) order by a.created_at, a.id), '[]')
			from cercle.actions a where a.owner_id = me and a.removed_at is null
		)
	)
$$;

-- Settled actions of which nothing was said since the limit. One that is part of a session whose
-- words are kept, or of one to come, stays with it; a plan long past and never held keeps nothing.
create function private.expired_action_ids(at timestamptz, most int) returns setof uuid
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
				and not (s.status = 'planned' and s.starts_at < l.limit_at)
				and (
					s.id in (a.born_in, a.due_in)
					or s.id in (select r.session_id from cercle.reviews r where r.action_id = a.id)
				)
		)
	limit most
$$;

-- Erases settled actions with their history and reviews: see `erase_expired`.
create function private.erase_actions(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	gone int;
begin
	delete from cercle.actions a
		where a.id = any (array(select private.expired_action_ids(at, most)));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- Policies. Inserting an action, and writing a review, is also the facilitator's and the scribe's:
-- see 60_room.sql.

create policy select_member on cercle.actions for select to authenticated
	using (
		group_id = any (array(select private.my_group_ids()))
		or (
			owner_id = (select private.uid())
			and group_id <> all (array(select private.my_unsigned_group_ids()))
		)
	);
create policy update_owner on cercle.actions for update to authenticated
	using (owner_id = (select private.uid()) and group_id = any (array(select private.my_group_ids())))
	with check (owner_id = (select private.uid()));
create policy select_member on cercle.action_events for select to authenticated
	using (
		group_id = any (array(select private.my_group_ids()))
		or id = any (array(select private.my_own_event_ids()))
	);
create policy select_member on cercle.reviews for select to authenticated
	using (
		session_id = any (array(select private.my_session_ids()))
		or id = any (array(select private.my_own_review_ids()))
	);

-- Triggers

create function private.keep_action_coherent() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if not private.belongs(new.owner_id, new.group_id) then
		perform private.refuse('CR005', 'the owner is not a member of the group');
	end if;
	if new.born_in is not null and not exists (
		select from cercle.sessions s where s.id = new.born_in and s.group_id = new.group_id
	) then
		perform private.refuse('CR005', 'the session is of another group');
	end if;
	-- Between two sessions, or told late, an action is reviewed at the next one planned.
	if new.due_in is null and not exists (
		select from cercle.sessions s where s.id = new.born_in and s.status <> 'closed'
	) then
		select s.id into new.due_in from cercle.sessions s
			where s.group_id = new.group_id and s.status <> 'closed'
			order by s.starts_at limit 1;
	end if;
	return new;
end $$;
create trigger keep_action_coherent before insert on cercle.actions
	for each row execute function private.keep_action_coherent();

-- Row trigger: an action serves a goal of its own owner; its partner is another member of the
-- group.
create function private.keep_action_company() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if new.goal_id is not null and (tg_op = 'INSERT' or new.goal_id is distinct from old.goal_id)
		and not exists (
			select from cercle.goals g
			where g.id = new.goal_id and g.owner_id = new.owner_id and g.group_id = new.group_id
				and g.removed_at is null
		)
	then
		perform private.refuse('CR005', 'the goal is not one of the owner');
	end if;
	if new.partner_id is not null
		and (tg_op = 'INSERT' or new.partner_id is distinct from old.partner_id)
		and (new.partner_id = new.owner_id or not private.belongs(new.partner_id, new.group_id))
	then
		perform private.refuse('CR005', 'the partner is not another member of the group');
	end if;
	return new;
end $$;
create trigger keep_company before insert or update of goal_id, partner_id on cercle.actions
	for each row execute function private.keep_action_company();

-- Row trigger: the actions of a member who left stand still. Sessions they are not part of no
-- longer review and carry them; otherwise their date, their outcome and their line would tell the
-- former member of those.
create function private.keep_former() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	-- Words may still be erased.
	if new.title <> ''
		and (
			(old.title, old.outcome, old.status, old.due_on, old.carries, old.decided_carries)
				is distinct from
				(new.title, new.outcome, new.status, new.due_on, new.carries, new.decided_carries)
			or new.line not in (old.line, '')
			or new.due_in is distinct from old.due_in and new.due_in is not null
		)
		and not private.belongs(old.owner_id, old.group_id)
	then
		return null;
	end if;
	return new;
end $$;
create trigger former before update on cercle.actions
	for each row execute function private.keep_former();

-- Row trigger: an action taken by mistake may be taken back, words and all, as long as nobody
-- reviewed it. Then it never comes back.
create function private.keep_removed_action() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if old.removed_at is not null then
		-- Another member who is named on it may still be forgotten.
		if (new.title, new.line, new.outcome, new.status, new.due_on, new.removed_at)
			is distinct from (old.title, old.line, old.outcome, old.status, old.due_on, old.removed_at)
		then
			perform private.refuse('CR001', 'this action was taken back');
		end if;
	elsif new.removed_at is not null then
		if old.carries > 0
			or exists (select from cercle.reviews r where r.action_id = old.id)
			or exists (
				select from cercle.action_events e where e.action_id = old.id and e.kind = 'carried'
			)
		then
			perform private.refuse('CR004', 'it was reviewed or carried: it is dropped, not taken back');
		end if;
		new.removed_at := clock_timestamp();
		new.title := '';
		new.line := '';
		new.status := 'dropped';
	end if;
	return new;
end $$;
create trigger keep_removed before update on cercle.actions
	for each row execute function private.keep_removed_action();

-- Row trigger: the last word and the status say the same, whichever of the two was written.
create function private.settle_told_action() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	if new.outcome is distinct from old.outcome and new.outcome is not null then
		new.status := case when new.outcome in ('done', 'dropped') then new.outcome else 'open' end;
	elsif new.status is distinct from old.status then
		new.outcome := nullif(new.status, 'open');
		if new.line = old.line then
			new.line := '';
		end if;
	end if;
	return new;
end $$;
create trigger settle_told before update on cercle.actions
	for each row execute function private.settle_told_action();

-- Row trigger: writes the history, for whatever changes an action.
create function private.log_action() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
declare
	event cercle.action_events;
begin
	if new.removed_at is not null then
		delete from cercle.action_events e where e.action_id = new.id;
		return null;
	end if;
	if tg_op = 'INSERT' then
		event.kind := 'taken';
		event.at := new.created_at;
	elsif pg_trigger_depth() > 1 then
		-- A review at a session: its own row is the record.
		return null;
	elsif new.carries > old.carries then
		event.kind := 'carried';
		event.session_id := new.due_in;
	elsif new.decided_carries <> old.decided_carries or new.carries < old.carries then
		event.kind := 'decided';
		event.choice := case
			when new.status = 'dropped' then 'drop' when new.carries < old.carries then 'reshape' else 'do'
		end;
		event.line := new.line;
	elsif new.outcome is not null
		and (new.outcome, new.line) is distinct from (old.outcome, old.line)
	then
		event.kind := 'told';
		event.outcome := new.outcome;
		event.line := new.line;
	elsif new.status = 'open' and old.status <> 'open' then
		event.kind := 'reopened';
	elsif (new.title, new.due_on) is distinct from (old.title, old.due_on) then
		event.kind := 'edited';
	else
		return null;
	end if;
	insert into cercle.action_events
		(group_id, action_id, kind, by_id, at, session_id, outcome, choice, title, due_on, carries, line)
	values (new.group_id, new.id, event.kind, (select private.uid()),
		coalesce(event.at, clock_timestamp()), event.session_id, event.outcome, event.choice,
		new.title, new.due_on, new.carries, coalesce(event.line, ''));
	return null;
end $$;
create trigger log after insert or update on cercle.actions
	for each row execute function private.log_action();

-- Row trigger: the outcome of a review is the last word said of the action, too. Partly and not
-- done leave it open: it will be carried. A line that is taken back is taken back where it was
-- copied; what became of the action stays as it is.
create function private.settle_reviewed_action() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
declare
	reviewed cercle.actions;
begin
	if tg_op = 'UPDATE' and old.line <> '' and new.line = '' and new.outcome = old.outcome then
		update cercle.actions a set line = '' where a.id = new.action_id and a.line = old.line;
		return new;
	end if;
	select * into reviewed from cercle.actions a where a.id = new.action_id for update;
	if reviewed.group_id is distinct from new.group_id then
		perform private.refuse('CR005', 'the action is of another group');
	end if;
	new.reviewed_by := coalesce((select private.uid()), new.reviewed_by);
	new.reviewed_at := clock_timestamp();
	update cercle.actions a set
		status = case when new.outcome in ('done', 'dropped') then new.outcome else 'open' end,
		outcome = new.outcome,
		line = new.line
		where a.id = new.action_id;
	return new;
end $$;
create trigger settle_reviewed_action before insert or update on cercle.reviews
	for each row execute function private.settle_reviewed_action();

create trigger keep_columns before update on cercle.actions
	for each row execute function private.keep_columns('id', 'group_id', 'owner_id');
create trigger raise_version before update on cercle.actions
	for each row execute function private.raise_version();
create trigger keep_session_group before insert or update on cercle.reviews
	for each row execute function private.keep_session_group();
create trigger keep_columns before update on cercle.reviews
	for each row execute function private.keep_columns('id', 'group_id', 'action_id', 'session_id');

create trigger note_change after insert or update or delete on cercle.actions
	for each row execute function private.note_change('actions', 'group');
create trigger note_change after insert or update or delete on cercle.action_events
	for each row execute function private.note_change('action_events', 'group');
create trigger note_change after insert or update or delete on cercle.reviews
	for each row execute function private.note_change('reviews', 'session');

-- Grants

grant select on cercle.actions, cercle.action_events, cercle.reviews to authenticated;
grant insert (id, group_id, owner_id, title, due_on, born_in, goal_id, partner_id)
	on cercle.actions to authenticated;
grant update (title, due_on, status, goal_id, partner_id, rank, outcome, line, removed_at)
	on cercle.actions to authenticated;
grant insert (group_id, action_id, session_id, outcome, line), update (outcome, line)
	on cercle.reviews to authenticated;
grant execute on function
	private.my_action_ids(), private.my_own_review_ids(), private.my_own_event_ids(),
	private.decide_action(uuid, text, text, date, text),
	private.apply_action(text, jsonb, jsonb), private.apply_review(text, jsonb, jsonb),
	private.shown_actions(), private.export_actions(uuid)
	to authenticated;
-- What a member wants to reach in a year or a quarter, shared with the group or kept private.

create table cercle.goals (
	id uuid primary key,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	owner_id uuid not null references cercle.profiles (id) on delete cascade,
	title text not null check (private.fits(title, 200)),
	year int not null check (year between 2020 and 2100),
	quarter int check (quarter between 1 and 4),
	stage text check (stage in ('assess', 'execute', 'consolidate')),
	measure text not null default '' check (private.fits(measure, 1000)),
	means text not null default '' check (private.fits(means, 1000)),
	reason text not null default '' check (private.fits(reason, 1000)),
	shared boolean not null default true,
	status text not null default 'open' check (status in ('open', 'reached', 'dropped')),
	line text not null default '' check (private.fits(line, 300)),
	removed_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint goals_named check (title <> '' or removed_at is not null),
	constraint goals_staged check ((quarter is null) = (stage is null))
);
comment on table cercle.goals is
	'A yearly or quarterly objective of a member; actions may serve it.';
comment on column cercle.goals.quarter is 'Null: a goal of the whole year.';
comment on column cercle.goals.measure is 'How one will see that it is reached.';
comment on column cercle.goals.means is 'What makes it within reach.';
comment on column cercle.goals.reason is 'Why it matters now.';
comment on column cercle.goals.shared is 'False: nobody but its owner reads it.';
comment on column cercle.goals.removed_at is
	'Its owner took it back: the words are gone, the row says so.';
create index goals_group on cercle.goals (group_id);
create index goals_owner on cercle.goals (owner_id);

alter table cercle.goals enable row level security;

-- Helper functions

-- Operations on goals: see `apply_operation`.
create function private.apply_goal(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'goal.add' then
			insert into cercle.goals (id, group_id, owner_id, title, year, quarter, stage, measure, means,
				reason, shared)
			values (row_id, (args ->> 'group_id')::uuid, private.me(), btrim(args ->> 'title'),
				(args ->> 'year')::int, (args ->> 'quarter')::int, args ->> 'stage', args ->> 'measure',
				args ->> 'means', args ->> 'reason', (args ->> 'shared')::boolean);
		when 'goal.edit' then
			perform private.merge_row('cercle.goals', row_id, changes, base,
				'{title,year,quarter,stage,measure,means,reason,shared,status,line}');
		when 'goal.remove' then
			perform private.merge_row('cercle.goals', row_id, '{"removed_at": "now"}', null,
				'{removed_at}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_goals() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('goals', null, null, null, 't.removed_at is null')
$$;

-- What an account exports of this area: see `export_account`.
create function private.export_goals(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'goals', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', o.id, 'group_id', o.group_id, 'title', o.title, 'year', o.year,
				'quarter', o.quarter, 'stage', o.stage, 'measure', o.measure, 'means', o.means,
				'reason', o.reason, 'shared', o.shared, 'status', o.status, 'line', o.line,
				'created_at', o.created_at, 'updated_at', o.updated_at
			) order by o.year, o.quarter nulls first, o.created_at, o.id), '[]')
			from cercle.goals o where o.owner_id = me and o.removed_at is null
		)
	)
$$;

-- Goals that ended before the limit and that no action serves any more.
create function private.expired_goal_ids(at timestamptz, most int) returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select o.id from cercle.goals o
	join cercle.groups g on g.id = o.group_id
	where (o.status <> 'open' or o.removed_at is not null)
		and o.updated_at < at - make_interval(months => g.retention_months)
		and not exists (select from cercle.actions a where a.goal_id = o.id)
	limit most
$$;

-- Erases goals that ended: see `erase_expired`.
create function private.erase_goals(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	gone int;
begin
	delete from cercle.goals o
		where o.id = any (array(select private.expired_goal_ids(at, most)));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- Policies

create policy select_member on cercle.goals for select to authenticated
	using (
		(shared and group_id = any (array(select private.my_group_ids())))
		or (
			owner_id = (select private.uid())
			and group_id <> all (array(select private.my_unsigned_group_ids()))
		)
	);
create policy insert_owner on cercle.goals for insert to authenticated
	with check (
		owner_id = (select private.uid()) and group_id = any (array(select private.my_group_ids()))
	);
create policy update_owner on cercle.goals for update to authenticated
	using (owner_id = (select private.uid()) and group_id = any (array(select private.my_group_ids())))
	with check (owner_id = (select private.uid()));

-- Triggers

-- Row trigger: a goal that is taken back leaves no words behind, and never comes back.
create function private.keep_removed_goal() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	if old.removed_at is not null then
		perform private.refuse('CR001', 'this goal was taken back');
	end if;
	if new.removed_at is not null then
		new.removed_at := clock_timestamp();
		new.title := '';
		new.measure := '';
		new.means := '';
		new.reason := '';
		new.line := '';
	end if;
	return new;
end $$;
create trigger keep_removed before update on cercle.goals
	for each row execute function private.keep_removed_goal();

create trigger keep_columns before update on cercle.goals
	for each row execute function private.keep_columns('id', 'group_id', 'owner_id');
create trigger raise_version before update on cercle.goals
	for each row execute function private.raise_version();

create trigger note_change after insert or update or delete on cercle.goals
	for each row execute function private.note_change('goals', 'group', 'shared');

-- What goals add to actions.

alter table cercle.actions add constraint actions_goal_id_fkey
	foreign key (goal_id) references cercle.goals (id) on delete set null;

-- Grants

grant select on cercle.goals to authenticated;
grant insert (
	id, group_id, owner_id, title, year, quarter, stage, measure, means, reason, shared
) on cercle.goals to authenticated;
grant update (
	title, year, quarter, stage, measure, means, reason, shared, status, line, removed_at
) on cercle.goals to authenticated;
grant execute on function
	private.apply_goal(text, jsonb, jsonb), private.shown_goals(), private.export_goals(uuid)
	to authenticated;
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
-- unless the group says otherwise.
create function private.mark_seen(room cercle.room_states, member uuid) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	insert into cercle.attendances as a (group_id, session_id, member_id, seen_at)
	values (room.group_id, room.session_id, member, private.room_time())
	on conflict (session_id, member_id) do update set seen_at = excluded.seen_at
$$;

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
		update cercle.sessions s set status = 'live', started_at = at where s.id = room.session_id;
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
create function private.save_room(
	room cercle.room_states, command text, args jsonb, command_id uuid, me uuid, at timestamptz,
	before jsonb
) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	saved cercle.room_states;
begin
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
	-- A member who gives the role away before the session does not count as present: they may not
	-- come.
	if saved.position is not null then
		perform private.mark_seen(room, me);
	end if;
	perform private.signal_room(room.session_id, 'state', private.room_json(saved));
	return private.room_json(saved);
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

-- Closing a session: its notes become the presenter's, unfinished actions are carried, the next
-- date is set.
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
	next_id := private.next_session(closing, next);
	perform private.leave_segment(room, at);
	perform private.erase_room_traces(closing.id);
	perform private.close_floor(room, at);
	perform private.carry_actions(closing, next_id);
	update cercle.sessions s set status = 'closed', closed_at = at where s.id = closing.id;
	room.paused_at := coalesce(room.paused_at, greatest(at, room.started_at));
	return private.save_room(
		room, 'close', jsonb_build_object('next', next_id), command_id, me, at, null
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
-- How a phone and the database agree: what members write goes through `apply_ops`, online or not;
-- what they may read comes by `pull`. Both run with the caller's rights, so the policies of each
-- table decide.

-- Operations are identified by their origin: the member, the client (one database on one device)
-- and the sequence number in its queue. One that is tried again gets a new number, and is judged
-- anew.
create table cercle.operations (
	client_id uuid not null,
	member_id uuid not null default private.uid() references cercle.profiles (id) on delete cascade,
	code text check (code ~ '^[0-9A-Z]{5}$'),
	applied_at timestamptz not null default now(),
	sequence bigint not null check (sequence >= 0),
	digest uuid,
	primary key (member_id, client_id, sequence)
);
comment on table cercle.operations is
	'Operations already answered, so that a second delivery changes nothing.';
comment on column cercle.operations.code is 'Why it was refused. Null: applied.';
comment on column cercle.operations.client_id is 'Made with the database of a device.';
comment on column cercle.operations.digest is
	'What it said: a phone brought back from a copy counts anew from an older place. Null: not known.';
create index operations_applied on cercle.operations (applied_at);

alter table cercle.operations enable row level security;

-- Policies

create policy select_owner on cercle.operations for select to authenticated
	using (member_id = (select private.uid()));
create policy insert_owner on cercle.operations for insert to authenticated
	with check (member_id = (select private.uid()));

-- Writing

-- Field by field: a field is changed when it still holds what its writer saw (`base`) or already
-- holds the new value. Otherwise somebody else changed it since: CR010, and nothing is written.
create function private.merge_row(
	target regclass, row_id uuid, changes jsonb, base jsonb, fields text[]
) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	held jsonb;
	field text;
	written int;
begin
	if changes is null or changes = '{}' then
		perform private.refuse('CR005', 'nothing to change');
	end if;
	execute format('select to_jsonb(t) from %s t where t.id = $1 for update', target)
		into held using row_id;
	if held is null then
		perform private.refuse('CR001', 'no such row, or not yours to write');
	end if;
	for field in select jsonb_object_keys(changes) loop
		if field <> all (fields) then
			perform private.refuse('CR005', 'a field nobody may change');
		end if;
		if held -> field is distinct from changes -> field
			and coalesce(base, '{}') ? field and base -> field is distinct from held -> field
		then
			perform private.refuse('CR010', 'changed by somebody else meanwhile');
		end if;
	end loop;
	execute format(
		'update %s t set %s where t.id = $1', target,
		(select string_agg(format('%1$I = (jsonb_populate_record(t, $2)).%1$I', key), ', ')
			from jsonb_object_keys(changes) key)
	) using row_id, changes;
	-- While this waited for the row, the right to write it may have ended: a session was closed.
	get diagnostics written = row_count;
	if written = 0 then
		perform private.refuse('CR001', 'no such row, or not yours to write');
	end if;
end $$;

-- Applies one operation, with the caller's rights. What comes before the point says of which kind
-- of row it is; the function of that area knows its operations.
create function private.apply_operation(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
begin
	case split_part(kind, '.', 1)
		when 'action', 'actions' then perform private.apply_action(kind, args, base);
		when 'attendance' then perform private.apply_attendance(kind, args, base);
		when 'challenge' then perform private.apply_challenge(kind, args, base);
		when 'contribution' then perform private.apply_contribution(kind, args, base);
		when 'feedback' then perform private.apply_feedback(kind, args, base);
		when 'goal' then perform private.apply_goal(kind, args, base);
		when 'notes' then perform private.apply_notes(kind, args, base);
		when 'profile' then perform private.apply_profile(kind, args, base);
		when 'review' then perform private.apply_review(kind, args, base);
		else perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

create function private.apply_ops(client_id uuid, operations jsonb) returns jsonb
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	operation jsonb;
	earlier cercle.operations;
	refusal text;
	changed jsonb;
	answers jsonb := '[]';
	me uuid := private.me();
begin
	if client_id is null or jsonb_typeof(operations) is distinct from 'array'
		or jsonb_array_length(operations) > 200
	then
		perform private.refuse('CR005', 'a client and a list of at most 200 operations');
	end if;
	-- Two deliveries of one member queue, so that the second sees what the first did.
	perform pg_advisory_xact_lock(hashtextextended(me::text, 0));
	for operation in select value from jsonb_array_elements(operations) loop
		refusal := null;
		changed := null;
		if jsonb_typeof(operation -> 'sequence') is distinct from 'number'
			or not pg_input_is_valid(operation ->> 'sequence', 'bigint')
			or operation ->> 'sequence' like '-%'
		then
			refusal := 'CR005';
		else
			select * into earlier from cercle.operations o
				where o.member_id = me and o.client_id = apply_ops.client_id
					and o.sequence = (operation ->> 'sequence')::bigint;
			if not found then
				begin
					perform private.apply_operation(
						operation ->> 'kind', operation -> 'args', operation -> 'base'
					);
					changed := private.changed_tables();
				exception when others then
					-- Bad data and denied rights are answers; a lack of resources (lock, disk, memory,
					-- shutdown) is not: the whole call fails and is sent again.
					if sqlstate !~ '^(CR|22|23|42|P0)' then
						raise;
					end if;
					refusal := sqlstate;
				end;
				insert into cercle.operations (client_id, sequence, code, digest) values (
					client_id, (operation ->> 'sequence')::bigint, refusal, md5(operation::text)::uuid
				);
			elsif earlier.digest <> md5(operation::text)::uuid then
				refusal := 'CR012';
			else
				refusal := earlier.code;
			end if;
		end if;
		answers := answers || jsonb_build_object(
			'sequence', operation -> 'sequence',
			'status', case when refusal is null then 'applied' else 'refused' end, 'code', refusal,
			'tables', changed
		);
	end loop;
	return answers;
end $$;

create function public.apply_ops(client_id uuid, operations jsonb) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.apply_ops(client_id, operations)
$$;
comment on function public.apply_ops is
	'Applies a member''s operations in order, each at most once, with the member''s own rights. Answers for each whether it was applied, and the tables that this changed; null: not known, it was applied before.';

-- Reading
--
-- For each table, the caller's rows have a sum: that of a stamp per row, which changes when the row
-- is written (xmin, the transaction that wrote it) and when its columns do. A phone says which
-- tables it asks for, all or those that a signal named, and of each what it has: the sum of its
-- rows and the snapshot that they were read in. A table of the same sum is not sent. Of another,
-- what was written since that snapshot is sent; what the phone then still has wrong (rows gone, or
-- shown and hidden by a right that changed) it asks for in full, by naming no snapshot. So the
-- snapshot is a hint that spares bytes, and the sum is what counts: no column, no trigger and no
-- memory of what was sent where.

-- What a pull shows, table by table, as each area says it, and the version of the rows' shape: of
-- these tables; null: of all. Its plan is kept, as that of `my_group_ids`: every pull asks.
create function private.shown_tables(names text[])
returns table (name text, source text, key text, shape text, which text, version int)
language plpgsql stable set search_path = '', pg_temp as $$
begin
	return query
		select v.name, t.source, coalesce(v.key, 'id'), t.shape, coalesce(v.which, 'true'),
			hashtext(concat_ws(' ', t.shape, (
				select string_agg(a.attname, ' ' order by a.attnum) from pg_attribute a
				where a.attrelid = format('cercle.%I', t.source)::regclass
					and a.attnum > 0 and not a.attisdropped
			)))
		from (
			select * from private.shown_profiles()
			union all select * from private.shown_groups()
			union all select * from private.shown_invitations()
			union all select * from private.shown_moderation()
			union all select * from private.shown_sessions()
			union all select * from private.shown_challenges()
			union all select * from private.shown_contributions()
			union all select * from private.shown_actions()
			union all select * from private.shown_goals()
			union all select * from private.shown_room()
			union all select * from private.shown_floor()
		) v,
		lateral (select coalesce(v.source, v.name), coalesce(v.shape, 'to_jsonb(t)')) t (source, shape)
		where names is null or v.name = any (names);
end $$;

-- An answer of more than 512 kB goes on in a next one: tables that differ and did not fit are
-- named, to be asked for again. Each answer compares all that is asked under one snapshot, which it
-- names, so the last one of them, which leaves nothing to be sent, holds for all.
create function private.pull(ask jsonb) returns jsonb
language plpgsql stable set search_path = '', pg_temp as $$
declare
	held jsonb := case when jsonb_typeof(ask -> 'tables') = 'object' then ask -> 'tables' else '{}' end;
	shown record;
	has jsonb;
	cursor xid;
	answer jsonb;
	tables jsonb := '{}';
	rest jsonb := '[]';
begin
	-- One snapshot for all that follows, for this function is stable.
	for shown in select * from private.shown_tables(
		case when ask -> 'all' is distinct from 'true' then array(select jsonb_object_keys(held)) end
	) loop
		has := held -> shown.name;
		cursor := case when pg_input_is_valid(has ->> 'snapshot', 'pg_snapshot')
			then pg_snapshot_xmin((has ->> 'snapshot')::pg_snapshot)::xid end;
		execute format(
			$q$
				select jsonb_build_object(
					'full', $2,
					'sum', jsonb_build_array(
						count(*), coalesce(sum(hashtext(concat_ws(' ', t.%1$I, t.xmin, $1))), 0)
					),
					'rows', coalesce(
						jsonb_agg(jsonb_build_array(hashtext(concat_ws(' ', t.%1$I, t.xmin, $1)), %2$s))
							filter (where $2 or age(t.xmin) <= $3),
						'[]'
					)
				)
				from cercle.%3$I t where %4$s
			$q$, shown.key, shown.shape, shown.source, shown.which
		) using shown.version, cursor is null, age(cursor) into answer;
		if answer -> 'sum' is not distinct from coalesce(has -> 'sum', '[0, 0]') then
			continue;
		end if;
		if tables = '{}' or pg_column_size(tables) + pg_column_size(answer) <= 512 * 1024 then
			tables := tables || jsonb_build_object(shown.name, answer);
		else
			rest := rest || to_jsonb(shown.name);
		end if;
	end loop;
	return jsonb_build_object(
		'me', private.me(), 'snapshot', pg_current_snapshot()::text, 'tables', tables, 'rest', rest
	);
end $$;

create function public.pull(ask jsonb) returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.pull(ask)
$$;
comment on function public.pull is
	'The rows the caller may read, of the tables that are asked for: those that differ from what they say they have.';

-- Retention

-- Erases what was noted of old operations: see `erase_expired`.
create function private.erase_operations(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	gone int;
begin
	delete from cercle.operations o where o.ctid = any (array(
		select p.ctid from cercle.operations p
		where p.applied_at < at - interval '12 months' limit most
	));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- Grants

grant select, insert (client_id, code, sequence, digest) on cercle.operations to authenticated;
grant execute on function
	private.merge_row(regclass, uuid, jsonb, jsonb, text[]),
	private.apply_operation(text, jsonb, jsonb), private.shown_tables(text[]),
	private.apply_ops(uuid, jsonb), private.pull(jsonb), public.apply_ops(uuid, jsonb),
	public.pull(jsonb)
	to authenticated;
-- Reminders by mail and push, and the calendar under a secret address. None of them carries a text
-- of a member.

create table cercle.reminder_settings (
	id uuid primary key references cercle.profiles (id) on delete cascade,
	mail text[] not null default '{week,day,after,charter}'
		check (mail <@ '{week,day,after,charter}' and cardinality(mail) <= 4),
	push text[] not null default '{week,day,after,charter}'
		check (push <@ '{week,day,after,charter}' and cardinality(push) <= 4),
	quiet_from time default '21:00',
	quiet_to time default '08:00',
	time_zone text not null default 'Europe/Paris'
		check (private.fits(time_zone, 60) and private.is_time_zone(time_zone)),
	updated_at timestamptz not null default now(),
	constraint quiet_whole check ((quiet_from is null) = (quiet_to is null))
);
comment on table cercle.reminder_settings is
	'What a member wants to be reminded of, and how. No row: the defaults.';
comment on column cercle.reminder_settings.id is 'The member.';
comment on column cercle.reminder_settings.mail is 'The kinds of reminder that come by mail.';
comment on column cercle.reminder_settings.push is
	'The kinds that come to the devices that subscribed.';
comment on column cercle.reminder_settings.quiet_from is
	'From this hour to quiet_to, in the member''s zone, nothing is sent. Both null: no such hours.';

-- The browsers that asked for reminders. A browser is reminded in the name of the sign-in that
-- asked for it, and ends with it; without a foreign key, because that table belongs to Supabase.
create table cercle.push_subscriptions (
	id uuid primary key default gen_random_uuid(),
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	session_id uuid not null,
	endpoint text not null unique
		check (private.fits(endpoint, 1000) and endpoint ~ '^https?://[^\s/]+/\S*$'),
	p256dh text not null check (p256dh ~ '^[A-Za-z0-9_-]{87}=?$'),
	auth text not null check (auth ~ '^[A-Za-z0-9_-]{22}(==)?$'),
	created_at timestamptz not null default clock_timestamp()
);
comment on table cercle.push_subscriptions is
	'Where a browser can be reached by push, and its keys: what is sent there only it can read.';
comment on column cercle.push_subscriptions.endpoint is
	'An address given by a browser: whether it is one of a push service is asked by the server that sends.';
comment on column cercle.push_subscriptions.session_id is
	'The session of the account that asked: once it is ended, nothing is sent there.';
create index push_subscriptions_member on cercle.push_subscriptions (member_id);
create index push_subscriptions_session on cercle.push_subscriptions (session_id);

create table cercle.calendars (
	id uuid primary key references cercle.profiles (id) on delete cascade,
	token_hash bytea not null unique check (octet_length(token_hash) = 32),
	created_at timestamptz not null default clock_timestamp()
);
comment on table cercle.calendars is
	'The secret address of a member''s calendar, one at most. Only the hash of its token is kept.';
comment on column cercle.calendars.id is 'The member.';

-- What is due to whom, and which process is sending it: the only memory of the reminders, so that
-- any number of processes may come and go.
create table private.reminders (
	id uuid primary key default gen_random_uuid(),
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	kind text not null check (kind in ('week', 'day', 'after', 'charter')),
	subject uuid not null,
	day date not null,
	channel text not null check (channel in ('mail', 'push')),
	target uuid not null,
	attempts int not null default 1,
	claimed_until timestamptz not null,
	settled_at timestamptz,
	outcome text check (outcome in ('sent', 'gone')),
	unique (target, channel, kind, subject, day),
	constraint reminders_settled check ((settled_at is null) = (outcome is null))
);
comment on table private.reminders is 'Reminders that were sent, or are being sent. Holds no text.';
comment on column private.reminders.subject is 'The session, or the charter.';
comment on column private.reminders.day is
	'The session''s day: one that is moved to another day is a new occasion.';
comment on column private.reminders.target is 'The subscription by push, the member by mail.';
comment on column private.reminders.claimed_until is
	'Until then one process is at it; still unsettled afterwards, it died or failed, and any may try again.';
create index reminders_member on private.reminders (member_id);
create index reminders_claimed on private.reminders (claimed_until);

alter table cercle.reminder_settings enable row level security;
alter table cercle.push_subscriptions enable row level security;
alter table cercle.calendars enable row level security;
alter table private.reminders enable row level security;

-- Helper functions

-- Whether an hour lies between two others, over midnight too. Null bounds: never.
create function private.is_quiet(hour time, quiet_from time, quiet_to time) returns boolean
language sql immutable set search_path = '', pg_temp as $$
	select coalesce(
		case when quiet_from <= quiet_to then hour >= quiet_from and hour < quiet_to
			else hour >= quiet_from or hour < quiet_to end,
		false
	)
$$;

-- Every occasion that is open at this moment and whom it concerns: members of today, by the rules
-- of what they may read. Settings and quiet hours come later.
create function private.open_occasions(at timestamptz)
returns table (
	member_id uuid, kind text, subject uuid, day date, opened timestamptz, until timestamptz, zone text
)
language sql stable set search_path = '', pg_temp as $$
	with planned as (
		select s.*, s.starts_at at time zone s.time_zone as local from cercle.sessions s
		where s.status = 'planned' and s.starts_at > at and s.starts_at < at + interval '8 days'
	), occasions as (
		-- Days of the calendar where the session is held: the hour stays when clocks change.
		select p.group_id, 'week' as kind, p.id as subject, p.local::date as day, p.time_zone as zone,
			(p.local - interval '7 days') at time zone p.time_zone as opened,
			(p.local - interval '1 day') at time zone p.time_zone as until
		from planned p
		union all
		select p.group_id, 'day', p.id, p.local::date, p.time_zone,
			(p.local - interval '1 day') at time zone p.time_zone, p.starts_at
		from planned p
		union all
		-- Not right after the end, while people still say goodbye.
		select s.group_id, 'after', s.id, (s.starts_at at time zone s.time_zone)::date, s.time_zone,
			s.closed_at + interval '1 hour', s.closed_at + interval '2 days'
		from cercle.sessions s
		where s.status = 'closed' and s.closed_at > at - interval '2 days'
		union all
		select c.group_id, 'charter', c.id, (c.created_at at time zone 'UTC')::date, null,
			c.created_at + interval '1 hour', 'infinity'
		from cercle.charters c
		where c.version = (select max(l.version) from cercle.charters l where l.group_id = c.group_id)
	)
	select m.member_id, o.kind, o.subject, o.day, t.opened, t.until, o.zone
	from occasions o
	join cercle.memberships m on m.group_id = o.group_id and m.left_at is null
	cross join lateral (
		-- A charter waits for a member who came later from the day they came, and not for ever.
		select greatest(o.opened, m.joined_at + interval '1 hour') as opened,
			least(o.until, greatest(o.opened, m.joined_at) + interval '30 days') as until
	) t
	where at >= t.opened and at < t.until
		and (o.kind = 'charter') = not exists (
			select from cercle.signatures g
			join cercle.charters c on c.id = g.charter_id
			where g.member_id = m.member_id and c.group_id = o.group_id
				and c.version = (select max(l.version) from cercle.charters l where l.group_id = o.group_id)
		)
		and (
			o.kind <> 'after'
			or m.joined_at <= o.opened - interval '1 hour' and exists (
				select from cercle.actions a
				where a.group_id = o.group_id and a.owner_id = m.member_id and a.status = 'open'
					and a.removed_at is null
			)
		)
$$;

-- What may leave at this moment, by which way and to where.
create function private.due_reminders(at timestamptz)
returns table (
	member_id uuid, kind text, subject uuid, day date, until timestamptz, channel text, target uuid,
	language text, address text, subscription jsonb
)
language sql stable set search_path = '', pg_temp as $$
	select o.member_id, o.kind, o.subject, o.day, o.until, w.channel, w.target, p.language, w.address,
		w.subscription
	from private.open_occasions(at) o
	join cercle.profiles p on p.id = o.member_id
	left join cercle.reminder_settings s on s.id = o.member_id
	cross join lateral (
		select 'mail' as channel, u.id as target, u.email as address, null::jsonb as subscription
		from auth.users u
		where u.id = o.member_id and u.email_confirmed_at is not null
			and (s.id is null or o.kind = any (s.mail))
		union all
		-- A browser that subscribed since is not told what came before it.
		select 'push', b.id, null, jsonb_build_object(
			'endpoint', b.endpoint, 'keys', jsonb_build_object('p256dh', b.p256dh, 'auth', b.auth)
		)
		from cercle.push_subscriptions b
		join auth.sessions l on l.id = b.session_id and l.user_id = b.member_id
		where b.member_id = o.member_id and b.created_at <= o.opened
			and (s.id is null or o.kind = any (s.push))
	) w
	-- A member who chose nothing lives where the group meets.
	where not private.is_quiet(
		(at at time zone coalesce(s.time_zone, o.zone, 'Europe/Paris'))::time,
		case when s.id is null then '21:00' else s.quiet_from end,
		case when s.id is null then '08:00' else s.quiet_to end
	)
$$;

-- Erases what was noted of old reminders: see `erase_expired`.
create function private.erase_reminders(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	gone int;
begin
	delete from private.reminders r where r.id = any (array(
		select d.id from private.reminders d
		where d.claimed_until < at - interval '90 days' limit most
	));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- Policies

create policy select_owner on cercle.reminder_settings for select to authenticated
	using (id = (select private.uid()));
create policy insert_owner on cercle.reminder_settings for insert to authenticated
	with check (id = (select private.uid()));
create policy update_owner on cercle.reminder_settings for update to authenticated
	using (id = (select private.uid())) with check (id = (select private.uid()));
create policy select_owner on cercle.push_subscriptions for select to authenticated
	using (member_id = (select private.uid()));
create policy select_owner on cercle.calendars for select to authenticated
	using (id = (select private.uid()));

-- Triggers

-- Row trigger: a zone that Postgres does not know would stop the reminders of everybody.
create function private.keep_known_zone() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	perform now() at time zone new.time_zone;
	new.updated_at := clock_timestamp();
	return new;
end $$;
create trigger keep_known_zone before insert or update on cercle.reminder_settings
	for each row execute function private.keep_known_zone();

create trigger keep_columns before update on cercle.reminder_settings
	for each row execute function private.keep_columns('id');

-- Commands of members

create function private.set_reminders(settings jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
begin
	if jsonb_typeof(settings -> 'mail') is distinct from 'array'
		or jsonb_typeof(settings -> 'push') is distinct from 'array'
		or settings ->> 'time_zone' is null
	then
		perform private.refuse('CR005', 'the settings are incomplete');
	end if;
	insert into cercle.reminder_settings (id, mail, push, quiet_from, quiet_to, time_zone)
	values (
		private.me(),
		array(select jsonb_array_elements_text(settings -> 'mail')),
		array(select jsonb_array_elements_text(settings -> 'push')),
		(settings ->> 'quiet_from')::time, (settings ->> 'quiet_to')::time, settings ->> 'time_zone'
	)
	on conflict (id) do update set
		mail = excluded.mail, push = excluded.push, quiet_from = excluded.quiet_from,
		quiet_to = excluded.quiet_to, time_zone = excluded.time_zone;
end $$;

create function public.set_reminders(settings jsonb) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.set_reminders(settings)
$$;
comment on function public.set_reminders is 'Replaces what the caller wants to be reminded of.';

create function private.read_reminders() returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'settings', (
			select jsonb_build_object('mail', s.mail, 'push', s.push, 'quiet_from', s.quiet_from,
				'quiet_to', s.quiet_to, 'time_zone', s.time_zone)
			from cercle.reminder_settings s where s.id = (select private.uid())
		),
		'endpoints', array(
			select p.endpoint from cercle.push_subscriptions p where p.member_id = (select private.uid())
		),
		'calendar', (select c.created_at from cercle.calendars c where c.id = (select private.uid()))
	)
$$;

create function public.read_reminders() returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.read_reminders()
$$;
comment on function public.read_reminders is
	'What the caller chose: settings (null: the defaults), browsers, since when there is a calendar.';

-- With the owner's rights: a browser that changes hands is taken from the account it had before.
create function private.subscribe_push(endpoint text, p256dh text, auth text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
begin
	insert into cercle.push_subscriptions as p (member_id, session_id, endpoint, p256dh, auth)
	values (
		me, private.sign_in_id(), subscribe_push.endpoint, subscribe_push.p256dh, subscribe_push.auth
	)
	on conflict on constraint push_subscriptions_endpoint_key do update set
		p256dh = excluded.p256dh, auth = excluded.auth, member_id = excluded.member_id,
		session_id = excluded.session_id,
		created_at = case when p.member_id = me then p.created_at else clock_timestamp() end;
	-- Nobody has more than ten devices in use: the oldest make room.
	delete from cercle.push_subscriptions p where p.id in (
		select o.id from cercle.push_subscriptions o
		where o.member_id = me order by o.created_at desc offset 10
	);
end $$;

create function public.subscribe_push(endpoint text, p256dh text, auth text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.subscribe_push(endpoint, p256dh, auth)
$$;
comment on function public.subscribe_push is
	'Reminds the caller on this browser, and nobody else on it.';

create function private.unsubscribe_push(endpoint text) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	delete from cercle.push_subscriptions p
		where p.endpoint = unsubscribe_push.endpoint and p.member_id = private.me()
$$;

create function public.unsubscribe_push(endpoint text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.unsubscribe_push(endpoint)
$$;
comment on function public.unsubscribe_push is 'Leaves this browser of the caller alone.';

create function private.open_calendar() returns text
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	-- Three of the 122 random bits each, pressed into 32 bytes.
	secret bytea := sha256(
		uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
	);
	token text := translate(rtrim(encode(secret, 'base64'), '='), '+/', '-_');
begin
	insert into cercle.calendars (id, token_hash)
		values (private.me(), sha256(convert_to(token, 'UTF8')))
		on conflict (id) do update
			set token_hash = excluded.token_hash, created_at = excluded.created_at;
	return token;
end $$;

create function public.open_calendar() returns text
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.open_calendar()
$$;
comment on function public.open_calendar is
	'A new secret token for the caller''s calendar, told this once; the one before stops working.';

create function private.close_calendar() returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	delete from cercle.calendars c where c.id = private.me()
$$;

create function public.close_calendar() returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.close_calendar()
$$;
comment on function public.close_calendar is
	'Ends the caller''s calendar: its address stops working.';

-- Called without an account: the token is the right. Its hash is sent, so that the token itself
-- stands in no statement; unknown and revoked look alike.
create function private.read_calendar(token_hash text) returns jsonb
language sql stable security definer set search_path = '', pg_temp as $$
	select (
		select coalesce(jsonb_agg(jsonb_build_object(
			'id', s.id, 'starts_at', s.starts_at, 'length_minutes', s.length_minutes,
			'version', s.version, 'updated_at', s.updated_at
		) order by s.starts_at, s.id), '[]')
		from cercle.memberships m
		join cercle.sessions s on s.group_id = m.group_id
		where m.member_id = k.id and m.left_at is null
			and s.starts_at > now() - interval '60 days'
			and (s.closed_at is null or s.closed_at >= m.joined_at)
			and exists (
				select from cercle.charters c
				join cercle.signatures g on g.charter_id = c.id and g.member_id = m.member_id
				where c.group_id = m.group_id
					and c.version = (select max(l.version) from cercle.charters l where l.group_id = c.group_id)
			)
	)
	from cercle.calendars k
	where encode(k.token_hash, 'hex') = read_calendar.token_hash
$$;

create function public.read_calendar(token_hash text) returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.read_calendar(token_hash)
$$;
comment on function public.read_calendar is
	'When the sessions are of the member whose calendar this is. Null: no such calendar.';

-- What an account exports of this area: see `export_account`.
create function private.export_reminders(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'reminders', (
			select r.settings -> 'settings' from (select private.read_reminders() as settings) r
		),
		'calendar_since', (select c.created_at from cercle.calendars c where c.id = me),
		'browsers', (
			select coalesce(jsonb_agg(p.created_at order by p.created_at), '[]')
			from cercle.push_subscriptions p where p.member_id = me
		)
	)
$$;

-- Commands of the server, which alone may know addresses

create function private.claim_reminders(at timestamptz, most int) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	-- One clock for every process: the database's. Tests have their own.
	moment timestamptz := coalesce(at, clock_timestamp());
	claimed jsonb;
begin
	delete from private.reminders r where r.claimed_until < moment - interval '90 days';
	with due as (
		select d.* from private.due_reminders(moment) d
		where not exists (
			select from private.reminders r
			where (r.target, r.channel, r.kind, r.subject, r.day)
				= (d.target, d.channel, d.kind, d.subject, d.day)
				and (r.settled_at is not null or r.claimed_until > moment)
		)
		-- The same order for all processes, so that two that claim at once queue and never deadlock.
		order by d.target, d.channel, d.kind, d.subject, d.day
		limit least(most, 200)
	), mine as (
		insert into private.reminders as r
			(member_id, kind, subject, day, channel, target, claimed_until)
		select d.member_id, d.kind, d.subject, d.day, d.channel, d.target, moment + interval '5 minutes'
		from due d
		-- Longer each time: a mailbox that refuses is not tried every five minutes for a week.
		on conflict on constraint reminders_target_channel_kind_subject_day_key do update set
			attempts = r.attempts + 1,
			claimed_until = moment
				+ least(interval '5 minutes' * power(2, least(r.attempts, 10)), interval '4 hours')
			where r.settled_at is null and r.claimed_until <= moment
		returning r.*
	)
	select coalesce(jsonb_agg(jsonb_build_object(
		'id', m.id, 'kind', m.kind, 'channel', m.channel, 'language', d.language,
		'seconds', ceil(extract(epoch from d.until - moment)),
		'address', d.address, 'subscription', d.subscription
	)), '[]') into claimed
	from mine m
	join due d on (d.target, d.channel, d.kind, d.subject, d.day)
		= (m.target, m.channel, m.kind, m.subject, m.day);
	return claimed;
end $$;

create function public.claim_reminders(at timestamptz, most int) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.claim_reminders(at, most)
$$;
comment on function public.claim_reminders is
	'Takes what is due for the calling process alone, for five minutes. For the server only.';

create function private.finish_reminder(id uuid, outcome text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	held private.reminders;
begin
	update private.reminders r set settled_at = clock_timestamp(), outcome = finish_reminder.outcome
		where r.id = finish_reminder.id
		returning * into held;
	if held.channel = 'push' and held.outcome = 'gone' then
		delete from cercle.push_subscriptions p where p.id = held.target;
	end if;
end $$;

create function public.finish_reminder(id uuid, outcome text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.finish_reminder(id, outcome)
$$;
comment on function public.finish_reminder is
	'Notes that a claimed reminder was sent, or that nobody is there any more. For the server only.';

-- Grants

grant select, insert (id, mail, push, quiet_from, quiet_to, time_zone),
	update (mail, push, quiet_from, quiet_to, time_zone)
	on cercle.reminder_settings to authenticated;
grant select on cercle.push_subscriptions to authenticated;
grant select (id, created_at) on cercle.calendars to authenticated;
grant execute on function
	private.export_reminders(uuid), private.set_reminders(jsonb), private.read_reminders(),
	private.subscribe_push(text, text, text), private.unsubscribe_push(text),
	private.open_calendar(), private.close_calendar(), public.set_reminders(jsonb),
	public.read_reminders(), public.subscribe_push(text, text, text), public.unsubscribe_push(text),
	public.open_calendar(), public.close_calendar()
	to authenticated;
grant execute on function
	private.read_calendar(text), public.read_calendar(text)
	to anon;
grant execute on function
	private.claim_reminders(timestamptz, int), private.finish_reminder(uuid, text),
	public.claim_reminders(timestamptz, int), public.finish_reminder(uuid, text)
	to service_role;
-- How long a group keeps its words. After that they are erased; dates, turns and minutes stay.

-- Helper functions

-- Closed sessions past their group's limit, except the last one that was held: the next session
-- begins with it.
create function private.expired_session_ids(at timestamptz, most int) returns setof uuid
language sql volatile security definer set search_path = '', pg_temp as $$
	select s.id from cercle.sessions s
	join cercle.groups g on g.id = s.group_id
	where s.status = 'closed' and s.erased_at is null
		and s.closed_at < at - make_interval(months => g.retention_months)
		and exists (
			select from cercle.sessions l
			where l.group_id = s.group_id and l.closed_at > s.closed_at
		)
	order by s.closed_at
	limit most
	for update of s skip locked
$$;

-- Erases everything a member typed in these sessions. Attendances, turns and minutes stay.
create function private.erase_sessions(ids uuid[], at timestamptz) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	contributions int;
	feedbacks int;
	reviews int;
begin
	update cercle.sessions s set erased_at = erase_sessions.at, place = '' where s.id = any (ids);
	-- The label of a segment of one's own may hold any words.
	update cercle.segments s set label = '{"fr": "Étape", "en": "Step"}'
		where s.session_id = any (ids);
	contributions := private.empty_challenges(
		array(select c.id from cercle.challenges c where c.session_id = any (ids))
	);
	delete from cercle.feedbacks f where f.session_id = any (ids);
	get diagnostics feedbacks = row_count;
	update cercle.reviews r set line = '' where r.session_id = any (ids) and r.line <> '';
	get diagnostics reviews = row_count;
	delete from cercle.room_commands c where c.session_id = any (ids);
	return jsonb_build_object('sessions', cardinality(ids), 'contributions', contributions,
		'feedbacks', feedbacks, 'reviews', reviews);
end $$;

-- Tells every live room that anything may have changed.
create function private.tell_all_rooms() returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	insert into private.noted_changes (group_id, name)
	select distinct s.group_id, 'all' from cercle.sessions s where s.status = 'live'
	on conflict do nothing
$$;

-- What retention adds to challenges, notes and feedbacks.

-- Row trigger: an erased session gets no new words. No lock is needed where a row is changed:
-- erasing changes each of these rows, so that one of the two waits for the other and sees it.
create function private.keep_erased() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if exists (
		select from cercle.sessions s where s.id = new.session_id and s.erased_at is not null
	) then
		perform private.refuse('CR004', 'the words of this session were erased');
	end if;
	return new;
end $$;
create trigger keep_erased before update on cercle.challenges
	for each row when (
		concat(new.question, new.context, new.tried, new.options, new.wanted, new.unwanted) <> ''
	) execute function private.keep_erased();
create trigger keep_erased before update on cercle.challenge_notes
	for each row when (new.body || new.takeaways <> '') execute function private.keep_erased();

-- Row trigger: no lock covers a new row, so this one waits for the erasing.
create function private.keep_erased_out() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform from cercle.sessions s
		where s.id = new.session_id and s.erased_at is null for key share;
	if not found then
		perform private.refuse('CR004', 'the words of this session were erased');
	end if;
	return new;
end $$;
create trigger keep_erased before insert on cercle.feedbacks
	for each row execute function private.keep_erased_out();

-- What retention adds to groups.

-- Row trigger: a member who shortens how long a group keeps its words decides for everybody, so the
-- register says so.
create function private.log_retention() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.decisions (group_id, kind, subject_id, at)
	select new.id, 'retention_shortened', p.id, clock_timestamp()
	from cercle.profiles p where p.id = private.uid();
	return null;
end $$;
create trigger log_retention after update of retention_months on cercle.groups
	for each row when (new.retention_months < old.retention_months)
	execute function private.log_retention();

-- Commands

create function private.set_retention(group_id uuid, months int, expected int) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	held int;
begin
	select g.retention_months into held from cercle.groups g
		where g.id = set_retention.group_id and g.id in (select private.my_group_ids())
		for update;
	if not found then
		perform private.refuse('CR001', 'no such group');
	end if;
	if held is distinct from expected then
		perform private.refuse('CR003', 'it was changed meanwhile');
	end if;
	if months is null or months not between 1 and 60 then
		perform private.refuse('CR005', 'between one month and five years');
	end if;
	update cercle.groups g set retention_months = months where g.id = set_retention.group_id;
end $$;

create function public.set_retention(group_id uuid, months int, expected int) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.set_retention(group_id, months, expected)
$$;
comment on function public.set_retention is
	'Changes how long the group keeps its words; `expected` is the number of months its caller saw.';

-- Called once a day by the server, a batch at a time.
create function private.erase_expired(at timestamptz, most int) returns jsonb
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
	-- Sessions first: what is part of one whose words are kept stays with it.
	erased := private.erase_sessions(
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

create function public.erase_expired(at timestamptz, most int default 200) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.erase_expired(at, most)
$$;
comment on function public.erase_expired is
	'Erases a batch of what is older than it is kept, and says how much in numbers; all zero: nothing is left; empty: another process is at it. For the server only.';

-- Grants

grant execute on function
	private.set_retention(uuid, int, int), public.set_retention(uuid, int, int)
	to authenticated;
grant execute on function
	private.erase_expired(timestamptz, int), public.erase_expired(timestamptz, int)
	to service_role;
-- A community: several groups under one roof. Its co-animators see that its groups live, never what
-- is said in them. It is founded by the operator until founding one has a journey of its own.

create table cercle.communities (
	id uuid primary key default gen_random_uuid(),
	name text not null check (private.fits(name, 80) and name <> ''),
	created_at timestamptz not null default now()
);
comment on table cercle.communities is 'Several groups, helped by volunteer co-animators.';

create table cercle.animators (
	id uuid primary key default gen_random_uuid(),
	community_id uuid not null references cercle.communities (id) on delete cascade,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	since timestamptz not null default now(),
	until timestamptz check (until >= since)
);
comment on table cercle.animators is
	'The members who animate a community, dated. It gives no right on any content: see community_overview.';
create unique index animators_current on cercle.animators (community_id, member_id)
	where until is null;
create index animators_community on cercle.animators (community_id);
create index animators_member on cercle.animators (member_id);

alter table cercle.communities enable row level security;
alter table cercle.animators enable row level security;

-- What communities add to groups.
alter table cercle.groups add constraint groups_community_id_fkey
	foreign key (community_id) references cercle.communities (id) on delete set null;

-- Helper functions

-- Communities I animate today.
create function private.my_animated_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select community_id from cercle.animators
	where member_id = (select private.uid()) and until is null
$$;

-- Communities I animate, and those of my groups: a member knows which co-animators see that the
-- group lives.
create function private.my_community_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select private.my_animated_ids()
	union
	select community_id from cercle.groups where id in (select private.my_joined_group_ids())
$$;

-- Days, counts and minutes of one group, with its name and its charter. Neither hour nor place nor
-- person: what is not built here cannot be asked for.
create function private.group_overview(of_group cercle.groups) returns jsonb
language sql stable security definer set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'id', of_group.id,
		'name', of_group.name,
		'members', (
			select count(*) from cercle.memberships m
			where m.group_id = of_group.id and m.left_at is null
		),
		'admissions', (
			select coalesce(jsonb_agg(m.joined_at::date order by m.joined_at::date), '[]')
			from cercle.memberships m where m.group_id = of_group.id
		),
		'charters', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'version', c.version, 'on', c.created_at::date
			) order by c.version), '[]')
			from cercle.charters c where c.group_id = of_group.id
		),
		'charter', (
			select c.body from cercle.charters c
			where c.group_id = of_group.id order by c.version desc limit 1
		),
		'next', (
			select min((s.starts_at at time zone s.time_zone)::date) from cercle.sessions s
			where s.group_id = of_group.id and s.status <> 'closed'
		),
		'sessions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'on', (s.starts_at at time zone s.time_zone)::date,
				'present', (
					select count(*) from cercle.attendances a where a.session_id = s.id and a.present
				),
				'planned_minutes', s.length_minutes,
				'actual_minutes', round(extract(epoch from s.closed_at - s.started_at) / 60)
			) order by s.starts_at), '[]')
			from cercle.sessions s where s.group_id = of_group.id and s.status = 'closed'
		),
		'actions', (
			select jsonb_build_object(
				'open', count(*) filter (where a.status = 'open'),
				'done', count(*) filter (where a.status = 'done'),
				'dropped', count(*) filter (where a.status = 'dropped')
			)
			from cercle.actions a where a.group_id = of_group.id and a.removed_at is null
		)
	)
$$;

-- Policies

create policy select_known on cercle.communities for select to authenticated
	using (id = any (array(select private.my_community_ids())));
create policy select_known on cercle.animators for select to authenticated
	using (community_id = any (array(select private.my_community_ids())));

-- Triggers

create trigger keep_columns before update on cercle.animators
	for each row execute function private.keep_columns('id', 'community_id', 'member_id', 'since');

-- Commands

create function private.community_overview(community_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	if community_overview.community_id is null
		or community_overview.community_id <> all (array(select private.my_animated_ids()))
	then
		perform private.refuse('CR001', 'no such community');
	end if;
	return (
		select jsonb_build_object('id', c.id, 'name', c.name, 'groups', (
			select coalesce(jsonb_agg(private.group_overview(g) order by g.name, g.id), '[]')
			from cercle.groups g where g.community_id = c.id
		))
		from cercle.communities c where c.id = community_overview.community_id
	);
end $$;

create function public.community_overview(community_id uuid) returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.community_overview(community_id)
$$;
comment on function public.community_overview is
	'That the groups of a community live: names, charters, days, counts and minutes. For its co-animators.';

-- Grants

grant select on cercle.communities, cercle.animators to authenticated;
grant execute on function
	private.my_animated_ids(), private.my_community_ids(), private.community_overview(uuid),
	public.community_overview(uuid)
	to authenticated;
-- The export of everything that is the caller's; and the end of an account: what its member wrote
-- is erased, what the group needs stays without a name.

-- Helper functions

create function private.my_address() returns text
language sql stable security definer set search_path = '', pg_temp as $$
	select u.email from auth.users u where u.id = (select private.uid())
$$;

-- The caller's profile with the address of their account.
create function private.export_profile(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'id', p.id, 'email', private.my_address(), 'name', p.name, 'language', p.language
	)
	from cercle.profiles p where p.id = me
$$;

-- Erases what the API notes beside an account, without a key that would take it along.
create function private.erase_traces(account uuid, address text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	trace record;
begin
	for trace in
		select * from (values
			('auth.refresh_tokens', 'user_id::text = $1::text'),
			('auth.flow_state', 'user_id::text = $1::text'),
			('auth.audit_log_entries',
				'strpos(payload::text, to_json($1)::text) > 0 or strpos(payload::text, to_json($2)::text) > 0')
		) t (name, which)
		where to_regclass(t.name) is not null and has_table_privilege(t.name, 'select, delete')
	loop
		execute format('delete from %s where %s', trace.name, trace.which) using account, address;
	end loop;
end $$;

-- Triggers

-- However the account is deleted. It takes its groups before its memberships:
-- otherwise an exclusion, which takes the group first, and the end of the account it is about would
-- wait for each other.
create function private.erase_account() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	-- The groups first, like every change of who belongs to one; former groups too, since a group
	-- that nobody is left in goes. In the order of their ids, so that of two accounts that end at
	-- once one waits.
	perform from cercle.groups g where g.id in (
		select m.group_id from cercle.memberships m where m.member_id = old.id
	) order by g.id for no key update;
	-- What is erased of sessions that are over is named to no room, and of a group they had left
	-- nothing else says so.
	insert into private.noted_changes (group_id, name)
	select distinct m.group_id, 'all' from cercle.memberships m where m.member_id = old.id
	on conflict do nothing;
	-- As by leaving each group: the triggers cut the live topics and take invitations back.
	update cercle.memberships m set left_at = greatest(clock_timestamp(), m.joined_at)
		where m.member_id = old.id and m.left_at is null;
	delete from cercle.invitations i where i.email = lower(old.email);
	perform private.empty_challenges(
		array(select c.id from cercle.challenges c where c.presenter_id = old.id)
	);
	delete from cercle.contributions b where b.author_id = old.id;
	delete from cercle.feedbacks f where f.member_id = old.id;
	delete from cercle.actions a where a.owner_id = old.id;
	delete from cercle.goals o where o.owner_id = old.id;
	-- The group still decides about the member they accused.
	update cercle.breaches h set reason = '…' where h.raised_by = old.id and h.settled_at is null;
	update cercle.animators a set until = greatest(clock_timestamp(), a.since)
		where a.member_id = old.id and a.until is null;
	update cercle.actions a set partner_id = null where a.partner_id = old.id;
	update cercle.reviews r set line = '' where r.reviewed_by = old.id and r.line <> '';
	delete from private.room_thumbs t where t.member_id = old.id;
	delete from private.room_signals s where s.member_id = old.id;
	delete from private.reminders r where r.member_id = old.id;
	delete from cercle.reminder_settings s where s.id = old.id;
	delete from cercle.push_subscriptions p where p.member_id = old.id;
	delete from cercle.calendars c where c.id = old.id;
	delete from cercle.operations o where o.member_id = old.id;
	-- A group in which nobody could read it any more keeps nothing.
	delete from cercle.groups g where g.id in (
		select m.group_id from cercle.memberships m where m.member_id = old.id
	) and not exists (
		select from cercle.memberships m
		join cercle.profiles p on p.id = m.member_id and p.erased_at is null
		where m.group_id = g.id and m.member_id <> old.id
	);
	if exists (select from cercle.memberships m where m.member_id = old.id) then
		update cercle.profiles p set name = '', language = 'fr', erased_at = clock_timestamp()
			where p.id = old.id;
	else
		delete from cercle.profiles p where p.id = old.id;
	end if;
	perform private.erase_traces(old.id, old.email);
	return old;
end $$;
create trigger erase_account before delete on auth.users
	for each row execute function private.erase_account();

-- Commands

create function private.delete_account(confirmation text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
begin
	-- Operations that a phone of the member is just delivering come first.
	perform pg_advisory_xact_lock(hashtextextended(me::text, 0));
	delete from auth.users u where u.id = me and lower(u.email) = lower(btrim(confirmation));
	if not found then
		perform private.refuse('CR018', 'this is not the address of the account');
	end if;
end $$;

create function public.delete_account(confirmation text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.delete_account(confirmation)
$$;
comment on function public.delete_account is
	'Deletes the caller''s account at once, for a caller who types its address.';

create function private.export_account() returns jsonb
language plpgsql stable set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
begin
	return jsonb_build_object('version', 1, 'exported_at', now())
		|| jsonb_build_object('account', private.export_profile(me))
		|| private.export_groups(me)
		|| private.export_sessions(me)
		|| private.export_goals(me)
		|| private.export_actions(me)
		|| private.export_challenges(me)
		|| private.export_contributions(me)
		|| private.export_breaches(me)
		|| private.export_reminders(me);
end $$;

create function public.export_account() returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.export_account()
$$;
comment on function public.export_account is
	'All that is the caller''s, with the caller''s own rights; others'' words only where they became theirs.';

-- Grants

grant execute on function
	private.my_address(), private.export_profile(uuid), private.delete_account(text),
	private.export_account(), public.delete_account(text), public.export_account()
	to authenticated;
