-- The export of everything that is the caller's; and the end of an account: what its member wrote
-- is erased, what the group needs stays without a name.

-- Helper functions

create function private.my_address() returns text
language sql stable security definer set search_path = '', pg_temp as $$
	select u.email from auth.users u where u.id = (select private.uid())
$$;

-- The caller's profile with the address of their account.
create function private.export_profile(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'id', p.id, 'email', private.my_address(), 'name', p.name, 'language', p.language
	)
	from cercle.profiles p where p.id = me
$$;

-- Erases what the API notes beside an account, without a key that would take it along.
create function private.erase_traces(account uuid, address text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	trace record;
begin
	for trace in
		select * from (values
			('auth.refresh_tokens', 'user_id::text = $1::text'),
			('auth.flow_state', 'user_id::text = $1::text'),
			('auth.audit_log_entries',
				'strpos(payload::text, to_json($1)::text) > 0 or strpos(payload::text, to_json($2)::text) > 0')
		) t (name, which)
		where to_regclass(t.name) is not null and has_table_privilege(t.name, 'select, delete')
	loop
		execute format('delete from %s where %s', trace.name, trace.which) using account, address;
	end loop;
end $$;

-- Triggers

-- However the account is deleted. It takes its groups before its memberships:
-- otherwise an exclusion, which takes the group first, and the end of the account it is about would
-- wait for each other.
create function private.erase_account() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	-- The groups first, like every change of who belongs to one; former groups too, since a group
	-- that nobody is left in goes. In the order of their ids, so that of two accounts that end at
	-- once one waits.
	perform from cercle.groups g where g.id in (
		select m.group_id from cercle.memberships m where m.member_id = old.id
	) order by g.id for no key update;
	-- What is erased of sessions that are over is named to no room, and of a group they had left
	-- nothing else says so.
	insert into private.noted_changes (group_id, name)
	select distinct m.group_id, 'all' from cercle.memberships m where m.member_id = old.id
	on conflict do nothing;
	-- As by leaving each group: the triggers cut the live topics and take invitations back.
	update cercle.memberships m set left_at = greatest(clock_timestamp(), m.joined_at)
		where m.member_id = old.id and m.left_at is null;
	delete from cercle.invitations i where i.email = lower(old.email);
	perform private.empty_challenges(
		array(select c.id from cercle.challenges c where c.presenter_id = old.id)
	);
	delete from cercle.contributions b where b.author_id = old.id;
	delete from cercle.feedbacks f where f.member_id = old.id;
	delete from cercle.actions a where a.owner_id = old.id;
	delete from cercle.goals o where o.owner_id = old.id;
	-- The group still decides about the member they accused.
	update cercle.breaches h set reason = '…' where h.raised_by = old.id and h.settled_at is null;
	update cercle.animators a set until = greatest(clock_timestamp(), a.since)
		where a.member_id = old.id and a.until is null;
	update cercle.actions a set partner_id = null where a.partner_id = old.id;
	update cercle.reviews r set line = '' where r.reviewed_by = old.id and r.line <> '';
	delete from private.room_thumbs t where t.member_id = old.id;
	delete from private.room_signals s where s.member_id = old.id;
	delete from private.reminders r where r.member_id = old.id;
	delete from cercle.reminder_settings s where s.id = old.id;
	delete from cercle.push_subscriptions p where p.member_id = old.id;
	delete from cercle.calendars c where c.id = old.id;
	delete from cercle.operations o where o.member_id = old.id;
	delete from private.address_changes c where c.account = old.id or c.email = lower(old.email);
	delete from cercle.address_confirmations f where f.member_id = old.id;
	delete from private.chosen_passwords p where p.account = old.id;
	-- A group in which nobody could read it any more keeps nothing.
	delete from cercle.groups g where g.id in (
		select m.group_id from cercle.memberships m where m.member_id = old.id
	) and not exists (
		select from cercle.memberships m
		join cercle.profiles p on p.id = m.member_id and p.erased_at is null
		where m.group_id = g.id and m.member_id <> old.id
	);
	if exists (select from cercle.memberships m where m.member_id = old.id) then
		update cercle.profiles p set name = '', language = 'fr', erased_at = clock_timestamp()
			where p.id = old.id;
	else
		delete from cercle.profiles p where p.id = old.id;
	end if;
	perform private.erase_traces(old.id, old.email);
	return old;
end $$;
create trigger erase_account before delete on auth.users
	for each row execute function private.erase_account();

-- Commands

create function private.delete_account(confirmation text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
begin
	-- Operations that a phone of the member is just delivering come first.
	perform pg_advisory_xact_lock(hashtextextended(me::text, 0));
	delete from auth.users u where u.id = me and lower(u.email) = lower(btrim(confirmation));
	if not found then
		perform private.refuse('CR018', 'this is not the address of the account');
	end if;
end $$;

create function public.delete_account(confirmation text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.delete_account(confirmation)
$$;
comment on function public.delete_account is
	'Deletes the caller''s account at once, for a caller who types its address.';

create function private.export_account() returns jsonb
language plpgsql stable set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
begin
	return jsonb_build_object('version', 1, 'exported_at', now())
		|| jsonb_build_object('account', private.export_profile(me))
		|| private.export_groups(me)
		|| private.export_sessions(me)
		|| private.export_goals(me)
		|| private.export_actions(me)
		|| private.export_challenges(me)
		|| private.export_contributions(me)
		|| private.export_breaches(me)
		|| private.export_reminders(me);
end $$;

create function public.export_account() returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.export_account()
$$;
comment on function public.export_account is
	'All that is the caller''s, with the caller''s own rights; others'' words only where they became theirs.';

-- Grants

grant execute on function
	private.my_address(), private.export_profile(uuid), private.delete_account(text),
	private.export_account(), public.delete_account(text), public.export_account()
	to authenticated;
