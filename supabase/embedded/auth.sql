-- The functions policies call, as a hosted Supabase defines them: claims come all in one setting,
-- or one in each, and both are read. Run by the owner at each start, after Auth has made its own.
-- Their bodies are parsed here and now, so that no search path matters to them, and Postgres
-- inlines them: a room's snapshot asks nine times for its caller.

create or replace function auth.uid() returns uuid
language sql stable
	return coalesce(
		nullif(current_setting('request.jwt.claim.sub', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
	)::uuid;

create or replace function auth.role() returns text
language sql stable
	return coalesce(
		nullif(current_setting('request.jwt.claim.role', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
	);

create or replace function auth.email() returns text
language sql stable
	return coalesce(
		nullif(current_setting('request.jwt.claim.email', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
	);

create or replace function auth.jwt() returns jsonb
language sql stable
	return coalesce(
		nullif(current_setting('request.jwt.claim', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')
	)::jsonb;

grant execute on function auth.uid(), auth.role(), auth.email(), auth.jwt()
	to anon, authenticated, service_role;
