-- A sign-in that nobody uses ends. A phone forgets what it kept after thirty days without contact
-- (LAPSE in src/lib/offline/device.svelte.ts) and asks to sign in again: from then on its session, and
-- every copy of it, serves nobody.
create function private.end_idle_sessions(most int) returns int
language plpgsql volatile security definer set search_path = '' as $$
declare
	ended int;
begin
	-- By the clock of sign-in, which is the database's own: a session is renewed with each token.
	delete from auth.sessions s where s.id = any (array(
		select i.id from auth.sessions i
		where greatest(i.created_at, i.updated_at, i.refreshed_at at time zone 'UTC')
			< now() - interval '30 days'
		limit most
		for update skip locked
	));
	get diagnostics ended = row_count;
	return ended;
end $$;
revoke execute on function private.end_idle_sessions(int) from public, anon, authenticated;

create or replace function public.erase_expired(at timestamptz, most int default 200) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
	-- One clock for every process: the database's. Tests have their own.
	moment timestamptz := coalesce(at, clock_timestamp());
	batch int := least(most, 1000);
	erased jsonb;
	gone int;
begin
	-- Another process is at it.
	if not pg_try_advisory_xact_lock(hashtextextended('erase_expired', 0)) then
		return '{}';
	end if;
	erased := private.erase_sessions(
		array(select private.expired_session_ids(moment, batch)), moment
	);
	erased := erased || jsonb_build_object('breaches', private.settle_lapsed(batch));
	delete from public.actions a
		where a.id = any (array(select private.expired_action_ids(moment, batch)));
	get diagnostics gone = row_count;
	erased := erased || jsonb_build_object('actions', gone);
	delete from public.goals o
		where o.id = any (array(select private.expired_goal_ids(moment, batch)));
	get diagnostics gone = row_count;
	erased := erased || jsonb_build_object('goals', gone);
	delete from public.invitations i where i.id = any (array(
		select v.id from public.invitations v
		where coalesce(v.accepted_at, v.revoked_at, v.expires_at) < moment - interval '90 days'
		limit batch
	));
	get diagnostics gone = row_count;
	erased := erased || jsonb_build_object('invitations', gone);
	delete from private.reminders r where r.id = any (array(
		select d.id from private.reminders d
		where d.claimed_until < moment - interval '90 days' limit batch
	));
	get diagnostics gone = row_count;
	erased := erased || jsonb_build_object('reminders', gone);
	delete from public.operations o where o.ctid = any (array(
		select p.ctid from public.operations p
		where p.applied_at < moment - interval '12 months' limit batch
	));
	get diagnostics gone = row_count;
	erased := erased || jsonb_build_object('operations', gone);
	return erased || jsonb_build_object('devices', private.end_idle_sessions(batch));
end $$;
