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

-- Since when I belong to each group whose content I may read: {group: moment}. Policies compare a
-- moment with it, once a query and not once a row: null, for any other group, is no yes.
create function private.my_joins() returns jsonb
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return (
		select jsonb_object_agg(m.group_id, m.joined_at) from cercle.memberships m
		where m.member_id = (select private.uid()) and m.left_at is null
			and m.group_id in (select private.my_group_ids())
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
	private.my_joined_group_ids(), private.my_group_ids(), private.my_joins(),
	private.my_unsigned_group_ids(), private.my_peer_ids(), private.need_member(uuid), private.shown_groups(),
	private.export_groups(uuid), private.found_group(uuid, text, text),
	private.write_charter(uuid, text, int), private.sign_charter(uuid), private.leave_group(uuid),
	public.found_group(uuid, text, text), public.write_charter(uuid, text, int),
	public.sign_charter(uuid), public.leave_group(uuid)
	to authenticated;
