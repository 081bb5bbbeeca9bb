-- Breaches of the charter, the votes about them, and the register of what a group decided. The rule
-- stands in supabase/README.md: the members are heard who belonged and had signed for long enough that
-- nobody invited them for it, except the accused; more than half of them, and two at the least,
-- exclude; at once.

create table cercle.breaches (
	id uuid primary key,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	accused_id uuid not null references cercle.profiles (id) on delete cascade,
	raised_by uuid references cercle.profiles (id) on delete set null,
	reason text not null check (private.fits(reason, 2000)),
	raised_at timestamptz not null default clock_timestamp(),
	settled_at timestamptz,
	outcome text check (outcome in ('excluded', 'dismissed', 'lapsed', 'withdrawn', 'left')),
	entitled int check (entitled >= 0),
	votes_for int check (votes_for >= 0),
	votes_against int check (votes_against >= 0),
	electors uuid[] not null default '{}',
	constraint breaches_of_another check (accused_id <> raised_by),
	constraint breaches_settled check ((settled_at is null) = (outcome is null)),
	constraint breaches_erased check ((settled_at is null) = (reason <> ''))
);
comment on table cercle.breaches is
	'What one member holds against another, until the group has decided. Never the accused''s to read.';
comment on column cercle.breaches.reason is 'What happened. Erased once it is settled.';
comment on column cercle.breaches.outcome is
	'left: the accused went by themself before anything was decided.';
comment on column cercle.breaches.entitled is
	'How many could vote, and how they did, once settled: before, nobody is told.';
comment on column cercle.breaches.electors is
	'The members who decide: fixed when it is raised, less those who leave. None once it is settled.';
create unique index breaches_open on cercle.breaches (group_id, accused_id)
	where settled_at is null;
create index breaches_group on cercle.breaches (group_id);
create index breaches_accused on cercle.breaches (accused_id);
create index breaches_raised_by on cercle.breaches (raised_by);

create table cercle.breach_votes (
	id uuid primary key default gen_random_uuid(),
	breach_id uuid not null references cercle.breaches (id) on delete cascade,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	exclude boolean not null,
	unique (breach_id, member_id)
);
comment on table cercle.breach_votes is
	'Votes on an open breach, each its voter''s own secret. Gone once it is settled.';
create index breach_votes_member on cercle.breach_votes (member_id);

-- The register says what was decided about a group and when, never why.
create table cercle.decisions (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	kind text not null check (kind in (
		'founded', 'charter', 'admission', 'departure', 'exclusion', 'breach_dismissed',
		'retention_shortened'
	)),
	subject_id uuid references cercle.profiles (id) on delete set null,
	at timestamptz not null
);
comment on table cercle.decisions is 'What a group decided, in order, append-only. Holds no text.';
comment on column cercle.decisions.id is 'Of what a breach led to: that of the breach.';
comment on column cercle.decisions.subject_id is
	'The member it is about; of a retention that was shortened: the member who did it. Null: nobody, a former account, or the accused of a breach that was dismissed.';
create index decisions_group on cercle.decisions (group_id, at);
create index decisions_subject on cercle.decisions (subject_id);

alter table cercle.breaches enable row level security;
alter table cercle.breach_votes enable row level security;
alter table cercle.decisions enable row level security;

-- Helper functions

-- How long a vote stays open.
create function private.breach_term() returns interval
language sql immutable set search_path = '', pg_temp as $$
	select interval '14 days'
$$;

-- Breaches I may read: those raised while I belonged to the group, about anybody but me. Nobody reads
-- one whose days are over, even before it is noted as lapsed.
create function private.my_breach_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select b.id from cercle.breaches b
		join cercle.memberships m on m.group_id = b.group_id
			and m.member_id = (select private.uid()) and m.left_at is null
			and b.raised_at >= m.joined_at
		where b.group_id in (select private.my_group_ids()) and b.accused_id <> m.member_id
			and case when b.settled_at is null then b.raised_at > now() - private.breach_term()
				else b.outcome <> 'withdrawn' or b.raised_by = m.member_id
			end;
end $$;

-- Breaches about me that did not exclude me: none of them shows, not even in the register.
create function private.my_accusation_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select id from cercle.breaches
	where accused_id = (select private.uid()) and outcome is distinct from 'excluded'
$$;

-- The members whose word counts at a moment, so that accounts that are invited for it outvote nobody:
-- those who belonged and had signed thirty days before; until thirty days after the group's first
-- session began, those who had at its start; before any session the founder and those who signed
-- first, four in all. Each in the stay that lasts: a member who came back begins anew. A new charter that
-- some have not signed yet takes nobody's word away: otherwise writing one would leave the decision to
-- the first members who sign it.
create function private.entitled_ids(group_id uuid, at timestamptz) returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
declare
	began_at timestamptz := (
		select min(s.started_at) from cercle.sessions s
		where s.group_id = entitled_ids.group_id and s.started_at <= entitled_ids.at
	);
begin
	return query
		with stays as (
			select m.member_id, m.left_at, greatest(m.joined_at, min(s.signed_at)) as since
			from cercle.memberships m
			join cercle.signatures s on s.group_id = m.group_id and s.member_id = m.member_id
				and s.signed_at <= coalesce(m.left_at, 'infinity')
			where m.group_id = entitled_ids.group_id
			group by m.id
		)
		select s.member_id
		from (select *, row_number() over (order by since, member_id) as turn from stays) s
		where s.left_at is null and case
			when began_at is null then s.since <= entitled_ids.at and s.turn <= 4
			else s.since <= greatest(began_at, entitled_ids.at - interval '30 days')
		end;
end $$;

-- How many decide about a member, and from which moment on, if not now. None: nobody knows when, before
-- a session begins or somebody joins.
create function private.vote_terms(group_id uuid, accused_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '', pg_temp as $$
declare
	day timestamptz;
	voices int;
begin
	perform private.me();
	perform private.need_member(vote_terms.group_id);
	for day in
		select d.day from (
			select now() as day
			union all
			select s.started_at + interval '30 days' from cercle.sessions s
			where s.group_id = vote_terms.group_id
			union all
			select greatest(m.joined_at, s.signed_at) + interval '30 days'
			from cercle.memberships m
			join cercle.signatures s on s.group_id = m.group_id and s.member_id = m.member_id
			where m.group_id = vote_terms.group_id and m.left_at is null
		) d where d.day >= now() order by d.day
	loop
		voices := (
			select count(*) from private.entitled_ids(vote_terms.group_id, day) e (id)
			where e.id <> vote_terms.accused_id
		);
		if voices >= 2 then
			return jsonb_build_object('voices', voices, 'from', nullif(day, now()));
		end if;
	end loop;
	return jsonb_build_object('voices', 0, 'from', null);
end $$;

create function public.vote_terms(group_id uuid, accused_id uuid) returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.vote_terms(group_id, accused_id)
$$;
comment on function public.vote_terms is
	'How many members would decide about this one, and from which moment on they can: null, now. None: nobody knows when.';

-- Settles a breach: its words and its votes are erased, the counts stay.
create function private.end_breach(breach cercle.breaches, outcome text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	at timestamptz := clock_timestamp();
begin
	update cercle.breaches b set
		settled_at = at, outcome = end_breach.outcome, reason = '', electors = '{}',
		(entitled, votes_for, votes_against) = (
			select count(*), count(*) filter (where v.exclude), count(*) filter (where not v.exclude)
			from unnest(breach.electors) e (id)
			left join cercle.breach_votes v on v.breach_id = breach.id and v.member_id = e.id
		)
		where b.id = breach.id;
	delete from cercle.breach_votes v where v.breach_id = breach.id;
	if end_breach.outcome = 'excluded' then
		update cercle.memberships m set left_at = at
			where m.group_id = breach.group_id and m.member_id = breach.accused_id and m.left_at is null;
	elsif end_breach.outcome in ('dismissed', 'lapsed') then
		insert into cercle.decisions (id, group_id, kind, at)
		select breach.id, g.id, 'breach_dismissed', at
		from cercle.groups g where g.id = breach.group_id;
	end if;
end $$;

-- Applies the rule, and settles an open breach when it gives an answer. The caller holds the lock
-- of the group.
create function private.weigh_breach(breach_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	breach cercle.breaches;
	entitled int;
	needed int;
	heard record;
begin
	select * into breach from cercle.breaches b where b.id = breach_id and b.settled_at is null;
	if breach.id is null then
		return;
	elsif breach.raised_at <= now() - private.breach_term() then
		perform private.end_breach(breach, 'lapsed');
		return;
	end if;
	entitled := cardinality(breach.electors);
	needed := greatest(2, entitled / 2 + 1);
	select count(*) filter (where v.exclude) as exclude, count(*) filter (where not v.exclude) as keep
		into heard
		from cercle.breach_votes v
		where v.breach_id = breach.id and v.member_id = any (breach.electors);
	if heard.exclude >= needed then
		perform private.end_breach(breach, 'excluded');
	elsif entitled - heard.keep < needed then
		perform private.end_breach(breach, 'dismissed');
	end if;
end $$;

-- Applies the rule to every open breach of a group: for those whose days are over, and whenever
-- fewer members decide.
create function private.weigh_breaches(group_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	perform private.weigh_breach(b.id) from cercle.breaches b
		where b.group_id = weigh_breaches.group_id and b.settled_at is null
		order by b.raised_at, b.id;
end $$;
comment on function private.weigh_breaches is
	'Also called when retention erases: a lapsed breach that nobody touched is settled by it.';

-- Locks the group of a breach that concerns the caller, and answers the breach as it is then.
create function private.hold_breach(breach_id uuid) returns cercle.breaches
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	held cercle.breaches;
begin
	perform from cercle.groups g
		where g.id = (
			select b.group_id from cercle.breaches b
			where b.id = breach_id and b.accused_id <> (select private.uid())
				and b.raised_at >= ((select private.my_joins()) ->> b.group_id::text)::timestamptz
		)
		for no key update;
	select * into held from cercle.breaches b
		where b.id = breach_id and b.accused_id <> (select private.uid())
			and b.raised_at >= ((select private.my_joins()) ->> b.group_id::text)::timestamptz;
	if held.id is null then
		perform private.refuse('CR001', 'no such breach');
	elsif held.settled_at is not null then
		perform private.refuse('CR004', 'the breach is settled');
	end if;
	return held;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_moderation() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('decisions', null, null, null, null),
		('breaches', null, null, null, null),
		('breach_votes', null, null, null, null)
$$;

-- What an account exports of this area: see `export_account`.
create function private.export_breaches(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'breaches', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', h.group_id, 'raised_at', h.raised_at, 'reason', h.reason,
				'settled_at', h.settled_at, 'outcome', h.outcome
			) order by h.raised_at, h.id), '[]')
			from cercle.breaches h where h.raised_by = me
		)
	)
$$;

-- A breach whose days are over and that nobody touched is settled, so that it holds its words no
-- longer. It skips groups that are locked: by then the batch has erased rows of other groups, and
-- the transaction that holds a group may be waiting for these. What is skipped comes at the next
-- run.
create function private.settle_lapsed(most int) returns int
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	held uuid[] := array(
		select g.id from cercle.groups g
		where exists (
			select from cercle.breaches b
			where b.group_id = g.id and b.settled_at is null
				and b.raised_at <= now() - private.breach_term()
		)
		limit most
		for no key update skip locked
	);
	-- Counted once the groups are locked: from then on no other transaction settles them.
	lapsed int := (
		select count(*) from cercle.breaches b
		where b.group_id = any (held) and b.settled_at is null
			and b.raised_at <= now() - private.breach_term()
	);
begin
	perform private.weigh_breaches(g) from unnest(held) g;
	return lapsed;
end $$;

-- Policies

create policy select_entitled on cercle.breaches for select to authenticated
	using (id = any (array(select private.my_breach_ids())));
create policy select_voter on cercle.breach_votes for select to authenticated
	using (
		member_id = (select private.uid()) and breach_id = any (array(select private.my_breach_ids()))
	);
create policy select_member on cercle.decisions for select to authenticated
	using (
		group_id = any (array(select private.my_group_ids()))
		and id <> all (array(select private.my_accusation_ids()))
	);

-- Triggers

create trigger keep_columns before update on cercle.breaches
	for each row execute function private.keep_columns('id', 'group_id', 'accused_id', 'raised_at');
create trigger keep_columns before update on cercle.breach_votes
	for each row execute function private.keep_columns('id', 'breach_id', 'member_id');
create trigger append_only before update of id, group_id, kind, at on cercle.decisions
	for each row execute function private.refuse_change();

-- What moderation adds to groups, memberships and charters: the register, and the votes of a member
-- who leaves.

create function private.log_admission() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.decisions (group_id, kind, subject_id, at)
	select new.group_id,
		case when exists (
			select from cercle.decisions d where d.group_id = new.group_id and d.kind = 'founded'
		) then 'admission' else 'founded' end,
		new.member_id, new.joined_at;
	return null;
end $$;
create trigger log_admission after insert on cercle.memberships
	for each row execute function private.log_admission();

-- A member is excluded when they left at the very moment at which a breach was settled so.
create function private.log_departure() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	breach_id uuid := (
		select b.id from cercle.breaches b
		where b.group_id = new.group_id and b.accused_id = new.member_id
			and b.outcome = 'excluded' and b.settled_at = new.left_at
	);
begin
	insert into cercle.decisions (id, group_id, kind, subject_id, at) values (
		coalesce(breach_id, gen_random_uuid()), new.group_id,
		case when breach_id is null then 'departure' else 'exclusion' end,
		new.member_id, new.left_at
	);
	return null;
end $$;
create trigger log_departure after update on cercle.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.log_departure();

-- An account that ends while it belongs to a group, unless the group itself ends.
create function private.log_end() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.decisions (group_id, kind, at)
	select g.id, 'departure', clock_timestamp() from cercle.groups g where g.id = old.group_id;
	return null;
end $$;
create trigger log_end after delete on cercle.memberships
	for each row when (old.left_at is null) execute function private.log_end();

create function private.log_charter() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.decisions (group_id, kind, at) values (new.group_id, 'charter', new.created_at);
	return null;
end $$;
create trigger log_charter after insert on cercle.charters
	for each row when (new.version > 1) execute function private.log_charter();

-- A member who leaves takes their vote along, and a breach raised about them has no object any
-- more.
create function private.leave_breaches() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	perform private.end_breach(b, 'left') from cercle.breaches b
		where b.group_id = old.group_id and b.accused_id = old.member_id and b.settled_at is null;
	delete from cercle.breach_votes v
		using cercle.breaches b
		where b.id = v.breach_id and b.group_id = old.group_id and v.member_id = old.member_id;
	update cercle.breaches b set electors = array_remove(b.electors, old.member_id)
		where b.group_id = old.group_id and old.member_id = any (b.electors);
	perform private.weigh_breaches(old.group_id);
	return null;
end $$;
create trigger leave_breaches after update on cercle.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.leave_breaches();
create trigger leave_breaches_deleted after delete on cercle.memberships
	for each row when (old.left_at is null) execute function private.leave_breaches();

-- The accused listens too, and must not learn that anything was written.
create trigger note_change after insert or update or delete on cercle.breaches
	for each row execute function private.note_change('breaches', 'own');
create trigger note_change after insert or update or delete on cercle.breach_votes
	for each row execute function private.note_change('breach_votes', 'own');
create trigger note_change after insert or update or delete on cercle.decisions
	for each row execute function private.note_change('decisions', 'own');

-- Commands

create function private.raise_breach(id uuid, group_id uuid, accused_id uuid, reason text)
returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	raised cercle.breaches;
begin
	perform private.need_member(raise_breach.group_id);
	perform from cercle.groups g where g.id = raise_breach.group_id for no key update;
	perform private.need_member(raise_breach.group_id);
	perform private.weigh_breaches(raise_breach.group_id);
	select * into raised from cercle.breaches b where b.id = raise_breach.id;
	if raised.raised_by = me and raised.group_id = raise_breach.group_id then
		return raised.id;
	elsif raised.id is not null or me = raise_breach.accused_id
		or coalesce(btrim(raise_breach.reason, E' \n\t'), '') = ''
	then
		perform private.refuse('CR005', 'a breach is about another member, in words');
	elsif not private.belongs(raise_breach.accused_id, raise_breach.group_id) then
		perform private.refuse('CR001', 'no such member');
	elsif exists (
		select from cercle.breaches b
		where b.group_id = raise_breach.group_id and b.accused_id = raise_breach.accused_id
			and b.settled_at is null
	) then
		perform private.refuse('CR016', 'a breach about this member is open already');
	elsif (
		select count(*) from cercle.breaches b
		where b.raised_by = me and b.raised_at > now() - private.breach_term()
	) >= 3 then
		perform private.refuse('CR009', 'too many breaches in two weeks');
	end if;
	raised.electors := array(
		select e.id from private.entitled_ids(raise_breach.group_id, clock_timestamp()) e (id)
		where e.id <> raise_breach.accused_id
	);
	if cardinality(raised.electors) < 2 then
		perform private.refuse('CR017', 'two members besides the accused decide, at the least');
	end if;
	insert into cercle.breaches (id, group_id, accused_id, raised_by, reason, electors)
		values (raise_breach.id, raise_breach.group_id, raise_breach.accused_id, me,
			btrim(reason, E' \n\t'), raised.electors);
	return raise_breach.id;
end $$;

create function public.raise_breach(id uuid, group_id uuid, accused_id uuid, reason text)
returns uuid
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.raise_breach(id, group_id, accused_id, reason)
$$;
comment on function public.raise_breach is
	'Raises a breach about another member: the others vote, for 14 days at most. Replays are harmless.';

create function private.vote_breach(breach_id uuid, exclude boolean) returns text
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	held cercle.breaches := private.hold_breach(vote_breach.breach_id);
begin
	if vote_breach.exclude is null then
		perform private.refuse('CR005', 'a vote says one or the other');
	end if;
	-- A late vote is not refused: a refusal would undo the note that it lapsed.
	if held.raised_at > now() - private.breach_term() then
		if me <> all (held.electors) then
			perform private.refuse('CR002', 'the members decide who belonged thirty days before');
		end if;
		insert into cercle.breach_votes (breach_id, member_id, exclude)
			values (held.id, me, vote_breach.exclude)
			on conflict on constraint breach_votes_breach_id_member_id_key
			do update set exclude = excluded.exclude;
	end if;
	perform private.weigh_breach(held.id);
	return (select b.outcome from cercle.breaches b where b.id = held.id);
end $$;

create function public.vote_breach(breach_id uuid, exclude boolean) returns text
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.vote_breach(breach_id, exclude)
$$;
comment on function public.vote_breach is
	'The caller''s vote, until the breach is settled. Answers the outcome once there is one.';

create function private.withdraw_breach(breach_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	held cercle.breaches := private.hold_breach(withdraw_breach.breach_id);
begin
	if held.raised_by is distinct from me then
		perform private.refuse('CR002', 'the member who raised a breach withdraws it');
	end if;
	perform private.end_breach(held, 'withdrawn');
end $$;

create function public.withdraw_breach(breach_id uuid) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.withdraw_breach(breach_id)
$$;
comment on function public.withdraw_breach is
	'Takes back an open breach that the caller raised: its words and its votes are erased.';

-- Grants

grant select on cercle.breaches, cercle.breach_votes, cercle.decisions to authenticated;
grant execute on function
	private.my_breach_ids(), private.my_accusation_ids(), private.shown_moderation(),
	private.export_breaches(uuid), private.vote_terms(uuid, uuid), private.raise_breach(uuid, uuid, uuid, text),
	private.vote_breach(uuid, boolean), private.withdraw_breach(uuid),
	public.vote_terms(uuid, uuid), public.raise_breach(uuid, uuid, uuid, text),
	public.vote_breach(uuid, boolean),
	public.withdraw_breach(uuid)
	to authenticated;
