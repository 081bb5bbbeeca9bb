-- Who left reads what was theirs as it was that day, and nothing that came after it.

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
