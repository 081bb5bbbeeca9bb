-- How long a group keeps its words. After that they are erased; dates, turns and minutes stay.

alter table public.groups add column retention_months int not null default 12
	check (retention_months between 1 and 60);
comment on column public.groups.retention_months is
	'Months after which what was said in a closed session is erased, and actions and goals that ended.';
alter table public.sessions add column erased_at timestamptz;
comment on column public.sessions.erased_at is 'When its words were erased. Null: they are kept.';
create index sessions_kept on public.sessions (closed_at)
	where status = 'closed' and erased_at is null;
create index operations_applied on public.operations (applied_at);

-- Row trigger: an erased session gets no new words. No lock is needed where a row is changed: who
-- erases changes each of these rows, so that one of the two waits for the other and sees it.
create function private.keep_erased() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	if exists (
		select from public.sessions s where s.id = new.session_id and s.erased_at is not null
	) then
		perform private.refuse('CR004', 'the words of this session were erased');
	end if;
	return new;
end $$;

-- A row that is new nobody waits for: here the erasing is.
create function private.keep_erased_out() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	perform from public.sessions s
		where s.id = new.session_id and s.erased_at is null for key share;
	if not found then
		perform private.refuse('CR004', 'the words of this session were erased');
	end if;
	return new;
end $$;

create trigger keep_erased before update on public.challenges
	for each row when (
		concat(new.question, new.context, new.tried, new.options, new.wanted, new.unwanted) <> ''
	) execute function private.keep_erased();
create trigger keep_erased before update on public.challenge_notes
	for each row when (new.body || new.takeaways <> '') execute function private.keep_erased();
create trigger keep_erased before insert on public.feedbacks
	for each row execute function private.keep_erased_out();

create function public.set_retention(group_id uuid, months int, expected int) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	held int;
begin
	select g.retention_months into held from public.groups g
		where g.id = set_retention.group_id and g.id in (select private.my_group_ids())
		for update;
	if not found then
		perform private.refuse('CR001', 'no such group');
	end if;
	if held is distinct from expected then
		perform private.refuse('CR003', 'it was changed meanwhile');
	end if;
	if months is null or months not between 1 and 60 then
		perform private.refuse('CR005', 'between one month and five years');
	end if;
	update public.groups g set retention_months = months where g.id = set_retention.group_id;
end $$;
comment on function public.set_retention is
	'Changes how long the group keeps its words; `expected` is the number of months its caller saw.';
revoke execute on function public.set_retention(uuid, int, int) from public, anon;
grant execute on function public.set_retention(uuid, int, int) to authenticated;
