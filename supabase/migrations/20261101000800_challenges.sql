create table public.challenges (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	session_id uuid not null references public.sessions (id) on delete cascade,
	presenter_id uuid not null references public.profiles (id) on delete cascade,
	position int check (position between 0 and 7),
	question text not null default '' check (private.fits(question, 300)),
	context text not null default '' check (private.fits(context, 4000)),
	tried text not null default '' check (private.fits(tried, 4000)),
	options text not null default '' check (private.fits(options, 4000)),
	wanted text not null default '' check (private.fits(wanted, 4000)),
	unwanted text not null default '' check (private.fits(unwanted, 4000)),
	need text not null default 'understand'
		check (need in ('decide', 'understand', 'be_challenged', 'be_heard')),
	tags text[] not null default '{}' check (cardinality(tags) <= 5 and tags <@ array[
		'technical_organisational', 'expert_leader', 'team_company', 'autonomy_coherence',
		'long_term_urgency'
	]),
	room_only boolean not null default false,
	version int not null default 1,
	updated_at timestamptz not null default now(),
	unique (session_id, presenter_id)
);
comment on table public.challenges is 'What a presenter brings to a session. It belongs to the presenter.';
comment on column public.challenges.position is 'Turn in the session. Null: not on its plan any more.';
comment on column public.challenges.room_only is 'Its notes are erased when the session closes.';
create index challenges_group on public.challenges (group_id);
create index challenges_presenter on public.challenges (presenter_id);

create table public.challenge_notes (
	id uuid primary key references public.challenges (id) on delete cascade,
	group_id uuid not null references public.groups (id) on delete cascade,
	session_id uuid not null references public.sessions (id) on delete cascade,
	presenter_id uuid not null references public.profiles (id) on delete cascade,
	body text not null default '' check (private.fits(body, 20000)),
	takeaways text not null default '' check (private.fits(takeaways, 4000)),
	version int not null default 1,
	updated_at timestamptz not null default now()
);
comment on table public.challenge_notes is
	'What was noted of a challenge. Written by the scribe during the session, the presenter''s after it.';
create index challenge_notes_group on public.challenge_notes (group_id);
create index challenge_notes_session on public.challenge_notes (session_id);
create index challenge_notes_presenter on public.challenge_notes (presenter_id);

alter table public.challenges enable row level security;
alter table public.challenge_notes enable row level security;
revoke all on public.challenges, public.challenge_notes from anon, authenticated;
grant select on public.challenges, public.challenge_notes to authenticated;
grant update (question, context, tried, options, wanted, unwanted, need, tags, room_only)
	on public.challenges to authenticated;
grant update (body, takeaways) on public.challenge_notes to authenticated;

create policy select_member on public.challenges for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));
create policy update_presenter on public.challenges for update to authenticated
	using (
		presenter_id = (select auth.uid()) and group_id = any (array(select private.my_group_ids()))
	)
	with check (presenter_id = (select auth.uid()));

create policy select_present on public.challenge_notes for select to authenticated
	using (
		(
			presenter_id = (select auth.uid())
			and group_id = any (array(select private.my_group_ids()))
		)
		or session_id = any (array(select private.my_readable_note_session_ids()))
	);
create policy update_scribe on public.challenge_notes for update to authenticated
	using (
		(
			presenter_id = (select auth.uid())
			and group_id = any (array(select private.my_group_ids()))
		)
		or session_id = any (array(select private.my_live_session_ids()))
	);

-- Every challenge has its page of notes from the start: the scribe only ever updates.
create function private.open_notes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	insert into public.challenge_notes (id, group_id, session_id, presenter_id)
	values (new.id, new.group_id, new.session_id, new.presenter_id);
	return null;
end $$;

create trigger open_notes after insert on public.challenges
	for each row execute function private.open_notes();
create trigger keep_columns before update on public.challenges
	for each row execute function private.keep_columns('id', 'group_id', 'session_id', 'presenter_id');
create trigger raise_version before update on public.challenges
	for each row execute function private.raise_version();
create trigger keep_columns before update on public.challenge_notes
	for each row execute function private.keep_columns('id', 'group_id', 'session_id', 'presenter_id');
create trigger raise_version before update on public.challenge_notes
	for each row execute function private.raise_version();
