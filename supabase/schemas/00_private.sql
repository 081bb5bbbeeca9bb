-- What every area builds on: the three schemas, the default that nothing is granted, the caller,
-- the refusals, and three row triggers.

-- Three schemas. `public` is what the Data API exposes: functions that a client may call, each of
-- which hands on to the function of `private` that has its name, with the caller's rights. `cercle`
-- holds the tables, `private` what does the work; no client reaches either of them.
create schema cercle;
comment on schema cercle is 'The tables.';
-- Functions that run with the rights of the member who calls them read and write here.
grant usage on schema cercle to authenticated;

create schema private;
comment on schema private is 'What functions of public hand on to, and what policies need.';
grant usage on schema private to anon, authenticated, service_role;

-- A temporary table or type could stand in for one that a function names. Nobody needs any; and in
-- the search path of every function `pg_temp` stands last, where it would otherwise come first.
do $$
begin
	execute format('revoke temporary on database %I from public', current_database());
end $$;

-- Nothing is granted by default: what the platform grants on new objects is taken back here. Each
-- file ends with its grants, which are exactly what its policies speak of.
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;
alter default privileges in schema public
	revoke execute on functions from public, anon, authenticated;
alter default privileges in schema private revoke execute on functions from public;
alter default privileges revoke execute on functions from public;

-- True for a text of at most `most` characters that has neither control characters (other than
-- newline and tab) nor bidirectional overrides, which would let a text show something else than it
-- says.
create function private.fits(value text, most int) returns boolean
language sql immutable set search_path = '', pg_temp as $$
	select char_length(value) <= most
		and value !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'
$$;

-- Ends the statement with one of the error codes of supabase/README.md. The message names the rule
-- and never contains a member's text.
create function private.refuse(code text, rule text) returns void
language plpgsql set search_path = '', pg_temp as $$
begin
	raise exception using errcode = code, message = rule;
end $$;

-- The account of the token, as long as its sign-in has not ended. A token is good for an hour; once
-- its sign-in has ended it is refused at once, because every policy and function asks here.
create function private.uid() returns uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return (
		select s.user_id from auth.sessions s
		where s.id = ((select auth.jwt()) ->> 'session_id')::uuid and s.user_id = (select auth.uid())
	);
end $$;
comment on function private.uid is
	'The caller''s account; null without one, and once the session of the token was ended.';

-- The caller's id; refuses a caller without an account. A device that was signed out elsewhere gets
-- a code of its own: it then asks to sign in again and erases what it keeps.
create function private.me() returns uuid
language plpgsql stable set search_path = '', pg_temp as $$
declare
	me uuid := private.uid();
begin
	if me is null and (select auth.uid()) is not null then
		perform private.refuse('CR013', 'this session was ended');
	elsif me is null then
		perform private.refuse('CR002', 'sign in first');
	end if;
	return me;
end $$;

-- How a pull shows a table: its name on the phone, the table it comes from (null: the same name),
-- the column that is its key (null: id), the shape of a row `t` (null: as it is), and which rows
-- (null: all that the policies allow). Each area has one for its own tables: see
-- `shown_tables`.
create type private.shown_table as (name text, source text, key text, shape text, which text);

-- Row trigger: the columns named as arguments never change after the insert.
create function private.keep_columns() returns trigger
language plpgsql set search_path = '', pg_temp as $$
declare
	kept text;
begin
	foreach kept in array tg_argv loop
		if to_jsonb(old) -> kept is distinct from to_jsonb(new) -> kept then
			perform private.refuse('CR002', 'column ' || kept || ' cannot change');
		end if;
	end loop;
	return new;
end $$;

-- Row trigger: every change raises the version and dates the row.
create function private.raise_version() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	new.version := old.version + 1;
	new.updated_at := clock_timestamp();
	return new;
end $$;

-- Row trigger: a log is append-only, even for a careless migration.
create function private.refuse_change() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	perform private.refuse('CR002', 'this log is append-only');
	return null;
end $$;

-- Grants

grant execute on function
	private.fits(text, int), private.refuse(text, text), private.uid(), private.me()
	to authenticated;
