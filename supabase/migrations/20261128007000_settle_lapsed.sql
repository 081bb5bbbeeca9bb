-- Settling what lapsed waits for nobody. By then the batch has erased rows of other groups, and
-- somebody who holds a group may be waiting for these. What is passed over comes at the next run.

create or replace function private.settle_lapsed(most int) returns int
language plpgsql volatile security definer set search_path = '' as $$
declare
	held uuid[] := array(
		select g.id from public.groups g
		where exists (
			select from public.breaches b
			where b.group_id = g.id and b.settled_at is null
				and b.raised_at <= now() - private.breach_term()
		)
		limit most
		for no key update skip locked
	);
	-- Counted once the groups are held: from then on nobody else settles them.
	lapsed int := (
		select count(*) from public.breaches b
		where b.group_id = any (held) and b.settled_at is null
			and b.raised_at <= now() - private.breach_term()
	);
begin
	perform private.weigh_breaches(g) from unnest(held) g;
	return lapsed;
end $$;
