-- The same comments, in the words of the schema files: each says of whom it speaks.

comment on table public.signatures is
	'The members who signed each charter. No signature of the last one, no content.';
comment on column public.decisions.subject_id is
	'The member it is about; of a retention that was shortened: the member who did it. Null: nobody, a former account, or the accused of a breach that was dismissed.';
comment on function private.weigh_breaches is
	'Also called when retention erases: a lapsed breach that nobody touched is settled by it.';
comment on table public.attendances is
	'The members who took part in a session, and when their phone was last heard.';
comment on column public.session_consents.member_id is 'The member who was present and answered.';
comment on column public.challenges.keep is
	'Its notes and contributions are read after the session by those present, by its presenter alone, or by nobody (erased at the close).';
comment on column public.room_states.facilitator_id is
	'The member who drives now. It moves by take-over or hand-over only, never by a lost connection.';
comment on table public.animators is
	'The members who animate a community, dated. It gives no right on any content: see community_overview.';
comment on function public.delete_account is
	'Deletes the caller''s account at once, for a caller who types its address.';
