-- What members write, online or not: operations with an id of their own, applied once. They run with
-- the caller's rights, so the policies of each table decide.

create table public.operations (
	id uuid not null,
	member_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
	code text check (code ~ '^[0-9A-Z]{5}$'),
	applied_at timestamptz not null default now(),
	primary key (member_id, id)
);
comment on table public.operations is 'Operations already answered, so that a second delivery changes nothing.';
comment on column public.operations.code is 'Why it was refused. Null: applied.';
alter table public.operations enable row level security;
revoke all on public.operations from anon, authenticated;
grant select, insert (id, code) on public.operations to authenticated;
create policy select_owner on public.operations for select to authenticated
	using (member_id = (select auth.uid()));
create policy insert_owner on public.operations for insert to authenticated
	with check (member_id = (select auth.uid()));

-- Field by field: a field is changed when it still holds what its writer saw (`base`) or already
-- holds the new value. Otherwise somebody else changed it meanwhile: CR010, and nothing is written.
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

create function private.apply_operation(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'action.add' then
			insert into public.actions (id, group_id, owner_id, title, due_on, born_in)
			values (row_id, (args ->> 'group_id')::uuid, (args ->> 'owner_id')::uuid,
				btrim(args ->> 'title'), (args ->> 'due_on')::date, (args ->> 'born_in')::uuid);
		when 'action.edit' then
			perform private.merge_row('public.actions', row_id, changes, base, '{title,due_on}');
		when 'action.settle' then
			perform private.merge_row('public.actions', row_id, changes, null, '{status}');
		when 'challenge.write' then
			perform private.merge_row('public.challenges', row_id, changes, base,
				'{question,context,tried,options,wanted,unwanted,need,tags,room_only}');
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
			insert into public.feedbacks (group_id, session_id, member_id, plus, delta)
			values ((args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid, private.me(),
				coalesce(args ->> 'plus', ''), coalesce(args ->> 'delta', ''))
			on conflict (session_id, member_id)
				do update set plus = excluded.plus, delta = excluded.delta;
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

create function public.apply_operations(operations jsonb) returns jsonb
language plpgsql security invoker set search_path = '' as $$
declare
	operation jsonb;
	refusal text;
	answers jsonb := '[]';
	me uuid := private.me();
	changed boolean := false;
begin
	if jsonb_typeof(operations) is distinct from 'array' or jsonb_array_length(operations) > 200 then
		perform private.refuse('CR005', 'a list of at most 200 operations');
	end if;
	-- Two deliveries of one member queue, so that the second sees what the first did.
	perform pg_advisory_xact_lock(hashtextextended(me::text, 0));
	for operation in select value from jsonb_array_elements(operations) loop
		if not coalesce(pg_input_is_valid(operation ->> 'id', 'uuid'), false) then
			answers := answers || jsonb_build_object(
				'id', operation -> 'id', 'status', 'refused', 'code', 'CR005'
			);
			continue;
		end if;
		select o.code into refusal from public.operations o
			where o.member_id = me and o.id = (operation ->> 'id')::uuid;
		if not found then
			refusal := null;
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
			insert into public.operations (id, code) values ((operation ->> 'id')::uuid, refusal);
			changed := changed or refusal is null;
		end if;
		answers := answers || jsonb_build_object(
			'id', operation ->> 'id',
			'status', case when refusal is null then 'applied' else 'refused' end, 'code', refusal
		);
	end loop;
	if changed then
		perform private.signal_my_rooms();
	end if;
	return answers;
end $$;
comment on function public.apply_operations is
	'Applies a member''s operations in order, each at most once, with the member''s own rights.';
revoke execute on function public.apply_operations(jsonb), private.merge_row(regclass, uuid, jsonb, jsonb, text[]),
	private.apply_operation(text, jsonb, jsonb), private.signal_my_rooms() from public, anon;
grant execute on function public.apply_operations(jsonb), private.merge_row(regclass, uuid, jsonb, jsonb, text[]),
	private.apply_operation(text, jsonb, jsonb), private.signal_my_rooms() to authenticated;
