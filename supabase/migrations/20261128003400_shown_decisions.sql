-- What was answered to sharing a session, the register, the open votes and one's own voice come to the
-- phones too.

create or replace function private.shown_tables()
returns table (name text, source text, key text, shape text, which text, version int)
language sql stable set search_path = '' as $$
	select v.name, t.source, coalesce(v.key, 'id'), t.shape, coalesce(v.which, 'true'),
		hashtext(concat_ws(' ', t.shape, (
			select string_agg(a.attname, ' ' order by a.attnum) from pg_attribute a
			where a.attrelid = format('public.%I', t.source)::regclass
				and a.attnum > 0 and not a.attisdropped
		)))
	from (values
		('profiles', null, null, null, null),
		('groups', null, null, null, null),
		('memberships', null, null, null, null),
		('charters', null, null, null, null),
		('signatures', null, null, null, null),
		('invitations', null, null,
			$s$jsonb_build_object(
				'id', t.id, 'group_id', t.group_id, 'email', t.email, 'expires_at', t.expires_at
			)$s$,
			't.accepted_at is null and t.revoked_at is null and t.expires_at > now()'),
		('sessions', null, null, null, null),
		('segments', null, null, null, null),
		('challenges', null, null, null, null),
		('challenge_notes', null, null, null, null),
		('contributions', null, null, null, null),
		('speaking_turns', null, null, null, 't.ended_at is not null'),
		('actions', null, null, null, 't.removed_at is null'),
		('action_events', null, null, null, null),
		('goals', null, null, null, 't.removed_at is null'),
		('reviews', null, null, null, null),
		('attendances', null, null, null, null),
		('session_consents', null, null, null, null),
		('feedbacks', null, null, null, null),
		('decisions', null, null, null, null),
		('breaches', null, null, null, null),
		('breach_votes', null, null, null, null),
		('role_changes', 'room_commands', null,
			$s$jsonb_build_object(
				'id', t.id, 'session_id', t.session_id, 'command', t.command, 'at', t.at,
				'by_id', t.member_id, 'to_id', coalesce((t.args ->> 'member_id')::uuid, t.member_id)
			)$s$,
			$s$t.command in ('take_over', 'hand_over') and not exists (
				select from public.room_commands u
				where u.session_id = t.session_id and u.version = t.version + 1 and u.command = 'undo'
			)$s$),
		('room_states', null, 'session_id', $s$to_jsonb(t) || jsonb_build_object('id', t.session_id)$s$, null)
	) v (name, source, key, shape, which),
	lateral (select coalesce(v.source, v.name), coalesce(v.shape, 'to_jsonb(t)')) t (source, shape)
$$;
