-- The tables leave the schema that the Data API exposes: functions are the whole API. What lies on
-- them (indexes, constraints, triggers, policies, grants) goes with them. The functions that name
-- them follow, area by area.

create schema cercle;
comment on schema cercle is 'The tables.';
grant usage on schema cercle to authenticated;

comment on schema private is 'What functions of public hand on to, and what policies need.';
grant usage on schema private to anon, authenticated, service_role;

alter table public.profiles set schema cercle;
alter table public.groups set schema cercle;
alter table public.memberships set schema cercle;
alter table public.charters set schema cercle;
alter table public.signatures set schema cercle;
alter table public.invitations set schema cercle;
alter table public.breaches set schema cercle;
alter table public.breach_votes set schema cercle;
alter table public.decisions set schema cercle;
alter table public.sessions set schema cercle;
alter table public.segments set schema cercle;
alter table public.attendances set schema cercle;
alter table public.feedbacks set schema cercle;
alter table public.session_consents set schema cercle;
alter table public.challenges set schema cercle;
alter table public.challenge_notes set schema cercle;
alter table public.contributions set schema cercle;
alter table public.actions set schema cercle;
alter table public.action_events set schema cercle;
alter table public.reviews set schema cercle;
alter table public.goals set schema cercle;
alter table public.room_states set schema cercle;
alter table public.room_commands set schema cercle;
alter table public.speaking_turns set schema cercle;
alter table public.operations set schema cercle;
alter table public.reminder_settings set schema cercle;
alter table public.push_subscriptions set schema cercle;
alter table public.calendars set schema cercle;
alter table public.communities set schema cercle;
alter table public.animators set schema cercle;

-- A server with the secret key calls functions, as a member does.
revoke all on all tables in schema cercle from service_role;
revoke execute on function
	private.fits(text, int), private.uid(), private.is_time_zone(text)
	from service_role;

-- Nothing takes for granted how many a group are.
alter table cercle.challenges
	drop constraint challenges_position_check,
	add constraint challenges_position_check check (position between 0 and 39);
comment on table cercle.groups is 'Peers who meet: the boundary of confidentiality.';
