-- What a member wants to be reminded of, by which way and when not.

create table public.reminder_settings (
	id uuid primary key references public.profiles (id) on delete cascade,
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
comment on table public.reminder_settings is
	'What a member wants to be reminded of, and how. No row: the defaults.';
comment on column public.reminder_settings.id is 'The member.';
comment on column public.reminder_settings.mail is 'The kinds of reminder that come by mail.';
comment on column public.reminder_settings.push is 'The kinds that come to the devices that subscribed.';
comment on column public.reminder_settings.quiet_from is
	'From this hour to quiet_to, in the member''s zone, nothing is sent. Both null: no such hours.';

alter table public.reminder_settings enable row level security;
revoke all on public.reminder_settings from anon, authenticated;
grant select, insert (id, mail, push, quiet_from, quiet_to, time_zone),
	update (mail, push, quiet_from, quiet_to, time_zone)
	on public.reminder_settings to authenticated;
-- The constraint asks it with the rights of who writes.
grant execute on function private.is_time_zone(text) to authenticated, service_role;

-- The name of a zone that Postgres does not know would stop the reminders of everybody.
create function private.keep_known_zone() returns trigger
language plpgsql set search_path = '' as $$
begin
	perform now() at time zone new.time_zone;
	new.updated_at := clock_timestamp();
	return new;
end $$;

create policy select_owner on public.reminder_settings for select to authenticated
	using (id = (select auth.uid()));
create policy insert_owner on public.reminder_settings for insert to authenticated
	with check (id = (select auth.uid()));
create policy update_owner on public.reminder_settings for update to authenticated
	using (id = (select auth.uid())) with check (id = (select auth.uid()));

create trigger keep_columns before update on public.reminder_settings
	for each row execute function private.keep_columns('id');
create trigger keep_known_zone before insert or update on public.reminder_settings
	for each row execute function private.keep_known_zone();

create function public.set_reminders(settings jsonb) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
	if jsonb_typeof(settings -> 'mail') is distinct from 'array'
		or jsonb_typeof(settings -> 'push') is distinct from 'array'
		or settings ->> 'time_zone' is null
	then
		perform private.refuse('CR005', 'the settings are incomplete');
	end if;
	insert into public.reminder_settings (id, mail, push, quiet_from, quiet_to, time_zone)
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
comment on function public.set_reminders is 'Replaces what the caller wants to be reminded of.';
revoke execute on function public.set_reminders(jsonb) from public, anon;
grant execute on function public.set_reminders(jsonb) to authenticated;
