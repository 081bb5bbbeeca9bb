-- A calendar is read by its token: its hash, out of a backup, opened it. And a member who writes in a
-- group that is none of theirs is told the same whether there is one.

drop function public.read_calendar(text);
drop function private.read_calendar(text);

-- Called without an account: the token is the right, and nothing that is kept of it opens the
-- calendar; unknown and revoked look alike.
create function private.read_calendar(token text) returns jsonb
language sql stable security definer set search_path = '', pg_temp as $$
	select (
		select coalesce(jsonb_agg(jsonb_build_object(
			'id', s.id, 'starts_at', s.starts_at, 'length_minutes', s.length_minutes,
			'version', s.version, 'updated_at', s.updated_at
		) order by s.starts_at, s.id), '[]')
		from cercle.memberships m
		join cercle.sessions s on s.group_id = m.group_id
		where m.member_id = k.id and m.left_at is null
			and s.starts_at > now() - interval '60 days'
			and (s.closed_at is null or s.closed_at >= m.joined_at)
			and exists (
				select from cercle.charters c
				join cercle.signatures g on g.charter_id = c.id and g.member_id = m.member_id
				where c.group_id = m.group_id
					and c.version = (select max(l.version) from cercle.charters l where l.group_id = c.group_id)
			)
	)
	from cercle.calendars k
	where k.token_hash = sha256(convert_to(read_calendar.token, 'UTF8'))
$$;

create function public.read_calendar(token text) returns jsonb
language sql stable security invoker set search_path = '', pg_temp as $$
	select private.read_calendar(token)
$$;
comment on function public.read_calendar is
	'When the sessions are of the member whose calendar this is. Null: no such calendar.';

grant execute on function
	private.read_calendar(text), public.read_calendar(text)
	to anon;

-- Row trigger: a member who writes in a group that is none of theirs is told so before any rule looks
-- at what is there, whose refusal would tell that it is. With the argument, the same of the session.
-- What a command writes, it has checked by itself.
create function private.answer_strangers() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	perform private.need_member(new.group_id);
	if tg_nargs > 0 then
		if new.session_id <> all (array(select private.my_session_ids())) then
			perform private.refuse('CR001', 'no such session');
		end if;
	end if;
	return new;
end $$;
create trigger answer_strangers before insert on cercle.feedbacks
	for each row when (current_user = 'authenticated')
	execute function private.answer_strangers('session');
create trigger answer_strangers before insert on cercle.contributions
	for each row when (current_user = 'authenticated')
	execute function private.answer_strangers();
create trigger answer_strangers before insert on cercle.actions
	for each row when (current_user = 'authenticated')
	execute function private.answer_strangers();
create trigger answer_strangers before insert on cercle.reviews
	for each row when (current_user = 'authenticated')
	execute function private.answer_strangers();
create trigger answer_strangers before insert on cercle.goals
	for each row when (current_user = 'authenticated')
	execute function private.answer_strangers();
