-- A person as their groups know them.

-- Without a foreign key to auth.users: the profile outlives its account as a nameless one. The
-- attendances, turns and outcomes of a group go on naming somebody, and nothing says which person.
create table cercle.profiles (
	id uuid primary key,
	name text not null default '' check (private.fits(name, 80)),
	language text not null default 'fr' check (language in ('fr', 'en')),
	version int not null default 1,
	updated_at timestamptz not null default now(),
	erased_at timestamptz
);
comment on table cercle.profiles is
	'How a person is named in their groups. One row per account, and per former member without one.';
comment on column cercle.profiles.erased_at is
	'When the account was deleted: a former member, without a name. Null: it is there.';

alter table cercle.profiles enable row level security;

-- Helper functions

-- Operations on the caller's profile: see `apply_operation`.
create function private.apply_profile(kind text, args jsonb, base jsonb) returns void
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

-- What a pull shows of this area: see `shown_tables`.
create function private.shown_profiles() returns setof private.shown_table
language sql stable set search_path = '', pg_temp as $$
	values
		('profiles', null, null, null, null)
$$;

-- Policies. Peers read profiles too: see 20_groups.sql.

create policy update_owner on cercle.profiles for update to authenticated
	using (id = (select private.uid())) with check (id = (select private.uid()));

-- Triggers

-- The name comes from the sign-up as it was typed: what `private.fits` refuses is left out.
create function private.create_profile() returns trigger
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
create trigger create_profile after insert on auth.users
	for each row execute function private.create_profile();

create trigger keep_columns before update on cercle.profiles
	for each row execute function private.keep_columns('id');
create trigger raise_version before update on cercle.profiles
	for each row execute function private.raise_version();

create trigger note_change after insert or update or delete on cercle.profiles
	for each row execute function private.note_change('profiles', 'member');

-- Grants

grant select, update (name, language) on cercle.profiles to authenticated;
grant execute on function
	private.apply_profile(text, jsonb, jsonb), private.shown_profiles()
	to authenticated;
