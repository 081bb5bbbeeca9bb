-- Actions with their history, and their reviews at sessions. An action may serve a goal, may have a
-- partner who asks after it, and keeps its history. At its third carry its owner decides: do,
-- reshape or drop.

create table cercle.actions (
	id uuid primary key,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	owner_id uuid not null references cercle.profiles (id) on delete cascade,
	title text not null,
	due_on date not null check (due_on between '2020-01-01' and '2100-01-01'),
	status text not null default 'open' check (status in ('open', 'done', 'dropped')),
	born_in uuid references cercle.sessions (id) on delete set null,
	due_in uuid references cercle.sessions (id) on delete set null,
	carries int not null default 0 check (carries >= 0),
	goal_id uuid,
	partner_id uuid references cercle.profiles (id) on delete set null,
	rank int check (rank between 1 and 10000),
	outcome text check (outcome in ('done', 'partly', 'not_done', 'dropped')),
	line text not null default '' check (private.fits(line, 300)),
	decided_carries int not null default 0 check (decided_carries >= 0),
	removed_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	told_at timestamptz,
	constraint actions_title_check
		check (private.fits(title, 200) and (title <> '' or removed_at is not null))
);
comment on table cercle.actions is
	'A commitment with an owner and a due date, reviewed at the next session.';
comment on column cercle.actions.born_in is
	'The session in which it was taken. Null: between two sessions.';
comment on column cercle.actions.due_in is
	'The session that will review it. Null: none planned yet.';
comment on column cercle.actions.carries is 'How many sessions it went through unfinished.';
comment on column cercle.actions.partner_id is
	'The member who asks how it goes. Null: nobody in particular.';
comment on column cercle.actions.rank is 'Place in its owner''s own order. Null: by its date.';
comment on column cercle.actions.outcome is 'The last word said of it. Null: none.';
comment on column cercle.actions.decided_carries is
	'How many carries it had when its owner last decided.';
comment on column cercle.actions.removed_at is
	'Its owner took it back: the words are gone, the row says so.';
comment on column cercle.actions.told_at is
	'When its outcome and its line were last said. Null: never.';
create index actions_group on cercle.actions (group_id);
create index actions_owner on cercle.actions (owner_id);
create index actions_born_in on cercle.actions (born_in);
create index actions_due_in on cercle.actions (due_in);
create index actions_goal on cercle.actions (goal_id);
create index actions_partner on cercle.actions (partner_id);

create table cercle.action_events (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	action_id uuid not null references cercle.actions (id) on delete cascade,
	kind text not null
		check (kind in ('taken', 'edited', 'told', 'reopened', 'carried', 'decided')),
	by_id uuid references cercle.profiles (id) on delete set null,
	at timestamptz not null default clock_timestamp(),
	session_id uuid references cercle.sessions (id) on delete set null,
	outcome text check (outcome in ('done', 'partly', 'not_done', 'dropped')),
	choice text check (choice in ('do', 'reshape', 'drop')),
	title text not null check (private.fits(title, 200)),
	due_on date not null,
	carries int not null,
	line text not null default '' check (private.fits(line, 300))
);
comment on table cercle.action_events is
	'What happened to an action between its reviews: written by the database, never by a member.';
comment on column cercle.action_events.session_id is
	'The session it was carried into. Null: not carried.';
create index action_events_group on cercle.action_events (group_id);
create index action_events_action on cercle.action_events (action_id);
create index action_events_by on cercle.action_events (by_id);
create index action_events_session on cercle.action_events (session_id);

create table cercle.reviews (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	action_id uuid not null references cercle.actions (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	outcome text not null check (outcome in ('done', 'partly', 'not_done', 'dropped')),
	line text not null default '' check (private.fits(line, 300)),
	reviewed_by uuid references cercle.profiles (id) on delete set null,
	reviewed_at timestamptz not null default now(),
	unique (action_id, session_id)
);
comment on table cercle.reviews is 'The outcome of an action at a session, with one line.';
create index reviews_group on cercle.reviews (group_id);
create index reviews_session on cercle.reviews (session_id);
create index reviews_reviewed_by on cercle.reviews (reviewed_by);

alter table cercle.actions enable row level security;
alter table cercle.action_events enable row level security;
alter table cercle.reviews enable row level security;

-- Helper functions

create function private.my_action_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select id from cercle.actions where owner_id = (select private.uid())
$$;

-- What was said of my own actions while I was a member: mine to read after I left, too.
create function private.my_own_review_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select r.id from cercle.actions a
	join cercle.reviews r on r.action_id = a.id
	join cercle.memberships m on m.group_id = a.group_id and m.member_id = a.owner_id
	where a.owner_id = (select private.uid())
		and a.group_id not in (select private.my_unsigned_group_ids())
		and r.reviewed_at between m.joined_at and coalesce(m.left_at, 'infinity')
$$;

-- Reviews at an earlier session: with the words of the member who wrote the line and of the owner
-- of the action, who is spoken of, once both agreed; those without a line once everybody did.
create function private.my_agreed_review_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		with given as materialized (select * from private.my_consents())
		select r.id from (select distinct g.session_id from given g) g
		join cercle.reviews r using (session_id)
		join cercle.actions a on a.id = r.action_id
		where (r.line = '' and r.session_id in (select private.my_shared_session_ids()))
			or (
				(r.session_id, r.reviewed_by) in (select * from given)
				and (r.session_id, a.owner_id) in (select * from given)
			);
end $$;

-- What happened to my own actions while I was a member: mine to read after I left, too.
create function private.my_own_event_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select e.id from cercle.actions a
	join cercle.action_events e on e.action_id = a.id
	join cercle.memberships m on m.group_id = a.group_id and m.member_id = a.owner_id
	where a.owner_id = (select private.uid())
		and a.group_id not in (select private.my_unsigned_group_ids())
		and e.at between m.joined_at and coalesce(m.left_at, 'infinity')
$$;

-- Open actions from before I joined, of members of today, from the first session on that began since:
-- what is to be done, by whom and until when. What was said of them before is not mine to read, so
-- they seem taken when I came.
create function private.earlier_actions() returns table (held cercle.actions, stamp xid)
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select jsonb_populate_record(null::cercle.actions, jsonb_build_object(
			'id', a.id, 'group_id', a.group_id, 'owner_id', a.owner_id, 'title', a.title,
			'due_on', a.due_on, 'due_in', a.due_in, 'status', a.status,
			'carries', 0, 'decided_carries', 0,
			'outcome', case when a.told_at >= j.joined_at then a.outcome end,
			'line', case when a.told_at >= j.joined_at then a.line else '' end,
			'version', 1, 'created_at', j.joined_at, 'updated_at', j.joined_at
		)), a.xmin
		from jsonb_each_text(private.my_joins()) k
		cross join lateral (select k.key::uuid as group_id, k.value::timestamptz as joined_at) j
		join cercle.actions a on a.group_id = j.group_id and a.created_at < j.joined_at
		where a.owner_id <> private.uid() and a.removed_at is null
			and private.belongs(a.owner_id, a.group_id)
			and (a.status = 'open' or a.told_at >= j.joined_at)
			and exists (
				select from cercle.sessions s
				where s.group_id = j.group_id and s.started_at >= j.joined_at
			);
end $$;

-- What I see of actions: those I may read as a whole, by their policy, and earlier ones.
create view cercle.seen_actions with (security_invoker) as
	select a.*, a.xmin, false as is_partial from cercle.actions a
	union all
	select (e.held).*, e.stamp, true from private.earlier_actions() e;
comment on view cercle.seen_actions is
	'Actions as their reader may see them: earlier ones without what was said of them.';

-- The owner's decision about an action carried three times or more since the last one. Reshaped, it
-- is a new commitment and its count begins again.
create function private.decide_action(
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
		-- Written together with the status, so that a line equal to the one before stays. A new
		-- commitment has no line yet.
		outcome = case choice when 'drop' then 'dropped' when 'do' then a.outcome end,
		carries = case when choice = 'reshape' then 0 else a.carries end,
		decided_carries = case when choice = 'reshape' then 0 else a.carries end,
		line = coalesce(decide_action.line, '')
		where a.id = held.id;
end $$;

-- Carries open actions into the next session, also those of an earlier one that was never held; null:
-- into the next one planned. One that was due and is not finished counts one carry more and falls due
-- at the next session; one due later, or taken today, only changes its session. Of a session that
-- nobody closed in time only what was reviewed there counts.
create function private.carry_actions(
	closing cercle.sessions, next_id uuid, only_reviewed boolean
) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	update cercle.actions a set
		carries = a.carries + carried.late::int,
		due_on = case when carried.late then carried.next_on else a.due_on end,
		due_in = next_id
	from (
		select b.id,
			b.born_in is distinct from closing.id
				and b.due_on <= (closing.starts_at at time zone closing.time_zone)::date
				and (not only_reviewed or exists (
					select from cercle.reviews r where r.action_id = b.id and r.session_id = closing.id
				)) as late,
			coalesce((n.starts_at at time zone n.time_zone)::date, b.due_on) as next_on
		from cercle.actions b
		left join cercle.sessions n on n.id = next_id
		left join cercle.sessions d on d.id = b.due_in
		where b.group_id = closing.group_id and b.status = 'open'
			and (b.due_in is null or d.starts_at <= closing.starts_at or b.born_in = closing.id)
	) carried
	where a.id = carried.id
$$;

-- Operations on actions: see `apply_operation`.
create function private.apply_action(kind text, args jsonb, base jsonb) returns void
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
create function private.apply_review(kind text, args jsonb, base jsonb) returns void
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

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_actions() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('actions', 'seen_actions', null, $s$to_jsonb(t) - '{xmin,is_partial,told_at}'::text[]$s$,
			't.removed_at is null'),
		('action_events', null, null, null, null),
		('reviews', null, null, null, null)
$$;

-- What an account exports of this area: see `export_account`.
create function private.export_actions(me uuid) returns jsonb
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
-- words are kept, or of one to come, stays with it.
create function private.expired_action_ids(at timestamptz, most int) returns setof uuid
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
				and (
					s.id in (a.born_in, a.due_in)
					or s.id in (select r.session_id from cercle.reviews r where r.action_id = a.id)
				)
		)
	limit most
$$;

-- Erases settled actions with their history and reviews: see `erase_expired`.
create function private.erase_actions(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	gone int;
begin
	delete from cercle.actions a
		where a.id = any (array(select private.expired_action_ids(at, most)));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- Policies. Inserting an action, and writing a review, is also the facilitator's and the scribe's:
-- see 60_room.sql.

-- Those taken since the reader joined; of earlier ones see `earlier_actions`.
create policy select_member on cercle.actions for select to authenticated
	using (
		created_at >= ((select private.my_joins()) ->> group_id::text)::timestamptz
		or (
			owner_id = (select private.uid())
			and group_id <> all (array(select private.my_unsigned_group_ids()))
		)
	);
create policy update_owner on cercle.actions for update to authenticated
	using (owner_id = (select private.uid()) and group_id = any (array(select private.my_group_ids())))
	with check (owner_id = (select private.uid()));
create policy select_member on cercle.action_events for select to authenticated
	using (
		at >= ((select private.my_joins()) ->> group_id::text)::timestamptz
		or id = any (array(select private.my_own_event_ids()))
	);
create policy select_member on cercle.reviews for select to authenticated
	using (
		session_id = any (array(select private.my_dated_session_ids()))
		or id = any (array(select private.my_agreed_review_ids()))
		or id = any (array(select private.my_own_review_ids()))
	);

-- Triggers

create function private.keep_action_coherent() returns trigger
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
create trigger keep_action_coherent before insert on cercle.actions
	for each row execute function private.keep_action_coherent();

-- Row trigger: an action serves a goal of its own owner; its partner is another member of the
-- group.
create function private.keep_action_company() returns trigger
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
create trigger keep_company before insert or update of goal_id, partner_id on cercle.actions
	for each row execute function private.keep_action_company();

-- Row trigger: the actions of a member who left stand still. Sessions they are not part of no
-- longer review and carry them; otherwise their date, their outcome and their line would tell the
-- former member of those.
create function private.keep_former() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	-- Words may still be erased.
	if new.title <> ''
		and (
			(old.title, old.outcome, old.status, old.due_on, old.carries, old.decided_carries)
				is distinct from
				(new.title, new.outcome, new.status, new.due_on, new.carries, new.decided_carries)
			or new.line not in (old.line, '')
			or new.due_in is distinct from old.due_in and new.due_in is not null
		)
		and not private.belongs(old.owner_id, old.group_id)
	then
		return null;
	end if;
	return new;
end $$;
create trigger former before update on cercle.actions
	for each row execute function private.keep_former();

-- Row trigger: an action taken by mistake may be taken back, words and all, as long as nobody
-- reviewed it. Then it never comes back.
create function private.keep_removed_action() returns trigger
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
create trigger keep_removed before update on cercle.actions
	for each row execute function private.keep_removed_action();

-- Row trigger: the last word and the status say the same, whichever of the two was written.
create function private.settle_told_action() returns trigger
language plpgsql set search_path = '', pg_temp as $$
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
create trigger settle_told before update on cercle.actions
	for each row execute function private.settle_told_action();

-- Row trigger: dates what is said of an action.
create function private.date_told_action() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	new.told_at := clock_timestamp();
	return new;
end $$;
-- Erasing a line says nothing, nor does another outcome beside a line of before.
create trigger tell_when before update on cercle.actions
	for each row when (
		new.line not in (old.line, '') or new.line = '' and new.outcome is distinct from old.outcome
	) execute function private.date_told_action();

-- Row trigger: writes the history, for whatever changes an action.
create function private.log_action() returns trigger
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
create trigger log after insert or update on cercle.actions
	for each row execute function private.log_action();

-- Row trigger: the outcome of a review is the last word said of the action, too. Partly and not
-- done leave it open: it will be carried. A line that is taken back is taken back where it was
-- copied; what became of the action stays as it is.
create function private.settle_reviewed_action() returns trigger
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
create trigger settle_reviewed_action before insert or update on cercle.reviews
	for each row execute function private.settle_reviewed_action();

create trigger keep_columns before update on cercle.actions
	for each row execute function private.keep_columns('id', 'group_id', 'owner_id');
create trigger raise_version before update on cercle.actions
	for each row execute function private.raise_version();
create trigger keep_session_group before insert or update on cercle.reviews
	for each row execute function private.keep_session_group();
create trigger keep_columns before update on cercle.reviews
	for each row execute function private.keep_columns('id', 'group_id', 'action_id', 'session_id');

create trigger note_change after insert or update or delete on cercle.actions
	for each row execute function private.note_change('actions', 'group');
create trigger note_change after insert or update or delete on cercle.action_events
	for each row execute function private.note_change('action_events', 'group');
create trigger note_change after insert or update or delete on cercle.reviews
	for each row execute function private.note_change('reviews', 'session');

-- Grants

grant select on cercle.actions, cercle.action_events, cercle.reviews, cercle.seen_actions
	to authenticated;
grant insert (id, group_id, owner_id, title, due_on, born_in, goal_id, partner_id)
	on cercle.actions to authenticated;
grant update (title, due_on, status, goal_id, partner_id, rank, outcome, line, removed_at)
	on cercle.actions to authenticated;
grant insert (group_id, action_id, session_id, outcome, line), update (outcome, line)
	on cercle.reviews to authenticated;
grant execute on function
	private.my_action_ids(), private.my_own_review_ids(), private.my_own_event_ids(),
	private.my_agreed_review_ids(), private.earlier_actions(),
	private.decide_action(uuid, text, text, date, text),
	private.apply_action(text, jsonb, jsonb), private.apply_review(text, jsonb, jsonb),
	private.shown_actions(), private.export_actions(uuid)
	to authenticated;
