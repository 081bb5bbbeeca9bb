-- How long a group keeps its words. After that they are erased; dates, turns and minutes stay.

-- Helper functions

-- Sessions past their group's limit, planned ones that were never held too, except the last one that
-- was held: the next session begins with it.
create function private.expired_session_ids(at timestamptz, most int) returns setof uuid
language sql volatile security definer set search_path = '', pg_temp as $$
	select s.id from cercle.sessions s
	join cercle.groups g on g.id = s.group_id
	where s.status <> 'live' and s.erased_at is null
		and s.over_at < at - make_interval(months => g.retention_months)
		and (s.status = 'planned' or exists (
			select from cercle.sessions l
			where l.group_id = s.group_id and l.closed_at > s.closed_at
		))
	order by s.starts_at
	limit most
	for update of s skip locked
$$;

-- Erases everything a member typed in these sessions. Attendances, turns and minutes stay.
create function private.erase_sessions(ids uuid[], at timestamptz) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	contributions int;
	feedbacks int;
	reviews int;
begin
	update cercle.sessions s set erased_at = erase_sessions.at, place = '' where s.id = any (ids);
	-- The label of a segment of one's own may hold any words.
	update cercle.segments s set label = '{"fr": "Étape", "en": "Step"}'
		where s.session_id = any (ids);
	contributions := private.empty_challenges(
		array(select c.id from cercle.challenges c where c.session_id = any (ids))
	);
	delete from cercle.feedbacks f where f.session_id = any (ids);
	get diagnostics feedbacks = row_count;
	update cercle.reviews r set line = '' where r.session_id = any (ids) and r.line <> '';
	get diagnostics reviews = row_count;
	delete from cercle.room_commands c where c.session_id = any (ids);
	return jsonb_build_object('sessions', cardinality(ids), 'contributions', contributions,
		'feedbacks', feedbacks, 'reviews', reviews);
end $$;

-- Tells every live room that anything may have changed.
create function private.tell_all_rooms() returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	insert into private.noted_changes (group_id, name)
	select distinct s.group_id, 'all' from cercle.sessions s where s.status = 'live'
	on conflict do nothing
$$;

-- What retention adds to challenges, notes and feedbacks.

-- Row trigger: an erased session gets no new words. No lock is needed where a row is changed:
-- erasing changes each of these rows, so that one of the two waits for the other and sees it.
create function private.keep_erased() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if exists (
		select from cercle.sessions s where s.id = new.session_id and s.erased_at is not null
	) then
		perform private.refuse('CR004', 'the words of this session were erased');
	end if;
	return new;
end $$;
create trigger keep_erased before update on cercle.challenges
	for each row when (
		concat(new.question, new.context, new.tried, new.options, new.wanted, new.unwanted) <> ''
	) execute function private.keep_erased();
create trigger keep_erased before update on cercle.challenge_notes
	for each row when (new.body || new.takeaways <> '') execute function private.keep_erased();

-- Row trigger: no lock covers a new row, so this one waits for the erasing.
create function private.keep_erased_out() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform from cercle.sessions s
		where s.id = new.session_id and s.erased_at is null for key share;
	if not found then
		perform private.refuse('CR004', 'the words of this session were erased');
	end if;
	return new;
end $$;
create trigger keep_erased before insert on cercle.feedbacks
	for each row execute function private.keep_erased_out();

-- What retention adds to groups.

-- Row trigger: a member who shortens how long a group keeps its words decides for everybody, so the
-- register says so.
create function private.log_retention() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.decisions (group_id, kind, subject_id, at)
	select new.id, 'retention_shortened', p.id, clock_timestamp()
	from cercle.profiles p where p.id = private.uid();
	return null;
end $$;
create trigger log_retention after update of retention_months on cercle.groups
	for each row when (new.retention_months < old.retention_months)
	execute function private.log_retention();

-- Commands

create function private.set_retention(group_id uuid, months int, expected int) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	held int;
begin
	select g.retention_months into held from cercle.groups g
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
	update cercle.groups g set retention_months = months where g.id = set_retention.group_id;
end $$;

create function public.set_retention(group_id uuid, months int, expected int) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.set_retention(group_id, months, expected)
$$;
comment on function public.set_retention is
	'Changes how long the group keeps its words; `expected` is the number of months its caller saw.';

-- Called once a day by the server, a batch at a time.
create function private.erase_expired(at timestamptz, most int) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	-- One clock for every process: the database's. Tests have their own.
	moment timestamptz := coalesce(at, clock_timestamp());
	batch int := least(most, 1000);
	erased jsonb;
begin
	-- Another process is running it.
	if not pg_try_advisory_xact_lock(hashtextextended('erase_expired', 0)) then
		return '{}';
	end if;
	-- Sessions first: what is part of one whose words are kept stays with it; and before them those
	-- that nobody closed.
	erased := jsonb_build_object('forgotten', private.close_forgotten(moment, batch));
	erased := erased || private.erase_sessions(
		array(select private.expired_session_ids(moment, batch)), moment
	);
	erased := erased || jsonb_build_object('breaches', private.settle_lapsed(batch));
	erased := erased || jsonb_build_object('actions', private.erase_actions(moment, batch));
	-- After the actions, which may have served them.
	erased := erased || jsonb_build_object('goals', private.erase_goals(moment, batch));
	erased := erased || jsonb_build_object('invitations', private.erase_invitations(moment, batch));
	erased := erased || jsonb_build_object('reminders', private.erase_reminders(moment, batch));
	erased := erased || jsonb_build_object('operations', private.erase_operations(moment, batch));
	if exists (select from jsonb_each_text(erased) e where e.value <> '0') then
		perform private.tell_all_rooms();
	end if;
	return erased || jsonb_build_object(
		'sign_ins', private.end_idle_sign_ins(batch),
		'address_changes', private.erase_address_changes(moment, batch)
	);
end $$;

create function public.erase_expired(at timestamptz, most int default 200) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.erase_expired(at, most)
$$;
comment on function public.erase_expired is
	'Erases a batch of what is older than it is kept, and says how much in numbers; all zero: nothing is left; empty: another process is at it. For the server only.';

-- Grants

grant execute on function
	private.set_retention(uuid, int, int), public.set_retention(uuid, int, int)
	to authenticated;
grant execute on function
	private.erase_expired(timestamptz, int), public.erase_expired(timestamptz, int)
	to service_role;
