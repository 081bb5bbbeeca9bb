-- What belongs together stays together: rows that name a session carry its group, people named in a
-- group belong to it, and a review settles its action.

-- Row trigger: a row of a session carries that session's group, and nobody else's.
create function private.keep_session_group() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	if not exists (
		select from public.sessions s where s.id = new.session_id and s.group_id = new.group_id
	) then
		perform private.refuse('CR005', 'the session is of another group');
	end if;
	return new;
end $$;

-- True when the person belongs to the group today. Used by triggers, so it answers for anybody.
create function private.belongs(person uuid, group_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
	select exists (
		select from public.memberships m
		where m.member_id = person and m.group_id = belongs.group_id and m.left_at is null
	)
$$;

create function private.keep_action_coherent() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	if not private.belongs(new.owner_id, new.group_id) then
		perform private.refuse('CR005', 'the owner is not a member of the group');
	end if;
	if new.born_in is not null and not exists (
		select from public.sessions s where s.id = new.born_in and s.group_id = new.group_id
	) then
		perform private.refuse('CR005', 'the session is of another group');
	end if;
	-- Between two sessions, or told late, an action is reviewed at the next one planned.
	if new.due_in is null and not exists (
		select from public.sessions s where s.id = new.born_in and s.status <> 'closed'
	) then
		select s.id into new.due_in from public.sessions s
			where s.group_id = new.group_id and s.status <> 'closed'
			order by s.starts_at limit 1;
	end if;
	return new;
end $$;

create function private.keep_attendance_coherent() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	if not private.belongs(new.member_id, new.group_id) then
		perform private.refuse('CR005', 'the person is not a member of the group');
	end if;
	return new;
end $$;

-- A review says what became of an action. Partly and not done leave it open: it will be carried.
create function private.settle_reviewed_action() returns trigger
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
	update public.actions a
		set status = case when new.outcome in ('done', 'dropped') then new.outcome else 'open' end
		where a.id = new.action_id;
	return new;
end $$;

create trigger keep_session_group before insert or update on public.segments
	for each row execute function private.keep_session_group();
create trigger keep_session_group before insert or update on public.challenges
	for each row execute function private.keep_session_group();
create trigger keep_session_group before insert or update on public.attendances
	for each row execute function private.keep_session_group();
create trigger keep_session_group before insert or update on public.reviews
	for each row execute function private.keep_session_group();
create trigger keep_session_group before insert or update on public.feedbacks
	for each row execute function private.keep_session_group();
create trigger keep_attendance_coherent before insert on public.attendances
	for each row execute function private.keep_attendance_coherent();
create trigger keep_action_coherent before insert on public.actions
	for each row execute function private.keep_action_coherent();
create trigger settle_reviewed_action before insert or update on public.reviews
	for each row execute function private.settle_reviewed_action();

create trigger keep_columns before update on public.contributions
	for each row execute function private.keep_columns(
		'id', 'group_id', 'session_id', 'challenge_id', 'author_id', 'kind', 'made_at'
	);
create trigger keep_columns before update on public.actions
	for each row execute function private.keep_columns('id', 'group_id', 'owner_id');
create trigger raise_version before update on public.actions
	for each row execute function private.raise_version();
create trigger keep_columns before update on public.reviews
	for each row execute function private.keep_columns('id', 'group_id', 'action_id', 'session_id');
create trigger keep_columns before update on public.feedbacks
	for each row execute function private.keep_columns('id', 'group_id', 'session_id', 'member_id');
