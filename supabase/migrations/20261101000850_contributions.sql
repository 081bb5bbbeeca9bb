alter table public.challenges add unique (id, session_id, group_id);

create table public.contributions (
	id uuid primary key,
	group_id uuid not null references public.groups (id) on delete cascade,
	session_id uuid not null references public.sessions (id) on delete cascade,
	challenge_id uuid not null,
	author_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
	kind text not null check (kind in ('question', 'experience', 'advice', 'offer')),
	text text not null check (private.fits(text, 1000)),
	made_at timestamptz not null default now(),
	foreign key (challenge_id, session_id, group_id)
		references public.challenges (id, session_id, group_id) on delete cascade
);
comment on table public.contributions is
	'What peers give in the discussion of a challenge, in writing. The presenter''s once the session is over.';
comment on column public.contributions.text is 'Empty: taken back.';
create index contributions_group on public.contributions (group_id);
create index contributions_session on public.contributions (session_id);
create index contributions_challenge on public.contributions (challenge_id, session_id, group_id);
create index contributions_author on public.contributions (author_id);

alter table public.contributions enable row level security;
revoke all on public.contributions from anon, authenticated;
grant select, insert (id, group_id, session_id, challenge_id, kind, text), update (text)
	on public.contributions to authenticated;

create function private.my_challenge_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
	select id from public.challenges
	where presenter_id = (select auth.uid()) and group_id in (select private.my_group_ids())
$$;
revoke execute on function private.my_challenge_ids() from public, anon;
grant execute on function private.my_challenge_ids() to authenticated;

create policy select_present on public.contributions for select to authenticated
	using (
		challenge_id = any (array(select private.my_challenge_ids()))
		or session_id = any (array(select private.my_readable_note_session_ids()))
	);
create policy insert_author on public.contributions for insert to authenticated
	with check (
		author_id = (select auth.uid())
		and session_id = any (array(select private.my_live_session_ids()))
	);
-- Its author changes it or takes it back while the session lives. Its presenter may take it away, and
-- never puts words in the author's mouth.
create policy update_keeper on public.contributions for update to authenticated
	using (
		challenge_id = any (array(select private.my_challenge_ids()))
		or (
			author_id = (select auth.uid())
			and session_id = any (array(select private.my_live_session_ids()))
		)
	)
	with check (
		(text = '' and challenge_id = any (array(select private.my_challenge_ids())))
		or (
			author_id = (select auth.uid())
			and session_id = any (array(select private.my_live_session_ids()))
		)
	);

-- Row trigger: nothing slips into a session that is being closed. The policies still saw it live; here
-- its closing is waited for.
create function private.keep_live() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	perform from public.sessions s where s.id = new.session_id and s.status = 'live' for key share;
	if not found then
		perform private.refuse('CR004', 'the session is over');
	end if;
	return null;
end $$;
create trigger keep_live after insert on public.contributions
	for each row when (auth.uid() is not null) execute function private.keep_live();
