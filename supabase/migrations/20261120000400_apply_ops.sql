-- Operations are known by where they come from: the member, the client (one database on one device)
-- and their place in its queue. One that is tried again takes a new place, and is judged anew.

alter table public.operations rename column id to client_id;
alter table public.operations add column sequence bigint not null default 0 check (sequence >= 0);
alter table public.operations alter column sequence drop default;
alter table public.operations add column digest uuid;
alter table public.operations drop constraint operations_pkey;
alter table public.operations add primary key (member_id, client_id, sequence);
comment on column public.operations.client_id is
	'Made with the database of a device. Before there were clients: the id of one operation, sequence 0.';
comment on column public.operations.digest is
	'What it said: a phone brought back from a copy counts anew from an older place. Null: not known.';
grant insert (sequence, digest) on public.operations to authenticated;

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
create or replace function public.apply_operations(operations jsonb) returns jsonb
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
revoke execute on function public.apply_ops(uuid, jsonb) from public, anon;
grant execute on function public.apply_ops(uuid, jsonb) to authenticated;
