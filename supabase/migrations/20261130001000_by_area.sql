-- What dispatches by kind of row is split, so that a new table or operation adds a function in its
-- own area instead of repeating those of all others: what members write (`apply_operation`), what a
-- pull shows (`shown_tables`), closing a session, retention, and the export of an account.

-- How a pull shows a table: its name on the phone, the table it comes from (null: the same name),
-- the column that is its key (null: id), the shape of a row `t` (null: as it is), and which rows
-- (null: all), beside what the policies allow. Each area says it of its own tables: see
-- `shown_tables`.
create type private.shown_table as (name text, source text, key text, shape text, which text);

-- Operations on the caller's profile: see `apply_operation`.
create function private.apply_profile(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'profile.write' then
			perform private.merge_row('public.profiles', row_id, changes, base, '{name,language}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_profiles() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('profiles', null, null, null, null)
$$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_groups() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('groups', null, null, null, null),
		('memberships', null, null, null, null),
		('charters', null, null, null, null),
		('signatures', null, null, null, null)
$$;

-- What an account takes along of this area: see `export_account`.
create function private.export_groups(me uuid) returns jsonb
language sql stable set search_path = '' as $$
	select jsonb_build_object(
		-- Of a group one left, its name is not known any more.
		'groups', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', m.group_id, 'name', g.name, 'joined_at', m.joined_at, 'left_at', m.left_at
			) order by m.joined_at, m.id), '[]')
			from public.memberships m
			left join public.groups g on g.id = m.group_id
			where m.member_id = me
		),
		'signatures', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', s.group_id, 'charter_version', c.version, 'signed_at', s.signed_at
			) order by s.signed_at, s.id), '[]')
			from public.signatures s
			left join public.charters c on c.id = s.charter_id
			where s.member_id = me
		)
	)
$$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_invitations() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('invitations', null, null,
			$s$jsonb_build_object(
				'id', t.id, 'group_id', t.group_id, 'email', t.email, 'expires_at', t.expires_at
			)$s$,
			't.accepted_at is null and t.revoked_at is null and t.expires_at > now()')
$$;

-- Erases invitations that are over, for they hold addresses: see `erase_expired`.
create function private.erase_invitations(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '' as $$
declare
	gone int;
begin
	delete from public.invitations i where i.id = any (array(
		select v.id from public.invitations v
		where coalesce(v.accepted_at, v.revoked_at, v.expires_at) < at - interval '90 days'
		limit most
	));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_moderation() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('decisions', null, null, null, null),
		('breaches', null, null, null, null),
		('breach_votes', null, null, null, null)
$$;

-- What an account takes along of this area: see `export_account`.
create function private.export_breaches(me uuid) returns jsonb
language sql stable set search_path = '' as $$
	select jsonb_build_object(
		'breaches', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', h.group_id, 'raised_at', h.raised_at, 'reason', h.reason,
				'settled_at', h.settled_at, 'outcome', h.outcome
			) order by h.raised_at, h.id), '[]')
			from public.breaches h where h.raised_by = me
		)
	)
$$;

-- Operations on attendances: see `apply_operation`.
create function private.apply_attendance(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
begin
	case kind
		when 'attendance.mark' then
			insert into public.attendances (group_id, session_id, member_id, present)
			values ((args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid,
				(args ->> 'member_id')::uuid, (args ->> 'present')::boolean)
			on conflict (session_id, member_id) do update set present = excluded.present;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- Operations on the caller's feedback: see `apply_operation`.
create function private.apply_feedback(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
	row_id uuid;
	changes jsonb;
begin
	case kind
		when 'feedback.write' then
			changes := jsonb_strip_nulls(
				jsonb_build_object('plus', args -> 'plus', 'delta', args -> 'delta')
			);
			select f.id into row_id from public.feedbacks f
				where f.session_id = (args ->> 'session_id')::uuid and f.member_id = private.me()
					and f.group_id = (args ->> 'group_id')::uuid;
			if found then
				perform private.merge_row('public.feedbacks', row_id, changes, base, '{plus,delta}');
			else
				insert into public.feedbacks (group_id, session_id, member_id, plus, delta)
				values ((args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid, private.me(),
					coalesce(args ->> 'plus', ''), coalesce(args ->> 'delta', ''));
			end if;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_sessions() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('sessions', null, null, null, null),
		('segments', null, null, null, null),
		('attendances', null, null, null, null),
		('feedbacks', null, null, null, null),
		('session_consents', null, null, null, null)
$$;

-- What an account takes along of this area: see `export_account`.
create function private.export_sessions(me uuid) returns jsonb
language sql stable set search_path = '' as $$
	select jsonb_build_object(
		'sessions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', s.id, 'group_id', s.group_id, 'starts_at', s.starts_at,
				'time_zone', s.time_zone, 'closed_at', s.closed_at
			) order by s.starts_at, s.id), '[]')
			from public.attendances a
			join public.sessions s on s.id = a.session_id
			where a.member_id = me and a.present
		),
		'feedbacks', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', f.group_id, 'session_id', f.session_id, 'starts_at', s.starts_at,
				'plus', f.plus, 'delta', f.delta
			) order by s.starts_at, f.id), '[]')
			from public.feedbacks f
			left join public.sessions s on s.id = f.session_id
			where f.member_id = me
		)
	)
$$;

-- The session after the one that closes: planned here by `next`, or found among those planned
-- before. Refuses when there is none with a later date.
create function private.next_session(closing public.sessions, next jsonb) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
	next_id uuid;
begin
	if next is not null then
		if (next ->> 'group_id')::uuid <> closing.group_id
			or exists (select from public.sessions s where s.id = (next ->> 'id')::uuid)
		then
			perform private.refuse('CR005', 'the next session is not a new one of this group');
		end if;
		next_id := private.write_plan(next);
	else
		select s.id into next_id from public.sessions s
			where s.group_id = closing.group_id and s.status = 'planned'
				and s.starts_at > closing.starts_at
			order by s.starts_at limit 1;
	end if;
	if next_id is null
		or (select s.starts_at from public.sessions s where s.id = next_id) <= closing.starts_at
	then
		perform private.refuse('CR005', 'the next session needs a later date');
	end if;
	return next_id;
end $$;

-- Operations on challenges: see `apply_operation`.
create function private.apply_challenge(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'challenge.write' then
			perform private.merge_row('public.challenges', row_id, changes, base,
				'{question,context,tried,options,wanted,unwanted,need,tags,keep}');
		when 'challenge.protect' then
			perform private.protect_challenge(row_id, (args ->> 'double_confidential')::boolean);
		when 'challenge.withdraw' then
			perform private.merge_row('public.challenges', row_id, '{"withdrawn_at": "now"}', null,
				'{withdrawn_at}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- Operations on the notes of a challenge: see `apply_operation`.
create function private.apply_notes(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'notes.write' then
			perform private.merge_row('public.challenge_notes', row_id, changes, base, '{body,takeaways}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_challenges() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('challenges', null, null, null, null),
		('challenge_notes', null, null, null, null)
$$;

-- Operations on contributions: see `apply_operation`.
create function private.apply_contribution(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'contribution.add' then
			insert into public.contributions (id, group_id, session_id, challenge_id, kind, text)
			values (row_id, (args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid,
				(args ->> 'challenge_id')::uuid, args ->> 'kind', btrim(args ->> 'text'));
		when 'contribution.write' then
			perform private.merge_row('public.contributions', row_id, changes, base, '{text}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_contributions() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('contributions', null, null, null, null)
$$;

-- What an account takes along of this area: see `export_account`.
create function private.export_contributions(me uuid) returns jsonb
language sql stable set search_path = '' as $$
	select jsonb_build_object(
		'contributions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', b.group_id, 'session_id', b.session_id, 'kind', b.kind, 'text', b.text,
				'made_at', b.made_at
			) order by b.made_at, b.id), '[]')
			from public.contributions b where b.author_id = me and b.text <> ''
		)
	)
$$;

-- What an account takes along of this area: see `export_account`.
create function private.export_challenges(me uuid) returns jsonb
language sql stable set search_path = '' as $$
	select jsonb_build_object(
		-- What others noted of them and gave to them is the presenter's once the session is over.
		'challenges', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', c.id, 'group_id', c.group_id, 'session_id', c.session_id,
				'starts_at', s.starts_at, 'question', c.question, 'context', c.context,
				'tried', c.tried, 'options', c.options, 'wanted', c.wanted, 'unwanted', c.unwanted,
				'need', c.need, 'tags', c.tags, 'keep', c.keep,
				'double_confidential', c.double_confidential,
				'notes', (
					select jsonb_build_object('body', n.body, 'takeaways', n.takeaways)
					from public.challenge_notes n where n.id = c.id and s.status = 'closed'
				),
				'contributions', (
					select coalesce(jsonb_agg(jsonb_build_object(
						'kind', b.kind, 'text', b.text, 'made_at', b.made_at
					) order by b.made_at, b.id), '[]')
					from public.contributions b
					where b.challenge_id = c.id and b.text <> '' and s.status = 'closed'
				)
			) order by s.starts_at, c.id), '[]')
			from public.challenges c
			left join public.sessions s on s.id = c.session_id
			where c.presenter_id = me and c.withdrawn_at is null
		)
	)
$$;

-- Operations on actions: see `apply_operation`.
create function private.apply_action(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'action.add' then
			insert into public.actions
				(id, group_id, owner_id, title, due_on, born_in, goal_id, partner_id)
			values (row_id, (args ->> 'group_id')::uuid, (args ->> 'owner_id')::uuid,
				btrim(args ->> 'title'), (args ->> 'due_on')::date, (args ->> 'born_in')::uuid,
				(args ->> 'goal_id')::uuid, (args ->> 'partner_id')::uuid);
		when 'action.edit' then
			perform private.merge_row('public.actions', row_id, changes, base,
				'{title,due_on,goal_id,partner_id}');
		when 'action.settle' then
			perform private.merge_row('public.actions', row_id, changes, null, '{status}');
		when 'action.tell' then
			perform private.merge_row('public.actions', row_id, changes, null, '{outcome,line}');
		when 'action.decide' then
			perform private.decide_action(row_id, args ->> 'choice', args ->> 'title',
				(args ->> 'due_on')::date, args ->> 'line');
		when 'action.remove' then
			perform private.merge_row('public.actions', row_id, '{"removed_at": "now"}', null,
				'{removed_at}');
		when 'actions.order' then
			update public.actions a set rank = o.place
				from jsonb_array_elements_text(args -> 'ids') with ordinality o(id, place)
				where a.id = o.id::uuid and a.owner_id = private.me() and a.status = 'open'
					and a.rank is distinct from o.place;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- Operations on reviews: see `apply_operation`.
create function private.apply_review(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
begin
	case kind
		when 'review.record' then
			insert into public.reviews (group_id, action_id, session_id, outcome, line)
			values ((args ->> 'group_id')::uuid, (args ->> 'action_id')::uuid,
				(args ->> 'session_id')::uuid, args ->> 'outcome', coalesce(args ->> 'line', ''))
			on conflict (action_id, session_id)
				do update set outcome = excluded.outcome, line = excluded.line;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_actions() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('actions', null, null, null, 't.removed_at is null'),
		('action_events', null, null, null, null),
		('reviews', null, null, null, null)
$$;

-- What an account takes along of this area: see `export_account`.
create function private.export_actions(me uuid) returns jsonb
language sql stable set search_path = '' as $$
	select jsonb_build_object(
		'actions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', a.id, 'group_id', a.group_id, 'goal_id', a.goal_id, 'title', a.title,
				'due_on', a.due_on, 'status', a.status, 'outcome', a.outcome, 'line', a.line,
				'carries', a.carries, 'created_at', a.created_at,
				'history', (
					select coalesce(jsonb_agg(jsonb_build_object(
						'kind', e.kind, 'at', e.at, 'title', e.title, 'due_on', e.due_on,
						'carries', e.carries, 'outcome', e.outcome, 'choice', e.choice, 'line', e.line
					) order by e.at, e.id), '[]')
					from public.action_events e where e.action_id = a.id
				),
				'reviews', (
					select coalesce(jsonb_agg(jsonb_build_object(
						'session_id', r.session_id, 'outcome', r.outcome, 'line', r.line,
						'reviewed_at', r.reviewed_at
					) order by r.reviewed_at, r.id), '[]')
					from public.reviews r where r.action_id = a.id
				)
			) order by a.created_at, a.id), '[]')
			from public.actions a where a.owner_id = me and a.removed_at is null
		)
	)
$$;

-- Erases settled actions with their history and reviews: see `erase_expired`.
create function private.erase_actions(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '' as $$
declare
	gone int;
begin
	delete from public.actions a
		where a.id = any (array(select private.expired_action_ids(at, most)));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- Operations on goals: see `apply_operation`.
create function private.apply_goal(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'goal.add' then
			insert into public.goals (id, group_id, owner_id, title, year, quarter, stage, measure, means,
				reason, shared)
			values (row_id, (args ->> 'group_id')::uuid, private.me(), btrim(args ->> 'title'),
				(args ->> 'year')::int, (args ->> 'quarter')::int, args ->> 'stage', args ->> 'measure',
				args ->> 'means', args ->> 'reason', (args ->> 'shared')::boolean);
		when 'goal.edit' then
			perform private.merge_row('public.goals', row_id, changes, base,
				'{title,year,quarter,stage,measure,means,reason,shared,status,line}');
		when 'goal.remove' then
			perform private.merge_row('public.goals', row_id, '{"removed_at": "now"}', null,
				'{removed_at}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_goals() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('goals', null, null, null, 't.removed_at is null')
$$;

-- What an account takes along of this area: see `export_account`.
create function private.export_goals(me uuid) returns jsonb
language sql stable set search_path = '' as $$
	select jsonb_build_object(
		'goals', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', o.id, 'group_id', o.group_id, 'title', o.title, 'year', o.year,
				'quarter', o.quarter, 'stage', o.stage, 'measure', o.measure, 'means', o.means,
				'reason', o.reason, 'shared', o.shared, 'status', o.status, 'line', o.line,
				'created_at', o.created_at, 'updated_at', o.updated_at
			) order by o.year, o.quarter nulls first, o.created_at, o.id), '[]')
			from public.goals o where o.owner_id = me and o.removed_at is null
		)
	)
$$;

-- Erases goals that ended: see `erase_expired`.
create function private.erase_goals(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '' as $$
declare
	gone int;
begin
	delete from public.goals o
		where o.id = any (array(select private.expired_goal_ids(at, most)));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_room() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('room_states', null, 'session_id',
			$s$to_jsonb(t) || jsonb_build_object('id', t.session_id)$s$, null),
		('role_changes', 'room_commands', null,
			$s$jsonb_build_object(
				'id', t.id, 'session_id', t.session_id, 'command', t.command, 'at', t.at,
				'by_id', t.member_id, 'to_id', coalesce((t.args ->> 'member_id')::uuid, t.member_id)
			)$s$,
			$s$t.command in ('take_over', 'hand_over') and not exists (
				select from public.room_commands u
				where u.session_id = t.session_id and u.version = t.version + 1 and u.command = 'undo'
			)$s$)
$$;

-- Adds the time spent in the running segment to it. Nothing runs before the start.
create function private.leave_segment(room public.room_states, at timestamptz) returns void
language sql volatile security definer set search_path = '' as $$
	update public.segments s
		set actual_ms = coalesce(s.actual_ms, 0) + private.elapsed_ms(room, at)
		where s.session_id = room.session_id and s.position = room.position
$$;

create or replace function private.enter_segment(room public.room_states, target int, at timestamptz)
returns public.room_states
language plpgsql volatile security definer set search_path = '' as $$
begin
	if target is null or target not between 0 and cardinality(room.minutes) - 1 then
		perform private.refuse('CR005', 'no such step');
	end if;
	perform private.leave_segment(room, at);
	if room.minutes[target + 1] = 0 then
		room.minutes[target + 1] := (select s.minutes from public.segments s
			where s.session_id = room.session_id and s.position = target);
	end if;
	perform private.end_turns(room, at);
	if target is distinct from room.position then
		perform private.clear_step(room, target);
	end if;
	room.position := target;
	room.started_at := at;
	room.planned_ms := room.minutes[target + 1] * 60000;
	room.added_ms := 0;
	room.paused_at := null;
	room.paused_ms := 0;
	return room;
end $$;

create or replace function public.close_session(
	session_id uuid, next jsonb, expected_version int, command_id uuid
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
	me uuid := private.me();
	room public.room_states :=
		private.lock_room(close_session.session_id, expected_version, command_id);
	at timestamptz := private.room_time();
	closing public.sessions;
	next_id uuid;
begin
	if room.session_id is null then
		return (select private.room_json(r) from public.room_states r
			where r.session_id = close_session.session_id);
	end if;
	select * into closing from public.sessions s where s.id = room.session_id for update;
	if closing.status <> 'live' then
		perform private.refuse('CR004', 'the session has not begun');
	end if;
	-- A session left open past its end may be closed by any member.
	if room.facilitator_id is distinct from me
		and at < closing.started_at + make_interval(mins => closing.length_minutes)
	then
		perform private.refuse('CR002', 'the facilitator closes the session');
	end if;
	next_id := private.next_session(closing, next);
	perform private.leave_segment(room, at);
	perform private.erase_room_traces(closing.id);
	perform private.close_floor(room, at);
	perform private.carry_actions(closing, next_id);
	update public.sessions s set status = 'closed', closed_at = at where s.id = closing.id;
	room.paused_at := coalesce(room.paused_at, greatest(at, room.started_at));
	return private.save_room(
		room, 'close', jsonb_build_object('next', next_id), command_id, me, at, null
	);
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_floor() returns setof private.shown_table
language sql stable set search_path = '' as $$
	values
		('speaking_turns', null, null, null, 't.ended_at is not null')
$$;

create or replace function private.apply_operation(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
begin
	case split_part(kind, '.', 1)
		when 'action', 'actions' then perform private.apply_action(kind, args, base);
		when 'attendance' then perform private.apply_attendance(kind, args, base);
		when 'challenge' then perform private.apply_challenge(kind, args, base);
		when 'contribution' then perform private.apply_contribution(kind, args, base);
		when 'feedback' then perform private.apply_feedback(kind, args, base);
		when 'goal' then perform private.apply_goal(kind, args, base);
		when 'notes' then perform private.apply_notes(kind, args, base);
		when 'profile' then perform private.apply_profile(kind, args, base);
		when 'review' then perform private.apply_review(kind, args, base);
		else perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

create or replace function private.shown_tables()
returns table (name text, source text, key text, shape text, which text, version int)
language plpgsql stable set search_path = '' as $$
begin
	return query
		select v.name, t.source, coalesce(v.key, 'id'), t.shape, coalesce(v.which, 'true'),
			hashtext(concat_ws(' ', t.shape, (
				select string_agg(a.attname, ' ' order by a.attnum) from pg_attribute a
				where a.attrelid = format('public.%I', t.source)::regclass
					and a.attnum > 0 and not a.attisdropped
			)))
		from (
			select * from private.shown_profiles()
			union all select * from private.shown_groups()
			union all select * from private.shown_invitations()
			union all select * from private.shown_moderation()
			union all select * from private.shown_sessions()
			union all select * from private.shown_challenges()
			union all select * from private.shown_contributions()
			union all select * from private.shown_actions()
			union all select * from private.shown_goals()
			union all select * from private.shown_room()
			union all select * from private.shown_floor()
		) v,
		lateral (select coalesce(v.source, v.name), coalesce(v.shape, 'to_jsonb(t)')) t (source, shape);
end $$;

-- Erases what was noted of old operations: see `erase_expired`.
create function private.erase_operations(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '' as $$
declare
	gone int;
begin
	delete from public.operations o where o.ctid = any (array(
		select p.ctid from public.operations p
		where p.applied_at < at - interval '12 months' limit most
	));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- Erases what was noted of old reminders: see `erase_expired`.
create function private.erase_reminders(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '' as $$
declare
	gone int;
begin
	delete from private.reminders r where r.id = any (array(
		select d.id from private.reminders d
		where d.claimed_until < at - interval '90 days' limit most
	));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- What an account takes along of this area: see `export_account`.
create function private.export_reminders(me uuid) returns jsonb
language sql stable set search_path = '' as $$
	select jsonb_build_object(
		'reminders', (
			select r.settings -> 'settings' from (select public.read_reminders() as settings) r
		),
		'calendar_since', (select c.created_at from public.calendars c where c.id = me),
		'browsers', (
			select coalesce(jsonb_agg(p.created_at order by p.created_at), '[]')
			from public.push_subscriptions p where p.member_id = me
		)
	)
$$;

create or replace function public.erase_expired(at timestamptz, most int default 200) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
	-- One clock for every process: the database's. Tests have their own.
	moment timestamptz := coalesce(at, clock_timestamp());
	batch int := least(most, 1000);
	erased jsonb;
begin
	-- Another process is at it.
	if not pg_try_advisory_xact_lock(hashtextextended('erase_expired', 0)) then
		return '{}';
	end if;
	-- Sessions first: what is part of one whose words are kept stays with it.
	erased := private.erase_sessions(
		array(select private.expired_session_ids(moment, batch)), moment
	);
	erased := erased || jsonb_build_object('breaches', private.settle_lapsed(batch));
	erased := erased || jsonb_build_object('actions', private.erase_actions(moment, batch));
	-- After the actions, which may have served them.
	erased := erased || jsonb_build_object('goals', private.erase_goals(moment, batch));
	erased := erased || jsonb_build_object('invitations', private.erase_invitations(moment, batch));
	erased := erased || jsonb_build_object('reminders', private.erase_reminders(moment, batch));
	erased := erased || jsonb_build_object('operations', private.erase_operations(moment, batch));
	return erased || jsonb_build_object('devices', private.end_idle_sessions(batch));
end $$;

-- The caller's profile with the address of their account.
create function private.export_profile(me uuid) returns jsonb
language sql stable set search_path = '' as $$
	select jsonb_build_object(
		'id', p.id, 'email', private.my_address(), 'name', p.name, 'language', p.language
	)
	from public.profiles p where p.id = me
$$;

create or replace function public.export_account() returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
	me uuid := private.me();
begin
	return jsonb_build_object('version', 1, 'exported_at', now())
		|| jsonb_build_object('account', private.export_profile(me))
		|| private.export_groups(me)
		|| private.export_sessions(me)
		|| private.export_goals(me)
		|| private.export_actions(me)
		|| private.export_challenges(me)
		|| private.export_contributions(me)
		|| private.export_breaches(me)
		|| private.export_reminders(me);
end $$;

grant execute on function
	private.apply_profile(text, jsonb, jsonb), private.shown_profiles(), private.shown_groups(),
	private.export_groups(uuid), private.shown_invitations(), private.shown_moderation(),
	private.export_breaches(uuid), private.apply_attendance(text, jsonb, jsonb),
	private.apply_feedback(text, jsonb, jsonb), private.shown_sessions(),
	private.export_sessions(uuid), private.apply_challenge(text, jsonb, jsonb),
	private.apply_notes(text, jsonb, jsonb), private.shown_challenges(),
	private.apply_contribution(text, jsonb, jsonb), private.shown_contributions(),
	private.export_contributions(uuid), private.export_challenges(uuid),
	private.apply_action(text, jsonb, jsonb), private.apply_review(text, jsonb, jsonb),
	private.shown_actions(), private.export_actions(uuid),
	private.apply_goal(text, jsonb, jsonb), private.shown_goals(), private.export_goals(uuid),
	private.shown_room(), private.shown_floor(), private.export_reminders(uuid),
	private.export_profile(uuid)
	to authenticated;
