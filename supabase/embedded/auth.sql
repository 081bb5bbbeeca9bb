-- The functions policies call, as a hosted Supabase defines them: the API sets one claim per
-- setting, the realtime gateway all claims in one, and both must be read. Run by the owner at each
-- start, after the API has made its own.

create or replace function auth.uid() returns uuid
language sql stable set search_path = '' as $$
	select coalesce(
		nullif(current_setting('request.jwt.claim.sub', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
	)::uuid
$$;

create or replace function auth.role() returns text
language sql stable set search_path = '' as $$
	select coalesce(
		nullif(current_setting('request.jwt.claim.role', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
	)
$$;

create or replace function auth.email() returns text
language sql stable set search_path = '' as $$
	select coalesce(
		nullif(current_setting('request.jwt.claim.email', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
	)
$$;

create or replace function auth.jwt() returns jsonb
language sql stable set search_path = '' as $$
	select coalesce(
		nullif(current_setting('request.jwt.claim', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')
	)::jsonb
$$;

grant execute on function auth.uid(), auth.role(), auth.email(), auth.jwt()
	to anon, authenticated, service_role;
