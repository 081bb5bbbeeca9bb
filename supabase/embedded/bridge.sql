-- Brings a database whose history ends at 20261129002000 to the baseline, in one transaction: what is
-- there is set aside, the baseline makes what it makes of an empty database, the rows are copied. So
-- nothing of the baseline is told a second time here. Run once, by the owner, after a backup
-- (src/lib/server/embedded/migrate.ts, which replaces the history too).

-- 1. Set aside. `public` itself stays: what a platform grants in it hangs on it. All tables and views in
-- it are taken for Cercle's, of functions those that Cercle made.

alter schema private rename to earlier;

drop trigger create_profile on auth.users;
drop trigger erase_account on auth.users;
drop trigger end_session on auth.sessions;
drop policy select_room on realtime.messages;
drop policy insert_presence on realtime.messages;

do $$
declare
	functions constant text[] := '{
		accept_invitation, apply_operations, apply_ops, claim_reminders, close_calendar, close_session,
		community_overview, delete_account, dismiss_signal, end_sessions, erase_expired, export_account,
		finish_reminder, floor_command, found_group, invite, leave_group, list_sessions, open_calendar,
		plan_session, pull, raise_breach, read_calendar, read_invitation, read_reminders,
		revoke_invitation, room_command, room_snapshot, server_clock, set_reminders, set_retention,
		share_session, sign_charter, signal_facilitator, subscribe_push, unsubscribe_push, vote_breach,
		withdraw_breach, write_charter
	}';
	name text;
begin
	foreach name in array functions loop
		execute format('alter function public.%I set schema earlier', name);
	end loop;
	for name in
		select c.relname from pg_class c
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'f', 'v', 'm')
			and not exists (
				select from pg_depend d
				where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
			)
	loop
		execute format('alter table public.%I set schema earlier', name);
	end loop;
end $$;

-- 2. The baseline.

\ir ../migrations/20261130000000_baseline.sql

-- 3. The rows: of every table every column, into that of the same name. The former build had no table
-- and no column that the baseline has not; whatever else is found was made by somebody else, and stops
-- the bridge. A column that only the baseline has gets its default.

do $$
declare
	-- Each after those it refers to.
	tables constant text[] := '{
		profiles, communities, groups, animators, memberships, charters, signatures, invitations,
		breaches, breach_votes, decisions, sessions, segments, attendances, feedbacks, session_consents,
		challenges, challenge_notes, contributions, goals, actions, action_events, reviews,
		room_states, room_commands, speaking_turns, operations, reminder_settings, push_subscriptions,
		calendars, reminders, room_thumbs, room_signals
	}';
	earlier constant regnamespace := 'earlier';
	name text;
	place regclass;
	columns text;
	others text;
begin
	select string_agg(c.relname || '.' || a.attname, ', ' order by c.relname, a.attnum) into others
	from pg_class c
	join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
	where c.relnamespace = earlier and c.relkind in ('r', 'p', 'f', 'v', 'm')
		and (c.relname <> all (tables) or not exists (
			select from pg_attribute n
			where n.attname = a.attname and n.attrelid in (
				to_regclass(format('cercle.%I', c.relname)), to_regclass(format('private.%I', c.relname))
			)
		));
	if others is not null then
		raise 'this version has no place for %', others;
	end if;

	select string_agg(distinct o.name::text, ', ') into others
	from (
		select r.ev_class::regclass
		from pg_depend d
		join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
		join pg_class v on v.oid = r.ev_class
		join pg_class c on d.refclassid = 'pg_class'::regclass and c.oid = d.refobjid
		where c.relnamespace = earlier and v.relnamespace <> earlier
		union
		select k.conrelid::regclass
		from pg_constraint k join pg_class c on c.oid = k.confrelid
		where c.relnamespace = earlier and k.connamespace <> earlier
	) o (name);
	if others is not null then
		raise 'what is not Cercle''s would lose the tables it is built on: %', others;
	end if;

	foreach name in array tables loop
		place := coalesce(to_regclass('cercle.' || name), to_regclass('private.' || name));
		select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into columns
		from pg_attribute a
		where a.attrelid = format('earlier.%I', name)::regclass and a.attnum > 0 and not a.attisdropped;
		-- They were told of when they were written. Foreign keys and checks hold all the same.
		execute format('alter table %s disable trigger user', place);
		execute format('insert into %1$s (%2$s) select %2$s from earlier.%3$I', place, columns, name);
		execute format('alter table %s enable trigger user', place);
		execute format('analyze %s', place);
	end loop;
	drop schema earlier cascade;
end $$;
