-- The end of an account takes its groups before its memberships: an exclusion, which takes the group
-- first, and the end of the account it is about waited for each other.

create or replace function private.erase_account() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
	-- The groups first, as all that changes who belongs to one: those of before too, since one that
	-- nobody is left in goes. In the order of their ids, so that of two who end at once one waits.
	perform from public.groups g where g.id in (
		select m.group_id from public.memberships m where m.member_id = old.id
	) order by g.id for no key update;
	-- As by leaving each group: the triggers cut the live topics and take invitations back.
	update public.memberships m set left_at = greatest(clock_timestamp(), m.joined_at)
		where m.member_id = old.id and m.left_at is null;
	delete from public.invitations i where i.email = lower(old.email);
	perform private.empty_challenges(
		array(select c.id from public.challenges c where c.presenter_id = old.id)
	);
	delete from public.contributions b where b.author_id = old.id;
	delete from public.feedbacks f where f.member_id = old.id;
	delete from public.actions a where a.owner_id = old.id;
	delete from public.goals o where o.owner_id = old.id;
	-- The group decides all the same, about whom they named.
	update public.breaches h set reason = '…' where h.raised_by = old.id and h.settled_at is null;
	update public.animators a set until = greatest(clock_timestamp(), a.since)
		where a.member_id = old.id and a.until is null;
	update public.actions a set partner_id = null where a.partner_id = old.id;
	update public.reviews r set line = '' where r.reviewed_by = old.id and r.line <> '';
	delete from private.room_thumbs t where t.member_id = old.id;
	delete from private.room_signals s where s.member_id = old.id;
	delete from private.reminders r where r.member_id = old.id;
	delete from public.reminder_settings s where s.id = old.id;
	delete from public.push_subscriptions p where p.member_id = old.id;
	delete from public.calendars c where c.id = old.id;
	delete from public.operations o where o.member_id = old.id;
	-- Where nobody is left who could read it, nothing is kept.
	delete from public.groups g where g.id in (
		select m.group_id from public.memberships m where m.member_id = old.id
	) and not exists (
		select from public.memberships m
		join public.profiles p on p.id = m.member_id and p.erased_at is null
		where m.group_id = g.id and m.member_id <> old.id
	);
	if exists (select from public.memberships m where m.member_id = old.id) then
		update public.profiles p set name = '', language = 'fr', erased_at = clock_timestamp()
			where p.id = old.id;
	else
		delete from public.profiles p where p.id = old.id;
	end if;
	perform private.erase_traces(old.id, old.email);
	return old;
end $$;
