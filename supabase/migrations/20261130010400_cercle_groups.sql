-- The tables are in `cercle`; what a client may call hands on to `private`: groups.

-- Groups I belong to today, signed or not: their name and charter are mine to read.
create or replace function private.my_joined_group_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select group_id from cercle.memberships
	where member_id = (select private.uid()) and left_at is null
$$;

-- Groups whose content I may read: I belong to them and signed the charter in force. In PL/pgSQL,
-- which keeps its plan: every policy asks, and planning a SQL function anew takes most of the time
-- of an answer.
create or replace function private.my_group_ids() returns setof uuid
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

-- Everybody in one of my groups, now or before: names in old sessions stay readable.
create or replace function private.my_peer_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select member_id from cercle.memberships
	where group_id in (select private.my_group_ids())
$$;

-- True when the person belongs to the group today. Triggers use it, so it answers for anybody.
create or replace function private.belongs(person uuid, group_id uuid) returns boolean
language sql stable security definer set search_path = '', pg_temp as $$
	select exists (
		select from cercle.memberships m
		where m.member_id = person and m.group_id = belongs.group_id and m.left_at is null
	)
$$;

-- Ends the live topics of a group. The phones that may still listen are told, on the topic that
-- ends, to look for the new one.
create or replace function private.end_topics(group_id uuid) returns void
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform private.signal_room(s.id, 'moved', '{}') from cercle.sessions s
		where s.group_id = end_topics.group_id and s.status = 'live';
	update cercle.groups set epoch = epoch + 1 where id = end_topics.group_id;
end $$;

-- What an account takes along of this area: see `export_account`.
create or replace function private.export_groups(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		-- Of a group one left, its name is not known any more.
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

-- Quality over quantity: never more than eight members. The lock makes two simultaneous arrivals
-- queue.
create or replace function private.keep_group_size() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform from cercle.groups where id = new.group_id for update;
	if (select count(*) from cercle.memberships where group_id = new.group_id and left_at is null) > 8
	then
		perform private.refuse('CR006', 'a group has at most eight members');
	end if;
	return null;
end $$;

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

create or replace function public.found_group(id uuid, name text, charter text) returns uuid
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.found_group(id, name, charter)
$$;

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

create or replace function public.write_charter(group_id uuid, body text, expected_version int) returns uuid
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.write_charter(group_id, body, expected_version)
$$;

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

create or replace function public.sign_charter(charter_id uuid) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.sign_charter(charter_id)
$$;

-- Leaving a group: at any time, by oneself. The triggers on memberships say what is cut off at
-- once, and what becomes of the sessions that counted on the member.
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
	-- The group first, like every change of who belongs to it.
	perform from cercle.groups g where g.id = leave_group.group_id for no key update;
	update cercle.memberships m set left_at = clock_timestamp()
		where m.group_id = leave_group.group_id and m.member_id = me and m.left_at is null;
end $$;

create or replace function public.leave_group(group_id uuid) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.leave_group(group_id)
$$;

grant execute on function
	private.found_group(uuid, text, text), private.write_charter(uuid, text, int),
	private.sign_charter(uuid), private.leave_group(uuid)
	to authenticated;
