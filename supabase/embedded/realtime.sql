-- What hosted Supabase brings for Realtime, for the embedded database. Run by the owner at each
-- start, before the migrations, after roles.sql; never on hosted Supabase.

create schema if not exists realtime;
comment on schema realtime is 'Stand-in for the schema that hosted Supabase Realtime brings.';
grant usage on schema realtime to anon, authenticated, service_role;

create table if not exists realtime.messages (
	topic text not null,
	extension text not null,
	payload jsonb,
	event text,
	private boolean default false,
	updated_at timestamp not null default timezone('utc', now()),
	inserted_at timestamp not null default timezone('utc', now()),
	id uuid not null default gen_random_uuid(),
	primary key (id)
);
comment on table realtime.messages is
	'Broadcasts on their way out, and the row the gateway probes policies with; kept 10 minutes.';

create index if not exists messages_inserted_at_topic_index
	on realtime.messages (inserted_at desc, topic)
	where extension = 'broadcast' and private is true;

alter table realtime.messages enable row level security;
grant select, insert on realtime.messages to anon, authenticated, service_role;

create or replace function realtime.topic() returns text
	language sql
	stable
	set search_path = '', pg_temp
as $$
	select nullif(current_setting('realtime.topic', true), '');
$$;
comment on function realtime.topic() is 'Topic that the policy being evaluated is asked about.';

create or replace function realtime.send(
	payload jsonb,
	event text,
	topic text,
	private boolean default true
) returns void
	language plpgsql
	set search_path = '', pg_temp
as $$
declare
	message_id uuid := gen_random_uuid();
begin
	if not payload ? 'id' then
		payload := jsonb_set(payload, '{id}', to_jsonb(message_id));
	end if;
	perform set_config('realtime.topic', topic, true);
	insert into realtime.messages (id, payload, event, topic, private, extension)
	values (message_id, payload, event, topic, private, 'broadcast');
exception when others then
	-- A signal that cannot leave never undoes the work it tells about. Only the code is reported:
	-- the database's sentence may quote the payload, and warnings end in a log.
	raise warning 'WarnSendingBroadcastMessage: %', sqlstate;
end;
$$;
comment on function realtime.send(jsonb, text, text, boolean) is
	'Broadcasts to a topic once the transaction commits.';

create or replace function realtime.broadcast_changes(
	topic_name text,
	event_name text,
	operation text,
	table_name text,
	table_schema text,
	new record,
	old record,
	level text default 'ROW'
) returns void
	language plpgsql
	set search_path = '', pg_temp
as $$
begin
	if level = 'STATEMENT' then
		raise exception 'function can only be triggered for each row, not for each statement';
	end if;
	perform realtime.send(
		jsonb_build_object(
			'operation', operation,
			'schema', table_schema,
			'table', table_name,
			'record', new,
			'old_record', old
		),
		event_name,
		topic_name
	);
end;
$$;
comment on function realtime.broadcast_changes(text, text, text, text, text, record, record, text) is
	'For row triggers: broadcasts the row before and after the change.';

-- Postgres hands out notifications after commit and in commit order. They carry the id alone: the
-- gateway reads the row, so size does not matter and a forged notification delivers nothing new.
create or replace function realtime.notify_message() returns trigger
	language plpgsql
	set search_path = '', pg_temp
as $$
begin
	perform pg_notify('realtime_messages', new.id::text);
	return null;
end;
$$;
comment on function realtime.notify_message() is 'Wakes the embedded gateway for a new broadcast.';

create or replace trigger notify_message
	after insert on realtime.messages
	for each row
	when (new.extension = 'broadcast')
	execute function realtime.notify_message();
