-- Nobody is outvoted by accounts that were invited for it: the members decide who belonged and had signed
-- for long enough, as they were when the vote opened.

-- Columns

alter table cercle.breaches add column electors uuid[] not null default '{}';
comment on column cercle.breaches.electors is
	'The members who decide: fixed when it is raised, less those who leave. None once it is settled.';

-- Functions

-- Breaches I may read: those raised while I belonged to the group, about anybody but me. Nobody reads
-- one whose days are over, even before it is noted as lapsed.
create or replace function private.my_breach_ids() returns setof uuid
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

-- The members whose word counts at a moment, so that accounts that are invited for it outvote nobody:
-- those who belonged and had signed thirty days before; until thirty days after the group's first
-- session began, those who had at its start; before any session the founder and those who signed
-- first, four in all. Each in the stay that lasts: a member who came back begins anew. A new charter that
-- some have not signed yet takes nobody's word away: otherwise writing one would leave the decision to
-- the first members who sign it.
create or replace function private.entitled_ids(group_id uuid, at timestamptz) returns setof uuid
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
create or replace function private.vote_terms(group_id uuid, accused_id uuid) returns jsonb
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

create or replace function public.vote_terms(group_id uuid, accused_id uuid) returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.vote_terms(group_id, accused_id)
$$;

-- Settles a breach: its words and its votes are erased, the counts stay.
create or replace function private.end_breach(breach cercle.breaches, outcome text) returns void
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
create or replace function private.weigh_breach(breach_id uuid) returns void
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

-- Locks the group of a breach that concerns the caller, and answers the breach as it is then.
create or replace function private.hold_breach(breach_id uuid) returns cercle.breaches
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

-- A member who leaves takes their vote along, and a breach raised about them has no object any
-- more.
create or replace function private.leave_breaches() returns trigger
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

-- Commands

create or replace function private.raise_breach(id uuid, group_id uuid, accused_id uuid, reason text)
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

create or replace function private.vote_breach(breach_id uuid, exclude boolean) returns text
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

comment on function public.vote_terms is
	'How many members would decide about this one, and from which moment on they can: null, now. None: nobody knows when.';

drop function private.entitled_ids(cercle.breaches);

-- Breaches that are open are decided by those whom the rule names for the day they were raised.

update cercle.breaches b set electors = array(
		select e.id from private.entitled_ids(b.group_id, b.raised_at) e (id)
		where e.id <> b.accused_id
	)
	where b.settled_at is null;

-- Grants

grant execute on function private.vote_terms(uuid, uuid), public.vote_terms(uuid, uuid)
	to authenticated;
