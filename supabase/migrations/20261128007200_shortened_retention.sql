-- Whoever shortens how long a group keeps its words decides for everybody: the register says so.

alter table public.decisions
	drop constraint decisions_kind_check,
	add constraint decisions_kind_check check (kind in (
		'founded', 'charter', 'admission', 'departure', 'exclusion', 'breach_dismissed',
		'retention_shortened'
	));
comment on column public.decisions.subject_id is
	'Whom it is about; of a retention that was shortened: who did it. Null: nobody, somebody who is no more, or whom a breach that was dismissed was about.';

create function private.log_retention() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
	insert into public.decisions (group_id, kind, subject_id, at)
	select new.id, 'retention_shortened', p.id, clock_timestamp()
	from public.profiles p where p.id = private.uid();
	return null;
end $$;
revoke execute on function private.log_retention() from public, anon, authenticated;

create trigger log_retention after update of retention_months on public.groups
	for each row when (new.retention_months < old.retention_months)
	execute function private.log_retention();
