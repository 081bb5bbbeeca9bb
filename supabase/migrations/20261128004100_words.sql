-- Erasing words and leaving what became of things: shared by retention and the end of an account.

-- The outcome of a review is the last word said, too. A line that is taken back is taken back where it
-- was copied; what became of the action stays as it is.
create or replace function private.settle_reviewed_action() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
	reviewed public.actions;
begin
	if tg_op = 'UPDATE' and old.line <> '' and new.line = '' and new.outcome = old.outcome then
		update public.actions a set line = '' where a.id = new.action_id and a.line = old.line;
		return new;
	end if;
	select * into reviewed from public.actions a where a.id = new.action_id for update;
	if reviewed.group_id is distinct from new.group_id then
		perform private.refuse('CR005', 'the action is of another group');
	end if;
	new.reviewed_by := coalesce((select private.uid()), new.reviewed_by);
	new.reviewed_at := clock_timestamp();
	update public.actions a set
		status = case when new.outcome in ('done', 'dropped') then new.outcome else 'open' end,
		outcome = new.outcome,
		line = new.line
		where a.id = new.action_id;
	return new;
end $$;

-- The turn stays, for the rota: who brought something that day, not what. Answers how many
-- contributions went.
create function private.empty_challenges(ids uuid[]) returns int
language plpgsql volatile security definer set search_path = '' as $$
declare
	gone int;
begin
	update public.challenges c set
		question = '', context = '', tried = '', options = '', wanted = '', unwanted = '',
		need = 'understand', tags = '{}'
		where c.id = any (ids);
	update public.challenge_notes n set body = '', takeaways = '' where n.id = any (ids);
	delete from public.contributions b where b.challenge_id = any (ids);
	get diagnostics gone = row_count;
	return gone;
end $$;
revoke execute on function private.empty_challenges(uuid[]) from public, anon, authenticated;
