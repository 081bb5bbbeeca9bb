-- What a phone lacks. For each table, the caller's rows have a sum: that of a stamp per row, which
-- changes when the row is written (xmin, the transaction that wrote it) and when its columns do. A
-- phone whose rows have the same sum is sent nothing. Another is sent what was written since its
-- cursor; what it then still has wrong (rows gone, or shown and hidden by a right that changed) it
-- asks for in full. So the cursor is a hint that spares bytes, and the sum is what counts: no column,
-- no trigger and no memory of what was sent where.

-- What a pull shows, table by table: the shape of a row and which rows, beside what policies allow.
create function private.shown_tables()
returns table (name text, source text, key text, shape text, which text, version int)
language sql stable set search_path = '' as $$
	select v.name, t.source, coalesce(v.key, 'id'), t.shape, coalesce(v.which, 'true'),
		hashtext(concat_ws(' ', t.shape, (
			select string_agg(a.attname, ' ' order by a.attnum) from pg_attribute a
			where a.attrelid = format('public.%I', t.source)::regclass
				and a.attnum > 0 and not a.attisdropped
		)))
	from (values
		('profiles', null, null, null, null),
		('groups', null, null, null, null),
		('memberships', null, null, null, null),
		('charters', null, null, null, null),
		('signatures', null, null, null, null),
		('invitations', null, null,
			$s$jsonb_build_object(
				'id', t.id, 'group_id', t.group_id, 'email', t.email, 'expires_at', t.expires_at
			)$s$,
			't.accepted_at is null and t.revoked_at is null and t.expires_at > now()'),
		('sessions', null, null, null, null),
		('segments', null, null, null, null),
		('challenges', null, null, null, null),
		('challenge_notes', null, null, null, null),
		('contributions', null, null, null, null),
		('speaking_turns', null, null, null, 't.ended_at is not null'),
		('actions', null, null, null, 't.removed_at is null'),
		('action_events', null, null, null, null),
		('goals', null, null, null, 't.removed_at is null'),
		('reviews', null, null, null, null),
		('attendances', null, null, null, null),
		('feedbacks', null, null, null, null),
		('role_changes', 'room_commands', null,
			$s$jsonb_build_object(
				'id', t.id, 'session_id', t.session_id, 'command', t.command, 'at', t.at,
				'by_id', t.member_id, 'to_id', coalesce((t.args ->> 'member_id')::uuid, t.member_id)
			)$s$,
			$s$t.command in ('take_over', 'hand_over') and not exists (
				select from public.room_commands u
				where u.session_id = t.session_id and u.version = t.version + 1 and u.command = 'undo'
			)$s$),
		('room_states', null, 'session_id', $s$to_jsonb(t) || jsonb_build_object('id', t.session_id)$s$, null)
	) v (name, source, key, shape, which),
	lateral (select coalesce(v.source, v.name), coalesce(v.shape, 'to_jsonb(t)')) t (source, shape)
$$;

drop function public.pull();

create function public.pull(since jsonb default null) returns jsonb
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
					'sum', jsonb_build_array(count(*), coalesce(sum(hashtext(concat_ws(' ', t.%1$I, t.xmin, $1))), 0)),
					'rows', coalesce(
						jsonb_agg(jsonb_build_array(hashtext(concat_ws(' ', t.%1$I, t.xmin, $1)), %2$s))
							filter (where $2 or age(t.xmin) <= $3),
						'[]'
					)
				)
				from public.%3$I t where %4$s
			$q$, shown.key, shown.shape, shown.source, shown.which
		) using shown.version, is_full, age(cursor) into answer;
		if since is null then
			-- A phone that still runs the app of before gets all rows, as ever.
			tables := tables || jsonb_build_object(
				shown.name, (select coalesce(jsonb_agg(r -> 1), '[]') from jsonb_array_elements(answer -> 'rows') r)
			);
		elsif answer -> 'sum' <> coalesce(since -> 'sums' -> shown.name, '[0, 0]') then
			tables := tables || jsonb_build_object(shown.name, answer);
		end if;
	end loop;
	return jsonb_build_object(
		'me', (select auth.uid()), 'cursor', pg_snapshot_xmin(pg_current_snapshot())::text,
		'tables', tables
	);
end $$;
comment on function public.pull is
	'The rows the caller may read: those that differ from what they say they have.';
revoke execute on function private.shown_tables(), public.pull(jsonb) from public, anon;
-- Members may read some columns of it only; this one has to be among them.
grant select (xmin) on public.invitations to authenticated;
grant execute on function private.shown_tables(), public.pull(jsonb) to authenticated;
