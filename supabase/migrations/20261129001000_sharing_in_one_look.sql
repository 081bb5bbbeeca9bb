-- One statement says what is shared with me, and says everything once: it begins at the words given for
-- my reading, seldom any, and holds them against those who were present.
create or replace function private.my_shared_session_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
	return query
		select c.session_id from public.session_consents c
		join public.memberships reader on reader.group_id = c.group_id
			and reader.member_id = c.reader_id
			and reader.left_at is null and reader.joined_at <= c.given_at
		-- Who left the group agrees to nothing any more, and what was agreed of an earlier stay in it
		-- ended with that stay.
		join public.memberships giver on giver.group_id = c.group_id
			and giver.member_id = c.member_id
			and giver.left_at is null and giver.joined_at <= c.given_at
		join public.attendances a on a.session_id = c.session_id
			and a.member_id = c.member_id and a.present
		where c.reader_id = (select private.uid()) and c.withdrawn_at is null
			and c.group_id in (select private.my_group_ids())
		group by c.session_id
		having count(*) = (
			select count(*) from public.attendances p
			where p.session_id = c.session_id and p.present
		);
end $$;
drop function private.is_shared(uuid, public.memberships);
