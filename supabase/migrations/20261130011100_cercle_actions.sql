-- The tables are in `cercle`; what a client may call hands on to `private`: actions.

create or replace function private.my_action_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select id from cercle.actions where owner_id = (select private.uid())
$$;

-- What was said of my own actions while I was a member: mine to read after I left, too.
create or replace function private.my_own_review_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select r.id from cercle.actions a
	join cercle.reviews r on r.action_id = a.id
	join cercle.memberships m on m.group_id = a.group_id and m.member_id = a.owner_id
	where a.owner_id = (select private.uid())
		and a.group_id not in (select private.my_unsigned_group_ids())
		and r.reviewed_at between m.joined_at and coalesce(m.left_at, 'infinity')
$$;

-- What happened to my own actions while I was a member: mine to read after I left, too.
create or replace function private.my_own_event_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select e.id from cercle.actions a
	join cercle.action_events e on e.action_id = a.id
	join cercle.memberships m on m.group_id = a.group_id and m.member_id = a.owner_id
	where a.owner_id = (select private.uid())
		and a.group_id not in (select private.my_unsigned_group_ids())
		and e.at between m.joined_at and coalesce(m.left_at, 'infinity')
$$;

-- The owner's decision about an action carried three times or more since the last one. Reshaped, it
-- is a new commitment and its count begins again.
create or replace function private.decide_action(
	action_id uuid, choice text, title text, due_on date, line text
) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	held cercle.actions;
begin
	select * into held from cercle.actions a
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
	update cercle.actions a set
		title = case when choice = 'reshape' then btrim(decide_action.title) else a.title end,
		due_on = case
			when choice = 'drop' then a.due_on else coalesce(decide_action.due_on, a.due_on)
		end,
		status = case when choice = 'drop' then 'dropped' else a.status end,
		-- Said with the status, so that a line equal to the one before stays. Of a new commitment nothing
		-- was said yet.
		outcome = case choice when 'drop' then 'dropped' when 'do' then a.outcome end,
		carries = case when choice = 'reshape' then 0 else a.carries end,
		decided_carries = case when choice = 'reshape' then 0 else a.carries end,
		line = coalesce(decide_action.line, '')
		where a.id = held.id;
end $$;

-- Carries open actions into the next session, also those of an earlier one that was never held. One
-- that was due and is not finished counts one carry more and falls due at the next session; one due
-- later, or taken today, only changes its session.
create or replace function private.carry_actions(closing cercle.sessions, next_id uuid) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	update cercle.actions a set
		carries = a.carries + carried.late::int,
		due_on = case when carried.late then carried.next_on else a.due_on end,
		due_in = next_id
	from (
		select b.id,
			b.born_in is distinct from closing.id
				and b.due_on <= (closing.starts_at at time zone closing.time_zone)::date as late,
			(n.starts_at at time zone n.time_zone)::date as next_on
		from cercle.actions b
		join cercle.sessions n on n.id = next_id
		left join cercle.sessions d on d.id = b.due_in
		where b.group_id = closing.group_id and b.status = 'open'
			and (b.due_in is null or d.starts_at <= closing.starts_at or b.born_in = closing.id)
	) carried
	where a.id = carried.id
$$;

-- Operations on actions: see `apply_operation`.
create or replace function private.apply_action(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'action.add' then
			insert into cercle.actions
				(id, group_id, owner_id, title, due_on, born_in, goal_id, partner_id)
			values (row_id, (args ->> 'group_id')::uuid, (args ->> 'owner_id')::uuid,
				btrim(args ->> 'title'), (args ->> 'due_on')::date, (args ->> 'born_in')::uuid,
				(args ->> 'goal_id')::uuid, (args ->> 'partner_id')::uuid);
		when 'action.edit' then
			perform private.merge_row('cercle.actions', row_id, changes, base,
				'{title,due_on,goal_id,partner_id}');
		when 'action.settle' then
			perform private.merge_row('cercle.actions', row_id, changes, null, '{status}');
		when 'action.tell' then
			perform private.merge_row('cercle.actions', row_id, changes, null, '{outcome,line}');
		when 'action.decide' then
			perform private.decide_action(row_id, args ->> 'choice', args ->> 'title',
				(args ->> 'due_on')::date, args ->> 'line');
		when 'action.remove' then
			perform private.merge_row('cercle.actions', row_id, '{"removed_at": "now"}', null,
				'{removed_at}');
		when 'actions.order' then
			update cercle.actions a set rank = o.place
				from jsonb_array_elements_text(args -> 'ids') with ordinality o(id, place)
				where a.id = o.id::uuid and a.owner_id = private.me() and a.status = 'open'
					and a.rank is distinct from o.place;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- Operations on reviews: see `apply_operation`.
create or replace function private.apply_review(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
begin
	case kind
		when 'review.record' then
			insert into cercle.reviews (group_id, action_id, session_id, outcome, line)
			values ((args ->> 'group_id')::uuid, (args ->> 'action_id')::uuid,
				(args ->> 'session_id')::uuid, args ->> 'outcome', coalesce(args ->> 'line', ''))
			on conflict (action_id, session_id)
				do update set outcome = excluded.outcome, line = excluded.line;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What an account takes along of this area: see `export_account`.
create or replace function private.export_actions(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'actions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', a.id, 'group_id', a.group_id, 'goal_id', a.goal_id, 'title', a.title,
				'due_on', a.due_on, 'status', a.status, 'outcome', a.outcome, 'line', a.line,
				'carries', a.carries, 'created_at', a.created_at,
				'history', (
					select coalesce(jsonb_agg(jsonb_build_object(
						'kind', e.kind, 'at', e.at, 'title', e.title, 'due_on', e.due_on,
						'carries', e.carries, 'outcome', e.outcome, 'choice', e.choice, 'line', e.line
					) order by e.at, e.id), '[]')
					from cercle.action_events e where e.action_id = a.id
				),
				'reviews', (
					select coalesce(jsonb_agg(jsonb_build_object(
						'session_id', r.session_id, 'outcome', r.outcome, 'line', r.line,
						'reviewed_at', r.reviewed_at
					) order by r.reviewed_at, r.id), '[]')
					from cercle.reviews r where r.action_id = a.id
				)
			) order by a.created_at, a.id), '[]')
			from cercle.actions a where a.owner_id = me and a.removed_at is null
		)
	)
$$;

-- Settled actions of which nothing was said since the limit. One that is part of a session whose
-- words are kept, or of one to come, stays with it; a plan long past and never held keeps nothing.
create or replace function private.expired_action_ids(at timestamptz, most int) returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select a.id from cercle.actions a
	join cercle.groups g on g.id = a.group_id
	cross join lateral (select at - make_interval(months => g.retention_months) as limit_at) l
	where a.status <> 'open' and a.created_at < l.limit_at
		and coalesce(a.removed_at, '-infinity') < l.limit_at
		and not exists (
			select from cercle.action_events e where e.action_id = a.id and e.at >= l.limit_at
		)
		and not exists (
			select from cercle.reviews r where r.action_id = a.id and r.reviewed_at >= l.limit_at
		)
		and not exists (
			select from cercle.sessions s
			where s.erased_at is null
				and not (s.status = 'planned' and s.starts_at < l.limit_at)
				and (
					s.id in (a.born_in, a.due_in)
					or s.id in (select r.session_id from cercle.reviews r where r.action_id = a.id)
				)
		)
	limit most
$$;

-- Erases settled actions with their history and reviews: see `erase_expired`.
create or replace function private.erase_actions(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	gone int;
begin
	delete from cercle.actions a
		where a.id = any (array(select private.expired_action_ids(at, most)));
	get diagnostics gone = row_count;
	return gone;
end $$;

create or replace function private.keep_action_coherent() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if not private.belongs(new.owner_id, new.group_id) then
		perform private.refuse('CR005', 'the owner is not a member of the group');
	end if;
	if new.born_in is not null and not exists (
		select from cercle.sessions s where s.id = new.born_in and s.group_id = new.group_id
	) then
		perform private.refuse('CR005', 'the session is of another group');
	end if;
	-- Between two sessions, or told late, an action is reviewed at the next one planned.
	if new.due_in is null and not exists (
		select from cercle.sessions s where s.id = new.born_in and s.status <> 'closed'
	) then
		select s.id into new.due_in from cercle.sessions s
			where s.group_id = new.group_id and s.status <> 'closed'
			order by s.starts_at limit 1;
	end if;
	return new;
end $$;

-- Row trigger: an action serves a goal of its own owner; its partner is another member of the
-- group.
create or replace function private.keep_action_company() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if new.goal_id is not null and (tg_op = 'INSERT' or new.goal_id is distinct from old.goal_id)
		and not exists (
			select from cercle.goals g
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

-- Row trigger: an action taken by mistake may be taken back, words and all, as long as nobody
-- reviewed it. Then it never comes back.
create or replace function private.keep_removed_action() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if old.removed_at is not null then
		-- Another member who is named on it may still be forgotten.
		if (new.title, new.line, new.outcome, new.status, new.due_on, new.removed_at)
			is distinct from (old.title, old.line, old.outcome, old.status, old.due_on, old.removed_at)
		then
			perform private.refuse('CR001', 'this action was taken back');
		end if;
	elsif new.removed_at is not null then
		if old.carries > 0
			or exists (select from cercle.reviews r where r.action_id = old.id)
			or exists (
				select from cercle.action_events e where e.action_id = old.id and e.kind = 'carried'
			)
		then
			perform private.refuse('CR004', 'it was reviewed or carried: it is dropped, not taken back');
		end if;
		new.removed_at := clock_timestamp();
		new.title := '';
		new.line := '';
		new.status := 'dropped';
	end if;
	return new;
end $$;

-- Row trigger: writes the history, for whatever changes an action.
create or replace function private.log_action() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
declare
	event cercle.action_events;
begin
	if new.removed_at is not null then
		delete from cercle.action_events e where e.action_id = new.id;
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
	elsif new.outcome is not null
		and (new.outcome, new.line) is distinct from (old.outcome, old.line)
	then
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
	insert into cercle.action_events
		(group_id, action_id, kind, by_id, at, session_id, outcome, choice, title, due_on, carries, line)
	values (new.group_id, new.id, event.kind, (select private.uid()),
		coalesce(event.at, clock_timestamp()), event.session_id, event.outcome, event.choice,
		new.title, new.due_on, new.carries, coalesce(event.line, ''));
	return null;
end $$;

-- Row trigger: the outcome of a review is the last word said of the action, too. Partly and not
-- done leave it open: it will be carried. A line that is taken back is taken back where it was
-- copied; what became of the action stays as it is.
create or replace function private.settle_reviewed_action() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
declare
	reviewed cercle.actions;
begin
	if tg_op = 'UPDATE' and old.line <> '' and new.line = '' and new.outcome = old.outcome then
		update cercle.actions a set line = '' where a.id = new.action_id and a.line = old.line;
		return new;
	end if;
	select * into reviewed from cercle.actions a where a.id = new.action_id for update;
	if reviewed.group_id is distinct from new.group_id then
		perform private.refuse('CR005', 'the action is of another group');
	end if;
	new.reviewed_by := coalesce((select private.uid()), new.reviewed_by);
	new.reviewed_at := clock_timestamp();
	update cercle.actions a set
		status = case when new.outcome in ('done', 'dropped') then new.outcome else 'open' end,
		outcome = new.outcome,
		line = new.line
		where a.id = new.action_id;
	return new;
end $$;
