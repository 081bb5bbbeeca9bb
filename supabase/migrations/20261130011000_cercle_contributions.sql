-- The tables are in `cercle`; what a client may call hands on to `private`: contributions.

-- Operations on contributions: see `apply_operation`.
create or replace function private.apply_contribution(kind text, args jsonb, base jsonb) returns void
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

-- What an account takes along of this area: see `export_account`.
create or replace function private.export_contributions(me uuid) returns jsonb
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

-- Row trigger: nothing slips into a session that is being closed. The policies still saw it live;
-- here its closing is waited for.
create or replace function private.keep_live() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform from cercle.sessions s where s.id = new.session_id and s.status = 'live' for key share;
	if not found then
		perform private.refuse('CR004', 'the session is over');
	end if;
	return null;
end $$;

-- Row trigger: nothing is given to a challenge that was withdrawn, also while it is being
-- withdrawn.
create or replace function private.refuse_withdrawn_contribution() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	perform from cercle.challenges c
		where c.id = new.challenge_id and c.withdrawn_at is null for share;
	if not found then
		perform private.refuse('CR014', 'this challenge was withdrawn');
	end if;
	return null;
end $$;

-- Closing a session erases what was for the room only, of each challenge whose presenter chose so.
create or replace function private.erase_room_traces(session_id uuid) returns void
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
create or replace function private.empty_challenges(ids uuid[]) returns int
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

-- What an account takes along of this area: see `export_account`.
create or replace function private.export_challenges(me uuid) returns jsonb
language sql stable set search_path = '', pg_temp as $$
	select jsonb_build_object(
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
					from cercle.challenge_notes n where n.id = c.id and s.status = 'closed'
				),
				'contributions', (
					select coalesce(jsonb_agg(jsonb_build_object(
						'kind', b.kind, 'text', b.text, 'made_at', b.made_at
					) order by b.made_at, b.id), '[]')
					from cercle.contributions b
					where b.challenge_id = c.id and b.text <> '' and s.status = 'closed'
				)
			) order by s.starts_at, c.id), '[]')
			from cercle.challenges c
			left join cercle.sessions s on s.id = c.session_id
			where c.presenter_id = me and c.withdrawn_at is null
		)
	)
$$;
