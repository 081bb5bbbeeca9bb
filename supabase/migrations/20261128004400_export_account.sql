-- Everything that is the caller's, to take along.

create function private.my_address() returns text
language sql stable security definer set search_path = '' as $$
	select u.email from auth.users u where u.id = (select private.uid())
$$;
revoke execute on function private.my_address() from public, anon;
grant execute on function private.my_address() to authenticated;

create function public.export_account() returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
	me uuid := private.me();
begin
	return jsonb_build_object(
		'version', 1,
		'exported_at', now(),
		'account', (
			select jsonb_build_object(
				'id', p.id, 'email', private.my_address(),
				'name', p.name, 'language', p.language
			)
			from public.profiles p where p.id = me
		),
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
		),
		'sessions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', s.id, 'group_id', s.group_id, 'starts_at', s.starts_at,
				'time_zone', s.time_zone, 'closed_at', s.closed_at
			) order by s.starts_at, s.id), '[]')
			from public.attendances a
			join public.sessions s on s.id = a.session_id
			where a.member_id = me and a.present
		),
		'goals', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', o.id, 'group_id', o.group_id, 'title', o.title, 'year', o.year,
				'quarter', o.quarter, 'stage', o.stage, 'measure', o.measure, 'means', o.means,
				'reason', o.reason, 'shared', o.shared, 'status', o.status, 'line', o.line,
				'created_at', o.created_at, 'updated_at', o.updated_at
			) order by o.year, o.quarter nulls first, o.created_at, o.id), '[]')
			from public.goals o where o.owner_id = me and o.removed_at is null
		),
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
		),
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
		),
		'contributions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', b.group_id, 'session_id', b.session_id, 'kind', b.kind, 'text', b.text,
				'made_at', b.made_at
			) order by b.made_at, b.id), '[]')
			from public.contributions b where b.author_id = me and b.text <> ''
		),
		'feedbacks', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', f.group_id, 'session_id', f.session_id, 'starts_at', s.starts_at,
				'plus', f.plus, 'delta', f.delta
			) order by s.starts_at, f.id), '[]')
			from public.feedbacks f
			left join public.sessions s on s.id = f.session_id
			where f.member_id = me
		),
		'breaches', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', h.group_id, 'raised_at', h.raised_at, 'reason', h.reason,
				'settled_at', h.settled_at, 'outcome', h.outcome
			) order by h.raised_at, h.id), '[]')
			from public.breaches h where h.raised_by = me
		),
		'reminders', (
			select r.settings -> 'settings' from (select public.read_reminders() as settings) r
		),
		'calendar_since', (select c.created_at from public.calendars c where c.id = me),
		'browsers', (
			select coalesce(jsonb_agg(p.created_at order by p.created_at), '[]')
			from public.push_subscriptions p where p.member_id = me
		)
	);
end $$;
comment on function public.export_account is
	'All that is the caller''s, with the caller''s own rights; others'' words only where they became theirs.';
revoke execute on function public.export_account() from public, anon;
grant execute on function public.export_account() to authenticated;
