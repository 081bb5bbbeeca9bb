-- How a phone and the database agree: what members write goes through `apply_ops`, online or not;
-- what they may read comes by `pull`. Both run with the caller's rights, so the policies of each
-- table decide.

-- Operations are identified by their origin: the member, the client (one database on one device)
-- and the sequence number in its queue. One that is tried again gets a new number, and is judged
-- anew.
create table cercle.operations (
	client_id uuid not null,
	member_id uuid not null default private.uid() references cercle.profiles (id) on delete cascade,
	code text check (code ~ '^[0-9A-Z]{5}$'),
	applied_at timestamptz not null default now(),
	sequence bigint not null check (sequence >= 0),
	row_id uuid,
	digest uuid,
	primary key (member_id, client_id, sequence)
);
comment on table cercle.operations is
	'Operations already answered, so that a second delivery changes nothing.';
comment on column cercle.operations.code is 'Why it was refused. Null: applied.';
comment on column cercle.operations.client_id is 'Made with the database of a device.';
comment on column cercle.operations.row_id is
	'The row it spoke of; of a review the action, of a feedback or an attendance the session. Null: none, or it was refused.';
comment on column cercle.operations.digest is
	'What it said, under a key that no role reads: a phone brought back from a copy counts anew from an older place. Null: it was refused, the words of its row were erased since, or it is not known; then the row alone tells it from another.';
create index operations_applied on cercle.operations (applied_at);
create index operations_row on cercle.operations (row_id) where digest is not null;

-- Without this key a digest cannot be compared with a guess of the words. A copy of the whole
-- database holds both: therefore the digests go with the words.
create table private.digest_key (
	one boolean primary key default true check (one),
	key bytea not null check (octet_length(key) = 64)
);
comment on table private.digest_key is
	'The key of the digests of operations, made with the first of them.';

alter table cercle.operations enable row level security;
alter table private.digest_key enable row level security;

-- Policies

create policy select_owner on cercle.operations for select to authenticated
	using (member_id = (select private.uid()));
create policy insert_owner on cercle.operations for insert to authenticated
	with check (member_id = (select private.uid()));

-- Digests

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

-- What is hidden, and what is not there

-- Postgres runs the triggers of a row by their names: this one comes first.

-- Row trigger: a member who writes in a group that is none of theirs is told so before any rule looks
-- at what is there, whose refusal would tell that it is. With the argument, the same of the session.
-- What a command writes, it has checked by itself.
create function private.answer_strangers() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	perform private.need_member(new.group_id);
	if tg_nargs > 0 then
		if new.session_id <> all (array(select private.my_session_ids())) then
			perform private.refuse('CR001', 'no such session');
		end if;
	end if;
	return new;
end $$;
create trigger answer_strangers before insert on cercle.feedbacks
	for each row when (current_user = 'authenticated')
	execute function private.answer_strangers('session');
create trigger answer_strangers before insert on cercle.contributions
	for each row when (current_user = 'authenticated')
	execute function private.answer_strangers();
create trigger answer_strangers before insert on cercle.actions
	for each row when (current_user = 'authenticated')
	execute function private.answer_strangers();
create trigger answer_strangers before insert on cercle.reviews
	for each row when (current_user = 'authenticated')
	execute function private.answer_strangers();
create trigger answer_strangers before insert on cercle.goals
	for each row when (current_user = 'authenticated')
	execute function private.answer_strangers();

-- Writing

-- Field by field: a field is changed when it still holds what its writer saw (`base`) or already
-- holds the new value. Otherwise somebody else changed it since: CR010, and nothing is written.
create function private.merge_row(
	target regclass, row_id uuid, changes jsonb, base jsonb, fields text[]
) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
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
	-- While this waited for the row, the right to write it may have ended: a session was closed.
	get diagnostics written = row_count;
	if written = 0 then
		perform private.refuse('CR001', 'no such row, or not yours to write');
	end if;
end $$;

-- Applies one operation, with the caller's rights. What comes before the point says of which kind
-- of row it is; the function of that area knows its operations.
create function private.apply_operation(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
begin
	case split_part(kind, '.', 1)
		when 'action', 'actions' then perform private.apply_action(kind, args, base);
		when 'attendance' then perform private.apply_attendance(kind, args, base);
		when 'challenge' then perform private.apply_challenge(kind, args, base);
		when 'contribution' then perform private.apply_contribution(kind, args, base);
		when 'feedback' then perform private.apply_feedback(kind, args, base);
		when 'goal' then perform private.apply_goal(kind, args, base);
		when 'notes' then perform private.apply_notes(kind, args, base);
		when 'profile' then perform private.apply_profile(kind, args, base);
		when 'review' then perform private.apply_review(kind, args, base);
		else perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

create function private.apply_ops(client_id uuid, operations jsonb) returns jsonb
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

create function public.apply_ops(client_id uuid, operations jsonb) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.apply_ops(client_id, operations)
$$;
comment on function public.apply_ops is
	'Applies a member''s operations in order, each at most once, with the member''s own rights. Answers for each whether it was applied, and the tables that this changed; null: not known, it was applied before.';

-- Reading
--
-- For each table, the caller's rows have a sum: that of a stamp per row, which changes when the row
-- is written (xmin, the transaction that wrote it) and when its columns do. Of a table that some read
-- in part, the rows come from a view `seen_…`, which says so of each. A phone says which
-- tables it asks for, all or those that a signal named, and of each what it has: the sum of its
-- rows and the snapshot that they were read in. A table of the same sum is not sent. Of another,
-- what was written since that snapshot is sent; what the phone then still has wrong (rows gone, or
-- shown and hidden by a right that changed) it asks for in full, by naming no snapshot. So the
-- snapshot is a hint that spares bytes, and the sum is what counts: no column, no trigger and no
-- memory of what was sent where.

-- What a pull shows, table by table, as each area says it, and the version of the rows' shape: of
-- these tables; null: of all. Its plan is kept, as that of `my_group_ids`: every pull asks.
create function private.shown_tables(names text[])
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
			union all select * from private.shown_addresses()
			union all select * from private.shown_sessions()
			union all select * from private.shown_challenges()
			union all select * from private.shown_contributions()
			union all select * from private.shown_actions()
			union all select * from private.shown_goals()
			union all select * from private.shown_room()
			union all select * from private.shown_floor()
		) v,
		lateral (select coalesce(v.source, v.name), coalesce(v.shape, 'to_jsonb(t)')) t (source, shape)
		where names is null or v.name = any (names);
end $$;

-- An answer of more than 512 kB goes on in a next one: tables that differ and did not fit are
-- named, to be asked for again. Each answer compares all that is asked under one snapshot, which it
-- names, so the last one of them, which leaves nothing to be sent, holds for all.
create function private.pull(ask jsonb) returns jsonb
language plpgsql stable set search_path = '', pg_temp as $$
declare
	held jsonb := case when jsonb_typeof(ask -> 'tables') = 'object' then ask -> 'tables' else '{}' end;
	shown record;
	has jsonb;
	cursor xid;
	stamp text;
	answer jsonb;
	tables jsonb := '{}';
	rest jsonb := '[]';
begin
	-- One snapshot for all that follows, for this function is stable.
	for shown in select * from private.shown_tables(
		case when ask -> 'all' is distinct from 'true' then array(select jsonb_object_keys(held)) end
	) loop
		has := held -> shown.name;
		cursor := case when pg_input_is_valid(has ->> 'snapshot', 'pg_snapshot')
			then pg_snapshot_xmin((has ->> 'snapshot')::pg_snapshot)::xid end;
		-- A row that was shown in part is another once it is shown as a whole.
		stamp := format('hashtext(concat_ws('' '', t.%I, t.xmin, %s$1))', shown.key,
			case when shown.source like 'seen\_%' then 't.is_partial, ' end);
		execute format(
			$q$
				select jsonb_build_object(
					'full', $2,
					'sum', jsonb_build_array(count(*), coalesce(sum(%1$s), 0)),
					'rows', coalesce(
						jsonb_agg(jsonb_build_array(%1$s, %2$s))
							filter (where $2 or age(t.xmin) <= $3),
						'[]'
					)
				)
				from cercle.%3$I t where %4$s
			$q$, stamp, shown.shape, shown.source, shown.which
		) using shown.version, cursor is null, age(cursor) into answer;
		if answer -> 'sum' is not distinct from coalesce(has -> 'sum', '[0, 0]') then
			continue;
		end if;
		if tables = '{}' or pg_column_size(tables) + pg_column_size(answer) <= 512 * 1024 then
			tables := tables || jsonb_build_object(shown.name, answer);
		else
			rest := rest || to_jsonb(shown.name);
		end if;
	end loop;
	return jsonb_build_object(
		'me', private.me(), 'snapshot', pg_current_snapshot()::text, 'tables', tables, 'rest', rest
	);
end $$;

create function public.pull(ask jsonb) returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.pull(ask)
$$;
comment on function public.pull is
	'The rows the caller may read, of the tables that are asked for: those that differ from what they say they have.';

-- Retention

-- Erases what was noted of old operations: see `erase_expired`.
create function private.erase_operations(at timestamptz, most int) returns int
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

-- Grants

grant select, insert (client_id, code, sequence, row_id, digest) on cercle.operations to authenticated;
grant execute on function
	private.digest_operation(jsonb), private.row_of_operation(jsonb),
	private.merge_row(regclass, uuid, jsonb, jsonb, text[]),
	private.apply_operation(text, jsonb, jsonb), private.shown_tables(text[]),
	private.apply_ops(uuid, jsonb), private.pull(jsonb), public.apply_ops(uuid, jsonb),
	public.pull(jsonb)
	to authenticated;
