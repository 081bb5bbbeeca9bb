-- The tables are in `cercle`; what a client may call hands on to `private`: sync.

-- Tells the live rooms of the caller's groups to fetch again.
create or replace function private.signal_my_rooms() returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	select private.signal_room(id, 'changed', '{}')
	from cercle.sessions where id in (select private.my_live_session_ids())
$$;

create function private.apply_ops(client_id uuid, operations jsonb) returns jsonb
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	operation jsonb;
	earlier cercle.operations;
	refusal text;
	answers jsonb := '[]';
	me uuid := private.me();
	changed boolean := false;
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
				exception when others then
					-- Bad data and denied rights are answers; a lack of means (lock, disk, memory,
					-- shutdown) is not: the whole call fails and is sent again.
					if sqlstate !~ '^(CR|22|23|42|P0)' then
						raise;
					end if;
					refusal := sqlstate;
				end;
				insert into cercle.operations (client_id, sequence, code, digest) values (
					client_id, (operation ->> 'sequence')::bigint, refusal, md5(operation::text)::uuid
				);
				changed := changed or refusal is null;
			elsif earlier.digest <> md5(operation::text)::uuid then
				refusal := 'CR012';
			else
				refusal := earlier.code;
			end if;
		end if;
		answers := answers || jsonb_build_object(
			'sequence', operation -> 'sequence',
			'status', case when refusal is null then 'applied' else 'refused' end, 'code', refusal
		);
	end loop;
	if changed then
		perform private.signal_my_rooms();
	end if;
	return answers;
end $$;

create or replace function public.apply_ops(client_id uuid, operations jsonb) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.apply_ops(client_id, operations)
$$;

-- What a pull shows, table by table, as each area says it, and the version of the rows' shape. Its
-- plan is kept, as that of `my_group_ids`: every pull asks.
create or replace function private.shown_tables()
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
		lateral (select coalesce(v.source, v.name), coalesce(v.shape, 'to_jsonb(t)')) t (source, shape);
end $$;

create function private.pull(since jsonb) returns jsonb
language plpgsql stable set search_path = '', pg_temp as $$
declare
	cursor xid := case when pg_input_is_valid(since ->> 'cursor', 'xid8')
		then (since ->> 'cursor')::xid8::xid end;
	shown record;
	is_full boolean;
	answer jsonb;
	tables jsonb := '{}';
begin
	-- One snapshot for all that follows, for this function is stable.
	for shown in select * from private.shown_tables() loop
		is_full := cursor is null or coalesce(since -> 'full' ? shown.name, false);
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
		) using shown.version, is_full, age(cursor) into answer;
		if answer -> 'sum' <> coalesce(since -> 'sums' -> shown.name, '[0, 0]') then
			tables := tables || jsonb_build_object(shown.name, answer);
		end if;
	end loop;
	return jsonb_build_object(
		'me', private.me(), 'cursor', pg_snapshot_xmin(pg_current_snapshot())::text,
		'tables', tables
	);
end $$;

create or replace function public.pull(since jsonb) returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.pull(since)
$$;

-- Erases what was noted of old operations: see `erase_expired`.
create or replace function private.erase_operations(at timestamptz, most int) returns int
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

grant execute on function
	private.apply_ops(uuid, jsonb), private.pull(jsonb)
	to authenticated;
