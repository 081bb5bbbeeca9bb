import { randomUUID } from 'node:crypto';
import type { Sql, TransactionSql } from 'postgres';
import { claim } from './as-person.ts';

/**
 * Founds a group by the app's own functions, without its screens: the first of these addresses founds
 * it, the others join and sign. All of them have signed in before. Answers its id.
 */
export async function foundGroup(
	sql: Sql,
	name: string,
	[founder, ...guests]: readonly [string, ...string[]]
): Promise<string> {
	const id = randomUUID();
	await as(
		sql,
		founder,
		(sql) => sql`select found_group(${id}, ${name}, 'Ce qui est dit ici reste ici.')`
	);
	for (const guest of guests) {
		const token = randomUUID();
		await as(
			sql,
			founder,
			(sql) => sql`select invite(${id}, ${guest}, encode(sha256(${token}::bytea), 'hex'))`
		);
		await as(sql, guest, async (sql) => {
			await sql`select accept_invitation(${token})`;
			await sql`select sign_charter(c.id) from charters c where c.group_id = ${id}`;
		});
	}
	return id;
}

/** Works as the member with this address, in the session of their last sign-in. */
async function as(
	sql: Sql,
	email: string,
	work: (sql: TransactionSql) => Promise<unknown>
): Promise<void> {
	await sql.begin(async (sql) => {
		const [session] = await sql<{ claims: string }[]>`
			select json_build_object('sub', u.id, 'session_id', s.id, 'role', 'authenticated')::text as claims
			from auth.users u join auth.sessions s on s.user_id = u.id
			where u.email = ${email} order by s.created_at desc limit 1
		`;
		if (!session) throw new Error(`${email} has not signed in`);
		await claim(sql, session.claims);
		await work(sql);
	});
}
