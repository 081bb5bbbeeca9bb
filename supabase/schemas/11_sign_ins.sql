-- The devices on which an account is signed in, for its member to see and to end. Supabase keeps
-- one row of auth.sessions for each.

-- The sign-in that the caller's token comes from, as long as it has not ended.
create function private.sign_in_id() returns uuid
language sql stable set search_path = '', pg_temp as $$
	select ((select auth.jwt()) ->> 'session_id')::uuid where private.uid() is not null
$$;

-- What a browser says of itself, coarsely: enough to recognise one's own devices.
create function private.system_of(user_agent text) returns text
language sql immutable set search_path = '', pg_temp as $$
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
language sql immutable set search_path = '', pg_temp as $$
	select case
		when user_agent ~ '\mEdg' then 'edge'
		when user_agent ~ '\mOPR/' then 'opera'
		when user_agent ~ '\mSamsungBrowser/' then 'samsung'
		when user_agent ~ '\m(Firefox|FxiOS)/' then 'firefox'
		when user_agent ~ 'Chrom(e|ium)/|\mCriOS/' then 'chrome'
		when user_agent ~ '\mSafari/' then 'safari'
	end
$$;

-- Triggers

-- Whatever ends a sign-in (signing out here or elsewhere, a new password, the account deleted): its
-- browser gets no more reminders, and its live channels are checked again at once. A server that
-- caches what it allowed does not check: there the topic itself ends, and everybody moves to the
-- next one.
create function private.end_sign_in() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	delete from cercle.push_subscriptions p using ended e where p.session_id = e.id;
	-- First, so that the member who was signed out does not hear that the topics end.
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
create trigger end_sign_in after delete on auth.sessions
	referencing old table as ended
	for each statement execute function private.end_sign_in();

-- Commands

create function private.list_sign_ins() returns jsonb
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
			select s.*, s.id = private.sign_in_id() as current,
				greatest(s.created_at, s.updated_at, s.refreshed_at at time zone 'UTC') as seen
			from auth.sessions s
			where s.user_id = me and (s.not_after is null or s.not_after > now())
		) l
	);
end $$;

create function public.list_sign_ins() returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.list_sign_ins()
$$;
comment on function public.list_sign_ins is
	'Where the caller is signed in, this device first: since when, last seen, what kind of device.';

create function private.end_sign_ins(sign_in_id uuid, everywhere boolean)
returns int
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	own uuid := private.sign_in_id();
	ended int;
begin
	if everywhere is null or (everywhere and sign_in_id is not null) then
		perform private.refuse('CR005', 'one sign-in, all others, or all');
	end if;
	delete from auth.sessions s where s.user_id = me and case
		when end_sign_ins.sign_in_id is not null then s.id = end_sign_ins.sign_in_id
		else everywhere or s.id <> own
	end;
	get diagnostics ended = row_count;
	if ended = 0 and sign_in_id is not null then
		perform private.refuse('CR001', 'no such sign-in');
	end if;
	-- A device that is signed in nowhere may know the address of the calendar.
	if everywhere then
		delete from cercle.calendars c where c.id = me;
	end if;
	return ended;
end $$;

create function public.end_sign_ins(sign_in_id uuid default null, everywhere boolean default false)
returns int
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.end_sign_ins(sign_in_id, everywhere)
$$;
comment on function public.end_sign_ins is
	'Signs the caller out of one device, of all others, or everywhere; the last ends their calendar too.';

create function private.replace_sign_in(former uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	own uuid := private.sign_in_id();
begin
	if former is not distinct from own then
		perform private.refuse('CR005', 'another sign-in than the caller''s');
	end if;
	perform from auth.sessions s where s.id = former and s.user_id = me for update;
	if not found then
		perform private.refuse('CR001', 'no such sign-in');
	end if;
	-- Before it ends: what ends takes along what hangs on it.
	update cercle.push_subscriptions p set session_id = own
		where p.session_id = former and p.member_id = me;
	update private.address_changes c set session_id = own
		where c.session_id = former and c.account = me;
	delete from auth.sessions s where s.id = former;
end $$;

create function public.replace_sign_in(former uuid) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.replace_sign_in(former)
$$;
comment on function public.replace_sign_in is
	'For a device that signed in anew: ends its former sign-in, whose reminders by push go on under the caller''s.';

-- A sign-in that nobody uses ends. A phone forgets what it kept after thirty days without contact
-- (LAPSE in src/lib/offline/device.svelte.ts) and asks to sign in again: from then on its sign-in,
-- and every copy of it, serves nobody. Called by `erase_expired`; answers how many ended.
create function private.end_idle_sign_ins(most int) returns int
language plpgsql volatile security definer set search_path = '', pg_temp as $$
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

-- Grants

grant execute on function
	private.list_sign_ins(), private.end_sign_ins(uuid, boolean), private.replace_sign_in(uuid),
	public.list_sign_ins(), public.end_sign_ins(uuid, boolean), public.replace_sign_in(uuid)
	to authenticated;
