-- Brings a database whose history ends at 20261129002000 to the baseline, in one transaction: what is
-- there is set aside, the baseline makes what it makes of an empty database, the rows are copied. So
-- nothing of the baseline is told a second time here. Run once, by the owner, after a backup
-- (src/lib/server/embedded/migrate.ts, which replaces the history too).

-- 1. Set aside. `public` itself stays: what a platform grants in it hangs on it. All tables and views in
-- it are taken for Cercle's, of functions those that are named as Cercle's.

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
	-- With what shares a name with one: its arguments tell it apart below.
	for name in
		select p.oid::regprocedure from pg_proc p
		where p.pronamespace = 'public'::regnamespace and p.proname = any (functions)
	loop
		execute format('alter routine %s set schema earlier', name);
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

-- 3. What is found beside the baseline. All that goes with the former schema, wherever it stands, has
-- its like in the baseline or is one of those that went for good; whatever else is found was made by
-- somebody else, and stops the bridge. So does a column that the baseline has not, a table whose rows
-- are not copied, and a publication of a schema that is emptied.

do $$
declare
	gone constant text[] := '{
		"function apply_operations(pg_catalog.jsonb)", "function clear_step(room_states,integer)",
		"function end_idle_sessions(integer)", "function end_session()",
		"function end_sessions(pg_catalog.uuid,boolean)", "function kept_fields(pg_catalog.jsonb)",
		"function list_sessions()", "function session_id()", "function shown_tables()",
		"function signal_my_rooms()"
	}';
	-- Each after those it refers to.
	tables constant text[] := '{
		profiles, communities, groups, animators, memberships, charters, signatures, invitations,
		breaches, breach_votes, decisions, sessions, segments, attendances, feedbacks, session_consents,
		challenges, challenge_notes, contributions, goals, actions, action_events, reviews,
		room_states, room_commands, speaking_turns, operations, reminder_settings, push_subscriptions,
		calendars, reminders, room_thumbs, room_signals
	}';
	name text;
	place regclass;
	columns text;
	others text;
begin
	with recursive held (schema, classid, objid, part) as (
		select n.nspname, 'pg_namespace'::regclass::oid, n.oid, 0
		from pg_namespace n where n.nspname in ('earlier', 'cercle', 'private')
		union
		select h.schema, o.classid, o.objid, o.part from held h, lateral (
			select d.classid, d.objid, d.objsubid from pg_depend d
			where d.refclassid = h.classid and d.refobjid = h.objid and h.part in (0, d.refobjsubid)
			-- What cannot go without the object that it is part of: the rule of a view.
			union all
			select d.refclassid, d.refobjid, d.refobjsubid from pg_depend d
			where d.classid = h.classid and d.objid = h.objid and d.deptype = 'i'
		) o (classid, objid, part)
	),
	named (schema, name) as (
		select h.schema, concat_ws(' ', i.type,
			regexp_replace(i.identity, '\m(earlier|cercle|private|public)\.', '', 'g'))
		from held h, pg_identify_object(h.classid, h.objid, h.part) i
		-- What is part of another object is not named beside it.
		where h.classid not in ('pg_namespace'::regclass, 'pg_publication_namespace'::regclass)
			and i.schema is distinct from 'pg_toast'
			and not exists (
				select from pg_depend d
				where d.classid = h.classid and d.objid = h.objid and d.deptype = 'i'
			)
		union all
		select n.nspname, format('table column %I.%I', c.relname, a.attname)
		from pg_attribute a
		join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
		join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('earlier', 'cercle', 'private')
		where a.attnum > 0 and not a.attisdropped
	)
	select string_agg(o.name, ', ' order by o.name) into others from (
		select n.name from named n where n.name <> all (gone)
		group by n.name having every(n.schema = 'earlier')
		union
		select format('table %I', c.relname) from pg_class c
		where c.relnamespace = 'earlier'::regnamespace and c.relkind in ('r', 'p')
			and c.relname <> all (tables)
		union
		select format('publication %I of tables in schema %s', p.pubname, s.schema)
		from (values ('public', 'public'), ('earlier', 'private')) s (place, schema)
		join pg_publication_namespace r on r.pnnspid = s.place::regnamespace
		join pg_publication p on p.oid = r.pnpubid
	) o;
	if others is not null then
		raise 'what is not Cercle''s would be lost (%)', others;
	end if;

	-- 4. The rows: of every table every column, into that of the same name. A column that only the
	-- baseline has gets its default.
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
