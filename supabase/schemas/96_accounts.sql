-- Everything that is the caller's, to take along; and the end of an account: what its member wrote
-- goes, what the group needs stays without a name.

-- Helper functions

create function private.my_address() returns text
language sql stable security definer set search_path = '' as $$
	select u.email from auth.users u where u.id = (select private.uid())
$$;

-- Erases what the API notes beside an account, without a key that would take it along.
create function private.erase_traces(account uuid, address text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	trace record;
begin
	for trace in
		select * from (values
			('auth.refresh_tokens', 'user_id::text = $1::text'),
			('auth.flow_state', 'user_id::text = $1::text'),
			('auth.audit_log_entries',
				'strpos(payload::text, to_json($1)::text) > 0 or strpos(payload::text, to_json($2)::text) > 0')
		) t (name, which)
		where to_regclass(t.name) is not null and has_table_privilege(t.name, 'select, delete')
	loop
		execute format('delete from %s where %s', trace.name, trace.which) using account, address;
	end loop;
end $$;

-- Triggers

-- By whom or what ever the account is deleted. It takes its groups before its memberships:
-- otherwise an exclusion, which takes the group first, and the end of the account it is about would
-- wait for each other.
create function private.erase_account() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
	-- The groups first, like every change of who belongs to one; former groups too, since a group
	-- that nobody is left in goes. In the order of their ids, so that of two accounts that end at
	-- once one waits.
	perform from public.groups g where g.id in (
		select m.group_id from public.memberships m where m.member_id = old.id
	) order by g.id for no key update;
	-- As by leaving each group: the triggers cut the live topics and take invitations back.
	update public.memberships m set left_at = greatest(clock_timestamp(), m.joined_at)
		where m.member_id = old.id and m.left_at is null;
	delete from public.invitations i where i.email = lower(old.email);
	perform private.empty_challenges(
		array(select c.id from public.challenges c where c.presenter_id = old.id)
	);
	delete from public.contributions b where b.author_id = old.id;
	delete from public.feedbacks f where f.member_id = old.id;
	delete from public.actions a where a.owner_id = old.id;
	delete from public.goals o where o.owner_id = old.id;
	-- The group decides all the same, about whom they named.
	update public.breaches h set reason = '…' where h.raised_by = old.id and h.settled_at is null;
	update public.animators a set until = greatest(clock_timestamp(), a.since)
		where a.member_id = old.id and a.until is null;
	update public.actions a set partner_id = null where a.partner_id = old.id;
	update public.reviews r set line = '' where r.reviewed_by = old.id and r.line <> '';
	delete from private.room_thumbs t where t.member_id = old.id;
	delete from private.room_signals s where s.member_id = old.id;
	delete from private.reminders r where r.member_id = old.id;
	delete from public.reminder_settings s where s.id = old.id;
	delete from public.push_subscriptions p where p.member_id = old.id;
	delete from public.calendars c where c.id = old.id;
	delete from public.operations o where o.member_id = old.id;
	-- Where nobody is left who could read it, nothing is kept.
	delete from public.groups g where g.id in (
		select m.group_id from public.memberships m where m.member_id = old.id
	) and not exists (
		select from public.memberships m
		join public.profiles p on p.id = m.member_id and p.erased_at is null
		where m.group_id = g.id and m.member_id <> old.id
	);
	if exists (select from public.memberships m where m.member_id = old.id) then
		update public.profiles p set name = '', language = 'fr', erased_at = clock_timestamp()
			where p.id = old.id;
	else
		delete from public.profiles p where p.id = old.id;
	end if;
	perform private.erase_traces(old.id, old.email);
	return old;
end $$;
create trigger erase_account before delete on auth.users
	for each row execute function private.erase_account();

-- Commands

create function public.delete_account(confirmation text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	me uuid := private.me();
begin
	-- What a phone of the member is just delivering comes first.
	perform pg_advisory_xact_lock(hashtextextended(me::text, 0));
	delete from auth.users u where u.id = me and lower(u.email) = lower(btrim(confirmation));
	if not found then
		perform private.refuse('CR018', 'this is not the address of the account');
	end if;
end $$;
comment on function public.delete_account is
	'Deletes the caller''s account at once, for a caller who types its address.';

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

-- Grants

grant execute on function
	private.my_address(), public.delete_account(text), public.export_account()
	to authenticated;
