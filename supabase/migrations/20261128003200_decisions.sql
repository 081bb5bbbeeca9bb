-- The register of a group: what was decided about it and when, without a word of why.

create table public.decisions (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	kind text not null check (kind in (
		'founded', 'charter', 'admission', 'departure', 'exclusion', 'breach_dismissed'
	)),
	subject_id uuid references public.profiles (id) on delete set null,
	at timestamptz not null
);
comment on table public.decisions is 'What a group decided, in order, append-only. Holds no text.';
comment on column public.decisions.id is 'Of what a breach led to: that of the breach.';
comment on column public.decisions.subject_id is
	'Whom it is about. Null: nobody, somebody who is no more, or whom a breach that was dismissed was about.';
create index decisions_group on public.decisions (group_id, at);
create index decisions_subject on public.decisions (subject_id);

alter table public.decisions enable row level security;
revoke all on public.decisions from anon, authenticated;
grant select on public.decisions to authenticated;
create policy select_member on public.decisions for select to authenticated
	using (
		group_id = any (array(select private.my_group_ids()))
		and id <> all (array(select private.my_accusation_ids()))
	);

create or replace function private.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
	perform private.refuse('CR002', 'this log is append-only');
	return null;
end $$;
create trigger append_only before update of id, group_id, kind, at on public.decisions
	for each row execute function private.refuse_change();

create function private.log_admission() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
	insert into public.decisions (group_id, kind, subject_id, at)
	select new.group_id,
		case when exists (
			select from public.decisions d where d.group_id = new.group_id and d.kind = 'founded'
		) then 'admission' else 'founded' end,
		new.member_id, new.joined_at;
	return null;
end $$;

create function private.log_charter() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
	insert into public.decisions (group_id, kind, at) values (new.group_id, 'charter', new.created_at);
	return null;
end $$;

-- Excluded is who left at the very moment at which a breach was settled so.
create function private.log_departure() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
	breach_id uuid := (
		select b.id from public.breaches b
		where b.group_id = new.group_id and b.accused_id = new.member_id
			and b.outcome = 'excluded' and b.settled_at = new.left_at
	);
begin
	insert into public.decisions (id, group_id, kind, subject_id, at) values (
		coalesce(breach_id, gen_random_uuid()), new.group_id,
		case when breach_id is null then 'departure' else 'exclusion' end,
		new.member_id, new.left_at
	);
	return null;
end $$;

-- An account that ends while it belongs to a group, unless the group itself ends.
create function private.log_end() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
	insert into public.decisions (group_id, kind, at)
	select g.id, 'departure', clock_timestamp() from public.groups g where g.id = old.group_id;
	return null;
end $$;

create trigger log_admission after insert on public.memberships
	for each row execute function private.log_admission();
create trigger log_departure after update on public.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.log_departure();
create trigger log_end after delete on public.memberships
	for each row when (old.left_at is null) execute function private.log_end();
create trigger log_charter after insert on public.charters
	for each row when (new.version > 1) execute function private.log_charter();

-- What was decided before there was a register.
insert into public.decisions (group_id, kind, subject_id, at)
select m.group_id,
	case when row_number() over (partition by m.group_id order by m.joined_at, m.id) = 1
		then 'founded' else 'admission' end,
	m.member_id, m.joined_at
from public.memberships m
union all
select m.group_id, 'departure', m.member_id, m.left_at
from public.memberships m where m.left_at is not null
union all
select c.group_id, 'charter', null, c.created_at
from public.charters c where c.version > 1;
