-- Reminders by mail and push, and the calendar under a secret address. None of them carries a text
-- of a member.

create table cercle.reminder_settings (
	id uuid primary key references cercle.profiles (id) on delete cascade,
	mail text[] not null default '{week,day,after,charter}'
		check (mail <@ '{week,day,after,charter}' and cardinality(mail) <= 4),
	push text[] not null default '{week,day,after,charter}'
		check (push <@ '{week,day,after,charter}' and cardinality(push) <= 4),
	quiet_from time default '21:00',
	quiet_to time default '08:00',
	time_zone text not null default 'Europe/Paris'
		check (private.fits(time_zone, 60) and private.is_time_zone(time_zone)),
	updated_at timestamptz not null default now(),
	constraint quiet_whole check ((quiet_from is null) = (quiet_to is null))
);
comment on table cercle.reminder_settings is
	'What a member wants to be reminded of, and how. No row: the defaults.';
comment on column cercle.reminder_settings.id is 'The member.';
comment on column cercle.reminder_settings.mail is 'The kinds of reminder that come by mail.';
comment on column cercle.reminder_settings.push is
	'The kinds that come to the devices that subscribed.';
comment on column cercle.reminder_settings.quiet_from is
	'From this hour to quiet_to, in the member''s zone, nothing is sent. Both null: no such hours.';

-- The browsers that asked for reminders. A browser is reminded in the name of the sign-in that
-- asked for it, and ends with it; without a foreign key, because that table belongs to Supabase.
create table cercle.push_subscriptions (
	id uuid primary key default gen_random_uuid(),
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	session_id uuid not null,
	endpoint text not null unique
		check (private.fits(endpoint, 1000) and endpoint ~ '^https?://[^\s/]+/\S*$'),
	p256dh text not null check (p256dh ~ '^[A-Za-z0-9_-]{87}=?$'),
	auth text not null check (auth ~ '^[A-Za-z0-9_-]{22}(==)?$'),
	created_at timestamptz not null default clock_timestamp()
);
comment on table cercle.push_subscriptions is
	'Where a browser can be reached by push, and its keys: what is sent there only it can read.';
comment on column cercle.push_subscriptions.endpoint is
	'An address given by a browser: whether it is one of a push service is asked by the server that sends.';
comment on column cercle.push_subscriptions.session_id is
	'The session of the account that asked: once it is ended, nothing is sent there.';
create index push_subscriptions_member on cercle.push_subscriptions (member_id);
create index push_subscriptions_session on cercle.push_subscriptions (session_id);

create table cercle.calendars (
	id uuid primary key references cercle.profiles (id) on delete cascade,
	token_hash bytea not null unique check (octet_length(token_hash) = 32),
	created_at timestamptz not null default clock_timestamp()
);
comment on table cercle.calendars is
	'The secret address of a member''s calendar, one at most. Only the hash of its token is kept.';
comment on column cercle.calendars.id is 'The member.';

-- What is due to whom, and which process is sending it: the only memory of the reminders, so that
-- any number of processes may come and go.
create table private.reminders (
	id uuid primary key default gen_random_uuid(),
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	kind text not null check (kind in ('week', 'day', 'after', 'charter')),
	subject uuid not null,
	day date not null,
	channel text not null check (channel in ('mail', 'push')),
	target uuid not null,
	attempts int not null default 1,
	claimed_until timestamptz not null,
	settled_at timestamptz,
	outcome text check (outcome in ('sent', 'gone')),
	unique (target, channel, kind, subject, day),
	constraint reminders_settled check ((settled_at is null) = (outcome is null))
);
comment on table private.reminders is 'Reminders that were sent, or are being sent. Holds no text.';
comment on column private.reminders.subject is 'The session, or the charter.';
comment on column private.reminders.day is
	'The session''s day: one that is moved to another day is a new occasion.';
comment on column private.reminders.target is 'The subscription by push, the member by mail.';
comment on column private.reminders.claimed_until is
	'Until then one process is at it; still unsettled afterwards, it died or failed, and any may try again.';
create index reminders_member on private.reminders (member_id);
create index reminders_claimed on private.reminders (claimed_until);

alter table cercle.reminder_settings enable row level security;
alter table cercle.push_subscriptions enable row level security;
alter table cercle.calendars enable row level security;
alter table private.reminders enable row level security;

-- Helper functions

-- Whether an hour lies between two others, over midnight too. Null bounds: never.
create function private.is_quiet(hour time, quiet_from time, quiet_to time) returns boolean
language sql immutable set search_path = '', pg_temp as $$
	select coalesce(
		case when quiet_from <= quiet_to then hour >= quiet_from and hour < quiet_to
			else hour >= quiet_from or hour < quiet_to end,
		false
	)
$$;

-- Every occasion that is open at this moment and whom it concerns: members of today, by the rules
-- of what they may read. Settings and quiet hours come later.
create function private.open_occasions(at timestamptz)
returns table (
	member_id uuid, kind text, subject uuid, day date, opened timestamptz, until timestamptz, zone text
)
language sql stable set search_path = '', pg_temp as $$
	with planned as (
		select s.*, s.starts_at at time zone s.time_zone as local from cercle.sessions s
		where s.status = 'planned' and s.starts_at > at and s.starts_at < at + interval '8 days'
	), occasions as (
		-- Days of the calendar where the session is held: the hour stays when clocks change.
		select p.group_id, 'week' as kind, p.id as subject, p.local::date as day, p.time_zone as zone,
			(p.local - interval '7 days') at time zone p.time_zone as opened,
			(p.local - interval '1 day') at time zone p.time_zone as until
		from planned p
		union all
		select p.group_id, 'day', p.id, p.local::date, p.time_zone,
			(p.local - interval '1 day') at time zone p.time_zone, p.starts_at
		from planned p
		union all
		-- Not right after the end, while people still say goodbye.
		select s.group_id, 'after', s.id, (s.starts_at at time zone s.time_zone)::date, s.time_zone,
			s.closed_at + interval '1 hour', s.closed_at + interval '2 days'
		from cercle.sessions s
		where s.status = 'closed' and s.closed_at > at - interval '2 days'
		union all
		select c.group_id, 'charter', c.id, (c.created_at at time zone 'UTC')::date, null,
			c.created_at + interval '1 hour', 'infinity'
		from cercle.charters c
		where c.version = (select max(l.version) from cercle.charters l where l.group_id = c.group_id)
	)
	select m.member_id, o.kind, o.subject, o.day, t.opened, t.until, o.zone
	from occasions o
	join cercle.memberships m on m.group_id = o.group_id and m.left_at is null
	cross join lateral (
		-- A charter waits for a member who came later from the day they came, and not for ever.
		select greatest(o.opened, m.joined_at + interval '1 hour') as opened,
			least(o.until, greatest(o.opened, m.joined_at) + interval '30 days') as until
	) t
	where at >= t.opened and at < t.until
		and (o.kind = 'charter') = not exists (
			select from cercle.signatures g
			join cercle.charters c on c.id = g.charter_id
			where g.member_id = m.member_id and c.group_id = o.group_id
				and c.version = (select max(l.version) from cercle.charters l where l.group_id = o.group_id)
		)
		and (
			o.kind <> 'after'
			or m.joined_at <= o.opened - interval '1 hour' and exists (
				select from cercle.actions a
				where a.group_id = o.group_id and a.owner_id = m.member_id and a.status = 'open'
					and a.removed_at is null
			)
		)
$$;

-- What may leave at this moment, by which way and to where.
create function private.due_reminders(at timestamptz)
returns table (
	member_id uuid, kind text, subject uuid, day date, until timestamptz, channel text, target uuid,
	language text, address text, subscription jsonb
)
language sql stable set search_path = '', pg_temp as $$
	select o.member_id, o.kind, o.subject, o.day, o.until, w.channel, w.target, p.language, w.address,
		w.subscription
	from private.open_occasions(at) o
	join cercle.profiles p on p.id = o.member_id
	left join cercle.reminder_settings s on s.id = o.member_id
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
		from cercle.push_subscriptions b
		join auth.sessions l on l.id = b.session_id and l.user_id = b.member_id
		where b.member_id = o.member_id and b.created_at <= o.opened
			and (s.id is null or o.kind = any (s.push))
	) w
	-- A member who chose nothing lives where the group meets.
	where not private.is_quiet(
		(at at time zone coalesce(s.time_zone, o.zone, 'Europe/Paris'))::time,
		case when s.id is null then '21:00' else s.quiet_from end,
		case when s.id is null then '08:00' else s.quiet_to end
	)
$$;

-- Erases what was noted of old reminders: see `erase_expired`.
create function private.erase_reminders(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	gone int;
begin
	delete from private.reminders r where r.id = any (array(
		select d.id from private.reminders d
		where d.claimed_until < at - interval '90 days' limit most
	));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- Policies

create policy select_owner on cercle.reminder_settings for select to authenticated
	using (id = (select private.uid()));
create policy insert_owner on cercle.reminder_settings for insert to authenticated
	with check (id = (select private.uid()));
create policy update_owner on cercle.reminder_settings for update to authenticated
	using (id = (select private.uid())) with check (id = (select private.uid()));
create policy select_owner on cercle.push_subscriptions for select to authenticated
	using (member_id = (select private.uid()));
create policy select_owner on cercle.calendars for select to authenticated
	using (id = (select private.uid()));

-- Triggers

-- Row trigger: a zone that Postgres does not know would stop the reminders of everybody.
create function private.keep_known_zone() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	perform now() at time zone new.time_zone;
	new.updated_at := clock_timestamp();
	return new;
end $$;
create trigger keep_known_zone before insert or update on cercle.reminder_settings
	for each row execute function private.keep_known_zone();

create trigger keep_columns before update on cercle.reminder_settings
	for each row execute function private.keep_columns('id');

-- Commands of members

create function private.set_reminders(settings jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
begin
	if jsonb_typeof(settings -> 'mail') is distinct from 'array'
		or jsonb_typeof(settings -> 'push') is distinct from 'array'
		or settings ->> 'time_zone' is null
	then
		perform private.refuse('CR005', 'the settings are incomplete');
	end if;
	insert into cercle.reminder_settings (id, mail, push, quiet_from, quiet_to, time_zone)
	values (
		private.me(),
		array(select jsonb_array_elements_text(settings -> 'mail')),
		array(select jsonb_array_elements_text(settings -> 'push')),
		(settings ->> 'quiet_from')::time, (settings ->> 'quiet_to')::time, settings ->> 'time_zone'
	)
	on conflict (id) do update set
		mail = excluded.mail, push = excluded.push, quiet_from = excluded.quiet_from,
		quiet_to = excluded.quiet_to, time_zone = excluded.time_zone;
end $$;

create function public.set_reminders(settings jsonb) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.set_reminders(settings)
$$;
comment on function public.set_reminders is 'Replaces what the caller wants to be reminded of.';

create function private.read_reminders() returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'settings', (
			select jsonb_build_object('mail', s.mail, 'push', s.push, 'quiet_from', s.quiet_from,
				'quiet_to', s.quiet_to, 'time_zone', s.time_zone)
			from cercle.reminder_settings s where s.id = (select private.uid())
		),
		'endpoints', array(
			select p.endpoint from cercle.push_subscriptions p where p.member_id = (select private.uid())
		),
		'calendar', (select c.created_at from cercle.calendars c where c.id = (select private.uid()))
	)
$$;

create function public.read_reminders() returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.read_reminders()
$$;
comment on function public.read_reminders is
	'What the caller chose: settings (null: the defaults), browsers, since when there is a calendar.';

-- With the owner's rights: a browser that changes hands is taken from the account it had before.
create function private.subscribe_push(endpoint text, p256dh text, auth text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
begin
	insert into cercle.push_subscriptions as p (member_id, session_id, endpoint, p256dh, auth)
	values (
		me, private.sign_in_id(), subscribe_push.endpoint, subscribe_push.p256dh, subscribe_push.auth
	)
	on conflict on constraint push_subscriptions_endpoint_key do update set
		p256dh = excluded.p256dh, auth = excluded.auth, member_id = excluded.member_id,
		session_id = excluded.session_id,
		created_at = case when p.member_id = me then p.created_at else clock_timestamp() end;
	-- Nobody has more than ten devices in use: the oldest make room.
	delete from cercle.push_subscriptions p where p.id in (
		select o.id from cercle.push_subscriptions o
		where o.member_id = me order by o.created_at desc offset 10
	);
end $$;

create function public.subscribe_push(endpoint text, p256dh text, auth text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.subscribe_push(endpoint, p256dh, auth)
$$;
comment on function public.subscribe_push is
	'Reminds the caller on this browser, and nobody else on it.';

create function private.unsubscribe_push(endpoint text) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	delete from cercle.push_subscriptions p
		where p.endpoint = unsubscribe_push.endpoint and p.member_id = private.me()
$$;

create function public.unsubscribe_push(endpoint text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.unsubscribe_push(endpoint)
$$;
comment on function public.unsubscribe_push is 'Leaves this browser of the caller alone.';

create function private.open_calendar() returns text
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	-- Three of the 122 random bits each, pressed into 32 bytes.
	secret bytea := sha256(
		uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
	);
	token text := translate(rtrim(encode(secret, 'base64'), '='), '+/', '-_');
begin
	insert into cercle.calendars (id, token_hash)
		values (private.me(), sha256(convert_to(token, 'UTF8')))
		on conflict (id) do update
			set token_hash = excluded.token_hash, created_at = excluded.created_at;
	return token;
end $$;

create function public.open_calendar() returns text
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.open_calendar()
$$;
comment on function public.open_calendar is
	'A new secret token for the caller''s calendar, told this once; the one before stops working.';

create function private.close_calendar() returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	delete from cercle.calendars c where c.id = private.me()
$$;

create function public.close_calendar() returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.close_calendar()
$$;
comment on function public.close_calendar is
	'Ends the caller''s calendar: its address stops working.';

-- Called without an account: the token is the right, and nothing that is kept of it opens the
-- calendar; unknown and revoked look alike.
create function private.read_calendar(token text) returns jsonb
language sql stable security definer set search_path = '', pg_temp as $$
	select (
		select coalesce(jsonb_agg(jsonb_build_object(
			'id', s.id, 'starts_at', s.starts_at, 'length_minutes', s.length_minutes,
			'version', s.version, 'updated_at', s.updated_at
		) order by s.starts_at, s.id), '[]')
		from cercle.memberships m
		join cercle.sessions s on s.group_id = m.group_id
		where m.member_id = k.id and m.left_at is null
			and s.starts_at > now() - interval '60 days'
			and (s.closed_at is null or s.closed_at >= m.joined_at)
			and exists (
				select from cercle.charters c
				join cercle.signatures g on g.charter_id = c.id and g.member_id = m.member_id
				where c.group_id = m.group_id
					and c.version = (select max(l.version) from cercle.charters l where l.group_id = c.group_id)
			)
	)
	from cercle.calendars k
	where k.token_hash = sha256(convert_to(read_calendar.token, 'UTF8'))
$$;

create function public.read_calendar(token text) returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.read_calendar(token)
$$;
comment on function public.read_calendar is
	'When the sessions are of the member whose calendar this is. Null: no such calendar.';

-- What an account exports of this area: see `export_account`.
create function private.export_reminders(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'reminders', (
			select r.settings -> 'settings' from (select private.read_reminders() as settings) r
		),
		'calendar_since', (select c.created_at from cercle.calendars c where c.id = me),
		'browsers', (
			select coalesce(jsonb_agg(p.created_at order by p.created_at), '[]')
			from cercle.push_subscriptions p where p.member_id = me
		)
	)
$$;

-- Commands of the server, which alone may know addresses

create function private.claim_reminders(at timestamptz, most int) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	-- One clock for every process: the database's. Tests have their own.
	moment timestamptz := coalesce(at, clock_timestamp());
	claimed jsonb;
begin
	delete from private.reminders r where r.claimed_until < moment - interval '90 days';
	with due as (
		select d.* from private.due_reminders(moment) d
		where not exists (
			select from private.reminders r
			where (r.target, r.channel, r.kind, r.subject, r.day)
				= (d.target, d.channel, d.kind, d.subject, d.day)
				and (r.settled_at is not null or r.claimed_until > moment)
		)
		-- The same order for all processes, so that two that claim at once queue and never deadlock.
		order by d.target, d.channel, d.kind, d.subject, d.day
		limit least(most, 200)
	), mine as (
		insert into private.reminders as r
			(member_id, kind, subject, day, channel, target, claimed_until)
		select d.member_id, d.kind, d.subject, d.day, d.channel, d.target, moment + interval '5 minutes'
		from due d
		-- Longer each time: a mailbox that refuses is not tried every five minutes for a week.
		on conflict on constraint reminders_target_channel_kind_subject_day_key do update set
			attempts = r.attempts + 1,
			claimed_until = moment
				+ least(interval '5 minutes' * power(2, least(r.attempts, 10)), interval '4 hours')
			where r.settled_at is null and r.claimed_until <= moment
		returning r.*
	)
	select coalesce(jsonb_agg(jsonb_build_object(
		'id', m.id, 'kind', m.kind, 'channel', m.channel, 'language', d.language,
		'seconds', ceil(extract(epoch from d.until - moment)),
		'address', d.address, 'subscription', d.subscription
	)), '[]') into claimed
	from mine m
	join due d on (d.target, d.channel, d.kind, d.subject, d.day)
		= (m.target, m.channel, m.kind, m.subject, m.day);
	return claimed;
end $$;

create function public.claim_reminders(at timestamptz, most int) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.claim_reminders(at, most)
$$;
comment on function public.claim_reminders is
	'Takes what is due for the calling process alone, for five minutes. For the server only.';

create function private.finish_reminder(id uuid, outcome text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	held private.reminders;
begin
	update private.reminders r set settled_at = clock_timestamp(), outcome = finish_reminder.outcome
		where r.id = finish_reminder.id
		returning * into held;
	if held.channel = 'push' and held.outcome = 'gone' then
		delete from cercle.push_subscriptions p where p.id = held.target;
	end if;
end $$;

create function public.finish_reminder(id uuid, outcome text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.finish_reminder(id, outcome)
$$;
comment on function public.finish_reminder is
	'Notes that a claimed reminder was sent, or that nobody is there any more. For the server only.';

-- Grants

grant select, insert (id, mail, push, quiet_from, quiet_to, time_zone),
	update (mail, push, quiet_from, quiet_to, time_zone)
	on cercle.reminder_settings to authenticated;
grant select on cercle.push_subscriptions to authenticated;
grant select (id, created_at) on cercle.calendars to authenticated;
grant execute on function
	private.export_reminders(uuid), private.set_reminders(jsonb), private.read_reminders(),
	private.subscribe_push(text, text, text), private.unsubscribe_push(text),
	private.open_calendar(), private.close_calendar(), public.set_reminders(jsonb),
	public.read_reminders(), public.subscribe_push(text, text, text), public.unsubscribe_push(text),
	public.open_calendar(), public.close_calendar()
	to authenticated;
grant execute on function
	private.read_calendar(text), public.read_calendar(text)
	to anon;
grant execute on function
	private.claim_reminders(timestamptz, int), private.finish_reminder(uuid, text),
	public.claim_reminders(timestamptz, int), public.finish_reminder(uuid, text)
	to service_role;
