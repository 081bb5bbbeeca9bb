-- What a live room is told when rows change: the names of the tables, so that a phone asks for these
-- alone, and nothing else. Triggers note the changes of a transaction, wherever they come from, and
-- the end of the transaction tells each room once. Every table that a pull shows has such a trigger,
-- beside its policies; of `room_states` new rows alone, for the state itself is sent.

create table private.noted_changes (
	transaction xid8 not null default pg_current_xact_id(),
	group_id uuid,
	name text not null,
	unique nulls not distinct (transaction, group_id, name)
);
comment on table private.noted_changes is
	'What the running transaction changed. Gone at its end.';
comment on column private.noted_changes.group_id is
	'The group whose live rooms are told. Null: none is, only the writer''s own phone.';
comment on column private.noted_changes.name is 'The table, as a pull names it; all: any of them.';

alter table private.noted_changes enable row level security;

-- Helper functions

-- Row trigger: notes that a table was changed, under the name of its first argument. The second one
-- says what the rooms of the group are told:
-- group    the name, for all members of the group may read the row
-- member   the name, to each group that the member whose row it is belongs or belonged to
-- session  the name while the session is not over: afterwards some rows are not for all
-- all      that anything may have changed: who may read what did
-- own      nothing: not all who listen may read the row, not even learn that it was written
-- The third, if any, is a column that says of a row whether the group may read it. A row names its
-- group and its session, or is one.
create function private.note_change() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	was jsonb := to_jsonb(old);
	changed jsonb := coalesce(to_jsonb(new), was);
	is_told boolean := case tg_argv[1]
		when 'own' then false
		when 'session' then exists (
			select from cercle.sessions s
			where s.id = coalesce(changed ->> 'session_id', changed ->> 'id')::uuid
				and s.status <> 'closed'
		)
		else tg_argv[2] is null
			or coalesce('true' in (was ->> tg_argv[2], changed ->> tg_argv[2]), false)
	end;
begin
	insert into private.noted_changes (group_id, name)
	select g.id, case tg_argv[1] when 'all' then 'all' else tg_argv[0] end
	from unnest(case
		when not is_told then array[null::uuid]
		when tg_argv[1] = 'member' then array(
			select m.group_id from cercle.memberships m where m.member_id = (changed ->> 'id')::uuid
		) || null::uuid
		else array[coalesce(changed ->> 'group_id', changed ->> 'id')::uuid]
	end) g (id)
	on conflict do nothing;
	return null;
end $$;

-- The names of what this transaction has changed so far.
create function private.changed_tables() returns jsonb
language sql volatile security definer set search_path = '', pg_temp as $$
	select coalesce(jsonb_agg(distinct c.name), '[]')
	from private.noted_changes c where c.transaction = pg_current_xact_id()
$$;

-- Row trigger, at the end of the transaction: tells the live rooms of each group, once, and forgets.
create function private.tell_rooms() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	told record;
begin
	for told in
		with noted as (
			delete from private.noted_changes c where c.transaction = pg_current_xact_id()
			returning c.group_id, c.name
		)
		select s.id as session_id, jsonb_agg(n.name order by n.name) as names
		from noted n join cercle.sessions s on s.group_id = n.group_id and s.status = 'live'
		group by s.id
	loop
		perform private.signal_room(told.session_id, 'changed',
			case when told.names ? 'all' then '{}'
				else jsonb_build_object('tables', told.names) end);
	end loop;
	return null;
end $$;

create constraint trigger tell_rooms after insert on private.noted_changes
	deferrable initially deferred for each row execute function private.tell_rooms();

-- Grants

grant execute on function private.changed_tables() to authenticated;
