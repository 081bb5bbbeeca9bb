create table public.profiles (
	id uuid primary key references auth.users (id) on delete cascade,
	name text not null default '' check (private.fits(name, 80)),
	language text not null default 'fr' check (language in ('fr', 'en')),
	version int not null default 1,
	updated_at timestamptz not null default now()
);
comment on table public.profiles is 'How a person is named in their groups. One row per account.';

alter table public.profiles enable row level security;
revoke all on public.profiles from anon, authenticated;
grant select, update (name, language) on public.profiles to authenticated;

create function private.create_profile() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	insert into public.profiles (id, name, language)
	values (
		new.id,
		coalesce(left(regexp_replace(new.raw_user_meta_data ->> 'name', '[[:cntrl:]]', '', 'g'), 80), ''),
		case when new.raw_user_meta_data ->> 'language' = 'en' then 'en' else 'fr' end
	)
	on conflict (id) do nothing;
	return new;
end $$;

create trigger create_profile after insert on auth.users
	for each row execute function private.create_profile();
create trigger keep_columns before update on public.profiles
	for each row execute function private.keep_columns('id');
create trigger raise_version before update on public.profiles
	for each row execute function private.raise_version();
