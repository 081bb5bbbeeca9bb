-- Each kind of operation, with the caller's own rights: those of goals and of an action's history are
-- new.

create or replace function private.apply_operation(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'action.add' then
			insert into public.actions
				(id, group_id, owner_id, title, due_on, born_in, goal_id, partner_id)
			values (row_id, (args ->> 'group_id')::uuid, (args ->> 'owner_id')::uuid,
				btrim(args ->> 'title'), (args ->> 'due_on')::date, (args ->> 'born_in')::uuid,
				(args ->> 'goal_id')::uuid, (args ->> 'partner_id')::uuid);
		when 'action.edit' then
			perform private.merge_row('public.actions', row_id, changes, base,
				'{title,due_on,goal_id,partner_id}');
		when 'action.settle' then
			perform private.merge_row('public.actions', row_id, changes, null, '{status}');
		when 'action.tell' then
			perform private.merge_row('public.actions', row_id, changes, null, '{outcome,line}');
		when 'action.decide' then
			perform private.decide_action(row_id, args ->> 'choice', args ->> 'title',
				(args ->> 'due_on')::date, args ->> 'line');
		when 'action.remove' then
			perform private.merge_row('public.actions', row_id, '{"removed_at": "now"}', null,
				'{removed_at}');
		when 'actions.order' then
			update public.actions a set rank = o.place
				from jsonb_array_elements_text(args -> 'ids') with ordinality o(id, place)
				where a.id = o.id::uuid and a.owner_id = private.me() and a.status = 'open'
					and a.rank is distinct from o.place;
		when 'goal.add' then
			insert into public.goals (id, group_id, owner_id, title, year, quarter, stage, measure, means,
				reason, shared)
			values (row_id, (args ->> 'group_id')::uuid, private.me(), btrim(args ->> 'title'),
				(args ->> 'year')::int, (args ->> 'quarter')::int, args ->> 'stage', args ->> 'measure',
				args ->> 'means', args ->> 'reason', (args ->> 'shared')::boolean);
		when 'goal.edit' then
			perform private.merge_row('public.goals', row_id, changes, base,
				'{title,year,quarter,stage,measure,means,reason,shared,status,line}');
		when 'goal.remove' then
			perform private.merge_row('public.goals', row_id, '{"removed_at": "now"}', null,
				'{removed_at}');
		when 'challenge.write' then
			perform private.merge_row('public.challenges', row_id, changes, base,
				'{question,context,tried,options,wanted,unwanted,need,tags,room_only}');
		when 'notes.write' then
			perform private.merge_row('public.challenge_notes', row_id, changes, base, '{body,takeaways}');
		when 'contribution.add' then
			insert into public.contributions (id, group_id, session_id, challenge_id, kind, text)
			values (row_id, (args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid,
				(args ->> 'challenge_id')::uuid, args ->> 'kind', btrim(args ->> 'text'));
		when 'contribution.write' then
			perform private.merge_row('public.contributions', row_id, changes, base, '{text}');
		when 'profile.write' then
			perform private.merge_row('public.profiles', row_id, changes, base, '{name,language}');
		when 'review.record' then
			insert into public.reviews (group_id, action_id, session_id, outcome, line)
			values ((args ->> 'group_id')::uuid, (args ->> 'action_id')::uuid,
				(args ->> 'session_id')::uuid, args ->> 'outcome', coalesce(args ->> 'line', ''))
			on conflict (action_id, session_id)
				do update set outcome = excluded.outcome, line = excluded.line;
		when 'attendance.mark' then
			insert into public.attendances (group_id, session_id, member_id, present)
			values ((args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid,
				(args ->> 'member_id')::uuid, (args ->> 'present')::boolean)
			on conflict (session_id, member_id) do update set present = excluded.present;
		when 'feedback.write' then
			insert into public.feedbacks (group_id, session_id, member_id, plus, delta)
			values ((args ->> 'group_id')::uuid, (args ->> 'session_id')::uuid, private.me(),
				coalesce(args ->> 'plus', ''), coalesce(args ->> 'delta', ''))
			on conflict (session_id, member_id)
				do update set plus = excluded.plus, delta = excluded.delta;
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;
