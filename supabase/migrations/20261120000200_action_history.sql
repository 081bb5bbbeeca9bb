-- An action serves a goal, has somebody who asks after it, and keeps its history. At its third carry
-- its owner decides: do, reshape or drop.

alter table public.actions
	add column goal_id uuid references public.goals (id) on delete set null,
	add column partner_id uuid references public.profiles (id) on delete set null,
	add column rank int check (rank between 1 and 10000),
	add column outcome text check (outcome in ('done', 'partly', 'not_done', 'dropped')),
	add column line text not null default '' check (private.fits(line, 300)),
	add column decided_carries int not null default 0 check (decided_carries >= 0),
	add column removed_at timestamptz,
	drop constraint actions_title_check,
	add constraint actions_title_check
		check (private.fits(title, 200) and (title <> '' or removed_at is not null));
comment on column public.actions.partner_id is 'The member who asks how it goes. Null: nobody in particular.';
comment on column public.actions.rank is 'Place in its owner''s own order. Null: by its date.';
comment on column public.actions.outcome is 'The last word said of it. Null: none.';
comment on column public.actions.decided_carries is 'How many carries it had when its owner last decided.';
comment on column public.actions.removed_at is 'Its owner took it back: the words are gone, the row says so.';
create index actions_goal on public.actions (goal_id);
create index actions_partner on public.actions (partner_id);
grant insert (goal_id, partner_id) on public.actions to authenticated;
grant update (goal_id, partner_id, rank, outcome, line, removed_at) on public.actions to authenticated;

create table public.action_events (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	action_id uuid not null references public.actions (id) on delete cascade,
	kind text not null
		check (kind in ('taken', 'edited', 'told', 'reopened', 'carried', 'decided')),
	by_id uuid references public.profiles (id) on delete set null,
	at timestamptz not null default clock_timestamp(),
	session_id uuid references public.sessions (id) on delete set null,
	outcome text check (outcome in ('done', 'partly', 'not_done', 'dropped')),
	choice text check (choice in ('do', 'reshape', 'drop')),
	title text not null check (private.fits(title, 200)),
	due_on date not null,
	carries int not null,
	line text not null default '' check (private.fits(line, 300))
);
comment on table public.action_events is
	'What happened to an action between its reviews: written by the database, never by a member.';
comment on column public.action_events.session_id is 'The session it was carried into. Null: not carried.';
create index action_events_group on public.action_events (group_id);
create index action_events_action on public.action_events (action_id);
create index action_events_by on public.action_events (by_id);
create index action_events_session on public.action_events (session_id);

alter table public.action_events enable row level security;
revoke all on public.action_events from anon, authenticated;
grant select on public.action_events to authenticated;

-- What happened to my own actions while I was a member: mine to read after I left, too.
create function private.my_own_event_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select e.id from public.actions a
	join public.action_events e on e.action_id = a.id
	join public.memberships m on m.group_id = a.group_id and m.member_id = a.owner_id
	where a.owner_id = (select auth.uid())
		and e.at between m.joined_at and coalesce(m.left_at, 'infinity')
$$;
revoke execute on function private.my_own_event_ids() from public, anon;
grant execute on function private.my_own_event_ids() to authenticated;

create policy select_member on public.action_events for select to authenticated
	using (
		group_id = any (array(select private.my_group_ids()))
		or id = any (array(select private.my_own_event_ids()))
	);

-- An action serves a goal of its own owner; who asks after it is another member of the group.
create function private.keep_action_company() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	if new.goal_id is not null and (tg_op = 'INSERT' or new.goal_id is distinct from old.goal_id)
		and not exists (
			select from public.goals g
			where g.id = new.goal_id and g.owner_id = new.owner_id and g.group_id = new.group_id
				and g.removed_at is null
		)
	then
		perform private.refuse('CR005', 'the goal is not one of the owner');
	end if;
	if new.partner_id is not null
		and (tg_op = 'INSERT' or new.partner_id is distinct from old.partner_id)
		and (new.partner_id = new.owner_id or not private.belongs(new.partner_id, new.group_id))
	then
		perform private.refuse('CR005', 'the partner is not another member of the group');
	end if;
	return new;
end $$;

-- An action taken by mistake may be taken back, words and all, as long as nobody reviewed it. Then it
-- never comes again.
create function private.keep_removed_action() returns trigger
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
		if old.carries > 0 or exists (select from public.reviews r where r.action_id = old.id) then
			perform private.refuse('CR004', 'it was reviewed or carried: it is dropped, not taken back');
		end if;
		new.removed_at := clock_timestamp();
		new.title := '';
		new.line := '';
		new.status := 'dropped';
	end if;
	return new;
end $$;

-- The last word and the status say the same, whichever of the two was written.
create function private.settle_told_action() returns trigger
language plpgsql set search_path = '' as $$
begin
	if new.outcome is distinct from old.outcome and new.outcome is not null then
		new.status := case when new.outcome in ('done', 'dropped') then new.outcome else 'open' end;
	elsif new.status is distinct from old.status then
		new.outcome := nullif(new.status, 'open');
		if new.line = old.line then
			new.line := '';
		end if;
	end if;
	return new;
end $$;

-- The outcome of a review is the last word said, too. Partly and not done leave the action open: it
-- will be carried.
create or replace function private.settle_reviewed_action() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
	reviewed public.actions;
begin
	select * into reviewed from public.actions a where a.id = new.action_id for update;
	if reviewed.group_id is distinct from new.group_id then
		perform private.refuse('CR005', 'the action is of another group');
	end if;
	new.reviewed_by := coalesce((select auth.uid()), new.reviewed_by);
	new.reviewed_at := clock_timestamp();
	update public.actions a set
		status = case when new.outcome in ('done', 'dropped') then new.outcome else 'open' end,
		outcome = new.outcome,
		line = new.line
		where a.id = new.action_id;
	return new;
end $$;

create function private.log_action() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
	event public.action_events;
begin
	if new.removed_at is not null then
		delete from public.action_events e where e.action_id = new.id;
		return null;
	end if;
	if tg_op = 'INSERT' then
		event.kind := 'taken';
		event.at := new.created_at;
	elsif pg_trigger_depth() > 1 then
		-- A review at a session: its own row is the record.
		return null;
	elsif new.carries > old.carries then
		event.kind := 'carried';
		event.session_id := new.due_in;
	elsif new.decided_carries <> old.decided_carries or new.carries < old.carries then
		event.kind := 'decided';
		event.choice := case
			when new.status = 'dropped' then 'drop' when new.carries < old.carries then 'reshape' else 'do'
		end;
		event.line := new.line;
	elsif new.outcome is not null and (new.outcome, new.line) is distinct from (old.outcome, old.line) then
		event.kind := 'told';
		event.outcome := new.outcome;
		event.line := new.line;
	elsif new.status = 'open' and old.status <> 'open' then
		event.kind := 'reopened';
	elsif (new.title, new.due_on) is distinct from (old.title, old.due_on) then
		event.kind := 'edited';
	else
		return null;
	end if;
	insert into public.action_events
		(group_id, action_id, kind, by_id, at, session_id, outcome, choice, title, due_on, carries, line)
	values (new.group_id, new.id, event.kind, (select auth.uid()), coalesce(event.at, clock_timestamp()),
		event.session_id, event.outcome, event.choice, new.title, new.due_on, new.carries,
		coalesce(event.line, ''));
	return null;
end $$;

create trigger keep_company before insert or update of goal_id, partner_id on public.actions
	for each row execute function private.keep_action_company();
create trigger keep_removed before update on public.actions
	for each row execute function private.keep_removed_action();
create trigger settle_told before update on public.actions
	for each row execute function private.settle_told_action();
create trigger log after insert or update on public.actions
	for each row execute function private.log_action();

-- The history begins with what is there.
insert into public.action_events (group_id, action_id, kind, by_id, at, title, due_on, carries)
	select a.group_id, a.id, 'taken', a.owner_id, a.created_at, a.title, a.due_on, 0 from public.actions a;

-- The owner's decision about an action carried three times or more since the last one. Reshaped, it is
-- a new commitment and its count begins again.
create function private.decide_action(
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
		carries = case when choice = 'reshape' then 0 else a.carries end,
		decided_carries = case when choice = 'reshape' then 0 else a.carries end,
		line = coalesce(decide_action.line, '')
		where a.id = held.id;
end $$;
revoke execute on function private.decide_action(uuid, text, text, date, text) from public, anon;
grant execute on function private.decide_action(uuid, text, text, date, text) to authenticated;

-- Carries open actions into the next session, also those of an earlier one that was never held. One
-- that was due and is not finished counts one carry more and falls due at the next session; one due
-- later, or taken today, only changes its session.
create or replace function private.carry_actions(closing public.sessions, next_id uuid) returns void
language sql volatile security definer set search_path = '' as $$
	update public.actions a set
		carries = a.carries + carried.late::int,
		due_on = case when carried.late then carried.next_on else a.due_on end,
		due_in = next_id
	from (
		select b.id,
			b.born_in is distinct from closing.id
				and b.due_on <= (closing.starts_at at time zone closing.time_zone)::date as late,
			(n.starts_at at time zone n.time_zone)::date as next_on
		from public.actions b
		join public.sessions n on n.id = next_id
		left join public.sessions d on d.id = b.due_in
		where b.group_id = closing.group_id and b.status = 'open'
			and (b.due_in is null or d.starts_at <= closing.starts_at or b.born_in = closing.id)
	) carried
	where a.id = carried.id
$$;
