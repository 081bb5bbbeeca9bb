-- What members do on the floor of a live session. These are no commands of the room: several people
-- press at once and each press means the same whenever it arrives, so none of them can be stale.

-- Locks a live room of the caller's.
create function private.lock_live_room(session_id uuid) returns public.room_states
language plpgsql volatile security definer set search_path = '' as $$
declare
	room public.room_states;
begin
	select * into room from public.room_states r
		where r.session_id = lock_live_room.session_id
			and r.session_id in (select private.my_session_ids())
		for update;
	if room.session_id is null then
		perform private.refuse('CR001', 'no such session');
	elsif room.session_id not in (select private.my_live_session_ids()) then
		perform private.refuse('CR004', 'the session is not live');
	end if;
	return room;
end $$;

-- Gives the floor to `heir`: the facilitator to anybody, whoever waits longest to themself while
-- nobody speaks.
create function private.give_floor(room public.room_states, heir uuid, me uuid, at timestamptz)
returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	first public.speaking_turns;
begin
	select * into first from public.speaking_turns t
		where t.session_id = room.session_id and t.position = room.position and t.ended_at is null
		order by t.began_at, t.raised_at, t.id limit 1;
	if first.began_at is not null and first.member_id = heir then
		return;
	end if;
	if room.facilitator_id is distinct from me
		and (heir is distinct from me or first.member_id is distinct from me or first.began_at is not null)
	then
		perform private.refuse('CR002', 'the facilitator gives the floor');
	end if;
	if heir is null or not private.belongs(heir, room.group_id) then
		perform private.refuse('CR005', 'not a member of the group');
	end if;
	perform private.end_turns(room, at);
	insert into public.speaking_turns as t (
		group_id, session_id, position, member_id, raised_at, began_at
	) values (room.group_id, room.session_id, room.position, heir, at, at)
	on conflict (session_id, position, member_id) where ended_at is null
		do update set began_at = greatest(at, t.raised_at);
end $$;

create function public.floor_command(session_id uuid, command text, args jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
	me uuid := private.me();
	room public.room_states := private.lock_live_room(floor_command.session_id);
	at timestamptz := private.room_time();
	before jsonb := private.floor_json(room);
begin
	case command
		when 'raise' then
			insert into public.speaking_turns (group_id, session_id, position, member_id, raised_at)
			values (room.group_id, room.session_id, room.position, me, at)
			on conflict (session_id, position, member_id) where ended_at is null do nothing;
		when 'lower' then
			delete from public.speaking_turns t
				where t.session_id = room.session_id and t.position = room.position
					and t.member_id = me and t.began_at is null;
			update public.speaking_turns t set ended_at = greatest(at, t.began_at)
				where t.session_id = room.session_id and t.position = room.position
					and t.member_id = me and t.ended_at is null;
		when 'give' then
			perform private.give_floor(room, (args ->> 'member_id')::uuid, me, at);
		when 'end' then
			if room.facilitator_id is distinct from me and exists (
				select from public.speaking_turns t
				where t.session_id = room.session_id and t.position = room.position
					and t.member_id <> me and t.began_at is not null and t.ended_at is null
			) then
				perform private.refuse('CR002', 'the facilitator takes the floor back');
			end if;
			perform private.end_turns(room, at);
		when 'thumb' then
			if not exists (
				select from public.segments s where s.session_id = room.session_id
					and s.position = room.position and s.kind = 'topic'
			) then
				perform private.refuse('CR004', 'thumbs are for topics');
			end if;
			insert into private.room_thumbs as t (session_id, position, member_id, up)
			values (room.session_id, room.position, me, (args ->> 'up')::boolean)
			on conflict (session_id, position, member_id) do update set up = excluded.up;
		else
			perform private.refuse('CR005', 'no such command');
	end case;
	-- Pressed twice, it says the same: nothing to tell.
	if private.floor_json(room) is distinct from before then
		update public.room_states r set floor_version = r.floor_version + 1
			where r.session_id = room.session_id
			returning * into room;
		perform private.signal_room(room.session_id, 'floor', private.floor_json(room));
	end if;
	return private.floor_json(room);
end $$;
comment on function public.floor_command is
	'raise, lower, give {member_id}, end, thumb {up}. Answers the floor of the running step.';

create function public.signal_facilitator(session_id uuid, kind text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	me uuid := private.me();
	room public.room_states := private.lock_live_room(signal_facilitator.session_id);
begin
	if kind is null or kind not in ('advice', 'off_topic', 'over_time', 'pause') then
		perform private.refuse('CR005', 'no such signal');
	end if;
	insert into private.room_signals (session_id, position, member_id, kind)
		values (room.session_id, room.position, me, signal_facilitator.kind)
		on conflict do nothing;
	-- A hint without content: only the facilitator's phone gets an answer to it.
	if found then
		perform private.signal_room(room.session_id, 'signals', '{}');
	end if;
end $$;
comment on function public.signal_facilitator is
	'advice, off_topic, over_time or pause, once a step and member. Nobody learns who gave it.';

create function public.dismiss_signal(session_id uuid, kind text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	me uuid := private.me();
	room public.room_states := private.lock_live_room(dismiss_signal.session_id);
begin
	if room.facilitator_id is distinct from me then
		perform private.refuse('CR002', 'the facilitator hears the signals');
	end if;
	delete from private.room_signals s
		where s.session_id = room.session_id and s.position = room.position
			and s.kind = dismiss_signal.kind;
end $$;
comment on function public.dismiss_signal is 'The facilitator has heard these signals of the running step.';

revoke execute on function public.floor_command(uuid, text, jsonb),
	public.signal_facilitator(uuid, text), public.dismiss_signal(uuid, text) from public, anon;
grant execute on function public.floor_command(uuid, text, jsonb),
	public.signal_facilitator(uuid, text), public.dismiss_signal(uuid, text) to authenticated;
