-- What only served apps from before the first release goes: operations without a client,
-- `room_only` in the place of `keep`, and a pull that says nothing of what the phone has.

drop function public.apply_operations(jsonb);
drop function private.kept_fields(jsonb);
comment on column public.operations.client_id is 'Made with the database of a device.';

-- Its argument has no default any more, which takes a new function.
drop function public.pull(jsonb);
create function public.pull(since jsonb) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
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
				from public.%3$I t where %4$s
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
comment on function public.pull is
	'The rows the caller may read: those that differ from what they say they have.';
grant execute on function public.pull(jsonb) to authenticated;
