-- The private schema holds what policies and functions need and no client may call.

create schema if not exists private;
revoke all on schema private from public;
grant usage on schema private to authenticated;

-- Default deny: whatever the platform grants by default on new objects is taken back here, and each
-- migration grants exactly what its policies speak of.
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;
alter default privileges in schema public revoke execute on functions from public, anon, authenticated;
alter default privileges in schema private revoke execute on functions from public;
alter default privileges revoke execute on functions from public;

-- True when a text is at most `most` characters and has neither control characters (but newline and
-- tab) nor bidi overrides, which would let a text show something else than it says.
create function private.fits(value text, most int) returns boolean
language sql immutable set search_path = '' as $$
	select char_length(value) <= most
		and value !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'
$$;
grant execute on function private.fits(text, int) to authenticated, service_role;

-- Ends the statement with one of our error codes (listed in supabase/README.md). The message names
-- the rule, never a member's text.
create function private.refuse(code text, rule text) returns void
language plpgsql set search_path = '' as $$
begin
	raise exception using errcode = code, message = rule;
end $$;
grant execute on function private.refuse(text, text) to authenticated;

-- Row trigger: the columns named as arguments never change after the insert.
create function private.keep_columns() returns trigger
language plpgsql set search_path = '' as $$
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
language plpgsql set search_path = '' as $$
begin
	new.version := old.version + 1;
	new.updated_at := clock_timestamp();
	return new;
end $$;
