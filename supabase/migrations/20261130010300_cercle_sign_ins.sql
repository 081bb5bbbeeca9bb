-- The tables are in `cercle`; what a client may call hands on to `private`: sign ins.

-- However a sign-in ends (signed out here or elsewhere, a new password, the account deleted): its
-- browser is reminded no more, and its live channels are asked at once whether they may go on. A
-- server that remembers what it allowed asks nobody: there the topic itself ends, and everybody
-- moves to the next one.
create or replace function private.end_session() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	delete from cercle.push_subscriptions p using ended e where p.session_id = e.id;
	-- First: what the topics say of their end is not for the member who was signed out.
	perform pg_notify('realtime_revoke', u.user_id::text)
		from (select distinct e.user_id from ended e) u;
	perform private.end_topics(g.group_id) from (
		select distinct m.group_id from ended e
		join cercle.memberships m on m.member_id = e.user_id and m.left_at is null
		join cercle.sessions s on s.group_id = m.group_id and s.status = 'live'
		order by 1
	) g;
	return null;
end $$;

create function private.list_sessions() returns jsonb
language plpgsql stable security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
begin
	return (
		select jsonb_agg(jsonb_build_object(
			'id', l.id, 'since', l.created_at, 'seen', l.seen, 'current', l.current,
			'system', private.system_of(l.user_agent), 'browser', private.browser_of(l.user_agent)
		) order by l.current desc, l.seen desc, l.id)
		from (
			select s.*, s.id = private.session_id() as current,
				greatest(s.created_at, s.updated_at, s.refreshed_at at time zone 'UTC') as seen
			from auth.sessions s
			where s.user_id = me and (s.not_after is null or s.not_after > now())
		) l
	);
end $$;

create or replace function public.list_sessions() returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.list_sessions()
$$;

create function private.end_sessions(session_id uuid, everywhere boolean)
returns int
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	own uuid := private.session_id();
	ended int;
begin
	if everywhere is null or (everywhere and session_id is not null) then
		perform private.refuse('CR005', 'one session, all others, or all');
	end if;
	delete from auth.sessions s where s.user_id = me and case
		when end_sessions.session_id is not null then s.id = end_sessions.session_id
		else everywhere or s.id <> own
	end;
	get diagnostics ended = row_count;
	if ended = 0 and session_id is not null then
		perform private.refuse('CR001', 'no such session');
	end if;
	-- Its address may be known to a device that is signed in nowhere.
	if everywhere then
		delete from cercle.calendars c where c.id = me;
	end if;
	return ended;
end $$;

create or replace function public.end_sessions(session_id uuid default null, everywhere boolean default false)
returns int
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.end_sessions(session_id, everywhere)
$$;

grant execute on function
	private.list_sessions(), private.end_sessions(uuid, boolean)
	to authenticated;
