-- Sharing a session with a member who joined after it. Each member whose words are in it, and each
-- who was present, is asked; whoever agrees opens their own words, everybody together opens the
-- rest, and any of them closes it again.

create table cercle.session_consents (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	reader_id uuid not null references cercle.profiles (id) on delete cascade,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	given_at timestamptz not null default clock_timestamp(),
	withdrawn_at timestamptz check (withdrawn_at >= given_at),
	unique (session_id, reader_id, member_id)
);
comment on table cercle.session_consents is
	'What each member who was asked answered to sharing a session with a later joiner.';
comment on column cercle.session_consents.reader_id is 'The later joiner.';
comment on column cercle.session_consents.member_id is 'The member who was asked and answered.';
comment on column cercle.session_consents.withdrawn_at is
	'Since when the answer is no. Null: it is yes.';
create index session_consents_group on cercle.session_consents (group_id);
create index session_consents_reader on cercle.session_consents (reader_id);
create index session_consents_member on cercle.session_consents (member_id);

alter table cercle.session_consents enable row level security;

-- Helper functions

-- The members who are asked about a closed session: those who were present, and the authors of words
-- in it, absent ones too, as far as they are still members. Triggers and readers ask, so it answers
-- for anybody.
create function private.asked_ids(session cercle.sessions) returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select m.member_id from cercle.memberships m
		where m.group_id = session.group_id and m.left_at is null
			and m.joined_at <= session.over_at
			and m.member_id in (
				select a.member_id from cercle.attendances a
				where a.session_id = session.id and a.present
				union all
				select c.presenter_id from cercle.challenges c
				join cercle.challenge_notes n on n.id = c.id
				where c.session_id = session.id and concat(
					c.question, c.context, c.tried, c.options, c.wanted, c.unwanted, n.body, n.takeaways
				) <> ''
				union all
				select b.author_id from cercle.contributions b
				where b.session_id = session.id and b.text <> ''
				union all
				select f.member_id from cercle.feedbacks f
				where f.session_id = session.id and f.plus || f.delta <> ''
				union all
				select unnest(array[r.reviewed_by, a.owner_id]) from cercle.reviews r
				join cercle.actions a on a.id = r.action_id
				where r.session_id = session.id and r.line <> ''
			);
end $$;

-- Closed sessions about which I was asked: somebody answered already.
create function private.my_asked_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select s.id from (select distinct c.session_id as id from cercle.session_consents c) c
		join cercle.sessions s using (id)
		where s.status = 'closed' and s.id in (select private.my_dated_session_ids())
			and (select private.uid()) in (select private.asked_ids(s));
end $$;

-- Earlier sessions that everybody who is asked shares with me: notes, agenda and attendance, in
-- which several speak. It begins at the consents given for my reading, seldom any.
create function private.my_shared_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		with given as materialized (select * from private.my_consents())
		select s.id from cercle.sessions s
		where s.id in (select g.session_id from given g)
			and not exists (
				select private.asked_ids(s)
				except select g.member_id from given g where g.session_id = s.id
			);
end $$;

-- Earlier sessions of which I may read the words of some: that there was one, and when. Where it was
-- is a word of the member who planned it.
create function private.partly_shared_sessions()
returns table (held cercle.sessions, stamp xid)
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select jsonb_populate_record(null::cercle.sessions, to_jsonb(s) || '{"place": ""}'), s.xmin
		from cercle.sessions s
		where s.id in (select c.session_id from private.my_consents() c)
			and s.id not in (select private.my_shared_session_ids());
end $$;

-- What I see of sessions: those I may read as a whole, by their policy, and others in part.
create view cercle.seen_sessions with (security_invoker) as
	select s.*, s.xmin, false as is_partial from cercle.sessions s
	union all
	select (p.held).*, p.stamp, true from private.partly_shared_sessions() p;
comment on view cercle.seen_sessions is
	'Sessions as their reader may see them: some without what others did not agree to.';

-- Policies

create policy select_asked on cercle.session_consents for select to authenticated
	using (session_id = any (array(select private.my_asked_session_ids())));

-- Triggers

create trigger keep_session_group before insert or update on cercle.session_consents
	for each row execute function private.keep_session_group();
create trigger keep_columns before update on cercle.session_consents
	for each row execute function private.keep_columns(
		'id', 'group_id', 'session_id', 'reader_id', 'member_id'
	);
create trigger note_change after insert or update or delete on cercle.session_consents
	for each row execute function private.note_change('session_consents', 'all');

-- Commands

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
	if shared.status <> 'closed' or me not in (select private.asked_ids(shared)) then
		perform private.refuse('CR002', 'those who were there or wrote share a closed session');
	end if;
	if agree is null or not exists (
		select from cercle.memberships m
		where m.group_id = shared.group_id and m.member_id = share_session.reader_id
			and m.left_at is null and m.joined_at > shared.over_at
	) then
		perform private.refuse('CR005', 'the reader did not join after the session');
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

create function public.share_session(session_id uuid, reader_id uuid, agree boolean) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.share_session(session_id, reader_id, agree)
$$;
comment on function public.share_session is
	'Answers, for a member who was present or whose words are in it, whether a later joiner may read a closed session. Each opens their own words, all together the notes; any of them closes it again.';

-- Grants

grant select on cercle.session_consents, cercle.seen_sessions to authenticated;
grant execute on function
	private.my_asked_session_ids(), private.my_shared_session_ids(),
	private.partly_shared_sessions(), private.share_session(uuid, uuid, boolean),
	public.share_session(uuid, uuid, boolean)
	to authenticated;
