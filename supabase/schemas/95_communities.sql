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
