-- The devices on which an account is signed in, for its member to see and to end.

-- What a browser says of itself, coarsely: enough to know one's own devices again.
create function private.system_of(user_agent text) returns text
language sql immutable set search_path = '' as $$
	select case
		when user_agent ~ 'iPhone|iPod' then 'iphone'
		when user_agent ~ 'iPad' then 'ipad'
		when user_agent ~ 'Android' then 'android'
		when user_agent ~ 'Windows' then 'windows'
		when user_agent ~ 'Macintosh' then 'mac'
		when user_agent ~ 'CrOS' then 'chromeos'
		when user_agent ~ 'Linux' then 'linux'
	end
$$;
create function private.browser_of(user_agent text) returns text
language sql immutable set search_path = '' as $$
	select case
		when user_agent ~ '\mEdg' then 'edge'
		when user_agent ~ '\mOPR/' then 'opera'
		when user_agent ~ '\mSamsungBrowser/' then 'samsung'
		when user_agent ~ '\m(Firefox|FxiOS)/' then 'firefox'
		when user_agent ~ 'Chrom(e|ium)/|\mCriOS/' then 'chrome'
		when user_agent ~ '\mSafari/' then 'safari'
	end
$$;
revoke execute on function private.system_of(text), private.browser_of(text) from public, anon;

create function public.list_sessions() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
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
comment on function public.list_sessions is
	'Where the caller is signed in, this device first: since when, last seen, what kind of device.';

create function public.end_sessions(session_id uuid default null, everywhere boolean default false)
returns int
language plpgsql volatile security definer set search_path = '' as $$
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
		delete from public.calendars c where c.id = me;
	end if;
	return ended;
end $$;
comment on function public.end_sessions is
	'Signs the caller out of one device, of all others, or everywhere; the last ends their calendar too.';

revoke execute on function public.list_sessions(), public.end_sessions(uuid, boolean)
	from public, anon;
grant execute on function public.list_sessions(), public.end_sessions(uuid, boolean)
	to authenticated;
