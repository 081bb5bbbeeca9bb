-- The tables are in `cercle`; what a client may call hands on to `private`: sessions.

-- Sessions of my groups that were not over when I joined: access is dated, and a member who joined
-- later does not read what was said before.
create or replace function private.my_dated_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select s.id from cercle.sessions s
		join cercle.memberships m on m.group_id = s.group_id
			and m.member_id = (select private.uid()) and m.left_at is null
		where s.group_id in (select private.my_group_ids())
			and (s.closed_at is null or s.closed_at >= m.joined_at);
end $$;

-- Sessions from before I joined that all those present share with me. One statement says what is
-- shared, and says everything once: it begins at the consents given for my reading, seldom any, and
-- compares them with those who were present.
create or replace function private.my_shared_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select c.session_id from cercle.session_consents c
		join cercle.memberships reader on reader.group_id = c.group_id
			and reader.member_id = c.reader_id
			and reader.left_at is null and reader.joined_at <= c.given_at
		-- A member who left the group agrees to nothing any more, and what they agreed to during an
		-- earlier membership ended with it.
		join cercle.memberships giver on giver.group_id = c.group_id
			and giver.member_id = c.member_id
			and giver.left_at is null and giver.joined_at <= c.given_at
		join cercle.attendances a on a.session_id = c.session_id
			and a.member_id = c.member_id and a.present
		where c.reader_id = (select private.uid()) and c.withdrawn_at is null
			and c.group_id in (select private.my_group_ids())
		group by c.session_id
		having count(*) = (
			select count(*) from cercle.attendances p
			where p.session_id = c.session_id and p.present
		);
end $$;

-- Closed sessions I took part in: whether they are shared is mine to say, among others.
create or replace function private.my_attended_session_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select s.id from cercle.sessions s
	join cercle.attendances a on a.session_id = s.id
		and a.member_id = (select private.uid()) and a.present
	where s.status = 'closed' and s.id in (select private.my_dated_session_ids())
$$;

-- Live sessions of mine: anybody in the room may write what is captured there.
create or replace function private.my_live_session_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select id from cercle.sessions
	where status = 'live' and id in (select private.my_session_ids())
$$;

-- Operations on attendances: see `apply_operation`.
create or replace function private.apply_attendance(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
begin
	case kind
		when 'attendance.mark' then
			insert into cercle.attendances (group_id, session_id, member_id, present)
			values ((args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid,
				(args ->> 'member_id')::uuid, (args ->> 'present')::boolean)
			on conflict (session_id, member_id) do update set present = excluded.present;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- Operations on the caller's feedback: see `apply_operation`.
create or replace function private.apply_feedback(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid;
	changes jsonb;
begin
	case kind
		when 'feedback.write' then
			changes := jsonb_strip_nulls(
				jsonb_build_object('plus', args -> 'plus', 'delta', args -> 'delta')
			);
			select f.id into row_id from cercle.feedbacks f
				where f.session_id = (args ->> 'session_id')::uuid and f.member_id = private.me()
					and f.group_id = (args ->> 'group_id')::uuid;
			if found then
				perform private.merge_row('cercle.feedbacks', row_id, changes, base, '{plus,delta}');
			else
				insert into cercle.feedbacks (group_id, session_id, member_id, plus, delta)
				values ((args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid, private.me(),
					coalesce(args ->> 'plus', ''), coalesce(args ->> 'delta', ''));
			end if;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What an account takes along of this area: see `export_account`.
create or replace function private.export_sessions(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'sessions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', s.id, 'group_id', s.group_id, 'starts_at', s.starts_at,
				'time_zone', s.time_zone, 'closed_at', s.closed_at
			) order by s.starts_at, s.id), '[]')
			from cercle.attendances a
			join cercle.sessions s on s.id = a.session_id
			where a.member_id = me and a.present
		),
		'feedbacks', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', f.group_id, 'session_id', f.session_id, 'starts_at', s.starts_at,
				'plus', f.plus, 'delta', f.delta
			) order by s.starts_at, f.id), '[]')
			from cercle.feedbacks f
			left join cercle.sessions s on s.id = f.session_id
			where f.member_id = me
		)
	)
$$;

-- Row trigger: a row of a session carries the group of that session.
create or replace function private.keep_session_group() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if not exists (
		select from cercle.sessions s where s.id = new.session_id and s.group_id = new.group_id
	) then
		perform private.refuse('CR005', 'the session is of another group');
	end if;
	return new;
end $$;

-- An earlier session, opened to a member who joined after it: by all who were present, each by
-- their own word, for as long as every one of them stays with it.
create function private.share_session(session_id uuid, reader_id uuid, agree boolean) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	shared cercle.sessions;
begin
	select * into shared from cercle.sessions s
		where s.id = share_session.session_id and s.id in (select private.my_dated_session_ids());
	if shared.id is null then
		perform private.refuse('CR001', 'no such session');
	end if;
	if shared.id not in (select private.my_attended_session_ids()) then
		perform private.refuse('CR002', 'those who were present share a closed session');
	end if;
	if agree is null or not exists (
		select from cercle.memberships m
		where m.group_id = shared.group_id and m.member_id = share_session.reader_id
			and m.left_at is null and m.joined_at > shared.closed_at
	) then
		perform private.refuse('CR005', 'the reader did not join after the session');
	end if;
	if agree and exists (
		select from cercle.attendances a
		where a.session_id = shared.id and a.present and not exists (
			select from cercle.memberships m
			where m.group_id = shared.group_id and m.member_id = a.member_id
				and m.left_at is null and m.joined_at <= shared.closed_at
		)
	) then
		perform private.refuse('CR004', 'somebody who was present has left: not all can agree');
	end if;
	insert into cercle.session_consents as c (group_id, session_id, reader_id, member_id, withdrawn_at)
	values (
		shared.group_id, shared.id, share_session.reader_id, me,
		case when not agree then clock_timestamp() end
	)
	on conflict on constraint session_consents_session_id_reader_id_member_id_key do update set
		given_at = case when agree then clock_timestamp() else c.given_at end,
		withdrawn_at = case when not agree then coalesce(c.withdrawn_at, clock_timestamp()) end;
end $$;

create or replace function public.share_session(session_id uuid, reader_id uuid, agree boolean) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.share_session(session_id, reader_id, agree)
$$;

grant execute on function
	private.share_session(uuid, uuid, boolean)
	to authenticated;
