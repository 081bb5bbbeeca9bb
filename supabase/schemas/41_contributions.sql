-- What peers give to a challenge in writing.

create table cercle.contributions (
	id uuid primary key,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	session_id uuid not null references cercle.sessions (id) on delete cascade,
	challenge_id uuid not null,
	author_id uuid not null default private.uid() references cercle.profiles (id) on delete cascade,
	kind text not null check (kind in ('question', 'experience', 'advice', 'offer')),
	text text not null check (private.fits(text, 1000)),
	made_at timestamptz not null default now(),
	written_at timestamptz not null default now(),
	foreign key (challenge_id, session_id, group_id)
		references cercle.challenges (id, session_id, group_id) on delete cascade
);
comment on table cercle.contributions is
	'What peers give in the discussion of a challenge, in writing. The presenter''s once the session is over.';
comment on column cercle.contributions.text is 'Empty: taken back.';
comment on column cercle.contributions.written_at is
	'When its words were last written: they are of that moment, not of the one it was made.';
create index contributions_group on cercle.contributions (group_id);
create index contributions_session on cercle.contributions (session_id);
create index contributions_challenge on cercle.contributions (challenge_id, session_id, group_id);
create index contributions_author on cercle.contributions (author_id);

alter table cercle.contributions enable row level security;

-- Helper functions

-- What was given to my own challenges, in words of the time I belonged to the group: mine, whatever else I may read.
create function private.my_received_contribution_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select b.id from cercle.contributions b
		join cercle.challenges c on c.id = b.challenge_id
		join cercle.memberships m on m.group_id = b.group_id and m.member_id = c.presenter_id
			and b.written_at between m.joined_at and coalesce(m.left_at, 'infinity')
		where c.presenter_id = (select private.uid())
			and b.group_id in (select private.my_group_ids());
end $$;

-- What members who agreed to it gave in an earlier session, as far as its presenter kept it for more
-- readers than themself.
create function private.my_agreed_contribution_ids() returns setof uuid
language plpgsql stable security definer set search_path = '', pg_temp as $$
begin
	return query
		select b.id from cercle.contributions b
		join cercle.challenges c on c.id = b.challenge_id
		where (b.session_id, b.author_id) in (select * from private.my_consents())
			and c.position is not null and c.keep = 'present' and not c.double_confidential;
end $$;

-- Operations on contributions: see `apply_operation`.
create function private.apply_contribution(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'contribution.add' then
			insert into cercle.contributions (id, group_id, session_id, challenge_id, kind, text)
			values (row_id, (args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid,
				(args ->> 'challenge_id')::uuid, args ->> 'kind', btrim(args ->> 'text'));
		when 'contribution.write' then
			perform private.merge_row('cercle.contributions', row_id, changes, base, '{text}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_contributions() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('contributions', null, null, $s$to_jsonb(t) - 'written_at'$s$, null)
$$;

-- What an account exports of this area: see `export_account`.
create function private.export_contributions(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		'contributions', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'group_id', b.group_id, 'session_id', b.session_id, 'kind', b.kind, 'text', b.text,
				'made_at', b.made_at
			) order by b.made_at, b.id), '[]')
			from cercle.contributions b where b.author_id = me and b.text <> ''
		)
	)
$$;

-- Policies

create policy select_present on cercle.contributions for select to authenticated
	using (
		challenge_id = any (array(select private.my_noted_challenge_ids()))
		or id = any (array(select private.my_received_contribution_ids()))
		or id = any (array(select private.my_agreed_contribution_ids()))
	);
create policy insert_author on cercle.contributions for insert to authenticated
	with check (
		author_id = (select private.uid())
		and session_id = any (array(select private.my_live_session_ids()))
	);
-- Its author changes it or takes it back while the session is live. Its presenter may take it away,
-- and never puts words in the author's mouth.
create policy update_keeper on cercle.contributions for update to authenticated
	using (
		id = any (array(select private.my_received_contribution_ids()))
		or (
			author_id = (select private.uid())
			and session_id = any (array(select private.my_live_session_ids()))
		)
	)
	with check (
		(text = '' and challenge_id = any (array(select private.my_challenge_ids())))
		or (
			author_id = (select private.uid())
			and session_id = any (array(select private.my_live_session_ids()))
		)
	);

-- Triggers

-- Row trigger: no row enters a session that is being closed. The policies still saw it live; this
-- waits for the close.
create function private.keep_live() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform from cercle.sessions s where s.id = new.session_id and s.status = 'live' for key share;
	if not found then
		perform private.refuse('CR004', 'the session is over');
	end if;
	return null;
end $$;
create trigger keep_live after insert on cercle.contributions
	for each row when (auth.uid() is not null) execute function private.keep_live();

-- Row trigger: nothing is given to a challenge that was withdrawn, also while it is being
-- withdrawn.
create function private.refuse_withdrawn_contribution() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform from cercle.challenges c
		where c.id = new.challenge_id and c.withdrawn_at is null for share;
	if not found then
		perform private.refuse('CR014', 'this challenge was withdrawn');
	end if;
	return null;
end $$;
create trigger keep_withdrawn after insert or update of text on cercle.contributions
	for each row when (new.text <> '') execute function private.refuse_withdrawn_contribution();

create trigger keep_columns before update on cercle.contributions
	for each row execute function private.keep_columns(
		'id', 'group_id', 'session_id', 'challenge_id', 'author_id', 'kind', 'made_at'
	);

-- Row trigger: dates the words.
create function private.date_contribution() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	new.written_at := clock_timestamp();
	return new;
end $$;
-- Taking them away says nothing.
create trigger written_when before update on cercle.contributions
	for each row when (new.text not in (old.text, ''))
	execute function private.date_contribution();

create trigger note_change after insert or update or delete on cercle.contributions
	for each row execute function private.note_change('contributions', 'session');

-- What contributions add to challenges: erasing both.

-- Closing a session erases what was for the room only, of each challenge whose presenter chose so.
create function private.erase_room_traces(session_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	update cercle.challenge_notes n set body = '', takeaways = ''
		from cercle.challenges c
		where c.id = n.id and c.session_id = erase_room_traces.session_id and c.keep = 'room';
	delete from cercle.contributions n using cercle.challenges c
		where c.id = n.challenge_id and c.session_id = erase_room_traces.session_id
			and c.keep = 'room';
end $$;

-- Empties challenges and their notes and deletes what was given to them; shared by retention and
-- the end of an account. The turn stays, for the rota: who presented that day, not what. Answers
-- how many contributions went.
create function private.empty_challenges(ids uuid[]) returns int
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	gone int;
begin
	update cercle.challenges c set
		question = '', context = '', tried = '', options = '', wanted = '', unwanted = '',
		need = 'understand', tags = '{}'
		where c.id = any (ids);
	update cercle.challenge_notes n set body = '', takeaways = '' where n.id = any (ids);
	delete from cercle.contributions b where b.challenge_id = any (ids);
	get diagnostics gone = row_count;
	return gone;
end $$;

-- What contributions add to the export: a challenge with what was noted of it and given to it.

-- What an account exports of this area: see `export_account`.
create function private.export_challenges(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
		-- What others noted of them and gave to them is the presenter's once the session is over. One of
		-- an earlier stay does not show any more.
		'challenges', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', c.id, 'group_id', c.group_id, 'session_id', c.session_id,
				'starts_at', s.starts_at, 'question', c.question, 'context', c.context,
				'tried', c.tried, 'options', c.options, 'wanted', c.wanted, 'unwanted', c.unwanted,
				'need', c.need, 'tags', c.tags, 'keep', c.keep,
				'double_confidential', c.double_confidential,
				'notes', (
					select jsonb_build_object('body', n.body, 'takeaways', n.takeaways)
					from cercle.challenge_notes n
					where n.id = c.id and coalesce(s.status, 'closed') = 'closed'
				),
				'contributions', (
					select coalesce(jsonb_agg(jsonb_build_object(
						'kind', b.kind, 'text', b.text, 'made_at', b.made_at
					) order by b.made_at, b.id), '[]')
					from cercle.contributions b
					where b.challenge_id = c.id and b.text <> ''
						and coalesce(s.status, 'closed') = 'closed'
				)
			) order by s.starts_at, c.id), '[]')
			from cercle.challenges c
			left join cercle.sessions s on s.id = c.session_id
			where c.presenter_id = me and c.withdrawn_at is null
		)
	)
$$;

-- Grants

grant select, insert (id, group_id, session_id, challenge_id, kind, text), update (text)
	on cercle.contributions to authenticated;
grant execute on function
	private.my_received_contribution_ids(), private.my_agreed_contribution_ids(),
	private.apply_contribution(text, jsonb, jsonb), private.shown_contributions(),
	private.export_contributions(uuid), private.export_challenges(uuid)
	to authenticated;
