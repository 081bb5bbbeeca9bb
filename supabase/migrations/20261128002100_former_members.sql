-- Who left reads what was theirs as it was that day, and nothing that came after it. Who has not signed
-- the charter in force reads nothing at all.

-- Row trigger: the actions of somebody who left stand still. Sessions they are not part of review and
-- carry them no more: their date, their outcome and the line said of them would tell of those.
create function private.keep_former() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	-- Words may still be erased.
	if new.title <> ''
		and (
			(old.title, old.outcome, old.status, old.due_on, old.carries, old.decided_carries)
				is distinct from
				(new.title, new.outcome, new.status, new.due_on, new.carries, new.decided_carries)
			or new.line not in (old.line, '')
			or new.due_in is distinct from old.due_in and new.due_in is not null
		)
		and not private.belongs(old.owner_id, old.group_id)
	then
		return null;
	end if;
	return new;
end $$;
create trigger former before update on public.actions
	for each row execute function private.keep_former();

-- The signatures of a group are its members' to read.
alter policy select_member on public.signatures using (
	group_id = any (array(select private.my_group_ids()))
	or (
		member_id = (select private.uid())
		and group_id = any (array(select private.my_joined_group_ids()))
	)
);

-- Groups I belong to and whose charter in force I have not signed: nothing of them is mine to read,
-- what I wrote myself no more than the rest.
create function private.my_unsigned_group_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select private.my_joined_group_ids() except select private.my_group_ids()
$$;
revoke execute on function private.my_unsigned_group_ids() from public, anon;
grant execute on function private.my_unsigned_group_ids() to authenticated;

alter policy select_member on public.actions using (
	group_id = any (array(select private.my_group_ids()))
	or (
		owner_id = (select private.uid())
		and group_id <> all (array(select private.my_unsigned_group_ids()))
	)
);
alter policy select_member on public.goals using (
	(shared and group_id = any (array(select private.my_group_ids())))
	or (
		owner_id = (select private.uid())
		and group_id <> all (array(select private.my_unsigned_group_ids()))
	)
);

create or replace function private.my_own_review_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select r.id from public.actions a
	join public.reviews r on r.action_id = a.id
	join public.memberships m on m.group_id = a.group_id and m.member_id = a.owner_id
	where a.owner_id = (select private.uid())
		and a.group_id not in (select private.my_unsigned_group_ids())
		and r.reviewed_at between m.joined_at and coalesce(m.left_at, 'infinity')
$$;

create or replace function private.my_own_event_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select e.id from public.actions a
	join public.action_events e on e.action_id = a.id
	join public.memberships m on m.group_id = a.group_id and m.member_id = a.owner_id
	where a.owner_id = (select private.uid())
		and a.group_id not in (select private.my_unsigned_group_ids())
		and e.at between m.joined_at and coalesce(m.left_at, 'infinity')
$$;
