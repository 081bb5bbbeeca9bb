-- Rows for the tables that the demo group (supabase/seed.sql) leaves empty, past the triggers. Names come
-- without their schema: the caller's search path says where the tables are.

set local session_replication_role = replica;

create or replace function pg_temp.made(kind int, number int) returns uuid language sql immutable as $$
	select (lpad(kind::text, 8, '0') || '-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid
$$;

insert into communities (id, name) values (pg_temp.made(20, 1), 'Les Ponts');
insert into animators (community_id, member_id) values (pg_temp.made(20, 1), pg_temp.made(0, 7));
update groups set community_id = pg_temp.made(20, 1) where id = pg_temp.made(1, 1);

insert into breaches (id, group_id, accused_id, raised_by, reason)
values (pg_temp.made(21, 1), pg_temp.made(1, 1), pg_temp.made(0, 4), pg_temp.made(0, 5), 'Un client a su.');
insert into breach_votes (breach_id, member_id, exclude)
values (pg_temp.made(21, 1), pg_temp.made(0, 5), true), (pg_temp.made(21, 1), pg_temp.made(0, 6), false);

insert into invitations (group_id, email, invited_by, token_hash)
values (pg_temp.made(1, 1), 'nadia@demo.example', pg_temp.made(0, 1), sha256('invited'));

insert into operations (member_id, client_id, sequence, code, digest)
values (pg_temp.made(0, 1), pg_temp.made(22, 1), 1, null, pg_temp.made(22, 2)),
	(pg_temp.made(0, 1), pg_temp.made(22, 1), 9007199254740993, 'CR010', null);

insert into room_commands (id, group_id, session_id, member_id, command, args, before, version, at)
values (pg_temp.made(23, 1), pg_temp.made(1, 1), pg_temp.made(3, 2), pg_temp.made(0, 1), 'add',
	'{"minutes": 5}', '{"added_ms": 0}', 7, now() - interval '26 days');
insert into room_thumbs (session_id, position, member_id, up)
values (pg_temp.made(3, 3), 2, pg_temp.made(0, 2), true);
insert into room_signals (session_id, position, member_id, kind)
values (pg_temp.made(3, 3), 2, pg_temp.made(0, 3), 'pause');

insert into session_consents (group_id, session_id, reader_id, member_id)
values (pg_temp.made(1, 1), pg_temp.made(3, 1), pg_temp.made(0, 7), pg_temp.made(0, 2));

insert into reminder_settings (id, mail, push, quiet_from, quiet_to, time_zone)
values (pg_temp.made(0, 2), '{day}', '{}', null, null, 'Asia/Tokyo');
insert into push_subscriptions (member_id, session_id, endpoint, p256dh, auth)
values (pg_temp.made(0, 2), pg_temp.made(24, 1), 'https://push.example/1', repeat('p', 87), repeat('a', 22));
insert into calendars (id, token_hash) values (pg_temp.made(0, 2), sha256('calendar'));
insert into reminders
	(kind, subject, member_id, channel, target, day, claimed_until, attempts, settled_at, outcome)
values
	('week', pg_temp.made(3, 3), pg_temp.made(0, 1), 'mail', pg_temp.made(0, 1), current_date,
		now() - interval '1 hour', 1, now() - interval '1 hour', 'sent'),
	('day', pg_temp.made(3, 3), pg_temp.made(0, 2), 'mail', pg_temp.made(0, 2), current_date,
		now() + interval '5 minutes', 2, null, null);
