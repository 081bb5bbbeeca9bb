-- Moving an account to another address: proved by a code sent to the old one and a code sent to the
-- new one. Requests and codes are our own, so that both backends know one way: neither Auth is asked.

-- No role reads this table, the member it is about neither.
create table private.address_changes (
	id uuid primary key default gen_random_uuid(),
	account uuid not null references cercle.profiles (id) on delete cascade,
	email text not null check (
		private.fits(email, 254) and email = lower(email) and email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'
	),
	asked_at timestamptz not null default clock_timestamp(),
	old_hash bytea check (octet_length(old_hash) = 32),
	new_hash bytea check (octet_length(new_hash) = 32),
	tries int not null default 0
);
comment on table private.address_changes is
	'Addresses that members want their account to move to. Of the codes mailed only hashes are kept.';
comment on column private.address_changes.old_hash is
	'SHA-256 of the id, a space and the code. Null: not mailed yet, or worth nothing any more.';
comment on column private.address_changes.tries is 'Wrong codes so far: at five both are void.';
create index address_changes_account on private.address_changes (account, asked_at);
create index address_changes_email on private.address_changes (email, asked_at);
create index address_changes_asked on private.address_changes (asked_at);

alter table private.address_changes enable row level security;

-- Helper functions

-- Moves an account to an address; false: another account has it. The sign-ins go on, and their tokens
-- name the new address once they are renewed. The old mailbox opens nothing any more: codes and links
-- that Auth sent there are void, for some are looked up without the address, and invitations end.
create function private.move_account(account uuid, address text) returns boolean
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	former text := (select lower(u.email) from auth.users u where u.id = account for update);
begin
	if exists (
		select from auth.users u where lower(u.email) = address and u.id <> account
	) then
		return false;
	end if;
	update auth.users u set
		email = address, email_confirmed_at = now(), updated_at = now(),
		-- Not null: Auth reads them as texts.
		confirmation_token = '', recovery_token = '', reauthentication_token = '',
		raw_user_meta_data = case when u.raw_user_meta_data ? 'email'
			then u.raw_user_meta_data || jsonb_build_object('email', address)
			else u.raw_user_meta_data end
		where u.id = account;
	update auth.identities i set
		identity_data = i.identity_data || jsonb_build_object('email', address), updated_at = now()
		where i.user_id = account and i.provider = 'email';
	if has_table_privilege(to_regclass('auth.one_time_tokens'), 'select, delete') then
		execute 'delete from auth.one_time_tokens t where t.user_id = $1' using account;
	end if;
	delete from cercle.invitations i where i.email = former;
	delete from private.address_changes c where c.account = move_account.account;
	return true;
exception when unique_violation then
	return false;
end $$;

-- Whether a code is the one of this hash.
create function private.is_code(hash bytea, change_id uuid, code text) returns boolean
language sql immutable set search_path = '', pg_temp as $$
	select coalesce(hash = sha256(convert_to(change_id || ' ' || code, 'UTF8')), false)
$$;

-- Forgets what was asked a day ago, when it counts no more: see `erase_expired`.
create function private.erase_address_changes(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	gone int;
begin
	delete from private.address_changes c where c.id = any (array(
		select o.id from private.address_changes o
		where o.asked_at < at - interval '1 day'
		limit most
		for update skip locked
	));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- Commands

create function private.ask_address(email text) returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	address text := lower(btrim(ask_address.email));
	change_id uuid;
begin
	-- One after the other, so that all are counted.
	perform pg_advisory_xact_lock(hashtextextended(me::text, 0));
	if exists (select from auth.users u where u.id = me and lower(u.email) = address) then
		perform private.refuse('CR005', 'another address than the one it has');
	elsif (
		select count(*) from private.address_changes c
		where c.account = me and c.asked_at > now() - interval '1 day'
	) >= 10 then
		perform private.refuse('CR009', 'too many changes of address in one day');
	end if;
	-- The codes of the last one are void.
	update private.address_changes c set old_hash = null, new_hash = null where c.account = me;
	insert into private.address_changes (account, email) values (me, address)
		returning address_changes.id into change_id;
	return change_id;
end $$;

create function public.ask_address(email text) returns uuid
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.ask_address(email)
$$;
comment on function public.ask_address is
	'Asks to move the caller''s account to an address. The codes are made and mailed by the server: see code_address. The answer does not tell whether that address has an account.';

create function private.code_address(change_id uuid, old_hash text, new_hash text) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	coded private.address_changes;
begin
	if old_hash !~ '^[0-9a-f]{64}$' or new_hash !~ '^[0-9a-f]{64}$' then
		perform private.refuse('CR005', 'the hash of a code is malformed');
	end if;
	update private.address_changes c
		set old_hash = decode(code_address.old_hash, 'hex'), new_hash = decode(code_address.new_hash, 'hex')
		where c.id = change_id and c.old_hash is null and c.tries = 0
			and c.asked_at > clock_timestamp() - interval '1 minute'
			-- The last one that its member asked for.
			and not exists (
				select from private.address_changes l
				where l.account = c.account and l.asked_at > c.asked_at
			)
		returning * into coded;
	if coded.id is null then
		perform private.refuse('CR001', 'no such change of address');
	end if;
	return (
		select jsonb_build_object(
			'old', u.email, 'language', p.language, 'new', coded.email,
			'taken', exists (select from auth.users o where lower(o.email) = coded.email),
			-- A mailbox is not filled with codes in the name of many.
			'spared', (
				select count(*) from private.address_changes c
				where c.email = coded.email and c.asked_at > now() - interval '1 hour'
			) > 5
		)
		from auth.users u join cercle.profiles p on p.id = u.id
		where u.id = coded.account
	);
end $$;

create function public.code_address(change_id uuid, old_hash text, new_hash text) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.code_address(change_id, old_hash, new_hash)
$$;
comment on function public.code_address is
	'Keeps the hashes of the two codes of a change, and says where to mail them. For the server only.';

create function private.change_address(change_id uuid, old_code text, new_code text) returns text
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	change private.address_changes;
begin
	select * into change from private.address_changes c
		where c.id = change_id and c.account = me for update;
	if change.id is null then
		perform private.refuse('CR001', 'no such change of address');
	elsif change.old_hash is null or change.asked_at < clock_timestamp() - interval '10 minutes' then
		return 'void';
	end if;
	-- What is wrong is no refusal, which would undo that it was counted.
	if not (
		private.is_code(change.old_hash, change.id, old_code)
		and private.is_code(change.new_hash, change.id, new_code)
	) then
		update private.address_changes c set
			tries = c.tries + 1,
			old_hash = case when c.tries < 4 then c.old_hash end,
			new_hash = case when c.tries < 4 then c.new_hash end
			where c.id = change.id;
		return 'wrong';
	end if;
	return case when private.move_account(me, change.email) then 'changed' else 'taken' end;
end $$;

create function public.change_address(change_id uuid, old_code text, new_code text) returns text
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.change_address(change_id, old_code, new_code)
$$;
comment on function public.change_address is
	'Moves the caller''s account, given both codes: changed, wrong, void (expired, tried too often, asked anew) or taken, which who proved the mailbox may know.';

-- Grants

grant execute on function
	private.ask_address(text), private.change_address(uuid, text, text), public.ask_address(text),
	public.change_address(uuid, text, text)
	to authenticated;
grant execute on function
	private.code_address(uuid, text, text), public.code_address(uuid, text, text)
	to service_role;

-- The daily run and the end of an account know them.

create or replace function private.erase_expired(at timestamptz, most int) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	-- One clock for every process: the database's. Tests have their own.
	moment timestamptz := coalesce(at, clock_timestamp());
	batch int := least(most, 1000);
	erased jsonb;
begin
	-- Another process is running it.
	if not pg_try_advisory_xact_lock(hashtextextended('erase_expired', 0)) then
		return '{}';
	end if;
	-- Sessions first: what is part of one whose words are kept stays with it; and before them those
	-- that nobody closed.
	erased := jsonb_build_object('forgotten', private.close_forgotten(moment, batch));
	erased := erased || private.erase_sessions(
		array(select private.expired_session_ids(moment, batch)), moment
	);
	erased := erased || jsonb_build_object('breaches', private.settle_lapsed(batch));
	erased := erased || jsonb_build_object('actions', private.erase_actions(moment, batch));
	-- After the actions, which may have served them.
	erased := erased || jsonb_build_object('goals', private.erase_goals(moment, batch));
	erased := erased || jsonb_build_object('invitations', private.erase_invitations(moment, batch));
	erased := erased || jsonb_build_object('reminders', private.erase_reminders(moment, batch));
	erased := erased || jsonb_build_object('operations', private.erase_operations(moment, batch));
	if exists (select from jsonb_each_text(erased) e where e.value <> '0') then
		perform private.tell_all_rooms();
	end if;
	return erased || jsonb_build_object(
		'sign_ins', private.end_idle_sign_ins(batch),
		'address_changes', private.erase_address_changes(moment, batch)
	);
end $$;

create or replace function private.erase_account() returns trigger
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	-- The groups first, like every change of who belongs to one; former groups too, since a group
	-- that nobody is left in goes. In the order of their ids, so that of two accounts that end at
	-- once one waits.
	perform from cercle.groups g where g.id in (
		select m.group_id from cercle.memberships m where m.member_id = old.id
	) order by g.id for no key update;
	-- What is erased of sessions that are over is named to no room, and of a group they had left
	-- nothing else says so.
	insert into private.noted_changes (group_id, name)
	select distinct m.group_id, 'all' from cercle.memberships m where m.member_id = old.id
	on conflict do nothing;
	-- As by leaving each group: the triggers cut the live topics and take invitations back.
	update cercle.memberships m set left_at = greatest(clock_timestamp(), m.joined_at)
		where m.member_id = old.id and m.left_at is null;
	delete from cercle.invitations i where i.email = lower(old.email);
	perform private.empty_challenges(
		array(select c.id from cercle.challenges c where c.presenter_id = old.id)
	);
	delete from cercle.contributions b where b.author_id = old.id;
	delete from cercle.feedbacks f where f.member_id = old.id;
	delete from cercle.actions a where a.owner_id = old.id;
	delete from cercle.goals o where o.owner_id = old.id;
	-- The group still decides about the member they accused.
	update cercle.breaches h set reason = '…' where h.raised_by = old.id and h.settled_at is null;
	update cercle.animators a set until = greatest(clock_timestamp(), a.since)
		where a.member_id = old.id and a.until is null;
	update cercle.actions a set partner_id = null where a.partner_id = old.id;
	update cercle.reviews r set line = '' where r.reviewed_by = old.id and r.line <> '';
	delete from private.room_thumbs t where t.member_id = old.id;
	delete from private.room_signals s where s.member_id = old.id;
	delete from private.reminders r where r.member_id = old.id;
	delete from cercle.reminder_settings s where s.id = old.id;
	delete from cercle.push_subscriptions p where p.member_id = old.id;
	delete from cercle.calendars c where c.id = old.id;
	delete from cercle.operations o where o.member_id = old.id;
	delete from private.address_changes c where c.account = old.id or c.email = lower(old.email);
	-- A group in which nobody could read it any more keeps nothing.
	delete from cercle.groups g where g.id in (
		select m.group_id from cercle.memberships m where m.member_id = old.id
	) and not exists (
		select from cercle.memberships m
		join cercle.profiles p on p.id = m.member_id and p.erased_at is null
		where m.group_id = g.id and m.member_id <> old.id
	);
	if exists (select from cercle.memberships m where m.member_id = old.id) then
		update cercle.profiles p set name = '', language = 'fr', erased_at = clock_timestamp()
			where p.id = old.id;
	else
		delete from cercle.profiles p where p.id = old.id;
	end if;
	perform private.erase_traces(old.id, old.email);
	return old;
end $$;
