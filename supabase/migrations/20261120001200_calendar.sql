-- A member's sessions as a calendar under a secret address. It says when, and nothing else.

create table public.calendars (
	id uuid primary key references public.profiles (id) on delete cascade,
	token_hash bytea not null unique check (octet_length(token_hash) = 32),
	created_at timestamptz not null default clock_timestamp()
);
comment on table public.calendars is
	'The secret address of a member''s calendar, one at most. Only the hash of its token is kept.';
comment on column public.calendars.id is 'The member.';

alter table public.calendars enable row level security;
revoke all on public.calendars from anon, authenticated;
grant select (id, created_at) on public.calendars to authenticated;
create policy select_owner on public.calendars for select to authenticated
	using (id = (select auth.uid()));

create function public.open_calendar() returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
	-- Three of the 122 random bits each, pressed into 32 bytes.
	secret bytea := sha256(
		uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
	);
	token text := translate(rtrim(encode(secret, 'base64'), '='), '+/', '-_');
begin
	insert into public.calendars (id, token_hash)
		values (private.me(), sha256(convert_to(token, 'UTF8')))
		on conflict (id) do update
			set token_hash = excluded.token_hash, created_at = excluded.created_at;
	return token;
end $$;
comment on function public.open_calendar is
	'A new secret token for the caller''s calendar, told this once; the one before stops working.';

create function public.close_calendar() returns void
language sql volatile security definer set search_path = '' as $$
	delete from public.calendars c where c.id = private.me()
$$;
comment on function public.close_calendar is 'Ends the caller''s calendar: its address stops working.';

-- Called without an account: the token is the right. Its hash comes, so that the token itself stands
-- in no statement; unknown and revoked look alike.
create function public.read_calendar(token_hash text) returns jsonb
language sql stable security definer set search_path = '' as $$
	select (
		select coalesce(jsonb_agg(jsonb_build_object(
			'id', s.id, 'starts_at', s.starts_at, 'length_minutes', s.length_minutes,
			'version', s.version, 'updated_at', s.updated_at
		) order by s.starts_at, s.id), '[]')
		from public.memberships m
		join public.sessions s on s.group_id = m.group_id
		where m.member_id = k.id and m.left_at is null
			and s.starts_at > now() - interval '60 days'
			and (s.closed_at is null or s.closed_at >= m.joined_at)
			and exists (
				select from public.charters c
				join public.signatures g on g.charter_id = c.id and g.member_id = m.member_id
				where c.group_id = m.group_id
					and c.version = (select max(l.version) from public.charters l where l.group_id = c.group_id)
			)
	)
	from public.calendars k
	where encode(k.token_hash, 'hex') = read_calendar.token_hash
$$;
comment on function public.read_calendar is
	'When the sessions are of the member whose calendar this is. Null: no such calendar.';

revoke execute on function public.open_calendar(), public.close_calendar(),
	public.read_calendar(text) from public, anon, authenticated;
grant execute on function public.open_calendar(), public.close_calendar() to authenticated;
grant execute on function public.read_calendar(text) to anon;

create function public.read_reminders() returns jsonb
language sql stable security invoker set search_path = '' as $$
	select jsonb_build_object(
		'settings', (
			select jsonb_build_object('mail', s.mail, 'push', s.push, 'quiet_from', s.quiet_from,
				'quiet_to', s.quiet_to, 'time_zone', s.time_zone)
			from public.reminder_settings s where s.id = (select auth.uid())
		),
		'endpoints', array(
			select p.endpoint from public.push_subscriptions p where p.member_id = (select auth.uid())
		),
		'calendar', (select c.created_at from public.calendars c where c.id = (select auth.uid()))
	)
$$;
comment on function public.read_reminders is
	'What the caller chose: settings (null: the defaults), browsers, since when there is a calendar.';
revoke execute on function public.read_reminders() from public, anon;
grant execute on function public.read_reminders() to authenticated;
