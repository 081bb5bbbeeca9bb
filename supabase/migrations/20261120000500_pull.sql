-- Everything the caller may read, in one answer, for the replica on their phone. It runs with the
-- caller's rights: the policies decide, row by row, what is in it.
create or replace function public.pull() returns jsonb
language sql stable security invoker set search_path = '' as $$
	select jsonb_build_object(
		'me', (select auth.uid()),
		'tables', jsonb_build_object(
			'profiles', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.profiles t),
			'groups', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.groups t),
			'memberships', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.memberships t),
			'charters', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.charters t),
			'signatures', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.signatures t),
			'invitations', (
				select coalesce(jsonb_agg(jsonb_build_object(
					'id', t.id, 'group_id', t.group_id, 'email', t.email, 'expires_at', t.expires_at
				)), '[]')
				from public.invitations t
				where t.accepted_at is null and t.revoked_at is null and t.expires_at > now()
			),
			'sessions', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.sessions t),
			'segments', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.segments t),
			'challenges', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.challenges t),
			'challenge_notes', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.challenge_notes t),
			'contributions', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.contributions t),
			'speaking_turns', (
				select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.speaking_turns t
				where t.ended_at is not null
			),
			'actions', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.actions t
				where t.removed_at is null),
			'goals', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.goals t
				where t.removed_at is null),
			'action_events', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.action_events t),
			'reviews', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.reviews t),
			'attendances', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.attendances t),
			'feedbacks', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.feedbacks t),
			'role_changes', (
				select coalesce(jsonb_agg(jsonb_build_object(
					'id', t.id, 'session_id', t.session_id, 'command', t.command, 'at', t.at,
					'by_id', t.member_id, 'to_id', coalesce((t.args ->> 'member_id')::uuid, t.member_id)
				)), '[]')
				from public.room_commands t
				where t.command in ('take_over', 'hand_over') and not exists (
					select from public.room_commands u
					where u.session_id = t.session_id and u.version = t.version + 1 and u.command = 'undo'
				)
			),
			'room_states', (
				select coalesce(jsonb_agg(to_jsonb(t) || jsonb_build_object('id', t.session_id)), '[]')
				from public.room_states t
			)
		)
	)
$$;
comment on function public.pull is 'All rows the caller may read, table by table.';
revoke execute on function public.pull() from public, anon;
grant execute on function public.pull() to authenticated;
