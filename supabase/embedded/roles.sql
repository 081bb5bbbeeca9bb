-- The roles and schemas a hosted Supabase brings, for a bare Postgres. Run by its owner at each
-- start, before the API's own schema and the migrations; running it again changes nothing.

do $$
begin
	if not exists (select from pg_roles where rolname = 'anon') then
		create role anon nologin noinherit;
	end if;
	if not exists (select from pg_roles where rolname = 'authenticated') then
		create role authenticated nologin noinherit;
	end if;
	if not exists (select from pg_roles where rolname = 'service_role') then
		create role service_role nologin noinherit bypassrls;
	end if;
	-- The API logs in as this one. It inherits, since the API reads the catalogue before it changes
	-- role; it owns nothing in public, so that the grants the API tries at its start are void.
	if not exists (select from pg_roles where rolname = 'authenticator') then
		create role authenticator login inherit;
	end if;
	if not exists (select from pg_roles where rolname = 'supabase_auth_admin') then
		create role supabase_auth_admin nologin noinherit;
	end if;
end $$;

grant anon, authenticated, service_role to authenticator;

create schema if not exists extensions;
grant usage on schema extensions to anon, authenticated, service_role;
grant usage on schema public to anon, authenticated, service_role;

-- What a hosted project grants by default, in a database that is new. The first migration takes it
-- back: with the same start on both, a migration that forgets it fails the tests here too.
do $$
begin
	if to_regnamespace('private') is null then
		alter default privileges in schema public
			grant all on tables to anon, authenticated, service_role;
		alter default privileges in schema public
			grant all on sequences to anon, authenticated, service_role;
		alter default privileges in schema public
			grant execute on functions to anon, authenticated, service_role;
	end if;
end $$;

create schema if not exists auth;
grant usage on schema auth to anon, authenticated, service_role, authenticator;
alter default privileges in schema auth
	grant select, insert, update, delete on tables to authenticator;
grant select, insert, update, delete on all tables in schema auth to authenticator;
