-- Leaving a group: at any time, by oneself. What is cut off at once stands with the memberships; here
-- is what becomes of the sessions that were counting on who left.

create function public.leave_group(group_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	me uuid := private.me();
begin
	if not exists (
		select from public.memberships m
		where m.group_id = leave_group.group_id and m.member_id = me
	) then
		perform private.refuse('CR001', 'no such group');
	end if;
	-- The group first, as all that changes who belongs to it.
	perform from public.groups g where g.id = leave_group.group_id for no key update;
	update public.memberships m set left_at = clock_timestamp()
		where m.group_id = leave_group.group_id and m.member_id = me and m.left_at is null;
end $$;
comment on function public.leave_group is
	'Ends the caller''s membership, at any time. Leaving twice is harmless.';
revoke execute on function public.leave_group(uuid) from public, anon;
grant execute on function public.leave_group(uuid) to authenticated;

-- Nothing that is to come hangs on somebody who left: their roles are free again, and what they
-- prepared for a session that has not begun, which nobody heard yet, goes with them.
create function private.free_roles() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
	coming uuid[];
begin
	-- The room first, then the session: the order in which a plan locks them.
	perform from public.room_states r
		join public.sessions s on s.id = r.session_id and s.status = 'planned'
		where r.group_id = old.group_id
		order by r.session_id
		for update of r;
	coming := array(
		select s.id from public.sessions s
		where s.group_id = old.group_id and s.status = 'planned' order by s.id
	);
	update public.room_states r set facilitator_id = null
		where r.session_id = any (coming) and r.facilitator_id = old.member_id;
	update public.sessions s set
		facilitator_id = nullif(s.facilitator_id, old.member_id),
		scribe_id = nullif(s.scribe_id, old.member_id),
		host_id = nullif(s.host_id, old.member_id)
		where s.id = any (coming) and old.member_id in (s.facilitator_id, s.scribe_id, s.host_id);
	update public.segments s set person_id = null
		where s.session_id = any (coming) and s.person_id = old.member_id;
	delete from public.challenges c
		where c.session_id = any (coming) and c.presenter_id = old.member_id;
	return null;
end $$;
create trigger free_roles after update on public.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.free_roles();

-- Who left a live room is away, however lately their phone was heard.
create or replace function private.holder_is_away(room public.room_states) returns boolean
language sql stable security definer set search_path = '' as $$
	select room.facilitator_id is null
		or not private.belongs(room.facilitator_id, room.group_id)
		or not exists (
			select from public.attendances a
			where a.session_id = room.session_id and a.member_id = room.facilitator_id
				and a.seen_at > private.room_time() - interval '30 seconds'
				and a.seen_at < private.room_time() + interval '30 seconds'
		)
$$;
