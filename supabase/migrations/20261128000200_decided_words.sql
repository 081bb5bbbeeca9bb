-- What a decision leaves of the words said before it, and that a carry stays one when the count begins
-- again.

create or replace function private.decide_action(
	action_id uuid, choice text, title text, due_on date, line text
) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	held public.actions;
begin
	select * into held from public.actions a
		where a.id = decide_action.action_id and a.owner_id = private.me() and a.removed_at is null
			and a.group_id = any (array(select private.my_group_ids()))
		for update;
	if held.id is null then
		perform private.refuse('CR001', 'no such action of yours');
	end if;
	if held.status <> 'open' or held.carries < 3 or held.carries <= held.decided_carries then
		perform private.refuse('CR004', 'nothing is to be decided about it');
	end if;
	if choice is null or choice not in ('do', 'reshape', 'drop')
		or (choice = 'reshape' and coalesce(btrim(title), '') = '')
	then
		perform private.refuse('CR005', 'do, reshape with new words, or drop');
	end if;
	update public.actions a set
		title = case when choice = 'reshape' then btrim(decide_action.title) else a.title end,
		due_on = case when choice = 'drop' then a.due_on else coalesce(decide_action.due_on, a.due_on) end,
		status = case when choice = 'drop' then 'dropped' else a.status end,
		-- Said with the status, so that a line equal to the one before stays. Of a new commitment nothing
		-- was said yet.
		outcome = case choice when 'drop' then 'dropped' when 'do' then a.outcome end,
		carries = case when choice = 'reshape' then 0 else a.carries end,
		decided_carries = case when choice = 'reshape' then 0 else a.carries end,
		line = coalesce(decide_action.line, '')
		where a.id = held.id;
end $$;

create or replace function private.keep_removed_action() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	if old.removed_at is not null then
		-- Who else is named on it may still be forgotten.
		if (new.title, new.line, new.outcome, new.status, new.due_on, new.removed_at)
			is distinct from (old.title, old.line, old.outcome, old.status, old.due_on, old.removed_at)
		then
			perform private.refuse('CR001', 'this action was taken back');
		end if;
	elsif new.removed_at is not null then
		if old.carries > 0
			or exists (select from public.reviews r where r.action_id = old.id)
			or exists (
				select from public.action_events e where e.action_id = old.id and e.kind = 'carried'
			)
		then
			perform private.refuse('CR004', 'it was reviewed or carried: it is dropped, not taken back');
		end if;
		new.removed_at := clock_timestamp();
		new.title := '';
		new.line := '';
		new.status := 'dropped';
	end if;
	return new;
end $$;
