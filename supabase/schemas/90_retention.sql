-- How long a group keeps its words. After that they are erased; dates, turns and minutes stay.

-- Helper functions

-- Closed sessions past their group's limit, except the last one that was held: the next session
-- begins with it.
create function private.expired_session_ids(at timestamptz, most int) returns setof uuid
language sql volatile security definer set search_path = '' as $$
	select s.id from public.sessions s
	join public.groups g on g.id = s.group_id
	where s.status = 'closed' and s.erased_at is null
		and s.closed_at < at - make_interval(months => g.retention_months)
		and exists (
			select from public.sessions l
			where l.group_id = s.group_id and l.closed_at > s.closed_at
		)
	order by s.closed_at
	limit most
	for update of s skip locked
$$;

-- Settled actions of which nothing was said since the limit. One that is part of a session whose
-- words are kept, or of one to come, stays with it; a plan long past and never held keeps nothing.
create function private.expired_action_ids(at timestamptz, most int) returns setof uuid
language sql stable security definer set search_path = '' as $$
	select a.id from public.actions a
	join public.groups g on g.id = a.group_id
	cross join lateral (select at - make_interval(months => g.retention_months) as limit_at) l
	where a.status <> 'open' and a.created_at < l.limit_at
		and coalesce(a.removed_at, '-infinity') < l.limit_at
		and not exists (
			select from public.action_events e where e.action_id = a.id and e.at >= l.limit_at
		)
		and not exists (
			select from public.reviews r where r.action_id = a.id and r.reviewed_at >= l.limit_at
		)
		and not exists (
			select from public.sessions s
			where s.erased_at is null
				and not (s.status = 'planned' and s.starts_at < l.limit_at)
				and (
					s.id in (a.born_in, a.due_in)
					or s.id in (select r.session_id from public.reviews r where r.action_id = a.id)
				)
		)
	limit most
$$;

-- Goals that ended before the limit and that no action serves any more.
create function private.expired_goal_ids(at timestamptz, most int) returns setof uuid
language sql stable security definer set search_path = '' as $$
	select o.id from public.goals o
	join public.groups g on g.id = o.group_id
	where (o.status <> 'open' or o.removed_at is not null)
		and o.updated_at < at - make_interval(months => g.retention_months)
		and not exists (select from public.actions a where a.goal_id = o.id)
	limit most
$$;

-- Erases everything a member typed in these sessions. Attendances, turns and minutes stay.
create function private.erase_sessions(ids uuid[], at timestamptz) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
	contributions int;
	feedbacks int;
	reviews int;
begin
	update public.sessions s set erased_at = erase_sessions.at, place = '' where s.id = any (ids);
	-- A step of one's own may be named by anything.
	update public.segments s set label = '{"fr": "Étape", "en": "Step"}' where s.session_id = any (ids);
	contributions := private.empty_challenges(
		array(select c.id from public.challenges c where c.session_id = any (ids))
	);
	delete from public.feedbacks f where f.session_id = any (ids);
	get diagnostics feedbacks = row_count;
	update public.reviews r set line = '' where r.session_id = any (ids) and r.line <> '';
	get diagnostics reviews = row_count;
	delete from public.room_commands c where c.session_id = any (ids);
	return jsonb_build_object('sessions', cardinality(ids), 'contributions', contributions,
		'feedbacks', feedbacks, 'reviews', reviews);
end $$;

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

-- What retention adds to challenges, notes and feedbacks.

-- Row trigger: an erased session gets no new words. No lock is needed where a row is changed:
-- erasing changes each of these rows, so that one of the two waits for the other and sees it.
create function private.keep_erased() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	if exists (
		select from public.sessions s where s.id = new.session_id and s.erased_at is not null
	) then
		perform private.refuse('CR004', 'the words of this session were erased');
	end if;
	return new;
end $$;
create trigger keep_erased before update on public.challenges
	for each row when (
		concat(new.question, new.context, new.tried, new.options, new.wanted, new.unwanted) <> ''
	) execute function private.keep_erased();
create trigger keep_erased before update on public.challenge_notes
	for each row when (new.body || new.takeaways <> '') execute function private.keep_erased();

-- Row trigger: nobody waits for a row that is new, so here the erasing is waited for.
create function private.keep_erased_out() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	perform from public.sessions s
		where s.id = new.session_id and s.erased_at is null for key share;
	if not found then
		perform private.refuse('CR004', 'the words of this session were erased');
	end if;
	return new;
end $$;
create trigger keep_erased before insert on public.feedbacks
	for each row execute function private.keep_erased_out();

-- What retention adds to groups.

-- Row trigger: a member who shortens how long a group keeps its words decides for everybody, so the
-- register says so.
create function private.log_retention() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
	insert into public.decisions (group_id, kind, subject_id, at)
	select new.id, 'retention_shortened', p.id, clock_timestamp()
	from public.profiles p where p.id = private.uid();
	return null;
end $$;
create trigger log_retention after update of retention_months on public.groups
	for each row when (new.retention_months < old.retention_months)
	execute function private.log_retention();

-- Commands

create function public.set_retention(group_id uuid, months int, expected int) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	held int;
begin
	select g.retention_months into held from public.groups g
		where g.id = set_retention.group_id and g.id in (select private.my_group_ids())
		for update;
	if not found then
		perform private.refuse('CR001', 'no such group');
	end if;
	if held is distinct from expected then
		perform private.refuse('CR003', 'it was changed meanwhile');
	end if;
	if months is null or months not between 1 and 60 then
		perform private.refuse('CR005', 'between one month and five years');
	end if;
	update public.groups g set retention_months = months where g.id = set_retention.group_id;
end $$;
comment on function public.set_retention is
	'Changes how long the group keeps its words; `expected` is the number of months its caller saw.';

-- Called once a day by the server, a batch at a time.
create function public.erase_expired(at timestamptz, most int default 200) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
	-- One clock for every process: the database's. Tests have their own.
	moment timestamptz := coalesce(at, clock_timestamp());
	batch int := least(most, 1000);
	erased jsonb;
	gone int;
begin
	-- Another process is at it.
	if not pg_try_advisory_xact_lock(hashtextextended('erase_expired', 0)) then
		return '{}';
	end if;
	erased := private.erase_sessions(
		array(select private.expired_session_ids(moment, batch)), moment
	);
	erased := erased || jsonb_build_object('breaches', private.settle_lapsed(batch));
	delete from public.actions a
		where a.id = any (array(select private.expired_action_ids(moment, batch)));
	get diagnostics gone = row_count;
	erased := erased || jsonb_build_object('actions', gone);
	delete from public.goals o
		where o.id = any (array(select private.expired_goal_ids(moment, batch)));
	get diagnostics gone = row_count;
	erased := erased || jsonb_build_object('goals', gone);
	delete from public.invitations i where i.id = any (array(
		select v.id from public.invitations v
		where coalesce(v.accepted_at, v.revoked_at, v.expires_at) < moment - interval '90 days'
		limit batch
	));
	get diagnostics gone = row_count;
	erased := erased || jsonb_build_object('invitations', gone);
	delete from private.reminders r where r.id = any (array(
		select d.id from private.reminders d
		where d.claimed_until < moment - interval '90 days' limit batch
	));
	get diagnostics gone = row_count;
	erased := erased || jsonb_build_object('reminders', gone);
	delete from public.operations o where o.ctid = any (array(
		select p.ctid from public.operations p
		where p.applied_at < moment - interval '12 months' limit batch
	));
	get diagnostics gone = row_count;
	erased := erased || jsonb_build_object('operations', gone);
	return erased || jsonb_build_object('devices', private.end_idle_sessions(batch));
end $$;
comment on function public.erase_expired is
	'Erases a batch of what is older than it is kept, and says how much in numbers; all zero: nothing is left; empty: another process is at it. For the server only.';

-- Grants

grant execute on function public.set_retention(uuid, int, int) to authenticated;
grant execute on function public.erase_expired(timestamptz, int) to service_role;
