create table public.groups (
	id uuid primary key,
	name text not null check (private.fits(name, 80) and name <> ''),
	epoch int not null default 1,
	created_at timestamptz not null default now()
);
comment on table public.groups is 'Six to eight peers: the boundary of confidentiality.';
comment on column public.groups.epoch is
	'Raised with every removal and every new charter; part of the live topics, so that a phone that may not listen any more hears nothing.';

create table public.memberships (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	member_id uuid not null references public.profiles (id) on delete cascade,
	joined_at timestamptz not null default now(),
	left_at timestamptz check (left_at >= joined_at)
);
comment on table public.memberships is 'A person in a group, dated: what they may read depends on it.';
create unique index memberships_current on public.memberships (group_id, member_id)
	where left_at is null;
create index memberships_group on public.memberships (group_id);
create index memberships_member on public.memberships (member_id);

create table public.charters (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	version int not null check (version > 0),
	body text not null check (private.fits(body, 20000) and body <> ''),
	created_at timestamptz not null default now(),
	unique (group_id, version)
);
comment on table public.charters is 'The rules of a group, version by version. The last one is in force.';

create table public.signatures (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	charter_id uuid not null references public.charters (id) on delete cascade,
	member_id uuid not null references public.profiles (id) on delete cascade,
	signed_at timestamptz not null default now(),
	unique (charter_id, member_id)
);
comment on table public.signatures is 'Who signed which charter. No signature of the last one, no content.';
create index signatures_group on public.signatures (group_id);
create index signatures_member on public.signatures (member_id);

alter table public.groups enable row level security;
alter table public.memberships enable row level security;
alter table public.charters enable row level security;
alter table public.signatures enable row level security;
revoke all on public.groups, public.memberships, public.charters, public.signatures
	from anon, authenticated;
grant select on public.groups, public.memberships, public.charters, public.signatures
	to authenticated;

-- Groups I belong to today, signed or not: their name and charter are mine to read.
create function private.my_joined_group_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select group_id from public.memberships
	where member_id = (select auth.uid()) and left_at is null
$$;

-- Groups whose content I may read: I belong to them and signed the charter in force. In PL/pgSQL,
-- which keeps its plan: every policy asks, and planning a SQL function anew takes most of the answer.
create function private.my_group_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
	return query
		select m.group_id from public.memberships m
		where m.member_id = (select auth.uid()) and m.left_at is null
			and exists (
				select from public.charters c
				join public.signatures s on s.charter_id = c.id and s.member_id = m.member_id
				where c.group_id = m.group_id
					and c.version = (select max(version) from public.charters where group_id = m.group_id)
			);
end $$;

-- Everybody who is or was in one of my groups: names in old sessions stay readable.
create function private.my_peer_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select member_id from public.memberships
	where group_id in (select private.my_group_ids())
$$;
revoke execute on function private.my_joined_group_ids(), private.my_group_ids(), private.my_peer_ids()
	from public, anon;
grant execute on function private.my_joined_group_ids(), private.my_group_ids(), private.my_peer_ids()
	to authenticated;

create policy select_peer on public.profiles for select to authenticated
	using (id = (select auth.uid()) or id = any (array(select private.my_peer_ids())));
create policy update_owner on public.profiles for update to authenticated
	using (id = (select auth.uid())) with check (id = (select auth.uid()));
create policy select_joined on public.groups for select to authenticated
	using (id = any (array(select private.my_joined_group_ids())));
create policy select_member on public.memberships for select to authenticated
	using (
		member_id = (select auth.uid()) or group_id = any (array(select private.my_group_ids()))
	);
create policy select_joined on public.charters for select to authenticated
	using (group_id = any (array(select private.my_joined_group_ids())));
create policy select_member on public.signatures for select to authenticated
	using (
		member_id = (select auth.uid()) or group_id = any (array(select private.my_group_ids()))
	);

-- Quality over quantity: never more than eight. The lock makes two simultaneous arrivals queue.
create function private.keep_group_size() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	perform from public.groups where id = new.group_id for update;
	if (select count(*) from public.memberships where group_id = new.group_id and left_at is null) > 8
	then
		perform private.refuse('CR006', 'a group has at most eight members');
	end if;
	return null;
end $$;

-- Ends the live topics of a group. Those who may still listen are told, on the topic that ends, to
-- look for the new one.
create function private.end_topics(group_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
	perform private.signal_room(s.id, 'moved', '{}') from public.sessions s
		where s.group_id = end_topics.group_id and s.status = 'live';
	update public.groups set epoch = epoch + 1 where id = end_topics.group_id;
end $$;

-- Who leaves is cut from the live topics in the same transaction.
create function private.cut_off() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	perform private.end_topics(old.group_id);
	perform pg_notify('realtime_revoke', old.member_id::text);
	return null;
end $$;

create trigger keep_group_size after insert or update on public.memberships
	for each row when (new.left_at is null) execute function private.keep_group_size();
create trigger cut_off_left after update on public.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.cut_off();
create trigger cut_off_deleted after delete on public.memberships
	for each row when (old.left_at is null) execute function private.cut_off();
create trigger keep_columns before update on public.memberships
	for each row execute function private.keep_columns('id', 'group_id', 'member_id', 'joined_at');
create trigger keep_columns before update on public.charters
	for each row execute function private.keep_columns('id', 'group_id', 'version', 'body');
create trigger keep_columns before update on public.signatures
	for each row execute function private.keep_columns('id', 'charter_id', 'member_id', 'signed_at');
