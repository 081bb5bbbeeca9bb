-- Who calls: the account of the token, as long as its session is not ended. A token is good for an
-- hour; a session that was ended is refused at once, for every policy and function asks here.
create function private.uid() returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
	return (
		select s.user_id from auth.sessions s
		where s.id = ((select auth.jwt()) ->> 'session_id')::uuid and s.user_id = (select auth.uid())
	);
end $$;
comment on function private.uid is
	'The caller''s account; null without one, and once the session of the token was ended.';
revoke execute on function private.uid() from public, anon;
grant execute on function private.uid() to authenticated, service_role;

-- What was written with auth.uid() before asks it from now on. A catalogue test keeps it so.
do $$
declare
	rule record;
	source record;
	held record;
begin
	for rule in
		select schemaname, tablename, policyname,
			replace(qual, 'auth.uid()', 'private.uid()') as qual,
			replace(with_check, 'auth.uid()', 'private.uid()') as checked
		from pg_policies
		where schemaname in ('public', 'private') and concat(qual, with_check) like '%auth.uid()%'
	loop
		execute format('alter policy %I on %I.%I', rule.policyname, rule.schemaname, rule.tablename)
			|| coalesce(' using (' || rule.qual || ')', '')
			|| coalesce(' with check (' || rule.checked || ')', '');
	end loop;
	for source in
		select replace(pg_get_functiondef(oid), 'auth.uid()', 'private.uid()') as definition
		from pg_proc
		where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
			and prosrc like '%auth.uid()%' and oid <> 'private.uid()'::regprocedure
	loop
		execute source.definition;
	end loop;
	for held in
		select d.adrelid::regclass as relation, a.attname
		from pg_attrdef d
		join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
		join pg_class c on c.oid = d.adrelid
		where c.relnamespace = 'public'::regnamespace
			and pg_get_expr(d.adbin, d.adrelid) = 'auth.uid()'
	loop
		execute format(
			'alter table %s alter column %I set default private.uid()', held.relation, held.attname
		);
	end loop;
end $$;
