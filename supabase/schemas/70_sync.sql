-- How a phone and the database agree: what members write goes through `apply_ops`, online or not;
-- what they may read comes by `pull`. Both run with the caller's rights, so the policies of each
-- table decide.

-- Operations are known by where they come from: the member, the client (one database on one device)
-- and their place in its queue. One that is tried again takes a new place, and is judged anew.
create table public.operations (
	client_id uuid not null,
	member_id uuid not null default private.uid() references public.profiles (id) on delete cascade,
	code text check (code ~ '^[0-9A-Z]{5}$'),
	applied_at timestamptz not null default now(),
	sequence bigint not null check (sequence >= 0),
	digest uuid,
	primary key (member_id, client_id, sequence)
);
comment on table public.operations is
	'Operations already answered, so that a second delivery changes nothing.';
comment on column public.operations.code is 'Why it was refused. Null: applied.';
comment on column public.operations.client_id is
	'Made with the database of a device. Before there were clients: the id of one operation, sequence 0.';
comment on column public.operations.digest is
	'What it said: a phone brought back from a copy counts anew from an older place. Null: not known.';
create index operations_applied on public.operations (applied_at);

alter table public.operations enable row level security;

-- Policies

create policy select_owner on public.operations for select to authenticated
	using (member_id = (select private.uid()));
create policy insert_owner on public.operations for insert to authenticated
	with check (member_id = (select private.uid()));

-- Writing

-- Field by field: a field is changed when it still holds what its writer saw (`base`) or already
-- holds the new value. Otherwise somebody else changed it since: CR010, and nothing is written.
create function private.merge_row(
	target regclass, row_id uuid, changes jsonb, base jsonb, fields text[]
) returns void
language plpgsql volatile set search_path = '' as $$
declare
	held jsonb;
	field text;
	written int;
begin
	if changes is null or changes = '{}' then
		perform private.refuse('CR005', 'nothing to change');
	end if;
	execute format('select to_jsonb(t) from %s t where t.id = $1 for update', target)
		into held using row_id;
	if held is null then
		perform private.refuse('CR001', 'no such row, or not yours to write');
	end if;
	for field in select jsonb_object_keys(changes) loop
		if field <> all (fields) then
			perform private.refuse('CR005', 'a field nobody may change');
		end if;
		if held -> field is distinct from changes -> field
			and coalesce(base, '{}') ? field and base -> field is distinct from held -> field
		then
			perform private.refuse('CR010', 'changed by somebody else meanwhile');
		end if;
	end loop;
	execute format(
		'update %s t set %s where t.id = $1', target,
		(select string_agg(format('%1$I = (jsonb_populate_record(t, $2)).%1$I', key), ', ')
			from jsonb_object_keys(changes) key)
	) using row_id, changes;
	-- While the row was waited for, the right to write it may have ended: a session was closed.
	get diagnostics written = row_count;
	if written = 0 then
		perform private.refuse('CR001', 'no such row, or not yours to write');
	end if;
end $$;

-- A phone that still runs the app of before says `room_only` where there is more to choose by now.
create function private.kept_fields(fields jsonb) returns jsonb
language sql immutable set search_path = '' as $$
	select case when fields ? 'room_only'
		then fields - 'room_only' || jsonb_build_object(
			'keep', case when (fields ->> 'room_only')::boolean then 'room' else 'present' end
		)
		else fields
	end
$$;

create function private.apply_operation(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'action.add' then
			insert into public.actions
				(id, group_id, owner_id, title, due_on, born_in, goal_id, partner_id)
			values (row_id, (args ->> 'group_id')::uuid, (args ->> 'owner_id')::uuid,
				btrim(args ->> 'title'), (args ->> 'due_on')::date, (args ->> 'born_in')::uuid,
				(args ->> 'goal_id')::uuid, (args ->> 'partner_id')::uuid);
		when 'action.edit' then
			perform private.merge_row('public.actions', row_id, changes, base,
				'{title,due_on,goal_id,partner_id}');
		when 'action.settle' then
			perform private.merge_row('public.actions', row_id, changes, null, '{status}');
		when 'action.tell' then
			perform private.merge_row('public.actions', row_id, changes, null, '{outcome,line}');
		when 'action.decide' then
			perform private.decide_action(row_id, args ->> 'choice', args ->> 'title',
				(args ->> 'due_on')::date, args ->> 'line');
		when 'action.remove' then
			perform private.merge_row('public.actions', row_id, '{"removed_at": "now"}', null,
				'{removed_at}');
		when 'actions.order' then
			update public.actions a set rank = o.place
				from jsonb_array_elements_text(args -> 'ids') with ordinality o(id, place)
				where a.id = o.id::uuid and a.owner_id = private.me() and a.status = 'open'
					and a.rank is distinct from o.place;
		when 'goal.add' then
			insert into public.goals (id, group_id, owner_id, title, year, quarter, stage, measure, means,
				reason, shared)
			values (row_id, (args ->> 'group_id')::uuid, private.me(), btrim(args ->> 'title'),
				(args ->> 'year')::int, (args ->> 'quarter')::int, args ->> 'stage', args ->> 'measure',
				args ->> 'means', args ->> 'reason', (args ->> 'shared')::boolean);
		when 'goal.edit' then
			perform private.merge_row('public.goals', row_id, changes, base,
				'{title,year,quarter,stage,measure,means,reason,shared,status,line}');
		when 'goal.remove' then
			perform private.merge_row('public.goals', row_id, '{"removed_at": "now"}', null,
				'{removed_at}');
		when 'challenge.write' then
			perform private.merge_row('public.challenges', row_id, private.kept_fields(changes),
				private.kept_fields(base),
				'{question,context,tried,options,wanted,unwanted,need,tags,keep}');
		when 'challenge.protect' then
			perform private.protect_challenge(row_id, (args ->> 'double_confidential')::boolean);
		when 'challenge.withdraw' then
			perform private.merge_row('public.challenges', row_id, '{"withdrawn_at": "now"}', null,
				'{withdrawn_at}');
		when 'notes.write' then
			perform private.merge_row('public.challenge_notes', row_id, changes, base, '{body,takeaways}');
		when 'contribution.add' then
			insert into public.contributions (id, group_id, session_id, challenge_id, kind, text)
			values (row_id, (args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid,
				(args ->> 'challenge_id')::uuid, args ->> 'kind', btrim(args ->> 'text'));
		when 'contribution.write' then
			perform private.merge_row('public.contributions', row_id, changes, base, '{text}');
		when 'profile.write' then
			perform private.merge_row('public.profiles', row_id, changes, base, '{name,language}');
		when 'review.record' then
			insert into public.reviews (group_id, action_id, session_id, outcome, line)
			values ((args ->> 'group_id')::uuid, (args ->> 'action_id')::uuid,
				(args ->> 'session_id')::uuid, args ->> 'outcome', coalesce(args ->> 'line', ''))
			on conflict (action_id, session_id)
				do update set outcome = excluded.outcome, line = excluded.line;
		when 'attendance.mark' then
			insert into public.attendances (group_id, session_id, member_id, present)
			values ((args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid,
				(args ->> 'member_id')::uuid, (args ->> 'present')::boolean)
			on conflict (session_id, member_id) do update set present = excluded.present;
		when 'feedback.write' then
			changes := jsonb_strip_nulls(jsonb_build_object('plus', args -> 'plus', 'delta', args -> 'delta'));
			select f.id into row_id from public.feedbacks f
				where f.session_id = (args ->> 'session_id')::uuid and f.member_id = private.me()
					and f.group_id = (args ->> 'group_id')::uuid;
			if found then
				perform private.merge_row('public.feedbacks', row_id, changes, base, '{plus,delta}');
			else
				insert into public.feedbacks (group_id, session_id, member_id, plus, delta)
				values ((args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid, private.me(),
					coalesce(args ->> 'plus', ''), coalesce(args ->> 'delta', ''));
			end if;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- Tells the live rooms of the caller's groups to fetch again.
create function private.signal_my_rooms() returns void
language sql volatile security definer set search_path = '' as $$
	select private.signal_room(id, 'changed', '{}')
	from public.sessions where id in (select private.my_live_session_ids())
$$;

create function public.apply_ops(client_id uuid, operations jsonb) returns jsonb
language plpgsql security invoker set search_path = '' as $$
declare
	operation jsonb;
	earlier public.operations;
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
			select * into earlier from public.operations o
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
				insert into public.operations (client_id, sequence, code, digest) values (
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
comment on function public.apply_ops is
	'Applies a member''s operations in order, each at most once, with the member''s own rights.';

-- For a phone that still runs the app of before: each of its ids is a client that sends once.
create function public.apply_operations(operations jsonb) returns jsonb
language plpgsql security invoker set search_path = '' as $$
declare
	operation jsonb;
	answer jsonb;
	answers jsonb := '[]';
begin
	if jsonb_typeof(operations) is distinct from 'array' or jsonb_array_length(operations) > 200 then
		perform private.refuse('CR005', 'a list of at most 200 operations');
	end if;
	for operation in select value from jsonb_array_elements(operations) loop
		answer := '{"status": "refused", "code": "CR005"}';
		if coalesce(pg_input_is_valid(operation ->> 'id', 'uuid'), false) then
			answer := public.apply_ops(
				(operation ->> 'id')::uuid, jsonb_build_array(operation || '{"sequence": 0}')
			) -> 0;
		end if;
		answers := answers || (answer - 'sequence' || jsonb_build_object('id', operation -> 'id'));
	end loop;
	return answers;
end $$;
comment on function public.apply_operations is
	'Applies a member''s operations in order, each at most once, with the member''s own rights.';

-- Reading
--
-- For each table, the caller's rows have a sum: that of a stamp per row, which changes when the row
-- is written (xmin, the transaction that wrote it) and when its columns do. A phone whose rows have
-- the same sum is sent nothing. Another is sent what was written since its cursor; what it then
-- still has wrong (rows gone, or shown and hidden by a right that changed) it asks for in full. So
-- the cursor is a hint that spares bytes, and the sum is what counts: no column, no trigger and no
-- memory of what was sent where.

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
		('session_consents', null, null, null, null),
		('feedbacks', null, null, null, null),
		('decisions', null, null, null, null),
		('breaches', null, null, null, null),
		('breach_votes', null, null, null, null),
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
		'me', private.me(), 'cursor', pg_snapshot_xmin(pg_current_snapshot())::text,
		'tables', tables
	);
end $$;
comment on function public.pull is
	'The rows the caller may read: those that differ from what they say they have.';

-- Grants

grant select, insert (client_id, code, sequence, digest) on public.operations to authenticated;
grant execute on function
	private.merge_row(regclass, uuid, jsonb, jsonb, text[]), private.kept_fields(jsonb),
	private.apply_operation(text, jsonb, jsonb), private.signal_my_rooms(),
	public.apply_ops(uuid, jsonb), public.apply_operations(jsonb),
	private.shown_tables(), public.pull(jsonb)
	to authenticated;
