-- What members may read of days when they were not there: a later joiner nothing that was said before,
-- one who left and came back nothing of between, and of an earlier session the words of those who
-- agreed. A session that nobody closed was over at its planned end.

-- Columns

alter table cercle.sessions add column over_at timestamptz not null generated always as (least(
		closed_at,
		-- By way of UTC: what depends on the time zone of a connection cannot be stored.
		(coalesce(started_at, starts_at) at time zone 'UTC' + make_interval(mins => length_minutes))
			at time zone 'UTC'
	)) stored;
comment on column cercle.sessions.over_at is
	'Its planned end from when it began, or its close before that: one that nobody closed is over all the same, and one that is closed weeks later was over that day.';

alter table cercle.actions add column told_at timestamptz;
comment on column cercle.actions.told_at is
	'When its outcome and its line were last said. Null: never.';
-- As far as it is known. Nobody changes these rows now: no version, no history, no signal.
alter table cercle.actions disable trigger user;
update cercle.actions a set told_at = coalesce(
		greatest(
			(select max(r.reviewed_at) from cercle.reviews r where r.action_id = a.id),
			(select max(e.at) from cercle.action_events e
				where e.action_id = a.id and e.kind in ('told', 'decided', 'reopened'))
		),
		a.created_at
	)
	where a.outcome is not null or a.line <> '';
alter table cercle.actions enable trigger user;

comment on table cercle.session_consents is
	'What each member who was asked answered to sharing a session with a later joiner.';
comment on column cercle.session_consents.member_id is 'The member who was asked and answered.';

-- Functions

-- Since when I belong to each group whose content I may read: {group: moment}. Policies compare a
-- moment with it, once a query and not once a row: null, for any other group, is no yes.
create or replace function private.my_joins() returns jsonb
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return (
		select jsonb_object_agg(m.group_id, m.joined_at) from cercle.memberships m
		where m.member_id = (select private.uid()) and m.left_at is null
			and m.group_id in (select private.my_group_ids())
	);
end $$;

-- Helper functions

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
			and s.over_at >= m.joined_at;
end $$;

-- Whose words of which earlier session I may read, because they agreed to it. A member who left the
-- group agrees to nothing any more, and what they agreed to during an earlier membership, or to my
-- reading during an earlier one of mine, ended with it.
create or replace function private.my_consents() returns table (session_id uuid, member_id uuid)
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select c.session_id, c.member_id from cercle.session_consents c
		join cercle.memberships reader on reader.group_id = c.group_id
			and reader.member_id = c.reader_id
			and reader.left_at is null and reader.joined_at <= c.given_at
		join cercle.memberships giver on giver.group_id = c.group_id
			and giver.member_id = c.member_id
			and giver.left_at is null and giver.joined_at <= c.given_at
		where c.reader_id = (select private.uid()) and c.withdrawn_at is null
			and c.group_id in (select private.my_group_ids());
end $$;

-- What members who agreed to it said at the end of an earlier session.
create or replace function private.my_agreed_feedback_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select f.id from cercle.feedbacks f
		where (f.session_id, f.member_id) in (select * from private.my_consents());
end $$;

-- What a pull shows of this area: see `shown_tables`.
create or replace function private.shown_sessions() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('sessions', 'seen_sessions', null, $s$to_jsonb(t) - '{xmin,is_partial}'::text[]$s$, null),
		('segments', null, null, null, null),
		('attendances', null, null, null, null),
		('feedbacks', null, null, null, null),
		('session_consents', null, null, null, null)
$$;

-- Helper functions

-- The members who are asked about a closed session: those who were present, and the authors of words
-- in it, absent ones too, as far as they are still members. Triggers and readers ask, so it answers
-- for anybody.
create or replace function private.asked_ids(session cercle.sessions) returns setof uuid
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
create or replace function private.my_asked_session_ids() returns setof uuid
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
create or replace function private.my_shared_session_ids() returns setof uuid
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
create or replace function private.partly_shared_sessions()
returns table (held cercle.sessions, stamp xid)
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select jsonb_populate_record(null::cercle.sessions, to_jsonb(s) || '{"place": ""}'), s.xmin
		from cercle.sessions s
		where s.id in (select c.session_id from private.my_consents() c)
			and s.id not in (select private.my_shared_session_ids());
end $$;

-- Commands

create or replace function private.share_session(session_id uuid, reader_id uuid, agree boolean) returns void
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

-- Challenges whose text I may read: mine; those on the plan of a session of my stay, unless its close
-- locked them to their presenter; and of an earlier session those whose presenter agreed, and kept
-- them for more readers than themself.
create or replace function private.my_readable_challenge_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select private.my_challenge_ids()
		union all
		select c.id from cercle.challenges c
		join cercle.sessions s on s.id = c.session_id
		where s.id in (select private.my_dated_session_ids())
			and (
				c.withdrawn_at is not null
				or c.position is not null and (s.status <> 'closed' or not c.double_confidential)
			)
		union all
		select c.id from cercle.challenges c
		where (c.session_id, c.presenter_id) in (select * from private.my_consents())
			and c.position is not null and c.keep = 'present' and not c.double_confidential;
end $$;

-- Challenges of which I may read all that was noted and given: those of sessions still open, and
-- those of sessions I took part in, where they are kept for those present.
create or replace function private.my_noted_challenge_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select c.id from cercle.challenges c
		join cercle.sessions s on s.id = c.session_id
		where s.status <> 'closed' and s.id in (select private.my_dated_session_ids())
			and (c.position is not null or c.presenter_id = (select private.uid()))
		union all
		select c.id from cercle.challenges c
		where c.position is not null and c.keep = 'present' and not c.double_confidential
			and c.session_id in (select private.my_attended_session_ids());
end $$;

-- Notes of earlier sessions that everybody who is asked shares with me, where they are kept for those
-- present.
create or replace function private.my_shared_note_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select c.id from cercle.challenges c
		where c.position is not null and c.keep = 'present' and not c.double_confidential
			and c.session_id in (select private.my_shared_session_ids());
end $$;

-- Notes of my own challenges, written while I belonged to the group: what was written while I was
-- away is not mine.
create or replace function private.my_own_note_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select n.id from cercle.challenge_notes n
		join cercle.memberships m on m.group_id = n.group_id and m.member_id = n.presenter_id
			and n.updated_at between m.joined_at and coalesce(m.left_at, 'infinity')
		where n.presenter_id = (select private.uid())
			and n.group_id in (select private.my_group_ids());
end $$;

-- The takeaways of earlier challenges whose presenter agreed that I read them, as long as the notes,
-- in which several speak, stay closed to me.
create or replace function private.shared_takeaways()
returns table (held cercle.challenge_notes, stamp xid)
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select jsonb_populate_record(null::cercle.challenge_notes, to_jsonb(n) || '{"body": ""}'), n.xmin
		from cercle.challenge_notes n
		join cercle.challenges c on c.id = n.id
		where (c.session_id, c.presenter_id) in (select * from private.my_consents())
			and c.position is not null and c.keep = 'present' and not c.double_confidential
			and c.session_id not in (select private.my_shared_session_ids());
end $$;

-- What a pull shows of this area: see `shown_tables`.
create or replace function private.shown_challenges() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('challenges', null, null, null, null),
		('challenge_notes', 'seen_challenge_notes', null,
			$s$to_jsonb(t) - '{xmin,is_partial}'::text[]$s$, null)
$$;

-- Helper functions

-- What was given to my own challenges while I belonged to the group: mine, whatever else I may read.
create or replace function private.my_received_contribution_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select b.id from cercle.contributions b
		join cercle.challenges c on c.id = b.challenge_id
		join cercle.memberships m on m.group_id = b.group_id and m.member_id = c.presenter_id
			and b.made_at between m.joined_at and coalesce(m.left_at, 'infinity')
		where c.presenter_id = (select private.uid())
			and b.group_id in (select private.my_group_ids());
end $$;

-- What members who agreed to it gave in an earlier session, as far as its presenter kept it for more
-- readers than themself.
create or replace function private.my_agreed_contribution_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select b.id from cercle.contributions b
		join cercle.challenges c on c.id = b.challenge_id
		where (b.session_id, b.author_id) in (select * from private.my_consents())
			and c.position is not null and c.keep = 'present' and not c.double_confidential;
end $$;

-- What contributions add to the export: a challenge with what was noted of it and given to it.

-- What an account exports of this area: see `export_account`.
create or replace function private.export_challenges(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		-- What others noted of them and gave to them is the presenter's once the session is over. One of
		-- an earlier stay does not show any more.
		'challenges', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', c.id, 'group_id', c.group_id, 'session_id', c.session_id,
				'starts_at', s.starts_at, 'question', c.question, 'context', c.context,
				'tried', c.tried, 'options', c.options, 'wanted', c.wanted, 'unwanted', c.unwanted,
				'need', c.need, 'tags', c.tags, 'keep', c.keep,
				'double_confidential', c.double_confidential,
				'notes', (
					select jsonb_build_object('body', n.body, 'takeaways', n.takeaways)
					from cercle.challenge_notes n
					where n.id = c.id and coalesce(s.status, 'closed') = 'closed'
				),
				'contributions', (
					select coalesce(jsonb_agg(jsonb_build_object(
						'kind', b.kind, 'text', b.text, 'made_at', b.made_at
					) order by b.made_at, b.id), '[]')
					from cercle.contributions b
					where b.challenge_id = c.id and b.text <> ''
						and coalesce(s.status, 'closed') = 'closed'
				)
			) order by s.starts_at, c.id), '[]')
			from cercle.challenges c
			left join cercle.sessions s on s.id = c.session_id
			where c.presenter_id = me and c.withdrawn_at is null
		)
	)
$$;

-- Reviews at an earlier session: with the words of the member who wrote the line and of the owner
-- of the action, who is spoken of, once both agreed; those without a line once everybody did.
create or replace function private.my_agreed_review_ids() returns setof uuid
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

-- Open actions from before I joined, of members of today, from the first session on that began since:
-- what is to be done, by whom and until when. What was said of them before is not mine to read, so
-- they seem taken when I came.
create or replace function private.earlier_actions() returns table (held cercle.actions, stamp xid)
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

-- What a pull shows of this area: see `shown_tables`.
create or replace function private.shown_actions() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('actions', 'seen_actions', null, $s$to_jsonb(t) - '{xmin,is_partial,told_at}'::text[]$s$,
			't.removed_at is null'),
		('action_events', null, null, null, null),
		('reviews', null, null, null, null)
$$;

-- Row trigger: dates what is said of an action.
create or replace function private.date_told_action() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	new.told_at := clock_timestamp();
	return new;
end $$;

-- Helper functions

-- Goals that members of today shared before I joined: which, and how they stand. Why and by what
-- means was said to others; the goal is mine to read as a whole once its owner saves it again.
create or replace function private.earlier_goals() returns table (held cercle.goals, stamp xid)
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select jsonb_populate_record(null::cercle.goals, jsonb_build_object(
			'id', o.id, 'group_id', o.group_id, 'owner_id', o.owner_id, 'title', o.title,
			'year', o.year, 'quarter', o.quarter, 'stage', o.stage, 'shared', true,
			'status', o.status, 'measure', '', 'means', '', 'reason', '', 'line', '',
			'version', 1, 'created_at', j.joined_at, 'updated_at', j.joined_at
		)), o.xmin
		from jsonb_each_text(private.my_joins()) k
		cross join lateral (select k.key::uuid as group_id, k.value::timestamptz as joined_at) j
		join cercle.goals o on o.group_id = j.group_id and o.updated_at < j.joined_at
		where o.owner_id <> private.uid() and o.shared and o.removed_at is null
			and private.belongs(o.owner_id, o.group_id);
end $$;

-- What a pull shows of this area: see `shown_tables`.
create or replace function private.shown_goals() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('goals', 'seen_goals', null, $s$to_jsonb(t) - '{xmin,is_partial}'::text[]$s$,
			't.removed_at is null')
$$;

-- An answer of more than 512 kB goes on in a next one: tables that differ and did not fit are
-- named, to be asked for again. Each answer compares all that is asked under one snapshot, which it
-- names, so the last one of them, which leaves nothing to be sent, holds for all.
create or replace function private.pull(ask jsonb) returns jsonb
language plpgsql stable set search_path = '', pg_temp as $$
declare
	held jsonb := case when jsonb_typeof(ask -> 'tables') = 'object' then ask -> 'tables' else '{}' end;
	shown record;
	has jsonb;
	cursor xid;
	stamp text;
	answer jsonb;
	tables jsonb := '{}';
	rest jsonb := '[]';
begin
	-- One snapshot for all that follows, for this function is stable.
	for shown in select * from private.shown_tables(
		case when ask -> 'all' is distinct from 'true' then array(select jsonb_object_keys(held)) end
	) loop
		has := held -> shown.name;
		cursor := case when pg_input_is_valid(has ->> 'snapshot', 'pg_snapshot')
			then pg_snapshot_xmin((has ->> 'snapshot')::pg_snapshot)::xid end;
		-- A row that was shown in part is another once it is shown as a whole.
		stamp := format('hashtext(concat_ws('' '', t.%I, t.xmin, %s$1))', shown.key,
			case when shown.source like 'seen\_%' then 't.is_partial, ' end);
		execute format(
			$q$
				select jsonb_build_object(
					'full', $2,
					'sum', jsonb_build_array(count(*), coalesce(sum(%1$s), 0)),
					'rows', coalesce(
						jsonb_agg(jsonb_build_array(%1$s, %2$s))
							filter (where $2 or age(t.xmin) <= $3),
						'[]'
					)
				)
				from cercle.%3$I t where %4$s
			$q$, stamp, shown.shape, shown.source, shown.which
		) using shown.version, cursor is null, age(cursor) into answer;
		if answer -> 'sum' is not distinct from coalesce(has -> 'sum', '[0, 0]') then
			continue;
		end if;
		if tables = '{}' or pg_column_size(tables) + pg_column_size(answer) <= 512 * 1024 then
			tables := tables || jsonb_build_object(shown.name, answer);
		else
			rest := rest || to_jsonb(shown.name);
		end if;
	end loop;
	return jsonb_build_object(
		'me', private.me(), 'snapshot', pg_current_snapshot()::text, 'tables', tables, 'rest', rest
	);
end $$;

comment on function public.share_session is
	'Answers, for a member who was present or whose words are in it, whether a later joiner may read a closed session. Each opens their own words, all together the notes; any of them closes it again.';

-- Views

-- What I see of sessions: those I may read as a whole, by their policy, and others in part.
create view cercle.seen_sessions with (security_invoker) as
	select s.*, s.xmin, false as is_partial from cercle.sessions s
	union all
	select (p.held).*, p.stamp, true from private.partly_shared_sessions() p;

comment on view cercle.seen_sessions is
	'Sessions as their reader may see them: some without what others did not agree to.';

-- What I see of notes: those I may read, by their policy, and takeaways alone.
create view cercle.seen_challenge_notes with (security_invoker) as
	select n.*, n.xmin, false as is_partial from cercle.challenge_notes n
	union all
	select (t.held).*, t.stamp, true from private.shared_takeaways() t;

comment on view cercle.seen_challenge_notes is
	'Notes as their reader may see them: some without what others did not agree to.';

-- What I see of actions: those I may read as a whole, by their policy, and earlier ones.
create view cercle.seen_actions with (security_invoker) as
	select a.*, a.xmin, false as is_partial from cercle.actions a
	union all
	select (e.held).*, e.stamp, true from private.earlier_actions() e;

comment on view cercle.seen_actions is
	'Actions as their reader may see them: earlier ones without what was said of them.';

-- What I see of goals: those I may read as a whole, by their policy, and earlier ones.
create view cercle.seen_goals with (security_invoker) as
	select o.*, o.xmin, false as is_partial from cercle.goals o
	union all
	select (e.held).*, e.stamp, true from private.earlier_goals() e;

comment on view cercle.seen_goals is
	'Goals as their reader may see them: earlier ones without what was written of them.';

-- Policies

drop policy select_member on cercle.feedbacks;
drop policy select_present on cercle.session_consents;
drop policy select_present on cercle.challenge_notes;
drop policy update_scribe on cercle.challenge_notes;
drop policy select_present on cercle.contributions;
drop policy update_keeper on cercle.contributions;
drop policy select_member on cercle.actions;
drop policy select_member on cercle.action_events;
drop policy select_member on cercle.reviews;
drop policy select_member on cercle.goals;

-- Of an earlier session: what was said by those who agreed.
create policy select_member on cercle.feedbacks for select to authenticated
	using (
		session_id = any (array(select private.my_dated_session_ids()))
		or id = any (array(select private.my_agreed_feedback_ids()))
	);

create policy select_asked on cercle.session_consents for select to authenticated
	using (session_id = any (array(select private.my_asked_session_ids())));

create policy select_present on cercle.challenge_notes for select to authenticated
	using (
		id = any (array(select private.my_noted_challenge_ids()))
		or id = any (array(select private.my_own_note_ids()))
		or id = any (array(select private.my_shared_note_ids()))
	);

create policy update_scribe on cercle.challenge_notes for update to authenticated
	using (
		id = any (array(select private.my_own_note_ids()))
		or session_id = any (array(select private.my_live_session_ids()))
	);

create policy select_present on cercle.contributions for select to authenticated
	using (
		challenge_id = any (array(select private.my_noted_challenge_ids()))
		or id = any (array(select private.my_received_contribution_ids()))
		or id = any (array(select private.my_agreed_contribution_ids()))
	);

-- Its author changes it or takes it back while the session is live. Its presenter may take it away,
-- and never puts words in the author's mouth.
create policy update_keeper on cercle.contributions for update to authenticated
	using (
		id = any (array(select private.my_received_contribution_ids()))
		or (
			author_id = (select private.uid())
			and session_id = any (array(select private.my_live_session_ids()))
		)
	)
	with check (
		(text = '' and challenge_id = any (array(select private.my_challenge_ids())))
		or (
			author_id = (select private.uid())
			and session_id = any (array(select private.my_live_session_ids()))
		)
	);

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

-- Those written since the reader joined; of earlier ones see `earlier_goals`.
create policy select_member on cercle.goals for select to authenticated
	using (
		(shared and updated_at >= ((select private.my_joins()) ->> group_id::text)::timestamptz)
		or (
			owner_id = (select private.uid())
			and group_id <> all (array(select private.my_unsigned_group_ids()))
		)
	);

-- Triggers

-- Erasing a line says nothing, nor does another outcome beside a line of before.
create trigger tell_when before update on cercle.actions
	for each row when (
		new.line not in (old.line, '') or new.line = '' and new.outcome is distinct from old.outcome
	) execute function private.date_told_action();

-- Grants

grant select on cercle.seen_sessions, cercle.seen_challenge_notes, cercle.seen_actions,
	cercle.seen_goals to authenticated;
grant execute on function
	private.my_joins(), private.my_agreed_feedback_ids(), private.my_asked_session_ids(),
	private.my_shared_note_ids(),
	private.partly_shared_sessions(), private.my_own_note_ids(), private.shared_takeaways(),
	private.my_received_contribution_ids(), private.my_agreed_contribution_ids(),
	private.my_agreed_review_ids(), private.earlier_actions(), private.earlier_goals()
	to authenticated;
