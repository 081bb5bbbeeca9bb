-- The tables are in `cercle`; what a client may call hands on to `private`: profiles.

-- Operations on the caller's profile: see `apply_operation`.
create or replace function private.apply_profile(kind text, args jsonb, base jsonb) returns void
language plpgsql volatile set search_path = '', pg_temp as $$
declare
	row_id uuid := (args ->> 'id')::uuid;
	changes jsonb := args -> 'changes';
begin
	case kind
		when 'profile.write' then
			perform private.merge_row('cercle.profiles', row_id, changes, base, '{name,language}');
		else
			perform private.refuse('CR005', 'no such kind of operation');
	end case;
end $$;

-- The name comes from the sign-up as it was typed: what `private.fits` refuses is left out.
create or replace function private.create_profile() returns trigger
language plpgsql security definer set search_path = '', pg_temp as $$
begin
	insert into cercle.profiles (id, name, language)
	values (
		new.id,
		coalesce(left(regexp_replace(
			new.raw_user_meta_data ->> 'name',
			'[\u0001-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]', '', 'g'
		), 80), ''),
		case when new.raw_user_meta_data ->> 'language' = 'en' then 'en' else 'fr' end
	)
	on conflict (id) do nothing;
	return new;
end $$;
