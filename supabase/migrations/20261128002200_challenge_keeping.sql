-- A challenge belongs to its presenter, who says what becomes of its trace once the session is over:
-- kept for those who were present, only for the presenter, or erased. Double confidentiality locks all
-- of it to the presenter. Withdrawn, it is erased for everybody; the row stays, empty, and says so.

alter table public.challenges
	add column keep text not null default 'present' check (keep in ('present', 'presenter', 'room')),
	add column double_confidential boolean not null default false,
	add column withdrawn_at timestamptz;
update public.challenges set keep = 'room' where room_only;
alter table public.challenges drop column room_only;
comment on column public.challenges.keep is
	'Who reads its notes and contributions after the session: those present, its presenter alone, nobody (erased at the close).';
comment on column public.challenges.double_confidential is
	'After the session its presenter alone reads any of it. Settled at the close, for good.';
comment on column public.challenges.withdrawn_at is
	'Its presenter took it back: every word is gone, the row says so.';
grant update (keep, withdrawn_at) on public.challenges to authenticated;

-- Challenges whose text I may read. Of a session that was shared with me, those kept for more people
-- than were its presenter's choice.
create function private.my_readable_challenge_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
	return query
		select c.id from public.challenges c
		join public.sessions s on s.id = c.session_id
		where s.id in (select private.my_session_ids())
			and (
				s.status <> 'closed'
				or c.presenter_id = (select private.uid())
				or c.withdrawn_at is not null
				or (
					not c.double_confidential
					and (c.keep = 'present' or s.id in (select private.my_dated_session_ids()))
				)
			);
end $$;

-- Challenges of which I may read what was noted and given: mine, those of sessions still open, and
-- those of sessions I took part in, where they are kept for those present.
create function private.my_noted_challenge_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
	return query
		select private.my_challenge_ids()
		union all
		select c.id from public.challenges c
		join public.sessions s on s.id = c.session_id
		where s.status <> 'closed' and s.id in (select private.my_session_ids())
		union all
		select c.id from public.challenges c
		where c.keep = 'present' and not c.double_confidential
			and c.session_id in (select private.my_attended_session_ids());
end $$;
revoke execute on function private.my_readable_challenge_ids(), private.my_noted_challenge_ids()
	from public, anon;
grant execute on function private.my_readable_challenge_ids(), private.my_noted_challenge_ids()
	to authenticated;

alter policy select_member on public.challenges
	using (id = any (array(select private.my_readable_challenge_ids())));
alter policy select_present on public.challenge_notes
	using (id = any (array(select private.my_noted_challenge_ids())));
alter policy select_present on public.contributions
	using (challenge_id = any (array(select private.my_noted_challenge_ids())));
drop function private.my_readable_note_session_ids();

-- Row trigger: what is settled at the close stays settled, and what was withdrawn never comes again.
create function private.keep_settled_challenge() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
	stage text;
begin
	if old.withdrawn_at is not null then
		new.withdrawn_at := old.withdrawn_at;
		-- Its turn on the plan may change: it is no word of it.
		if to_jsonb(new) - '{position,version,updated_at}'::text[]
			<> to_jsonb(old) - '{position,version,updated_at}'::text[]
		then
			perform private.refuse('CR014', 'this challenge was withdrawn');
		end if;
	elsif new.withdrawn_at is not null then
		new.withdrawn_at := clock_timestamp();
		new.question := '';
		new.context := '';
		new.tried := '';
		new.options := '';
		new.wanted := '';
		new.unwanted := '';
		new.need := 'understand';
		new.tags := '{}';
	elsif (new.keep, new.double_confidential) is distinct from (old.keep, old.double_confidential) then
		select s.status into stage from public.sessions s where s.id = new.session_id;
		if stage = 'live' then
			-- A session that is being closed is waited for.
			select s.status into stage from public.sessions s where s.id = new.session_id for key share;
		end if;
		if stage = 'closed' and (
			new.double_confidential <> old.double_confidential
			or (new.keep <> old.keep and 'room' in (new.keep, old.keep))
		) then
			perform private.refuse('CR015', 'this was settled when the session closed');
		end if;
	end if;
	return new;
end $$;

create function private.erase_withdrawn_challenge() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	update public.challenge_notes n set body = '', takeaways = '' where n.id = new.id;
	delete from public.contributions c where c.challenge_id = new.id;
	return null;
end $$;

-- Row triggers: nothing is written of a challenge that was withdrawn, also while it is being withdrawn.
create function private.refuse_withdrawn_note() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	if (new.body <> '' or new.takeaways <> '') and exists (
		select from public.challenges c where c.id = new.id and c.withdrawn_at is not null
	) then
		perform private.refuse('CR014', 'this challenge was withdrawn');
	end if;
	return new;
end $$;

create function private.refuse_withdrawn_contribution() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	perform from public.challenges c
		where c.id = new.challenge_id and c.withdrawn_at is null for share;
	if not found then
		perform private.refuse('CR014', 'this challenge was withdrawn');
	end if;
	return null;
end $$;

-- The format of a session may ask for double confidentiality; presenter and facilitator may say
-- otherwise until it closes.
create function private.protect_by_format() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	if tg_table_name = 'sessions' then
		update public.challenges c set double_confidential = true
			where c.session_id = new.id and c.withdrawn_at is null and not c.double_confidential;
	elsif exists (
		select from public.sessions s where s.id = new.session_id and s.format = 'clearness'
	) then
		new.double_confidential := true;
	end if;
	return new;
end $$;

create trigger keep_settled before update on public.challenges
	for each row execute function private.keep_settled_challenge();
create trigger erase_withdrawn after update on public.challenges
	for each row when (old.withdrawn_at is null and new.withdrawn_at is not null)
	execute function private.erase_withdrawn_challenge();
create trigger keep_withdrawn before update on public.challenge_notes
	for each row execute function private.refuse_withdrawn_note();
create trigger keep_withdrawn after insert or update of text on public.contributions
	for each row when (new.text <> '') execute function private.refuse_withdrawn_contribution();
create trigger protect_by_format before insert on public.challenges
	for each row execute function private.protect_by_format();
create trigger protect_by_format after update of format on public.sessions
	for each row when (new.format = 'clearness' and old.format <> 'clearness')
	execute function private.protect_by_format();

-- The presenter or the facilitator locks a challenge to its presenter, or opens it, until the close.
create function private.protect_challenge(challenge_id uuid, is_double boolean) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	me uuid := private.me();
	held public.challenges;
begin
	select c.* into held from public.challenges c
		where c.id = protect_challenge.challenge_id
			and c.id in (select private.my_readable_challenge_ids())
		for update;
	if held.id is null or is_double is null then
		perform private.refuse('CR001', 'no such challenge');
	end if;
	if me <> held.presenter_id and not exists (
		select from public.sessions s
		left join public.room_states r on r.session_id = s.id
		where s.id = held.session_id and me in (s.facilitator_id, r.facilitator_id)
	) then
		perform private.refuse('CR002', 'its presenter or the facilitator decides');
	end if;
	update public.challenges c set double_confidential = is_double where c.id = held.id;
end $$;
revoke execute on function private.protect_challenge(uuid, boolean) from public, anon;
grant execute on function private.protect_challenge(uuid, boolean) to authenticated;
