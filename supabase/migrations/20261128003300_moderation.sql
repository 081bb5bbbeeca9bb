-- Raising a breach and deciding about it. The rule, said in supabase/README.md: everybody who belongs
-- to the group and signed is heard, but for the accused; more than half of them, and two at the
-- least, exclude; at once.

-- Who decides about a breach. A new charter that some have not signed yet takes nobody's voice away:
-- otherwise writing one would leave the decision to the first who sign it.
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

-- Asks the rule of every open breach of a group: of those whose days are over, and once fewer decide.
create function private.weigh_breaches(group_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
	perform private.weigh_breach(b.id) from public.breaches b
		where b.group_id = weigh_breaches.group_id and b.settled_at is null
		order by b.raised_at, b.id;
end $$;
comment on function private.weigh_breaches is
	'Also for who erases what is over: a lapsed breach that nobody touched is settled by it.';

-- Who goes takes their vote along, and what was held against them has no object any more.
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

-- Takes hold of the group of a breach that concerns the caller, and answers the breach as it is then.
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
revoke execute on function private.hold_breach(uuid) from public, anon, authenticated;

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

revoke execute on function public.raise_breach(uuid, uuid, uuid, text),
	public.vote_breach(uuid, boolean), public.withdraw_breach(uuid) from public, anon;
grant execute on function public.raise_breach(uuid, uuid, uuid, text),
	public.vote_breach(uuid, boolean), public.withdraw_breach(uuid) to authenticated;
