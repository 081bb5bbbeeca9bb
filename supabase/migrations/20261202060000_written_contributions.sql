-- What was given to a challenge counts as of the moment in which its words were written: a presenter who
-- was away meanwhile does not read them.

alter table cercle.contributions add column written_at timestamptz not null default now();
alter table cercle.contributions disable trigger user;
update cercle.contributions set written_at = made_at;
alter table cercle.contributions enable trigger user;
comment on column cercle.contributions.written_at is
	'When its words were last written: they are of that moment, not of the one it was made.';

create function private.date_contribution() returns trigger
language plpgsql set search_path = '', pg_temp as $$
begin
	new.written_at := clock_timestamp();
	return new;
end $$;
create trigger written_when before update on cercle.contributions
	for each row when (new.text not in (old.text, ''))
	execute function private.date_contribution();

create or replace function private.my_received_contribution_ids() returns setof uuid
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

create or replace function private.shown_contributions() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('contributions', null, null, $s$to_jsonb(t) - 'written_at'$s$, null)
$$;
