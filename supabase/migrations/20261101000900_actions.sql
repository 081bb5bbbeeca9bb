create table public.actions (
	id uuid primary key,
	group_id uuid not null references public.groups (id) on delete cascade,
	owner_id uuid not null references public.profiles (id) on delete cascade,
	title text not null check (private.fits(title, 200) and title <> ''),
	due_on date not null check (due_on between '2020-01-01' and '2100-01-01'),
	status text not null default 'open' check (status in ('open', 'done', 'dropped')),
	born_in uuid references public.sessions (id) on delete set null,
	due_in uuid references public.sessions (id) on delete set null,
	carries int not null default 0 check (carries >= 0),
	version int not null default 1,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
comment on table public.actions is 'A commitment with an owner and a due date, reviewed at the next session.';
comment on column public.actions.born_in is 'The session in which it was taken. Null: between two sessions.';
comment on column public.actions.due_in is 'The session that will review it. Null: none planned yet.';
comment on column public.actions.carries is 'How many sessions it went through unfinished.';
create index actions_group on public.actions (group_id);
create index actions_owner on public.actions (owner_id);
create index actions_born_in on public.actions (born_in);
create index actions_due_in on public.actions (due_in);

create table public.reviews (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	action_id uuid not null references public.actions (id) on delete cascade,
	session_id uuid not null references public.sessions (id) on delete cascade,
	outcome text not null check (outcome in ('done', 'partly', 'not_done', 'dropped')),
	line text not null default '' check (private.fits(line, 300)),
	reviewed_by uuid references public.profiles (id) on delete set null,
	reviewed_at timestamptz not null default now(),
	unique (action_id, session_id)
);
comment on table public.reviews is 'The outcome of an action at a session, with one line.';
create index reviews_group on public.reviews (group_id);
create index reviews_session on public.reviews (session_id);
create index reviews_reviewed_by on public.reviews (reviewed_by);

create table public.feedbacks (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	session_id uuid not null references public.sessions (id) on delete cascade,
	member_id uuid not null references public.profiles (id) on delete cascade,
	plus text not null default '' check (private.fits(plus, 1000)),
	delta text not null default '' check (private.fits(delta, 1000)),
	unique (session_id, member_id)
);
comment on table public.feedbacks is 'The plus and the delta each member says at the end of a session.';
create index feedbacks_group on public.feedbacks (group_id);
create index feedbacks_member on public.feedbacks (member_id);

alter table public.actions enable row level security;
alter table public.reviews enable row level security;
alter table public.feedbacks enable row level security;
revoke all on public.actions, public.reviews, public.feedbacks from anon, authenticated;
grant select on public.actions, public.reviews, public.feedbacks to authenticated;
grant insert (id, group_id, owner_id, title, due_on, born_in) on public.actions to authenticated;
grant update (title, due_on, status) on public.actions to authenticated;
grant insert (group_id, action_id, session_id, outcome, line) on public.reviews to authenticated;
grant update (outcome, line) on public.reviews to authenticated;
grant insert (group_id, session_id, member_id, plus, delta) on public.feedbacks to authenticated;
grant update (plus, delta) on public.feedbacks to authenticated;
grant insert (group_id, session_id, member_id, present) on public.attendances to authenticated;
grant update (present) on public.attendances to authenticated;

create function private.my_action_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select id from public.actions where owner_id = (select auth.uid())
$$;

-- What was said of my own actions while I was a member: mine to read after I left, too.
create function private.my_own_review_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select r.id from public.actions a
	join public.reviews r on r.action_id = a.id
	join public.memberships m on m.group_id = a.group_id and m.member_id = a.owner_id
	where a.owner_id = (select auth.uid())
		and r.reviewed_at between m.joined_at and coalesce(m.left_at, 'infinity')
$$;
revoke execute on function private.my_action_ids(), private.my_own_review_ids() from public, anon;
grant execute on function private.my_action_ids(), private.my_own_review_ids() to authenticated;

create policy select_member on public.actions for select to authenticated
	using (
		owner_id = (select auth.uid()) or group_id = any (array(select private.my_group_ids()))
	);
create policy insert_owner on public.actions for insert to authenticated
	with check (
		group_id = any (array(select private.my_group_ids()))
		and (
			owner_id = (select auth.uid())
			or born_in = any (array(select private.my_driven_session_ids()))
		)
	);
create policy update_owner on public.actions for update to authenticated
	using (owner_id = (select auth.uid()) and group_id = any (array(select private.my_group_ids())))
	with check (owner_id = (select auth.uid()));

create policy select_member on public.reviews for select to authenticated
	using (
		session_id = any (array(select private.my_session_ids()))
		or id = any (array(select private.my_own_review_ids()))
	);
create policy insert_reviewer on public.reviews for insert to authenticated
	with check (
		session_id = any (array(select private.my_driven_session_ids()))
		or (
			session_id = any (array(select private.my_live_session_ids()))
			and action_id = any (array(select private.my_action_ids()))
		)
	);
create policy update_reviewer on public.reviews for update to authenticated
	using (
		session_id = any (array(select private.my_driven_session_ids()))
		or (
			session_id = any (array(select private.my_live_session_ids()))
			and action_id = any (array(select private.my_action_ids()))
		)
	);

create policy select_member on public.feedbacks for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));
create policy insert_owner on public.feedbacks for insert to authenticated
	with check (
		member_id = (select auth.uid()) and session_id = any (array(select private.my_session_ids()))
	);
create policy update_owner on public.feedbacks for update to authenticated
	using (
		member_id = (select auth.uid()) and session_id = any (array(select private.my_session_ids()))
	)
	with check (member_id = (select auth.uid()));

create policy insert_live on public.attendances for insert to authenticated
	with check (session_id = any (array(select private.my_live_session_ids())));
create policy update_live on public.attendances for update to authenticated
	using (session_id = any (array(select private.my_live_session_ids())))
	with check (session_id = any (array(select private.my_live_session_ids())));
