-- A device that proves by a code whose account it is signs in anew: its former sign-in is replaced.

create function private.replace_sign_in(former uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	own uuid := private.sign_in_id();
begin
	if former is not distinct from own then
		perform private.refuse('CR005', 'another sign-in than the caller''s');
	end if;
	perform from auth.sessions s where s.id = former and s.user_id = me for update;
	if not found then
		perform private.refuse('CR001', 'no such sign-in');
	end if;
	-- Before it ends: what ends takes its subscriptions along.
	update cercle.push_subscriptions p set session_id = own
		where p.session_id = former and p.member_id = me;
	delete from auth.sessions s where s.id = former;
end $$;

create function public.replace_sign_in(former uuid) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.replace_sign_in(former)
$$;
comment on function public.replace_sign_in is
	'For a device that signed in anew: ends its former sign-in, whose reminders by push go on under the caller''s.';

grant execute on function private.replace_sign_in(uuid), public.replace_sign_in(uuid)
	to authenticated;
