-- The digest of an operation is keyed, and goes with the words of its row. What was noted before had
-- none of the two: it says nothing from now on.

update cercle.operations set digest = null where digest is not null;
alter table cercle.operations add column row_id uuid;
comment on column cercle.operations.row_id is
	'The row it spoke of; of a review the action, of a feedback or an attendance the session. Null: none, or it was refused.';
comment on column cercle.operations.digest is
	'What it said, under a key that no role reads: a phone brought back from a copy counts anew from an older place. Null: it was refused, the words of its row were erased since, or it is not known; then the row alone tells it from another.';
create index operations_row on cercle.operations (row_id) where digest is not null;

-- Without this key a digest cannot be compared with a guess of the words. A copy of the whole
-- database holds both: therefore the digests go with the words.
create table private.digest_key (
	one boolean primary key default true check (one),
	key bytea not null check (octet_length(key) = 64)
);
comment on table private.digest_key is
	'The key of the digests of operations, made with the first of them.';
alter table private.digest_key enable row level security;

-- HMAC-SHA-256 (RFC 2104) under a key of one block, 64 bytes.
create function private.hmac_sha256(key bytea, message bytea) returns bytea
language plpgsql immutable strict set search_path = '', pg_temp as $$
declare
	inner_pad bytea := key;
	outer_pad bytea := key;
begin
	if octet_length(key) <> 64 then
		perform private.refuse('CR005', 'a key of 64 bytes');
	end if;
	for i in 0..63 loop
		inner_pad := set_byte(inner_pad, i, get_byte(key, i) # 54);
		outer_pad := set_byte(outer_pad, i, get_byte(key, i) # 92);
	end loop;
	return sha256(outer_pad || sha256(inner_pad || message));
end $$;

-- What an operation of the caller says, as a keyed digest, of which 128 bits are kept. Not what its
-- writer saw before: that holds words that another operation may erase.
create function private.digest_operation(operation jsonb) returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	held bytea;
begin
	select k.key into held from private.digest_key k;
	if not found then
		-- 122 random bits each, pressed into 64 bytes.
		insert into private.digest_key (key) values (
			sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
				|| sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
		) on conflict do nothing;
		select k.key into held from private.digest_key k;
	end if;
	return left(encode(private.hmac_sha256(held, convert_to(jsonb_build_array(
		private.me(), operation -> 'kind', operation -> 'args'
	)::text, 'UTF8')), 'hex'), 32)::uuid;
end $$;

-- The row that an operation speaks of, by which its digest is found when the words go. Null: none.
create function private.row_of_operation(operation jsonb) returns uuid
language sql immutable set search_path = '', pg_temp as $$
	select case when pg_input_is_valid(named.id, 'uuid') then named.id::uuid end
	from (
		select operation -> 'args' ->> case split_part(operation ->> 'kind', '.', 1)
			when 'review' then 'action_id'
			when 'feedback' then 'session_id'
			when 'attendance' then 'session_id'
			else 'id'
		end
	) named (id)
$$;

-- Row trigger: once a row is gone, or the columns of words that follow its key are empty, no digest
-- confirms what they said. The first argument is the column that operations name it by. The trigger
-- stands on every table whose words come by operations.
create function private.forget_operations() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	word text;
begin
	foreach word in array tg_argv[1:] loop
		if to_jsonb(new) ->> word <> '' then
			return null;
		end if;
	end loop;
	update cercle.operations o set digest = null
		where o.row_id = (to_jsonb(old) ->> tg_argv[0])::uuid and o.digest is not null;
	return null;
end $$;

create trigger forget_operations after update or delete on cercle.challenges
	for each row execute function private.forget_operations(
		'id', 'question', 'context', 'tried', 'options', 'wanted', 'unwanted'
	);
create trigger forget_operations after update or delete on cercle.challenge_notes
	for each row execute function private.forget_operations('id', 'body', 'takeaways');
create trigger forget_operations after update or delete on cercle.contributions
	for each row execute function private.forget_operations('id', 'text');
create trigger forget_operations after update or delete on cercle.feedbacks
	for each row execute function private.forget_operations('session_id', 'plus', 'delta');
create trigger forget_operations after update or delete on cercle.actions
	for each row execute function private.forget_operations('id', 'title');
create trigger forget_operations after update or delete on cercle.reviews
	for each row execute function private.forget_operations('action_id', 'line');
create trigger forget_operations after update or delete on cercle.goals
	for each row execute function private.forget_operations('id', 'title');

create or replace function private.apply_ops(client_id uuid, operations jsonb) returns jsonb
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	operation jsonb;
	earlier cercle.operations;
	refusal text;
	changed jsonb;
	answers jsonb := '[]';
	me uuid := private.me();
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
		changed := null;
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
					changed := private.changed_tables();
				exception when others then
					-- Bad data and denied rights are answers; a lack of resources (lock, disk, memory,
					-- shutdown) is not: the whole call fails and is sent again.
					if sqlstate !~ '^(CR|22|23|42|P0)' then
						raise;
					end if;
					refusal := sqlstate;
				end;
				-- Of what was refused only that is kept: another one in its place is refused, too, and stays
				-- on the phone.
				insert into cercle.operations (client_id, sequence, code, row_id, digest) values (
					client_id, (operation ->> 'sequence')::bigint, refusal,
					case when refusal is null then private.row_of_operation(operation) end,
					case when refusal is null then private.digest_operation(operation) end
				);
			elsif coalesce(
				earlier.digest <> private.digest_operation(operation),
				earlier.row_id is distinct from private.row_of_operation(operation)
					and earlier.row_id is not null
			) then
				refusal := 'CR012';
			else
				refusal := earlier.code;
			end if;
		end if;
		answers := answers || jsonb_build_object(
			'sequence', operation -> 'sequence',
			'status', case when refusal is null then 'applied' else 'refused' end, 'code', refusal,
			'tables', changed
		);
	end loop;
	return answers;
end $$;

grant insert (row_id) on cercle.operations to authenticated;
grant execute on function
	private.digest_operation(jsonb), private.row_of_operation(jsonb)
	to authenticated;
