-- The tables are in `cercle`; what a client may call hands on to `private`: challenges.

-- Challenges I presented, of the groups whose content I may read.
create or replace function private.my_challenge_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select id from cercle.challenges
	where presenter_id = (select private.uid()) and group_id in (select private.my_group_ids())
$$;

-- Challenges whose text I may read. Of a session that was shared with me: those that their
-- presenter kept for more readers than themself.
create or replace function private.my_readable_challenge_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select c.id from cercle.challenges c
		join cercle.sessions s on s.id = c.session_id
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
create or replace function private.my_noted_challenge_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select private.my_challenge_ids()
		union all
		select c.id from cercle.challenges c
		join cercle.sessions s on s.id = c.session_id
		where s.status <> 'closed' and s.id in (select private.my_session_ids())
		union all
		select c.id from cercle.challenges c
		where c.keep = 'present' and not c.double_confidential
			and c.session_id in (select private.my_attended_session_ids());
end $$;

-- The presenter or the facilitator locks a challenge to its presenter, or opens it, until the
-- close.
create or replace function private.protect_challenge(challenge_id uuid, is_double boolean) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	held cercle.challenges;
begin
	select c.* into held from cercle.challenges c
		where c.id = protect_challenge.challenge_id
			and c.id in (select private.my_readable_challenge_ids())
		for update;
	if held.id is null or is_double is null then
		perform private.refuse('CR001', 'no such challenge');
	end if;
	if me <> held.presenter_id and not exists (
		select from cercle.sessions s
		left join cercle.room_states r on r.session_id = s.id
		where s.id = held.session_id and me in (s.facilitator_id, r.facilitator_id)
	) then
		perform private.refuse('CR002', 'its presenter or the facilitator decides');
	end if;
	update cercle.challenges c set double_confidential = is_double where c.id = held.id;
end $$;

-- Operations on challenges: see `apply_operation`.
create or replace function private.apply_challenge(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'challenge.write' then
			perform private.merge_row('cercle.challenges', row_id, changes, base,
				'{question,context,tried,options,wanted,unwanted,need,tags,keep}');
		when 'challenge.protect' then
			perform private.protect_challenge(row_id, (args ->> 'double_confidential')::boolean);
		when 'challenge.withdraw' then
			perform private.merge_row('cercle.challenges', row_id, '{"withdrawn_at": "now"}', null,
				'{withdrawn_at}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- Operations on the notes of a challenge: see `apply_operation`.
create or replace function private.apply_notes(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'notes.write' then
			perform private.merge_row('cercle.challenge_notes', row_id, changes, base, '{body,takeaways}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- Every challenge has its page of notes from the start: the scribe only ever updates.
create or replace function private.open_notes() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.challenge_notes (id, group_id, session_id, presenter_id)
	values (new.id, new.group_id, new.session_id, new.presenter_id);
	return null;
end $$;

-- Row trigger: what is settled at the close stays settled, and what was withdrawn never comes back.
create or replace function private.keep_settled_challenge() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
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
		select s.status into stage from cercle.sessions s where s.id = new.session_id;
		if stage = 'live' then
			-- A session that is being closed is waited for.
			select s.status into stage from cercle.sessions s where s.id = new.session_id for key share;
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

create or replace function private.erase_withdrawn_challenge() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	update cercle.challenge_notes n set body = '', takeaways = '' where n.id = new.id;
	delete from cercle.contributions c where c.challenge_id = new.id;
	return null;
end $$;

-- Row trigger: nothing is written of a challenge that was withdrawn, also while it is being
-- withdrawn.
create or replace function private.refuse_withdrawn_note() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if (new.body <> '' or new.takeaways <> '') and exists (
		select from cercle.challenges c where c.id = new.id and c.withdrawn_at is not null
	) then
		perform private.refuse('CR014', 'this challenge was withdrawn');
	end if;
	return new;
end $$;

-- Row trigger: the format of a session may ask for double confidentiality; presenter and
-- facilitator may say otherwise until it closes.
create or replace function private.protect_by_format() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if tg_table_name = 'sessions' then
		update cercle.challenges c set double_confidential = true
			where c.session_id = new.id and c.withdrawn_at is null and not c.double_confidential;
	elsif exists (
		select from cercle.sessions s where s.id = new.session_id and s.format = 'clearness'
	) then
		new.double_confidential := true;
	end if;
	return new;
end $$;
