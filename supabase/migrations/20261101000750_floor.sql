-- The floor of a live session: who speaks, who waits to, and thumbs on going on with a topic. Silent
-- signals to the facilitator. All of it belongs to one step and is seen in that step only.

create table public.speaking_turns (
	id uuid primary key default gen_random_uuid(),
	group_id uuid not null references public.groups (id) on delete cascade,
	session_id uuid not null references public.sessions (id) on delete cascade,
	position int not null check (position between 0 and 39),
	member_id uuid not null references public.profiles (id) on delete cascade,
	raised_at timestamptz not null,
	began_at timestamptz check (began_at >= raised_at),
	ended_at timestamptz check (ended_at >= began_at),
	check (ended_at is null or began_at is not null)
);
comment on table public.speaking_turns is
	'Raised hands and turns to speak, by step. A hand taken down leaves nothing.';
create unique index speaking_turns_open on public.speaking_turns (session_id, position, member_id)
	where ended_at is null;
create unique index speaking_turns_speaker on public.speaking_turns (session_id, position)
	where began_at is not null and ended_at is null;
create index speaking_turns_session on public.speaking_turns (session_id);
create index speaking_turns_group on public.speaking_turns (group_id);
create index speaking_turns_member on public.speaking_turns (member_id);

alter table public.speaking_turns enable row level security;
revoke all on public.speaking_turns from anon, authenticated;
grant select on public.speaking_turns to authenticated;
create policy select_member on public.speaking_turns for select to authenticated
	using (session_id = any (array(select private.my_session_ids())));

-- Nobody reads these two: functions answer with counts.
create table private.room_thumbs (
	session_id uuid not null references public.sessions (id) on delete cascade,
	position int not null,
	member_id uuid not null references public.profiles (id) on delete cascade,
	up boolean not null,
	primary key (session_id, position, member_id)
);
create index room_thumbs_member on private.room_thumbs (member_id);
create table private.room_signals (
	session_id uuid not null references public.sessions (id) on delete cascade,
	position int not null,
	member_id uuid not null references public.profiles (id) on delete cascade,
	kind text not null check (kind in ('advice', 'off_topic', 'over_time', 'pause')),
	primary key (session_id, position, kind, member_id)
);
create index room_signals_member on private.room_signals (member_id);
alter table private.room_thumbs enable row level security;
alter table private.room_signals enable row level security;

-- The floor of the running step, for every phone: ids, moments and counts.
create function private.floor_json(room public.room_states) returns jsonb
language sql stable security definer set search_path = '' as $$
	select jsonb_build_object(
		'version', room.floor_version,
		'turns', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'member_id', t.member_id, 'raised_at', extract(epoch from t.raised_at) * 1000,
				'began_at', extract(epoch from t.began_at) * 1000
			) order by t.began_at, t.raised_at, t.id), '[]')
			from public.speaking_turns t
			where t.session_id = room.session_id and t.position = room.position and t.ended_at is null
		),
		'thumbs', (
			select jsonb_build_object(
				'up', count(*) filter (where t.up), 'down', count(*) filter (where not t.up)
			)
			from private.room_thumbs t
			where t.session_id = room.session_id and t.position = room.position
		)
	)
$$;

create function private.thumb_of(room public.room_states, member uuid) returns boolean
language sql stable security definer set search_path = '' as $$
	select t.up from private.room_thumbs t
	where t.session_id = room.session_id and t.position = room.position and t.member_id = member
$$;

create function private.drop_thumbs(room public.room_states) returns void
language sql volatile security definer set search_path = '' as $$
	delete from private.room_thumbs t
	where t.session_id = room.session_id and t.position = room.position
$$;

-- Who speaks in the running step has finished. Hands stay up: going on by mistake can be undone.
create function private.end_turns(room public.room_states, at timestamptz) returns void
language sql volatile security definer set search_path = '' as $$
	update public.speaking_turns t set ended_at = greatest(at, t.began_at)
	where t.session_id = room.session_id and t.position = room.position
		and t.began_at is not null and t.ended_at is null
$$;

-- A step that is entered has nobody waiting in it, however often it was there before.
create function private.clear_step(room public.room_states, target int) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
	delete from public.speaking_turns t
		where t.session_id = room.session_id and t.position = target and t.ended_at is null;
	delete from private.room_thumbs t where t.session_id = room.session_id and t.position = target;
	delete from private.room_signals s where s.session_id = room.session_id and s.position = target;
end $$;

-- What is left of the floor when the session ends: how long each spoke.
create function private.close_floor(room public.room_states, at timestamptz) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
	perform private.end_turns(room, at);
	delete from public.speaking_turns t where t.session_id = room.session_id and t.ended_at is null;
	delete from private.room_thumbs t where t.session_id = room.session_id;
	delete from private.room_signals s where s.session_id = room.session_id;
end $$;

-- How often each signal was given in the running step.
create function private.signals_json(room public.room_states) returns jsonb
language sql stable security definer set search_path = '' as $$
	select coalesce(jsonb_agg(jsonb_build_object('kind', s.kind, 'count', s.times) order by s.kind), '[]')
	from (
		select kind, count(*) as times from private.room_signals
		where session_id = room.session_id and position = room.position
		group by kind
	) s
$$;

-- Who leaves a group takes part in no floor of it any more. Their phones are told to look again by
-- the end of the topics.
create function private.leave_floor() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
	room public.room_states;
begin
	for room in
		select r.* from public.room_states r
		join public.sessions s on s.id = r.session_id and s.status = 'live'
		where r.group_id = old.group_id
		for update of r
	loop
		update public.speaking_turns t set ended_at = greatest(private.room_time(), t.began_at)
			where t.session_id = room.session_id and t.member_id = old.member_id
				and t.began_at is not null and t.ended_at is null;
		delete from public.speaking_turns t
			where t.session_id = room.session_id and t.member_id = old.member_id and t.ended_at is null;
		delete from private.room_thumbs t
			where t.session_id = room.session_id and t.member_id = old.member_id;
		delete from private.room_signals g
			where g.session_id = room.session_id and g.member_id = old.member_id;
		update public.room_states r set floor_version = r.floor_version + 1
			where r.session_id = room.session_id;
	end loop;
	return null;
end $$;
create trigger leave_floor after update on public.memberships
	for each row when (old.left_at is null and new.left_at is not null)
	execute function private.leave_floor();
create trigger leave_floor_deleted after delete on public.memberships
	for each row when (old.left_at is null) execute function private.leave_floor();
