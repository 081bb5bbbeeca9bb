-- The tables are in `cercle`; what a client may call hands on to `private`: goals.

-- Operations on goals: see `apply_operation`.
create or replace function private.apply_goal(kind text, args jsonb, base jsonb) returns void
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

-- What an account takes along of this area: see `export_account`.
create or replace function private.export_goals(me uuid) returns jsonb
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
create or replace function private.expired_goal_ids(at timestamptz, most int) returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select o.id from cercle.goals o
	join cercle.groups g on g.id = o.group_id
	where (o.status <> 'open' or o.removed_at is not null)
		and o.updated_at < at - make_interval(months => g.retention_months)
		and not exists (select from cercle.actions a where a.goal_id = o.id)
	limit most
$$;

-- Erases goals that ended: see `erase_expired`.
create or replace function private.erase_goals(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	gone int;
begin
	delete from cercle.goals o
		where o.id = any (array(select private.expired_goal_ids(at, most)));
	get diagnostics gone = row_count;
	return gone;
end $$;
