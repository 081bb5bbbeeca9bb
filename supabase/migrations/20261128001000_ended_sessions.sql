-- A device that was signed out elsewhere has to know: it asks to sign in again and erases what it
-- keeps. So whoever has an account and no session is told something else than who has no account.
create or replace function private.me() returns uuid
language plpgsql stable set search_path = '' as $$
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

-- A pull without an account would be an answer like any other, with no rows in it.
do $$
begin
	execute replace(
		pg_get_functiondef('public.pull(jsonb)'::regprocedure),
		'(select private.uid())', 'private.me()'
	);
end $$;

-- The session in which the caller speaks, as long as it is not ended.
create function private.session_id() returns uuid
language sql stable set search_path = '' as $$
	select ((select auth.jwt()) ->> 'session_id')::uuid where private.uid() is not null
$$;
revoke execute on function private.session_id() from public, anon;

-- A browser is reminded in the name of the session that asked for it, and ends with it. Without a
-- foreign key, for the table belongs to Supabase; what came before cannot say whose it is.
delete from public.push_subscriptions;
alter table public.push_subscriptions add column session_id uuid not null;
comment on column public.push_subscriptions.session_id is
	'The session of the account that asked: once it is ended, nothing is sent there.';
create index push_subscriptions_session on public.push_subscriptions (session_id);

create or replace function public.subscribe_push(endpoint text, p256dh text, auth text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	me uuid := private.me();
begin
	insert into public.push_subscriptions as p (member_id, session_id, endpoint, p256dh, auth)
	values (
		me, private.session_id(), subscribe_push.endpoint, subscribe_push.p256dh, subscribe_push.auth
	)
	on conflict on constraint push_subscriptions_endpoint_key do update set
		p256dh = excluded.p256dh, auth = excluded.auth, member_id = excluded.member_id,
		session_id = excluded.session_id,
		created_at = case when p.member_id = me then p.created_at else clock_timestamp() end;
	-- Nobody has more than ten devices in use: the oldest make room.
	delete from public.push_subscriptions p where p.id in (
		select o.id from public.push_subscriptions o
		where o.member_id = me order by o.created_at desc offset 10
	);
end $$;

-- As before, but for the session of a browser, which has to live.
create or replace function private.due_reminders(at timestamptz)
returns table (
	member_id uuid, kind text, subject uuid, day date, until timestamptz, channel text, target uuid,
	language text, address text, subscription jsonb
)
language sql stable set search_path = '' as $$
	select o.member_id, o.kind, o.subject, o.day, o.until, w.channel, w.target, p.language, w.address,
		w.subscription
	from private.open_occasions(at) o
	join public.profiles p on p.id = o.member_id
	left join public.reminder_settings s on s.id = o.member_id
	cross join lateral (
		select 'mail' as channel, u.id as target, u.email as address, null::jsonb as subscription
		from auth.users u
		where u.id = o.member_id and u.email_confirmed_at is not null
			and (s.id is null or o.kind = any (s.mail))
		union all
		-- A browser that subscribed since is not told what came before it.
		select 'push', b.id, null, jsonb_build_object(
			'endpoint', b.endpoint, 'keys', jsonb_build_object('p256dh', b.p256dh, 'auth', b.auth)
		)
		from public.push_subscriptions b
		join auth.sessions l on l.id = b.session_id and l.user_id = b.member_id
		where b.member_id = o.member_id and b.created_at <= o.opened
			and (s.id is null or o.kind = any (s.push))
	) w
	-- Who chose nothing lives where the group meets.
	where not private.is_quiet(
		(at at time zone coalesce(s.time_zone, o.zone, 'Europe/Paris'))::time,
		case when s.id is null then '21:00' else s.quiet_from end,
		case when s.id is null then '08:00' else s.quiet_to end
	)
$$;

-- However a session ends (signed out here or elsewhere, a new password, the account deleted): its
-- browser is reminded no more, and its live channels are asked at once whether they may go on. A
-- server that remembers what it allowed asks nobody: there the topic itself ends, for all to move.
create function private.end_session() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	delete from public.push_subscriptions p using ended e where p.session_id = e.id;
	-- First: what the topics say of their end is not for who was signed out.
	perform pg_notify('realtime_revoke', u.user_id::text)
		from (select distinct e.user_id from ended e) u;
	perform private.end_topics(g.group_id) from (
		select distinct m.group_id from ended e
		join public.memberships m on m.member_id = e.user_id and m.left_at is null
		join public.sessions s on s.group_id = m.group_id and s.status = 'live'
		order by 1
	) g;
	return null;
end $$;
create trigger end_session after delete on auth.sessions
	referencing old table as ended
	for each statement execute function private.end_session();
