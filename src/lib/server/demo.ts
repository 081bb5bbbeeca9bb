import { readFile } from 'node:fs/promises';
import type { Sql, TransactionSql } from 'postgres';
import { describe } from './embedded/migrate.ts';
import { Refusal } from './refusal.ts';

export const DEMO_PASSWORD = 'cercle-demo';

/** bcrypt of DEMO_PASSWORD, as the API keeps passwords; a public password needs no secret salt. */
export const DEMO_HASH = '$2b$10$1epJBf/RK8QPmIxVMcLo2.gEw56W6x7/Tr6MwJibP/76r3iWm7eP.';

export interface DemoMember {
	id: string;
	name: string;
	email: string;
	language: 'fr' | 'en';
}

/** The people of the demo group; `supabase/seed.sql` speaks of them by these ids. */
export const DEMO_MEMBERS: readonly DemoMember[] = [
	member(1, 'Camille Roussel', 'fr'),
	member(2, 'Karim Benali', 'fr'),
	member(3, 'Élodie Marchand', 'fr'),
	member(4, 'Thomas Nguyen', 'fr'),
	member(5, 'Aïcha Diallo', 'fr'),
	member(6, 'Julien Lefèvre', 'fr'),
	member(7, 'Grace Okafor', 'en')
];

function member(number: number, name: string, language: 'fr' | 'en'): DemoMember {
	const first = (name.split(' ')[0] ?? '').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
	const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
	return { id, name, email: `${first}@demo.example`, language };
}

/**
 * Fills an empty database with the demo group: its people, then the content of `seedFile`, in one
 * transaction. Returns false, and changes nothing, where there is any group already.
 */
export async function seedDemo(sql: Sql, seedFile: string): Promise<boolean> {
	const [row] = await sql`select not exists (select from cercle.groups) as empty`;
	if (row?.empty !== true) return false;
	const seed = await readFile(seedFile, 'utf8').catch(() => null);
	try {
		await sql.begin(async (transaction) => {
			for (const person of DEMO_MEMBERS) await addMember(transaction, person);
			if (seed) await transaction.unsafe(seed);
		});
	} catch (error) {
		throw new Refusal(`The demo data could not be added: ${describe(error)}.`);
	}
	return true;
}

/** Refuses a database where demo accounts, whose password everybody knows, could sign in. */
export async function refuseDemo(sql: Sql): Promise<void> {
	const ids = DEMO_MEMBERS.map(({ id }) => id);
	const [row] = await sql`
		select exists (select from auth.users where id = any (${ids}::uuid[])) as found
	`;
	if (row?.found === true) {
		throw new Refusal(
			'This database holds the demo group, whose password is public: production does not use it.\n' +
				'Choose an empty folder with CERCLE_DATA, or another database with DATABASE_URL.'
		);
	}
}

async function addMember(
	sql: TransactionSql,
	{ id, name, email, language }: DemoMember
): Promise<void> {
	const about = { name, language, email, email_verified: true, phone_verified: false, sub: id };
	await sql`
		insert into auth.users
			(id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)
		values (
			${id}, ${email}, ${DEMO_HASH}, now(),
			${sql.json({ provider: 'email', providers: ['email'] })}, ${sql.json(about)}
		)
		on conflict (id) do nothing
	`;
	await sql`
		insert into auth.identities (id, provider, provider_id, user_id, identity_data)
		values (${id}, 'email', ${id}, ${id}, ${sql.json(about)})
		on conflict (id) do nothing
	`;
}
