-- Moving an account to another address: proved by a code sent to the old one and a code sent to the
-- new one. Where the old one is gone, asked from a device of the account, it waits: seven days, in which
-- any device or the old address stops it, and in each group for two members who confirm. Requests and
-- codes are our own, so that both backends know one way: neither Auth is asked.

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
	tries int not null default 0,
	session_id uuid,
	stop_hash bytea unique check (octet_length(stop_hash) = 32)
);
comment on table private.address_changes is
	'Addresses that members want their account to move to. Of the codes mailed only hashes are kept.';
comment on column private.address_changes.old_hash is
	'SHA-256 of the id, a space and the code. Null: not mailed yet, or worth nothing any more.';
comment on column private.address_changes.tries is 'Wrong codes so far: at five both are void.';
comment on column private.address_changes.session_id is
	'Of one that waits: the sign-in that asked, with which it ends. A table of Supabase: no foreign key.';
comment on column private.address_changes.stop_hash is
	'Of one that waits: SHA-256 of the token in the mail to the old address, which stops it.';
create index address_changes_session on private.address_changes (session_id);
create index address_changes_account on private.address_changes (account, asked_at);
create index address_changes_email on private.address_changes (email, asked_at);
create index address_changes_asked on private.address_changes (asked_at);

-- What of a change that waits is shown: never an address.
create table cercle.address_waits (
	id uuid primary key references private.address_changes (id) on delete cascade,
	member_id uuid not null unique references cercle.profiles (id) on delete cascade,
	opened_at timestamptz not null default clock_timestamp()
);
comment on table cercle.address_waits is
	'Accounts that are to move to another address without a word from the old one, one each at most.';

create table cercle.address_confirmations (
	id uuid primary key default gen_random_uuid(),
	wait_id uuid not null references cercle.address_waits (id) on delete cascade,
	group_id uuid not null references cercle.groups (id) on delete cascade,
	member_id uuid not null references cercle.profiles (id) on delete cascade,
	unique (wait_id, group_id, member_id)
);
comment on table cercle.address_confirmations is
	'Members of a group who say that it is the member themself who moves.';
create index address_confirmations_group on cercle.address_confirmations (group_id);
create index address_confirmations_member on cercle.address_confirmations (member_id);

-- A hosted Supabase gives an account a password of its own that nobody knows: which one was chosen is
-- noted here.
create table private.chosen_passwords (
	account uuid primary key
);
comment on table private.chosen_passwords is 'Accounts whose member chose a password.';

alter table private.address_changes enable row level security;
alter table private.chosen_passwords enable row level security;
alter table cercle.address_waits enable row level security;
alter table cercle.address_confirmations enable row level security;

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

-- Groups in which my word counts about a move: those of another member, where I belonged long enough
-- when it was opened.
create function private.my_address_groups(wait_id uuid) returns uuid[]
language sql stable security definer set search_path = '', pg_temp as $$
	select array(
		select m.group_id from cercle.address_waits w
		join cercle.memberships m on m.member_id = w.member_id and m.left_at is null
		where w.id = my_address_groups.wait_id and w.member_id <> (select private.uid())
			and m.group_id = any (array(select private.my_group_ids()))
			and (select private.uid()) in (select private.entitled_ids(m.group_id, w.opened_at))
		order by m.group_id
	)
$$;

create function private.my_address_wait_ids() returns setof uuid
language sql stable security definer set search_path = '', pg_temp as $$
	select w.id from cercle.address_waits w where cardinality(private.my_address_groups(w.id)) > 0
$$;

-- Where an account of mine is to move; null: it is not mine.
create function private.my_next_address(wait_id uuid) returns text
language sql stable security definer set search_path = '', pg_temp as $$
	select c.email from private.address_changes c
	where c.id = wait_id and c.account = (select private.uid())
$$;

-- How long an account waits at the least, and at the most.
create function private.address_term() returns interval
language sql immutable set search_path = '', pg_temp as $$
	select interval '7 days'
$$;
create function private.address_limit() returns interval
language sql immutable set search_path = '', pg_temp as $$
	select interval '30 days'
$$;

-- Moves an account that waited long enough, from a device that is still signed in, and whose groups
-- have each two members who confirm it. The rule counts members; it does not ask who they are.
create function private.settle_address_wait(wait_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	waiting cercle.address_waits;
	change private.address_changes;
begin
	select * into waiting from cercle.address_waits w where w.id = wait_id for update;
	select * into change from private.address_changes c where c.id = waiting.id;
	if change.id is null or now() < waiting.opened_at + private.address_term()
		or now() > waiting.opened_at + private.address_limit()
		or not exists (
			select from auth.sessions s where s.id = change.session_id and s.user_id = change.account
		)
		or exists (
			select from cercle.memberships m
			where m.member_id = change.account and m.left_at is null and 2 > (
				select count(*) from cercle.address_confirmations f
				where f.wait_id = waiting.id and f.group_id = m.group_id
					and f.member_id <> change.account
					and f.member_id in (select private.entitled_ids(m.group_id, waiting.opened_at))
			)
		)
	then
		return;
	end if;
	-- Taken in the meantime: it can never be done.
	if not private.move_account(change.account, change.email) then
		delete from private.address_changes c where c.id = change.id;
	end if;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_addresses() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('address_waits', null, null,
			$s$to_jsonb(t) || jsonb_build_object(
				'email', private.my_next_address(t.id), 'groups', private.my_address_groups(t.id)
			)$s$, null),
		('address_confirmations', null, null, null, null)
$$;

-- Moves the accounts whose days are over, and forgets what was asked a day ago, or waited for too long:
-- see `erase_expired`.
create function private.erase_address_changes(at timestamptz, most int) returns int
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	gone int;
begin
	perform private.settle_address_wait(w.id) from cercle.address_waits w
		where w.opened_at < at - private.address_term()
		order by w.opened_at, w.id limit most;
	delete from private.address_changes c where c.id = any (array(
		select o.id from private.address_changes o
		where o.asked_at < at - interval '1 day' and not exists (
			select from cercle.address_waits w
			where w.id = o.id and w.opened_at >= at - private.address_limit()
		)
		limit most
		for update skip locked
	));
	get diagnostics gone = row_count;
	return gone;
end $$;

-- Policies

create policy select_concerned on cercle.address_waits for select to authenticated
	using (
		member_id = (select private.uid()) or id = any (array(select private.my_address_wait_ids()))
	);
create policy select_concerned on cercle.address_confirmations for select to authenticated
	using (
		member_id = (select private.uid())
		or wait_id in (
			select w.id from cercle.address_waits w where w.member_id = (select private.uid())
		)
	);

-- Triggers

create trigger keep_columns before update on cercle.address_waits
	for each row execute function private.keep_columns('id', 'member_id', 'opened_at');

create trigger note_change after insert or update or delete on cercle.address_waits
	for each row execute function private.note_change('address_waits', 'own');
create trigger note_change after insert or update or delete on cercle.address_confirmations
	for each row execute function private.note_change('address_confirmations', 'own');

-- What addresses add to sign-ins and accounts.

-- A device that is signed out asks for nothing any more.
create function private.stop_address_waits() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	delete from private.address_changes c using ended e where c.session_id = e.id;
	return null;
end $$;
create trigger stop_address_waits after delete on auth.sessions
	referencing old table as ended
	for each statement execute function private.stop_address_waits();

-- Row trigger: notes that a password was chosen, or taken away.
create function private.note_password() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	if coalesce(new.encrypted_password, '') = '' then
		delete from private.chosen_passwords p where p.account = new.id;
	else
		insert into private.chosen_passwords (account) values (new.id) on conflict do nothing;
	end if;
	return null;
end $$;
create trigger note_password after update on auth.users
	for each row when (old.encrypted_password is distinct from new.encrypted_password)
	execute function private.note_password();

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

-- Answers what came of it, and, when it waits, the old address and whose it is: for the server, which has
-- asked Auth whose token it was and whether the password was right.
create function private.open_address_wait(
	change_id uuid, account uuid, session_id uuid, new_code text, has_password boolean, stop_hash text
) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	change private.address_changes;
begin
	if stop_hash !~ '^[0-9a-f]{64}$' then
		perform private.refuse('CR005', 'the hash of the token is malformed');
	end if;
	perform pg_advisory_xact_lock(hashtextextended(open_address_wait.account::text, 0));
	select * into change from private.address_changes c
		where c.id = change_id and c.account = open_address_wait.account for update;
	if change.id is null or not exists (
		select from auth.sessions s
		where s.id = open_address_wait.session_id and s.user_id = change.account
	) then
		perform private.refuse('CR001', 'no such change of address');
	elsif change.new_hash is null or change.asked_at < clock_timestamp() - interval '10 minutes' then
		return '{"outcome": "void"}';
	elsif exists (
		select from cercle.address_waits w where w.member_id = change.account
	) then
		return '{"outcome": "waiting_already"}';
	elsif not private.is_code(change.new_hash, change.id, new_code) then
		update private.address_changes c set
			tries = c.tries + 1,
			old_hash = case when c.tries < 4 then c.old_hash end,
			new_hash = case when c.tries < 4 then c.new_hash end
			where c.id = change.id;
		return '{"outcome": "wrong"}';
	elsif has_password is distinct from true and exists (
		select from private.chosen_passwords p where p.account = change.account
	) then
		return '{"outcome": "password"}';
	elsif exists (select from auth.users u where lower(u.email) = change.email) then
		return '{"outcome": "taken"}';
	end if;
	update private.address_changes c set
		old_hash = null, new_hash = null, session_id = open_address_wait.session_id,
		stop_hash = decode(open_address_wait.stop_hash, 'hex')
		where c.id = change.id;
	insert into cercle.address_waits (id, member_id) values (change.id, change.account);
	return (
		select jsonb_build_object('outcome', 'waiting', 'old', u.email, 'language', p.language)
		from auth.users u join cercle.profiles p on p.id = u.id
		where u.id = change.account
	);
end $$;

create function public.open_address_wait(
	change_id uuid, account uuid, session_id uuid, new_code text, has_password boolean, stop_hash text
) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.open_address_wait(change_id, account, session_id, new_code, has_password, stop_hash)
$$;
comment on function public.open_address_wait is
	'Has an account wait to move without a word from its old address, given the code of the new one. For the server only.';

create function private.stop_address_wait() returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
begin
	delete from private.address_changes c
		where c.account = me and c.id in (select w.id from cercle.address_waits w);
	if not found then
		perform private.refuse('CR001', 'nothing waits');
	end if;
end $$;

create function public.stop_address_wait() returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.stop_address_wait()
$$;
comment on function public.stop_address_wait is
	'Stops the move of the caller''s account, from any of its devices.';

create function private.stop_address_wait_by(token text) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
begin
	delete from private.address_changes c
		where c.stop_hash = sha256(convert_to(coalesce(token, ''), 'UTF8'));
	if not found then
		perform private.refuse('CR001', 'nothing waits');
	end if;
end $$;

create function public.stop_address_wait_by(token text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.stop_address_wait_by(token)
$$;
comment on function public.stop_address_wait_by is
	'Stops the move of an account, given the token in the mail to its old address. For the server only.';

create function private.confirm_address_wait(wait_id uuid, group_id uuid) returns void
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
begin
	-- The groups of a change of members come first everywhere.
	perform from cercle.groups g
		where g.id = confirm_address_wait.group_id and g.id in (select private.my_group_ids())
		for no key update;
	if group_id is null or group_id <> all (private.my_address_groups(wait_id)) then
		perform private.refuse('CR001', 'nothing of that member waits for the caller');
	end if;
	insert into cercle.address_confirmations (wait_id, group_id, member_id)
		values (confirm_address_wait.wait_id, confirm_address_wait.group_id, me)
		on conflict do nothing;
	perform private.settle_address_wait(confirm_address_wait.wait_id);
end $$;

create function public.confirm_address_wait(wait_id uuid, group_id uuid) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.confirm_address_wait(wait_id, group_id)
$$;
comment on function public.confirm_address_wait is
	'Says as a member of the group that it is the member themself who moves. Two in each group are needed.';

-- Grants

grant select on cercle.address_waits, cercle.address_confirmations to authenticated;
grant execute on function
	private.my_address_groups(uuid), private.my_address_wait_ids(), private.my_next_address(uuid), private.shown_addresses(),
	private.ask_address(text), private.change_address(uuid, text, text), private.stop_address_wait(),
	private.confirm_address_wait(uuid, uuid), public.ask_address(text),
	public.change_address(uuid, text, text), public.stop_address_wait(),
	public.confirm_address_wait(uuid, uuid)
	to authenticated;
grant execute on function
	private.code_address(uuid, text, text), private.stop_address_wait_by(text),
	private.open_address_wait(uuid, uuid, uuid, text, boolean, text),
	public.code_address(uuid, text, text), public.stop_address_wait_by(text),
	public.open_address_wait(uuid, uuid, uuid, text, boolean, text)
	to service_role;

-- The daily run, the end of an account, a pull and a new sign-in know them.

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
	delete from cercle.address_confirmations f where f.member_id = old.id;
	delete from private.chosen_passwords p where p.account = old.id;
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

create or replace function private.shown_tables(names text[])
returns table (name text, source text, key text, shape text, which text, version int)
language plpgsql stable set search_path = '', pg_temp as $$
begin
	return query
		select v.name, t.source, coalesce(v.key, 'id'), t.shape, coalesce(v.which, 'true'),
			hashtext(concat_ws(' ', t.shape, (
				select string_agg(a.attname, ' ' order by a.attnum) from pg_attribute a
				where a.attrelid = format('cercle.%I', t.source)::regclass
					and a.attnum > 0 and not a.attisdropped
			)))
		from (
			select * from private.shown_profiles()
			union all select * from private.shown_groups()
			union all select * from private.shown_invitations()
			union all select * from private.shown_moderation()
			union all select * from private.shown_addresses()
			union all select * from private.shown_sessions()
			union all select * from private.shown_challenges()
			union all select * from private.shown_contributions()
			union all select * from private.shown_actions()
			union all select * from private.shown_goals()
			union all select * from private.shown_room()
			union all select * from private.shown_floor()
		) v,
		lateral (select coalesce(v.source, v.name), coalesce(v.shape, 'to_jsonb(t)')) t (source, shape)
		where names is null or v.name = any (names);
end $$;

create or replace function private.replace_sign_in(former uuid) returns void
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
	-- Before it ends: what ends takes along what hangs on it.
	update cercle.push_subscriptions p set session_id = own
		where p.session_id = former and p.member_id = me;
	update private.address_changes c set session_id = own
		where c.session_id = former and c.account = me;
	delete from auth.sessions s where s.id = former;
end $$;

-- The embedded Auth knows of each account whether a password was chosen; a hosted one does not tell.
insert into private.chosen_passwords (account)
select u.id from auth.users u
where coalesce(u.encrypted_password, '') <> '' and to_regclass('auth.mfa_amr_claims') is null;
