-- Until a group admits by vote, an invitation shows to all members for a day before it has a token.

-- Columns

alter table cercle.invitations
	alter column token_hash drop not null,
	add column ready_at timestamptz not null default now(),
	add column mail_at timestamptz check (mail_at >= ready_at),
	add constraint invitations_token check (token_hash is not null or mail_at is not null);
-- Those of before were mailed when they were made.
update cercle.invitations set ready_at = created_at;
comment on table cercle.invitations is
	'Single-use, expiring, bound to an e-mail address. Only the hash of its token is kept; while it waits for the members to see it, there is none.';
comment on column cercle.invitations.ready_at is
	'Until then every member sees it and may stop it: there is no token, and none would open anything.';
comment on column cercle.invitations.mail_at is
	'When the server makes its token and mails it, and when another process may try again if that one died or failed. Null: it was mailed, or the member who asks has it mailed.';
create index invitations_mail on cercle.invitations (mail_at) where mail_at is not null;

-- Functions

-- How long all members see an invitation before there is a token: nobody brings somebody in unseen,
-- who then votes.
create function private.invitation_wait() returns interval
language sql immutable set search_path = '', pg_temp as $$ select interval '24 hours' $$;

-- Whether what this member invites goes at once: while the group is founded, what its founder does.
-- The founder is whose membership was its first.
create function private.invites_at_once(person uuid, group_id uuid) returns boolean
language plpgsql stable set search_path = '', pg_temp as $$
begin
	return person = (
		select m.member_id from cercle.memberships m
		where m.group_id = invites_at_once.group_id order by m.joined_at, m.id limit 1
	) and not exists (
		select from cercle.sessions s
		where s.group_id = invites_at_once.group_id and s.started_at is not null
	);
end $$;

-- The invitation of this token when it is addressed to the caller; unknown and foreign look alike.
create or replace function private.my_invitation(token text) returns cercle.invitations
language plpgsql stable security definer set search_path = '', pg_temp as $$
declare
	found_one cercle.invitations;
begin
	select i.* into found_one from cercle.invitations i
		join auth.users u on lower(u.email) = i.email
		where u.id = private.me() and u.email_confirmed_at is not null
			and i.token_hash = sha256(convert_to(coalesce(token, ''), 'UTF8'))
			and i.ready_at <= now();
	if found_one.id is null then
		perform private.refuse('CR007', 'no such invitation for this account');
	end if;
	return found_one;
end $$;

-- What a pull shows of this area: see `shown_tables`.
create or replace function private.shown_invitations() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('invitations', null, null,
			$s$jsonb_build_object(
				'id', t.id, 'group_id', t.group_id, 'email', t.email, 'expires_at', t.expires_at,
				'invited_by', t.invited_by, 'ready_at', t.ready_at
			)$s$,
			't.accepted_at is null and t.revoked_at is null and t.expires_at > now()')
$$;

-- Answers the invitation that may be mailed now, and null for one that waits: whoever has a token made
-- then mails no link that opens nothing. Until the wait is over the token hash is of no use.
create or replace function private.invite(group_id uuid, email text, token_hash text) returns uuid
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	me uuid := private.me();
	address text := lower(btrim(invite.email));
	at_once boolean;
	ready timestamptz := now();
	invitation_id uuid;
begin
	perform private.need_member(invite.group_id);
	if invite.token_hash is null or invite.token_hash !~ '^[0-9a-f]{64}$' then
		perform private.refuse('CR005', 'the token hash is malformed');
	end if;
	perform from cercle.groups g where g.id = invite.group_id for update;
	-- An address that had its day has it once: its message may be sent again.
	at_once := private.invites_at_once(me, invite.group_id) or exists (
		select from cercle.invitations i
		where i.group_id = invite.group_id and i.email = address
			and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
			and i.mail_at is null
	);
	-- Inviting again somebody whose invitation waits changes nothing: neither the wait nor who asked.
	if not at_once and exists (
		select from cercle.invitations i
		where i.group_id = invite.group_id and i.email = address
			and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
			and i.mail_at is not null
	) then
		return null;
	end if;
	if (
		select count(*) from cercle.invitations i
		where i.invited_by = me and i.created_at > now() - interval '1 day'
	) >= 30 then
		perform private.refuse('CR009', 'too many invitations in one day');
	end if;
	-- Inviting again replaces the first invitation: its link stops working.
	update cercle.invitations i set revoked_at = now()
		where i.group_id = invite.group_id and i.email = address
			and i.accepted_at is null and i.revoked_at is null;
	if (
		select count(*) from cercle.memberships m
		where m.group_id = invite.group_id and m.left_at is null
	) + (
		select count(*) from cercle.invitations i
		where i.group_id = invite.group_id and i.accepted_at is null and i.revoked_at is null
			and i.expires_at > now()
	) >= 8 then
		perform private.refuse('CR006', 'a group has at most eight members');
	end if;
	if not at_once then
		ready := ready + private.invitation_wait();
	end if;
	insert into cercle.invitations
		(group_id, email, token_hash, invited_by, ready_at, mail_at, expires_at)
		values (
			invite.group_id, address,
			case when at_once then decode(invite.token_hash, 'hex') end, me,
			ready, case when not at_once then ready end, ready + interval '14 days'
		)
		returning invitations.id into invitation_id;
	return case when at_once then invitation_id end;
end $$;
comment on function public.invite is
	'Invites an address. The token itself is made and mailed by the server and never reaches the database. Null: the invitation waits for a day, and this token will open nothing.';
comment on function public.revoke_invitation is
	'Takes back a pending invitation: its link stops working, and one that waits is never mailed.';

-- A token replaces the one of a process that died or failed: of several mails one link opens.
create function private.claim_invitation(token_hash text) returns jsonb
language plpgsql volatile security definer set search_path = '', pg_temp as $$
declare
	claimed cercle.invitations;
begin
	if claim_invitation.token_hash is null or claim_invitation.token_hash !~ '^[0-9a-f]{64}$' then
		perform private.refuse('CR005', 'the token hash is malformed');
	end if;
	update cercle.invitations i set
		token_hash = decode(claim_invitation.token_hash, 'hex'),
		-- Longer each time: a mailbox that refuses is not tried every five minutes for two weeks.
		mail_at = now() + least(greatest(interval '5 minutes', now() - i.ready_at), interval '4 hours')
		where i.id = (
			select w.id from cercle.invitations w
			where w.mail_at <= now() and w.ready_at <= now() and w.accepted_at is null
				and w.revoked_at is null and w.expires_at > now()
			order by w.mail_at limit 1 for update skip locked
		)
		returning * into claimed;
	if claimed.id is null then
		return null;
	end if;
	return jsonb_build_object('email', claimed.email, 'language', (
		select p.language from cercle.profiles p where p.id = claimed.invited_by
	));
end $$;

create function public.claim_invitation(token_hash text) returns jsonb
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.claim_invitation(token_hash)
$$;
comment on function public.claim_invitation is
	'Gives this token to an invitation whose wait is over, for the calling process alone, for five minutes at least. Null: there is none. For the server only.';

-- By its token: a process that was overtaken by another one notes nothing.
create function private.finish_invitation(token_hash text) returns void
language sql volatile security definer set search_path = '', pg_temp as $$
	update cercle.invitations i set mail_at = null
		where i.token_hash = decode(finish_invitation.token_hash, 'hex')
$$;

create function public.finish_invitation(token_hash text) returns void
language sql volatile security invoker set search_path = '', pg_temp as $$
	select private.finish_invitation(token_hash)
$$;
comment on function public.finish_invitation is
	'Notes that the claimed invitation with this token was mailed. For the server only.';

-- Grants

grant select (ready_at, mail_at) on cercle.invitations to authenticated;
grant execute on function
	private.claim_invitation(text), private.finish_invitation(text), public.claim_invitation(text),
	public.finish_invitation(text)
	to service_role;
