-- A temporary table or type could stand in for one that a function names, for it is looked for first
-- unless the search path says otherwise. Nobody needs any, and `pg_temp` comes last. Here the
-- functions whose text stays as it is; the others follow with theirs.

do $$
begin
	execute format('revoke temporary on database %I from public', current_database());
end $$;

alter function private.fits(text, int) set search_path = '', pg_temp;
alter function private.refuse(text, text) set search_path = '', pg_temp;
alter function private.uid() set search_path = '', pg_temp;
alter function private.me() set search_path = '', pg_temp;
alter function private.keep_columns() set search_path = '', pg_temp;
alter function private.raise_version() set search_path = '', pg_temp;
alter function private.refuse_change() set search_path = '', pg_temp;
alter function private.shown_profiles() set search_path = '', pg_temp;
alter function private.session_id() set search_path = '', pg_temp;
alter function private.system_of(text) set search_path = '', pg_temp;
alter function private.browser_of(text) set search_path = '', pg_temp;
alter function private.end_idle_sessions(int) set search_path = '', pg_temp;
alter function private.my_unsigned_group_ids() set search_path = '', pg_temp;
alter function private.need_member(uuid) set search_path = '', pg_temp;
alter function private.shown_groups() set search_path = '', pg_temp;
alter function private.cut_off() set search_path = '', pg_temp;
alter function private.shown_invitations() set search_path = '', pg_temp;
alter function private.breach_term() set search_path = '', pg_temp;
alter function private.shown_moderation() set search_path = '', pg_temp;
alter function private.is_time_zone(text) set search_path = '', pg_temp;
alter function private.is_label(jsonb) set search_path = '', pg_temp;
alter function private.my_session_ids() set search_path = '', pg_temp;
alter function private.shown_sessions() set search_path = '', pg_temp;
alter function private.keep_attendance_coherent() set search_path = '', pg_temp;
alter function private.shown_challenges() set search_path = '', pg_temp;
alter function private.shown_contributions() set search_path = '', pg_temp;
alter function private.shown_actions() set search_path = '', pg_temp;
alter function private.keep_former() set search_path = '', pg_temp;
alter function private.settle_told_action() set search_path = '', pg_temp;
alter function private.shown_goals() set search_path = '', pg_temp;
alter function private.keep_removed_goal() set search_path = '', pg_temp;
alter function private.room_time() set search_path = '', pg_temp;
alter function private.signal_room(uuid, text, jsonb) set search_path = '', pg_temp;
alter function private.int_array(jsonb) set search_path = '', pg_temp;
alter function private.command_args(text, jsonb) set search_path = '', pg_temp;
alter function private.shown_floor() set search_path = '', pg_temp;
alter function private.merge_row(regclass, uuid, jsonb, jsonb, text[]) set search_path = '', pg_temp;
alter function private.apply_operation(text, jsonb, jsonb) set search_path = '', pg_temp;
alter function private.is_quiet(time, time, time) set search_path = '', pg_temp;
alter function private.erase_reminders(timestamptz, int) set search_path = '', pg_temp;
alter function private.keep_known_zone() set search_path = '', pg_temp;
alter function private.my_address() set search_path = '', pg_temp;
alter function private.erase_traces(uuid, text) set search_path = '', pg_temp;
