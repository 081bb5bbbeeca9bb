-- What presenters bring to a session, and the notes of it. A challenge belongs to its presenter,
-- who says what becomes of its trace once the session is over: kept for those who were present,
-- only for the presenter, or erased. Double confidentiality locks all of it to the presenter.
-- Withdrawn, it is erased for everybody; the row stays, empty, and says so.

create table cercle.challenges (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	presenter_id uuid not null references cercle.profiles (id) on delete cascade,
	position int check (position between 0 and 39),
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
	keep text not null default 'present' check (keep in ('present', 'presenter', 'room')),
	double_confidential boolean not null default false,
	withdrawn_at timestamptz,
	version int not null default 1,
	updated_at timestamptz not null default now(),
	unique (session_id, presenter_id),
	-- Target of the foreign keys that carry its session and group: 41_contributions.sql.
	unique (id, session_id, group_id)
);
comment on table cercle.challenges is
	'What a presenter brings to a session. It belongs to the presenter.';
comment on column cercle.challenges.position is
	'Turn in the session. Null: not on its plan any more.';
comment on column cercle.challenges.keep is
	'Its notes and contributions are read after the session by those present, by its presenter alone, or by nobody (erased at the close).';
comment on column cercle.challenges.double_confidential is
	'After the session its presenter alone reads any of it. Settled at the close, for good.';
comment on column cercle.challenges.withdrawn_at is
	'Its presenter took it back: every word is gone, the row says so.';
create index challenges_group on cercle.challenges (group_id);
create index challenges_presenter on cercle.challenges (presenter_id);

create table cercle.challenge_notes (
	id uuid primary key references cercle.challenges (id) on delete cascade,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	presenter_id uuid not null references cercle.profiles (id) on delete cascade,
	body text not null default '' check (private.fits(body, 20000)),
	takeaways text not null default '' check (private.fits(takeaways, 4000)),
	version int not null default 1,
	updated_at timestamptz not null default now()
);
comment on table cercle.challenge_notes is
	'What was noted of a challenge. Written by the scribe during the session, the presenter''s after it.';
create index challenge_notes_group on cercle.challenge_notes (group_id);
create index challenge_notes_session on cercle.challenge_notes (session_id);
create index challenge_notes_presenter on cercle.challenge_notes (presenter_id);

alter table cercle.challenges enable row level security;
alter table cercle.challenge_notes enable row level security;

-- Helper functions

-- Challenges I presented, of the groups whose content I may read.
create function private.my_challenge_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select id from cercle.challenges
	where presenter_id = (select private.uid()) and group_id in (select private.my_group_ids())
$$;

-- Challenges whose text I may read: mine; those on the plan of a session of my stay, unless its close
-- locked them to their presenter; and of an earlier session those whose presenter agreed, and kept
-- them for more readers than themself.
create function private.my_readable_challenge_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select private.my_challenge_ids()
		union all
		select c.id from cercle.challenges c
		join cercle.sessions s on s.id = c.session_id
		where s.id in (select private.my_dated_session_ids())
			and (
				c.withdrawn_at is not null
				or c.position is not null and (s.status <> 'closed' or not c.double_confidential)
			)
		union all
		select c.id from cercle.challenges c
		where (c.session_id, c.presenter_id) in (select * from private.my_consents())
			and c.position is not null and c.keep = 'present' and not c.double_confidential;
end $$;

-- Challenges of which I may read all that was noted and given: those of sessions still open, and
-- those of sessions I took part in, where they are kept for those present.
create function private.my_noted_challenge_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select c.id from cercle.challenges c
		join cercle.sessions s on s.id = c.session_id
		where s.status <> 'closed' and s.id in (select private.my_dated_session_ids())
			and (c.position is not null or c.presenter_id = (select private.uid()))
		union all
		select c.id from cercle.challenges c
		where c.position is not null and c.keep = 'present' and not c.double_confidential
			and c.session_id in (select private.my_attended_session_ids());
end $$;

-- Notes of earlier sessions that everybody who is asked shares with me, where they are kept for those
-- present.
create function private.my_shared_note_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select c.id from cercle.challenges c
		where c.position is not null and c.keep = 'present' and not c.double_confidential
			and c.session_id in (select private.my_shared_session_ids());
end $$;

-- Notes of my own challenges, written while I belonged to the group: what was written while I was
-- away is not mine.
create function private.my_own_note_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select n.id from cercle.challenge_notes n
		join cercle.memberships m on m.group_id = n.group_id and m.member_id = n.presenter_id
			and n.updated_at between m.joined_at and coalesce(m.left_at, 'infinity')
		where n.presenter_id = (select private.uid())
			and n.group_id in (select private.my_group_ids());
end $$;

-- The takeaways of earlier challenges whose presenter agreed that I read them, as long as the notes,
-- in which several speak, stay closed to me.
create function private.shared_takeaways()
returns table (held cercle.challenge_notes, stamp xid)
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select jsonb_populate_record(null::cercle.challenge_notes, to_jsonb(n) || '{"body": ""}'), n.xmin
		from cercle.challenge_notes n
		join cercle.challenges c on c.id = n.id
		where (c.session_id, c.presenter_id) in (select * from private.my_consents())
			and c.position is not null and c.keep = 'present' and not c.double_confidential
			and c.session_id not in (select private.my_shared_session_ids());
end $$;

-- What I see of notes: those I may read, by their policy, and takeaways alone.
create view cercle.seen_challenge_notes with (security_invoker) as
	select n.*, n.xmin, false as is_partial from cercle.challenge_notes n
	union all
	select (t.held).*, t.stamp, true from private.shared_takeaways() t;
comment on view cercle.seen_challenge_notes is
	'Notes as their reader may see them: some without what others did not agree to.';

-- Locks a challenge to its presenter, or opens it, until the close. The member who drives the live
-- room may lock it; its presenter alone opens it.
create function private.protect_challenge(challenge_id uuid, is_double boolean) returns void
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
	if me <> held.presenter_id and not (is_double and exists (
		select from cercle.sessions s
		join cercle.room_states r on r.session_id = s.id
		where s.id = held.session_id and s.status = 'live' and r.facilitator_id = me
	)) then
		perform private.refuse('CR002', 'its presenter decides; the facilitator may lock it');
	end if;
	update cercle.challenges c set double_confidential = is_double where c.id = held.id;
end $$;

-- Operations on challenges: see `apply_operation`.
create function private.apply_challenge(kind text, args jsonb, base jsonb) returns void
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
create function private.apply_notes(kind text, args jsonb, base jsonb) returns void
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

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_challenges() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('challenges', null, null, null, null),
		('challenge_notes', 'seen_challenge_notes', null,
			$s$to_jsonb(t) - '{xmin,is_partial}'::text[]$s$, null)
$$;

-- Policies

create policy select_member on cercle.challenges for select to authenticated
	using (id = any (array(select private.my_readable_challenge_ids())));
create policy update_presenter on cercle.challenges for update to authenticated
	using (
		presenter_id = (select private.uid()) and group_id = any (array(select private.my_group_ids()))
	)
	with check (presenter_id = (select private.uid()));
create policy select_present on cercle.challenge_notes for select to authenticated
	using (
		id = any (array(select private.my_noted_challenge_ids()))
		or id = any (array(select private.my_own_note_ids()))
		or id = any (array(select private.my_shared_note_ids()))
	);
create policy update_scribe on cercle.challenge_notes for update to authenticated
	using (
		id = any (array(select private.my_own_note_ids()))
		or session_id = any (array(select private.my_live_session_ids()))
	);

-- Triggers

-- Every challenge has its page of notes from the start: the scribe only ever updates.
create function private.open_notes() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.challenge_notes (id, group_id, session_id, presenter_id)
	values (new.id, new.group_id, new.session_id, new.presenter_id);
	return null;
end $$;
create trigger open_notes after insert on cercle.challenges
	for each row execute function private.open_notes();

-- Row trigger: what is settled at the close stays settled, and what was withdrawn never comes back.
create function private.keep_settled_challenge() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
declare
	stage text;
begin
	if old.withdrawn_at is not null then
		new.withdrawn_at := old.withdrawn_at;
		-- Its turn on the plan may change: that is none of its words.
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
			-- Waits for a session that is being closed.
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
create trigger keep_settled before update on cercle.challenges
	for each row execute function private.keep_settled_challenge();

create function private.erase_withdrawn_challenge() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	update cercle.challenge_notes n set body = '', takeaways = '' where n.id = new.id;
	delete from cercle.contributions c where c.challenge_id = new.id;
	return null;
end $$;
create trigger erase_withdrawn after update on cercle.challenges
	for each row when (old.withdrawn_at is null and new.withdrawn_at is not null)
	execute function private.erase_withdrawn_challenge();

-- Row trigger: nothing is written of a challenge that was withdrawn, also while it is being
-- withdrawn.
create function private.refuse_withdrawn_note() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if (new.body <> '' or new.takeaways <> '') and exists (
		select from cercle.challenges c where c.id = new.id and c.withdrawn_at is not null
	) then
		perform private.refuse('CR014', 'this challenge was withdrawn');
	end if;
	return new;
end $$;
create trigger keep_withdrawn before update on cercle.challenge_notes
	for each row execute function private.refuse_withdrawn_note();

-- Row trigger: the format of a session may ask for double confidentiality; presenter and
-- facilitator may say otherwise until it closes.
create function private.protect_by_format() returns trigger
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
create trigger protect_by_format before insert on cercle.challenges
	for each row execute function private.protect_by_format();
create trigger protect_by_format after update of format on cercle.sessions
	for each row when (new.format = 'clearness' and old.format <> 'clearness')
	execute function private.protect_by_format();

create trigger keep_session_group before insert or update on cercle.challenges
	for each row execute function private.keep_session_group();
create trigger keep_columns before update on cercle.challenges
	for each row execute function private.keep_columns('id', 'group_id', 'session_id', 'presenter_id');
create trigger raise_version before update on cercle.challenges
	for each row execute function private.raise_version();
create trigger keep_columns before update on cercle.challenge_notes
	for each row execute function private.keep_columns('id', 'group_id', 'session_id', 'presenter_id');
create trigger raise_version before update on cercle.challenge_notes
	for each row execute function private.raise_version();

create trigger note_change after insert or update or delete on cercle.challenges
	for each row execute function private.note_change('challenges', 'session');
create trigger note_protection
	after update of keep, double_confidential, withdrawn_at on cercle.challenges
	for each row execute function private.note_change('challenges', 'all');
create trigger note_change after insert or update or delete on cercle.challenge_notes
	for each row execute function private.note_change('challenge_notes', 'session');

-- Grants

grant select on cercle.challenges, cercle.challenge_notes, cercle.seen_challenge_notes
	to authenticated;
grant update (
	question, context, tried, options, wanted, unwanted, need, tags, keep, withdrawn_at
) on cercle.challenges to authenticated;
grant update (body, takeaways) on cercle.challenge_notes to authenticated;
grant execute on function
	private.my_challenge_ids(), private.my_readable_challenge_ids(),
	private.my_noted_challenge_ids(), private.my_shared_note_ids(), private.my_own_note_ids(), private.shared_takeaways(), private.protect_challenge(uuid, boolean),
	private.apply_challenge(text, jsonb, jsonb), private.apply_notes(text, jsonb, jsonb),
	private.shown_challenges()
	to authenticated;
