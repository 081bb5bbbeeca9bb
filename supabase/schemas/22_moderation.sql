-- Breaches of the charter, the votes about them, and the register of what a group decided. The rule
-- stands in supabase/README.md: every member of the group who signed is heard, except the accused;
-- more than half of them, and two at the least, exclude; at once.

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
create unique index breaches_open on public.breaches (group_id, accused_id)
	where settled_at is null;
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

-- The register says what was decided about a group and when, without a word of why.
create table public.decisions (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	kind text not null check (kind in (
		'founded', 'charter', 'admission', 'departure', 'exclusion', 'breach_dismissed',
		'retention_shortened'
	)),
	subject_id uuid references public.profiles (id) on delete set null,
	at timestamptz not null
);
comment on table public.decisions is 'What a group decided, in order, append-only. Holds no text.';
comment on column public.decisions.id is 'Of what a breach led to: that of the breach.';
comment on column public.decisions.subject_id is
	'The member it is about; of a retention that was shortened: the member who did it. Null: nobody, a former account, or the accused of a breach that was dismissed.';
create index decisions_group on public.decisions (group_id, at);
create index decisions_subject on public.decisions (subject_id);

alter table public.breaches enable row level security;
alter table public.breach_votes enable row level security;
alter table public.decisions enable row level security;

-- Helper functions

-- How long a vote stays open.
create function private.breach_term() returns interval
language sql immutable set search_path = '' as $$
	select interval '14 days'
$$;

-- Breaches I may read: those of my groups, open or settled while I belonged to it, about anybody
-- but me. One whose days are over is nobody's any more, even before it is noted as lapsed.
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

-- The members who decide about a breach. A new charter that some have not signed yet takes nobody's
-- voice away: otherwise writing one would leave the decision to the first members who sign it.
create function private.entitled_ids(breach public.breaches) returns setof uuid
language sql stable security definer set search_path = '' as $$
	select m.member_id from public.memberships m
	where m.group_id = breach.group_id and m.left_at is null and m.member_id <> breach.accused_id
		and exists (
			select from public.signatures s
			where s.group_id = m.group_id and s.member_id = m.member_id
		)
$$;

-- Settles a breach: its words and its votes are erased, the counts stay.
create function private.end_breach(breach public.breaches, outcome text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	at timestamptz := clock_timestamp();
begin
	update public.breaches b set
		settled_at = at, outcome = end_breach.outcome, reason = '',
		(entitled, votes_for, votes_against) = (
			select count(*), count(*) filter (where v.exclude), count(*) filter (where not v.exclude)
			from private.entitled_ids(breach) e (id)
			left join public.breach_votes v on v.breach_id = breach.id and v.member_id = e.id
		)
		where b.id = breach.id;
	delete from public.breach_votes v where v.breach_id = breach.id;
	if end_breach.outcome = 'excluded' then
		update public.memberships m set left_at = at
			where m.group_id = breach.group_id and m.member_id = breach.accused_id and m.left_at is null;
	elsif end_breach.outcome in ('dismissed', 'lapsed') then
		insert into public.decisions (id, group_id, kind, at)
		select breach.id, g.id, 'breach_dismissed', at
		from public.groups g where g.id = breach.group_id;
	end if;
end $$;

-- Asks the rule, and settles an open breach when it has an answer. The caller holds the group.
create function private.weigh_breach(breach_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	breach public.breaches;
	entitled int;
	needed int;
	heard record;
begin
	select * into breach from public.breaches b where b.id = breach_id and b.settled_at is null;
	if breach.id is null then
		return;
	elsif breach.raised_at <= now() - private.breach_term() then
		perform private.end_breach(breach, 'lapsed');
		return;
	end if;
	select count(*) into entitled from private.entitled_ids(breach);
	needed := greatest(2, entitled / 2 + 1);
	select count(*) filter (where v.exclude) as exclude, count(*) filter (where not v.exclude) as keep
		into heard
		from public.breach_votes v
		where v.breach_id = breach.id and v.member_id in (select private.entitled_ids(breach));
	if heard.exclude >= needed then
		perform private.end_breach(breach, 'excluded');
	elsif entitled - heard.keep < needed then
		perform private.end_breach(breach, 'dismissed');
	end if;
end $$;

-- Asks the rule of every open breach of a group: for those whose days are over, and whenever fewer
-- members decide.
create function private.weigh_breaches(group_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
	perform private.weigh_breach(b.id) from public.breaches b
		where b.group_id = weigh_breaches.group_id and b.settled_at is null
		order by b.raised_at, b.id;
end $$;
comment on function private.weigh_breaches is
	'Also called when retention erases: a lapsed breach that nobody touched is settled by it.';

-- Locks the group of a breach that concerns the caller, and answers the breach as it is then.
create function private.hold_breach(breach_id uuid) returns public.breaches
language plpgsql volatile security definer set search_path = '' as $$
declare
	held public.breaches;
begin
	perform from public.groups g
		where g.id = (
			select b.group_id from public.breaches b
			where b.id = breach_id and b.group_id in (select private.my_group_ids())
				and b.accused_id <> (select private.uid())
		)
		for no key update;
	select * into held from public.breaches b
		where b.id = breach_id and b.group_id in (select private.my_group_ids())
			and b.accused_id <> (select private.uid());
	if held.id is null then
		perform private.refuse('CR001', 'no such breach');
	elsif held.settled_at is not null then
		perform private.refuse('CR004', 'the breach is settled');
	end if;
	return held;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_moderation() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('decisions', null, null, null, null),
		('breaches', null, null, null, null),
		('breach_votes', null, null, null, null)
$$;

-- What an account takes along of this area: see `export_account`.
create function private.export_breaches(me uuid) returns jsonb
language sql stable set search_path = '' as $$
	select jsonb_build_object(
		'breaches', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', h.group_id, 'raised_at', h.raised_at, 'reason', h.reason,
				'settled_at', h.settled_at, 'outcome', h.outcome
			) order by h.raised_at, h.id), '[]')
			from public.breaches h where h.raised_by = me
		)
	)
$$;

-- A breach whose days are over and that nobody touched is settled, so that it holds its words no
-- longer. That waits for nobody: by then the batch has erased rows of other groups, and somebody
-- who holds a group may be waiting for these. What is passed over comes at the next run.
create function private.settle_lapsed(most int) returns int
language plpgsql volatile security definer set search_path = '' as $$
declare
	held uuid[] := array(
		select g.id from public.groups g
		where exists (
			select from public.breaches b
			where b.group_id = g.id and b.settled_at is null
				and b.raised_at <= now() - private.breach_term()
		)
		limit most
		for no key update skip locked
	);
	-- Counted once the groups are held: from then on nobody else settles them.
	lapsed int := (
		select count(*) from public.breaches b
		where b.group_id = any (held) and b.settled_at is null
			and b.raised_at <= now() - private.breach_term()
	);
begin
	perform private.weigh_breaches(g) from unnest(held) g;
	return lapsed;
end $$;

-- Policies

create policy select_entitled on public.breaches for select to authenticated
	using (id = any (array(select private.my_breach_ids())));
create policy select_voter on public.breach_votes for select to authenticated
	using (
		member_id = (select private.uid()) and breach_id = any (array(select private.my_breach_ids()))
	);
create policy select_member on public.decisions for select to authenticated
	using (
		group_id = any (array(select private.my_group_ids()))
		and id <> all (array(select private.my_accusation_ids()))
	);

-- Triggers

create trigger keep_columns before update on public.breaches
	for each row execute function private.keep_columns('id', 'group_id', 'accused_id', 'raised_at');
create trigger keep_columns before update on public.breach_votes
	for each row execute function private.keep_columns('id', 'breach_id', 'member_id');
create trigger append_only before update of id, group_id, kind, at on public.decisions
	for each row execute function private.refuse_change();

-- What moderation adds to groups, memberships and charters: the register, and the votes of a member
-- who goes.

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
create trigger log_admission after insert on public.memberships
	for each row execute function private.log_admission();

-- A member is excluded when they left at the very moment at which a breach was settled so.
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
create trigger log_departure after update on public.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.log_departure();

-- An account that ends while it belongs to a group, unless the group itself ends.
create function private.log_end() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
	insert into public.decisions (group_id, kind, at)
	select g.id, 'departure', clock_timestamp() from public.groups g where g.id = old.group_id;
	return null;
end $$;
create trigger log_end after delete on public.memberships
	for each row when (old.left_at is null) execute function private.log_end();

create function private.log_charter() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
	insert into public.decisions (group_id, kind, at) values (new.group_id, 'charter', new.created_at);
	return null;
end $$;
create trigger log_charter after insert on public.charters
	for each row when (new.version > 1) execute function private.log_charter();

-- A member who goes takes their vote along, and a breach raised about them has no object any more.
create function private.leave_breaches() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
	perform private.end_breach(b, 'left') from public.breaches b
		where b.group_id = old.group_id and b.accused_id = old.member_id and b.settled_at is null;
	delete from public.breach_votes v
		using public.breaches b
		where b.id = v.breach_id and b.group_id = old.group_id and v.member_id = old.member_id;
	perform private.weigh_breaches(old.group_id);
	return null;
end $$;
create trigger leave_breaches after update on public.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.leave_breaches();
create trigger leave_breaches_deleted after delete on public.memberships
	for each row when (old.left_at is null) execute function private.leave_breaches();

-- Commands

create function public.raise_breach(id uuid, group_id uuid, accused_id uuid, reason text)
returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
	me uuid := private.me();
	raised public.breaches;
begin
	perform private.need_member(raise_breach.group_id);
	perform from public.groups g where g.id = raise_breach.group_id for no key update;
	perform private.need_member(raise_breach.group_id);
	perform private.weigh_breaches(raise_breach.group_id);
	select * into raised from public.breaches b where b.id = raise_breach.id;
	if raised.raised_by = me and raised.group_id = raise_breach.group_id then
		return raised.id;
	elsif raised.id is not null or me = raise_breach.accused_id
		or coalesce(btrim(raise_breach.reason, E' \n\t'), '') = ''
	then
		perform private.refuse('CR005', 'a breach is about another member, in words');
	elsif not private.belongs(raise_breach.accused_id, raise_breach.group_id) then
		perform private.refuse('CR001', 'no such member');
	elsif exists (
		select from public.breaches b
		where b.group_id = raise_breach.group_id and b.accused_id = raise_breach.accused_id
			and b.settled_at is null
	) then
		perform private.refuse('CR016', 'a breach about this member is open already');
	elsif (
		select count(*) from public.breaches b
		where b.raised_by = me and b.raised_at > now() - private.breach_term()
	) >= 3 then
		perform private.refuse('CR009', 'too many breaches in two weeks');
	end if;
	raised.id := raise_breach.id;
	raised.group_id := raise_breach.group_id;
	raised.accused_id := raise_breach.accused_id;
	if (select count(*) from private.entitled_ids(raised)) < 2 then
		perform private.refuse('CR017', 'two members besides the accused decide, at the least');
	end if;
	insert into public.breaches (id, group_id, accused_id, raised_by, reason)
		values (raised.id, raised.group_id, raised.accused_id, me, btrim(reason, E' \n\t'));
	return raised.id;
end $$;
comment on function public.raise_breach is
	'Raises a breach about another member: the others vote, for 14 days at most. Replays are harmless.';

create function public.vote_breach(breach_id uuid, exclude boolean) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
	me uuid := private.me();
	held public.breaches := private.hold_breach(vote_breach.breach_id);
begin
	if vote_breach.exclude is null then
		perform private.refuse('CR005', 'a vote says one or the other');
	end if;
	-- Too late is no refusal: that would undo the note that it lapsed.
	if held.raised_at > now() - private.breach_term() then
		insert into public.breach_votes (breach_id, member_id, exclude)
			values (held.id, me, vote_breach.exclude)
			on conflict on constraint breach_votes_breach_id_member_id_key
			do update set exclude = excluded.exclude;
	end if;
	perform private.weigh_breach(held.id);
	return (select b.outcome from public.breaches b where b.id = held.id);
end $$;
comment on function public.vote_breach is
	'The caller''s vote, until the breach is settled. Answers the outcome once there is one.';

create function public.withdraw_breach(breach_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	me uuid := private.me();
	held public.breaches := private.hold_breach(withdraw_breach.breach_id);
begin
	if held.raised_by is distinct from me then
		perform private.refuse('CR002', 'who raised a breach withdraws it');
	end if;
	perform private.end_breach(held, 'withdrawn');
end $$;
comment on function public.withdraw_breach is
	'Takes back an open breach that the caller raised: its words and its votes are erased.';

-- Grants

grant select on public.breaches, public.breach_votes, public.decisions to authenticated;
grant execute on function
	private.my_breach_ids(), private.my_accusation_ids(),
	public.raise_breach(uuid, uuid, uuid, text), public.vote_breach(uuid, boolean),
	public.withdraw_breach(uuid),
	private.shown_moderation(), private.export_breaches(uuid)
	to authenticated;
