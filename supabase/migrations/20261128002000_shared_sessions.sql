-- An earlier session, opened to somebody who joined after it: by all who were present, each by their
-- own word, for as long as every one of them stays with it.

create table public.session_consents (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	session_id uuid not null references public.sessions (id) on delete cascade,
	reader_id uuid not null references public.profiles (id) on delete cascade,
	member_id uuid not null references public.profiles (id) on delete cascade,
	given_at timestamptz not null default clock_timestamp(),
	withdrawn_at timestamptz check (withdrawn_at >= given_at),
	unique (session_id, reader_id, member_id)
);
comment on table public.session_consents is
	'What each person present at a session answered to sharing it with a later joiner.';
comment on column public.session_consents.reader_id is 'The later joiner.';
comment on column public.session_consents.member_id is 'Who was present and answered.';
comment on column public.session_consents.withdrawn_at is 'Since when the answer is no. Null: it is yes.';
create index session_consents_group on public.session_consents (group_id);
create index session_consents_reader on public.session_consents (reader_id);
create index session_consents_member on public.session_consents (member_id);

alter table public.session_consents enable row level security;
revoke all on public.session_consents from anon, authenticated;
grant select on public.session_consents to authenticated;

create trigger keep_session_group before insert or update on public.session_consents
	for each row execute function private.keep_session_group();
create trigger keep_columns before update on public.session_consents
	for each row execute function private.keep_columns(
		'id', 'group_id', 'session_id', 'reader_id', 'member_id'
	);

-- Sessions of my groups that were not over when I joined: access is dated.
create function private.my_dated_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
	return query
		select s.id from public.sessions s
		join public.memberships m on m.group_id = s.group_id
			and m.member_id = (select private.uid()) and m.left_at is null
		where s.group_id in (select private.my_group_ids())
			and (s.closed_at is null or s.closed_at >= m.joined_at);
end $$;

-- True when all who were present agree that the reader sees the session. Who left the group agrees to
-- nothing any more, and what was agreed of an earlier stay in it ended with that stay.
create function private.is_shared(session_id uuid, reader public.memberships) returns boolean
language sql stable security definer set search_path = '' as $$
	select coalesce(bool_and(exists (
		select from public.session_consents c
		join public.memberships m on m.group_id = c.group_id and m.member_id = c.member_id
			and m.left_at is null and m.joined_at <= c.given_at
		where c.session_id = a.session_id and c.reader_id = reader.member_id
			and c.member_id = a.member_id and c.withdrawn_at is null
			and c.given_at >= reader.joined_at
	)), false)
	from public.attendances a
	where a.session_id = is_shared.session_id and a.present
$$;
revoke execute on function private.is_shared(uuid, public.memberships) from public, anon, authenticated;

-- Closed sessions from before I joined that those present share with me. Seldom any: what I was given
-- is looked up first.
create function private.my_shared_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
	return query
		select s.id from public.sessions s
		join public.memberships m on m.group_id = s.group_id
			and m.member_id = (select private.uid()) and m.left_at is null
		where s.id in (
				select c.session_id from public.session_consents c
				where c.reader_id = (select private.uid()) and c.withdrawn_at is null
			)
			and s.group_id in (select private.my_group_ids())
			and s.closed_at < m.joined_at
			and private.is_shared(s.id, m);
end $$;

-- The one place that says which sessions I may read.
create or replace function private.my_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
	return query
		select private.my_dated_session_ids() union all select private.my_shared_session_ids();
end $$;

-- Closed sessions I took part in: whether they are shared is mine to say, among others.
create function private.my_attended_session_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select s.id from public.sessions s
	join public.attendances a on a.session_id = s.id
		and a.member_id = (select private.uid()) and a.present
	where s.status = 'closed' and s.id in (select private.my_dated_session_ids())
$$;
revoke execute on function private.my_dated_session_ids(), private.my_shared_session_ids(),
	private.my_attended_session_ids() from public, anon;
grant execute on function private.my_dated_session_ids(), private.my_shared_session_ids(),
	private.my_attended_session_ids() to authenticated;

create policy select_present on public.session_consents for select to authenticated
	using (session_id = any (array(select private.my_attended_session_ids())));

-- A session that is shared with me is mine to read, not to write in.
alter policy insert_owner on public.feedbacks with check (
	member_id = (select private.uid())
	and session_id = any (array(select private.my_dated_session_ids()))
);
alter policy update_owner on public.feedbacks using (
	member_id = (select private.uid())
	and session_id = any (array(select private.my_dated_session_ids()))
);

create function public.share_session(session_id uuid, reader_id uuid, agree boolean) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	me uuid := private.me();
	shared public.sessions;
begin
	select * into shared from public.sessions s
		where s.id = share_session.session_id and s.id in (select private.my_dated_session_ids());
	if shared.id is null then
		perform private.refuse('CR001', 'no such session');
	end if;
	if shared.id not in (select private.my_attended_session_ids()) then
		perform private.refuse('CR002', 'those who were present share a closed session');
	end if;
	if agree is null or not exists (
		select from public.memberships m
		where m.group_id = shared.group_id and m.member_id = share_session.reader_id
			and m.left_at is null and m.joined_at > shared.closed_at
	) then
		perform private.refuse('CR005', 'the reader did not join after the session');
	end if;
	if agree and exists (
		select from public.attendances a
		where a.session_id = shared.id and a.present and not exists (
			select from public.memberships m
			where m.group_id = shared.group_id and m.member_id = a.member_id
				and m.left_at is null and m.joined_at <= shared.closed_at
		)
	) then
		perform private.refuse('CR004', 'somebody who was present has left: not all can agree');
	end if;
	insert into public.session_consents as c (group_id, session_id, reader_id, member_id, withdrawn_at)
	values (
		shared.group_id, shared.id, share_session.reader_id, me,
		case when not agree then clock_timestamp() end
	)
	on conflict on constraint session_consents_session_id_reader_id_member_id_key do update set
		given_at = case when agree then clock_timestamp() else c.given_at end,
		withdrawn_at = case when not agree then coalesce(c.withdrawn_at, clock_timestamp()) end;
end $$;
comment on function public.share_session is
	'Answers, for a person who was present, whether a later joiner may read a closed session. It opens when all agree and ends with the first who does not.';
revoke execute on function public.share_session(uuid, uuid, boolean) from public, anon;
grant execute on function public.share_session(uuid, uuid, boolean) to authenticated;
