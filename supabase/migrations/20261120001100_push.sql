-- The browsers that asked for reminders.

create table public.push_subscriptions (
	id uuid primary key default gen_random_uuid(),
	member_id uuid not null references public.profiles (id) on delete cascade,
	endpoint text not null unique
		check (private.fits(endpoint, 1000) and endpoint ~ '^https?://[^\s/]+/\S*$'),
	p256dh text not null check (p256dh ~ '^[A-Za-z0-9_-]{87}=?$'),
	auth text not null check (auth ~ '^[A-Za-z0-9_-]{22}(==)?$'),
	created_at timestamptz not null default clock_timestamp()
);
comment on table public.push_subscriptions is
	'Where a browser can be reached by push, and its keys: what is sent there only it can read.';
comment on column public.push_subscriptions.endpoint is
	'An address given by a browser: whether it is one of a push service is asked by the server that sends.';
create index push_subscriptions_member on public.push_subscriptions (member_id);

alter table public.push_subscriptions enable row level security;
revoke all on public.push_subscriptions from anon, authenticated;
grant select on public.push_subscriptions to authenticated;
create policy select_owner on public.push_subscriptions for select to authenticated
	using (member_id = (select auth.uid()));

-- With the owner's rights: a browser that changes hands is taken from the account it had before.
create function public.subscribe_push(endpoint text, p256dh text, auth text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
	me uuid := private.me();
begin
	insert into public.push_subscriptions as p (member_id, endpoint, p256dh, auth)
	values (me, subscribe_push.endpoint, subscribe_push.p256dh, subscribe_push.auth)
	on conflict on constraint push_subscriptions_endpoint_key do update set
		p256dh = excluded.p256dh, auth = excluded.auth, member_id = excluded.member_id,
		created_at = case when p.member_id = me then p.created_at else clock_timestamp() end;
	-- Nobody has more than ten devices in use: the oldest make room.
	delete from public.push_subscriptions p where p.id in (
		select o.id from public.push_subscriptions o
		where o.member_id = me order by o.created_at desc offset 10
	);
end $$;
comment on function public.subscribe_push is 'Reminds the caller on this browser, and nobody else on it.';

create function public.unsubscribe_push(endpoint text) returns void
language sql volatile security definer set search_path = '' as $$
	delete from public.push_subscriptions p
		where p.endpoint = unsubscribe_push.endpoint and p.member_id = private.me()
$$;
comment on function public.unsubscribe_push is 'Leaves this browser of the caller alone.';
revoke execute on function public.subscribe_push(text, text, text), public.unsubscribe_push(text)
	from public, anon;
grant execute on function public.subscribe_push(text, text, text), public.unsubscribe_push(text)
	to authenticated;
