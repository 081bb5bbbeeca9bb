-- Planning a session: one command writes the whole plan, so that it is never half there.

-- Writes the plan into its session; the callers check the right to. `plan` is {id, group_id,
-- starts_at, time_zone, place, format, length_minutes, facilitator_id, scribe_id, host_id,
-- presenters: [person], segments: [{kind, label, minutes, least, speakers, rule, person_id}]}.
create function private.write_plan(plan jsonb) returns uuid
language plpgsql security definer set search_path = '', pg_temp as $$
declare
	planned cercle.sessions := jsonb_populate_record(null::cercle.sessions, plan);
	presenters uuid[] := array(
		select value::uuid
		from jsonb_array_elements_text(plan -> 'presenters') with ordinality p(value, turn)
		order by turn
	);
	person uuid;
	driver uuid := (select s.facilitator_id from cercle.sessions s where s.id = planned.id);
begin
	if planned.id is null or planned.length_minutes is null or planned.starts_at is null then
		perform private.refuse('CR005', 'the plan is incomplete');
	end if;
	-- An unknown time zone fails here.
	perform planned.starts_at at time zone coalesce(planned.time_zone, 'Europe/Paris');
	foreach person in array array_remove(
		presenters || planned.facilitator_id || planned.scribe_id || planned.host_id
			|| array(select (value ->> 'person_id')::uuid from jsonb_array_elements(plan -> 'segments')),
		null
	) loop
		if not private.belongs(person, planned.group_id) then
			perform private.refuse('CR005', 'a person of the plan is not a member of the group');
		end if;
	end loop;
	if jsonb_array_length(coalesce(plan -> 'segments', '[]')) not between 1 and 40
		or cardinality(presenters) > 8
		or cardinality(presenters) > (select count(distinct p.person) from unnest(presenters) p(person))
	then
		perform private.refuse('CR005', 'too few or too many segments or presenters');
	end if;

	insert into cercle.sessions as s (
		id, group_id, starts_at, time_zone, place, format, length_minutes,
		facilitator_id, scribe_id, host_id
	) values (
		planned.id, planned.group_id, planned.starts_at, coalesce(planned.time_zone, 'Europe/Paris'),
		coalesce(btrim(planned.place), ''), coalesce(planned.format, 'mastermind'),
		planned.length_minutes, planned.facilitator_id, planned.scribe_id, planned.host_id
	) on conflict (id) do update set
		starts_at = excluded.starts_at, time_zone = excluded.time_zone, place = excluded.place,
		format = excluded.format, length_minutes = excluded.length_minutes,
		facilitator_id = excluded.facilitator_id, scribe_id = excluded.scribe_id,
		host_id = excluded.host_id;

	delete from cercle.segments where session_id = planned.id;
	insert into cercle.segments (
		group_id, session_id, position, kind, label, minutes, least, speakers, rule, person_id
	)
	select planned.group_id, planned.id, turn - 1, kind, label, minutes,
		least(coalesce(x.least, minutes), minutes), speakers, rule, person_id
	from rows from (
		jsonb_to_recordset(plan -> 'segments') as (
			kind text, label jsonb, minutes int, least int, speakers text, rule text, person_id uuid
		)
	) with ordinality x(kind, label, minutes, least, speakers, rule, person_id, turn);

	-- A presenter taken off the plan keeps what they prepared, for themself; an untouched challenge
	-- is deleted.
	delete from cercle.challenges c
		where c.session_id = planned.id and c.presenter_id <> all (presenters) and c.version = 1
			and exists (select from cercle.challenge_notes n where n.id = c.id and n.version = 1);
	update cercle.challenges c set position = null
		where c.session_id = planned.id and c.presenter_id <> all (presenters);
	insert into cercle.challenges (group_id, session_id, presenter_id, position)
	select planned.group_id, planned.id, p.person, p.turn - 1
	from unnest(presenters) with ordinality p(person, turn)
	on conflict (session_id, presenter_id) do update set position = excluded.position
		where challenges.position is distinct from excluded.position;

	insert into cercle.room_states (session_id, group_id, facilitator_id)
		values (planned.id, planned.group_id, planned.facilitator_id)
		-- The role may have been handed over: only another name in the plan takes it from its holder.
		on conflict (session_id) do update set facilitator_id = excluded.facilitator_id
			where excluded.facilitator_id is distinct from driver;
	-- Actions taken between two sessions wait for the first one planned, not for one after it.
	update cercle.actions a set due_in = planned.id
		where a.group_id = planned.group_id and a.due_in is null and a.status = 'open'
			and not exists (
				select from cercle.sessions s
				where s.group_id = planned.group_id and s.status <> 'closed'
					and s.starts_at < planned.starts_at
			);
	return planned.id;
end $$;

-- The session after the one that closes: planned here by `next`, or found among those planned
-- before. Refuses when there is none with a later date.
create function private.next_session(closing cercle.sessions, next jsonb) returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	next_id uuid;
begin
	if next is not null then
		if (next ->> 'group_id')::uuid <> closing.group_id
			or exists (select from cercle.sessions s where s.id = (next ->> 'id')::uuid)
		then
			perform private.refuse('CR005', 'the next session is not a new one of this group');
		end if;
		next_id := private.write_plan(next);
	else
		select s.id into next_id from cercle.sessions s
			where s.group_id = closing.group_id and s.status = 'planned'
				and s.starts_at > closing.starts_at
			order by s.starts_at limit 1;
	end if;
	if next_id is null
		or (select s.starts_at from cercle.sessions s where s.id = next_id) <= closing.starts_at
	then
		perform private.refuse('CR005', 'the next session needs a later date');
	end if;
	return next_id;
end $$;

-- What planning adds to memberships.

-- Nothing that is to come depends on a member who left: their roles are free again, and what they
-- prepared for a session that has not begun, which nobody heard yet, goes with them.
create function private.free_roles() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	coming uuid[];
begin
	-- The room first, then the session: the order in which a plan locks them.
	perform from cercle.room_states r
		join cercle.sessions s on s.id = r.session_id and s.status = 'planned'
		where r.group_id = old.group_id
		order by r.session_id
		for update of r;
	coming := array(
		select s.id from cercle.sessions s
		where s.group_id = old.group_id and s.status = 'planned' order by s.id
	);
	update cercle.room_states r set facilitator_id = null
		where r.session_id = any (coming) and r.facilitator_id = old.member_id;
	update cercle.sessions s set
		facilitator_id = nullif(s.facilitator_id, old.member_id),
		scribe_id = nullif(s.scribe_id, old.member_id),
		host_id = nullif(s.host_id, old.member_id)
		where s.id = any (coming) and old.member_id in (s.facilitator_id, s.scribe_id, s.host_id);
	update cercle.segments s set person_id = null
		where s.session_id = any (coming) and s.person_id = old.member_id;
	delete from cercle.challenges c
		where c.session_id = any (coming) and c.presenter_id = old.member_id;
	return null;
end $$;
create trigger free_roles after update on cercle.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.free_roles();

-- Commands

create function private.plan_session(plan jsonb, expected_version int) returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	planned cercle.sessions;
begin
	perform private.need_member((plan ->> 'group_id')::uuid);
	-- The room first, then the session: the order in which its commands lock them.
	perform from cercle.room_states r where r.session_id = (plan ->> 'id')::uuid for update;
	select * into planned from cercle.sessions s where s.id = (plan ->> 'id')::uuid for update;
	if planned.id is not null then
		if planned.id not in (select private.my_session_ids())
			or planned.group_id <> (plan ->> 'group_id')::uuid
		then
			perform private.refuse('CR001', 'no such session');
		end if;
		-- A facilitator who left the group does not block the plan.
		if planned.facilitator_id <> me and private.belongs(planned.facilitator_id, planned.group_id)
		then
			perform private.refuse('CR002', 'the facilitator changes the plan');
		end if;
		if planned.status <> 'planned' or planned.erased_at is not null then
			perform private.refuse('CR004', 'the session has begun, or its words were erased');
		end if;
	end if;
	if coalesce(planned.version, 0) <> coalesce(expected_version, 0) then
		perform private.refuse('CR003', 'the plan changed meanwhile');
	end if;
	return private.write_plan(plan);
end $$;

create function public.plan_session(plan jsonb, expected_version int) returns uuid
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.plan_session(plan, expected_version)
$$;
comment on function public.plan_session is
	'Writes a session''s plan. Any member plans a new one (expected version 0); its facilitator changes it.';

-- Grants

grant execute on function
	private.plan_session(jsonb, int), public.plan_session(jsonb, int)
	to authenticated;
