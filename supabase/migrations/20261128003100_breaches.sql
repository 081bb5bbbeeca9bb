-- A breach of the charter that a member raised about another, and what the others say of it.

create table public.breaches (
	id uuid primary key,
	group_id uuid not null references public.groups (id) on delete cascade,
	accused_id uuid not null references public.profiles (id) on delete cascade,
	raised_by uuid references public.profiles (id) on delete set null,
	reason text not null check (private.fits(reason, 2000)),
	raised_at timestamptz not null default clock_timestamp(),
	settled_at timestamptz,
	outcome text check (outcome in ('excluded', 'dismissed', 'lapsed', 'withdrawn', 'left')),
	entitled int check (entitled >= 0),
	votes_for int check (votes_for >= 0),
	votes_against int check (votes_against >= 0),
	constraint breaches_of_another check (accused_id <> raised_by),
	constraint breaches_settled check ((settled_at is null) = (outcome is null)),
	constraint breaches_erased check ((settled_at is null) = (reason <> ''))
);
comment on table public.breaches is
	'What one member holds against another, until the group has decided. Never the accused''s to read.';
comment on column public.breaches.reason is 'What happened. Erased once it is settled.';
comment on column public.breaches.outcome is
	'left: the accused went by themself before anything was decided.';
comment on column public.breaches.entitled is
	'How many could vote, and how they did, once settled: before, nobody is told.';
create unique index breaches_open on public.breaches (group_id, accused_id) where settled_at is null;
create index breaches_group on public.breaches (group_id);
create index breaches_accused on public.breaches (accused_id);
create index breaches_raised_by on public.breaches (raised_by);

create table public.breach_votes (
	id uuid primary key default gen_random_uuid(),
	breach_id uuid not null references public.breaches (id) on delete cascade,
	member_id uuid not null references public.profiles (id) on delete cascade,
	exclude boolean not null,
	unique (breach_id, member_id)
);
comment on table public.breach_votes is
	'Votes on an open breach, each its voter''s own secret. Gone once it is settled.';
create index breach_votes_member on public.breach_votes (member_id);

alter table public.breaches enable row level security;
alter table public.breach_votes enable row level security;
revoke all on public.breaches, public.breach_votes from anon, authenticated;
grant select on public.breaches, public.breach_votes to authenticated;

-- How long a vote stays open.
create function private.breach_term() returns interval
language sql immutable set search_path = '' as $$
	select interval '14 days'
$$;

-- Breaches I may read: those of my groups, open or settled while I belonged to it, about anybody but
-- me. One whose days are over is nobody's any more, even before it is noted as lapsed.
create function private.my_breach_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
	return query
		select b.id from public.breaches b
		join public.memberships m on m.group_id = b.group_id
			and m.member_id = (select private.uid()) and m.left_at is null
		where b.group_id in (select private.my_group_ids()) and b.accused_id <> m.member_id
			and case when b.settled_at is null then b.raised_at > now() - private.breach_term()
				else b.settled_at >= m.joined_at and (b.outcome <> 'withdrawn' or b.raised_by = m.member_id)
			end;
end $$;

-- Breaches about me that did not exclude me: none of them shows, not even in the register.
create function private.my_accusation_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select id from public.breaches
	where accused_id = (select private.uid()) and outcome is distinct from 'excluded'
$$;
revoke execute on function private.my_breach_ids(), private.my_accusation_ids() from public, anon;
grant execute on function private.my_breach_ids(), private.my_accusation_ids() to authenticated;

create policy select_entitled on public.breaches for select to authenticated
	using (id = any (array(select private.my_breach_ids())));
create policy select_voter on public.breach_votes for select to authenticated
	using (
		member_id = (select private.uid()) and breach_id = any (array(select private.my_breach_ids()))
	);

create trigger keep_columns before update on public.breaches
	for each row execute function private.keep_columns('id', 'group_id', 'accused_id', 'raised_at');
create trigger keep_columns before update on public.breach_votes
	for each row execute function private.keep_columns('id', 'breach_id', 'member_id');
