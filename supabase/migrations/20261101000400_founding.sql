-- Founding a group and signing its charter: commands, called by RPC.

-- The caller's id; refuses a caller who is nobody.
create function private.me() returns uuid
language plpgsql stable set search_path = '' as $$
begin
	if (select auth.uid()) is null then
		perform private.refuse('CR002', 'sign in first');
	end if;
	return (select auth.uid());
end $$;
revoke execute on function private.me() from public, anon;
grant execute on function private.me() to authenticated;

-- Refuses who may not read the group's content, in the same words as for a group that is not.
create function private.need_member(group_id uuid) returns void
language plpgsql stable set search_path = '' as $$
begin
	if need_member.group_id is null
		or need_member.group_id <> all (array(select private.my_group_ids()))
	then
		perform private.refuse('CR001', 'no such group');
	end if;
end $$;
revoke execute on function private.need_member(uuid) from public, anon;
grant execute on function private.need_member(uuid) to authenticated;

create function public.found_group(id uuid, name text, charter text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
	me uuid := private.me();
	charter_id uuid;
begin
	-- The id is the caller's: a replay finds the group already founded.
	if exists (select from public.groups g where g.id = found_group.id) then
		if found_group.id in (select private.my_joined_group_ids()) then
			return found_group.id;
		end if;
		perform private.refuse('CR005', 'this id is taken');
	end if;
	if (select count(*) from public.memberships m where m.member_id = me and m.left_at is null) >= 12
	then
		perform private.refuse('CR009', 'too many groups for one person');
	end if;
	insert into public.groups (id, name) values (found_group.id, btrim(found_group.name));
	insert into public.memberships (group_id, member_id) values (found_group.id, me);
	insert into public.charters (group_id, version, body)
		values (found_group.id, 1, found_group.charter) returning charters.id into charter_id;
	insert into public.signatures (group_id, charter_id, member_id)
		values (found_group.id, charter_id, me);
	return found_group.id;
end $$;
comment on function public.found_group is
	'Founds a group with its first charter, which the founder signs. Replaying the same id is harmless.';

create function public.write_charter(group_id uuid, body text, expected_version int) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
	me uuid := private.me();
	current int;
	charter_id uuid;
begin
	perform private.need_member(write_charter.group_id);
	perform from public.groups g where g.id = write_charter.group_id for update;
	select max(c.version) into current from public.charters c
		where c.group_id = write_charter.group_id;
	if current is distinct from expected_version then
		perform private.refuse('CR003', 'the charter changed meanwhile');
	end if;
	insert into public.charters (group_id, version, body)
		values (write_charter.group_id, current + 1, write_charter.body)
		returning charters.id into charter_id;
	insert into public.signatures (group_id, charter_id, member_id)
		values (write_charter.group_id, charter_id, me);
	-- Who has not signed it yet does not listen on either.
	perform private.end_topics(write_charter.group_id);
	perform pg_notify('realtime_revoke', m.member_id::text) from public.memberships m
		where m.group_id = write_charter.group_id and m.member_id <> me and m.left_at is null;
	return charter_id;
end $$;
comment on function public.write_charter is
	'Writes the next version of the charter. Everyone else reads no content until they signed it.';

create function public.sign_charter(charter_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
	me uuid := private.me();
	signed public.charters;
begin
	select * into signed from public.charters c
		where c.id = sign_charter.charter_id
			and c.group_id in (select private.my_joined_group_ids());
	if signed.id is null then
		perform private.refuse('CR001', 'no such charter');
	end if;
	if exists (
		select from public.charters c where c.group_id = signed.group_id and c.version > signed.version
	) then
		perform private.refuse('CR003', 'the charter changed meanwhile');
	end if;
	insert into public.signatures (group_id, charter_id, member_id)
		values (signed.group_id, signed.id, me) on conflict do nothing;
end $$;
comment on function public.sign_charter is 'Signs the charter in force. Signing twice is harmless.';

revoke execute on function public.found_group(uuid, text, text),
	public.write_charter(uuid, text, int), public.sign_charter(uuid) from public, anon;
grant execute on function public.found_group(uuid, text, text),
	public.write_charter(uuid, text, int), public.sign_charter(uuid) to authenticated;
