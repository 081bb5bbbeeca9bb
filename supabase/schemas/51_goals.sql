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

-- Goals that members of today shared before I joined: which, and how they stand. Why and by what
-- means was said to others; the goal is mine to read as a whole once its owner saves it again.
create function private.earlier_goals() returns table (held cercle.goals, stamp xid)
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select jsonb_populate_record(null::cercle.goals, jsonb_build_object(
			'id', o.id, 'group_id', o.group_id, 'owner_id', o.owner_id, 'title', o.title,
			'year', o.year, 'quarter', o.quarter, 'stage', o.stage, 'shared', true,
			'status', o.status, 'measure', '', 'means', '', 'reason', '', 'line', '',
			'version', 1, 'created_at', j.joined_at, 'updated_at', j.joined_at
		)), o.xmin
		from jsonb_each_text(private.my_joins()) k
		cross join lateral (select k.key::uuid as group_id, k.value::timestamptz as joined_at) j
		join cercle.goals o on o.group_id = j.group_id and o.updated_at < j.joined_at
		where o.owner_id <> private.uid() and o.shared and o.removed_at is null
			and private.belongs(o.owner_id, o.group_id);
end $$;

-- What I see of goals: those I may read as a whole, by their policy, and earlier ones.
create view cercle.seen_goals with (security_invoker) as
	select o.*, o.xmin, false as is_partial from cercle.goals o
	union all
	select (e.held).*, e.stamp, true from private.earlier_goals() e;
comment on view cercle.seen_goals is
	'Goals as their reader may see them: earlier ones without what was written of them.';

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
		('goals', 'seen_goals', null, $s$to_jsonb(t) - '{xmin,is_partial}'::text[]$s$,
			't.removed_at is null')
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

-- Those written since the reader joined; of earlier ones see `earlier_goals`.
create policy select_member on cercle.goals for select to authenticated
	using (
		(shared and updated_at >= ((select private.my_joins()) ->> group_id::text)::timestamptz)
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

grant select on cercle.goals, cercle.seen_goals to authenticated;
grant insert (
	id, group_id, owner_id, title, year, quarter, stage, measure, means, reason, shared
) on cercle.goals to authenticated;
grant update (
	title, year, quarter, stage, measure, means, reason, shared, status, line, removed_at
) on cercle.goals to authenticated;
grant execute on function
	private.apply_goal(text, jsonb, jsonb), private.shown_goals(), private.export_goals(uuid),
	private.earlier_goals()
	to authenticated;
