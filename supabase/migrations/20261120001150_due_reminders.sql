-- What is due to whom, and who is sending it: the only memory of the reminders, so that any number of
-- processes may come and go.

create table private.reminders (
	id uuid primary key default gen_random_uuid(),
	member_id uuid not null references public.profiles (id) on delete cascade,
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
alter table private.reminders enable row level security;
revoke all on private.reminders from anon, authenticated;

-- Every occasion that is open at this moment and whom it concerns: members of today, by the rules of
-- what they may read. Wishes and quiet hours are not asked yet.
create function private.open_occasions(at timestamptz)
returns table (
	member_id uuid, kind text, subject uuid, day date, opened timestamptz, until timestamptz, zone text
)
language sql stable set search_path = '' as $$
	with planned as (
		select s.*, s.starts_at at time zone s.time_zone as local from public.sessions s
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
		-- Not while people still say goodbye.
		select s.group_id, 'after', s.id, (s.starts_at at time zone s.time_zone)::date, s.time_zone,
			s.closed_at + interval '1 hour', s.closed_at + interval '2 days'
		from public.sessions s
		where s.status = 'closed' and s.closed_at > at - interval '2 days'
		union all
		select c.group_id, 'charter', c.id, (c.created_at at time zone 'UTC')::date, null,
			c.created_at + interval '1 hour', 'infinity'
		from public.charters c
		where c.version = (select max(l.version) from public.charters l where l.group_id = c.group_id)
	)
	select m.member_id, o.kind, o.subject, o.day, t.opened, t.until, o.zone
	from occasions o
	join public.memberships m on m.group_id = o.group_id and m.left_at is null
	cross join lateral (
		-- A charter waits for who came later from the day they came, and not for ever.
		select greatest(o.opened, m.joined_at + interval '1 hour') as opened,
			least(o.until, greatest(o.opened, m.joined_at) + interval '30 days') as until
	) t
	where at >= t.opened and at < t.until
		and (o.kind = 'charter') = not exists (
			select from public.signatures g
			join public.charters c on c.id = g.charter_id
			where g.member_id = m.member_id and c.group_id = o.group_id
				and c.version = (select max(l.version) from public.charters l where l.group_id = o.group_id)
		)
		and (
			o.kind <> 'after'
			or m.joined_at <= o.opened - interval '1 hour' and exists (
				select from public.actions a
				where a.group_id = o.group_id and a.owner_id = m.member_id and a.status = 'open'
					and a.removed_at is null
			)
		)
$$;

-- Whether an hour lies between two others, over midnight too. Null bounds: never.
create function private.is_quiet(hour time, quiet_from time, quiet_to time) returns boolean
language sql immutable set search_path = '' as $$
	select coalesce(
		case when quiet_from <= quiet_to then hour >= quiet_from and hour < quiet_to
			else hour >= quiet_from or hour < quiet_to end,
		false
	)
$$;

-- What may leave at this moment, by which way and to where.
create function private.due_reminders(at timestamptz)
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

create function public.claim_reminders(at timestamptz, most int) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
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
		-- The same order for all, so that two who claim at once queue and never lock each other.
		order by d.target, d.channel, d.kind, d.subject, d.day
		limit least(most, 200)
	), mine as (
		insert into private.reminders as r
			(member_id, kind, subject, day, channel, target, claimed_until)
		select d.member_id, d.kind, d.subject, d.day, d.channel, d.target, moment + interval '5 minutes'
		from due d
		-- Longer each time: a mailbox that refuses is not asked every five minutes for a week.
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
comment on function public.claim_reminders is
	'Takes what is due for the calling process alone, for five minutes. For the server only.';

create function public.finish_reminder(id uuid, outcome text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	held private.reminders;
begin
	update private.reminders r set settled_at = clock_timestamp(), outcome = finish_reminder.outcome
		where r.id = finish_reminder.id
		returning * into held;
	if held.channel = 'push' and held.outcome = 'gone' then
		delete from public.push_subscriptions p where p.id = held.target;
	end if;
end $$;
comment on function public.finish_reminder is
	'Notes that a claimed reminder was sent, or that nobody is there any more. For the server only.';

revoke execute on function public.claim_reminders(timestamptz, int),
	public.finish_reminder(uuid, text), private.open_occasions(timestamptz),
	private.is_quiet(time, time, time), private.due_reminders(timestamptz)
	from public, anon, authenticated;
grant execute on function public.claim_reminders(timestamptz, int),
	public.finish_reminder(uuid, text) to service_role;
