import type { Sql, TransactionSql } from 'postgres';

/** A person with a token: it holds the role and the claims of their requests. */
interface Bearer {
	session: { access_token: string };
}

/** What the token of this person says, as policies read it. */
export function claimsOf({ session }: Bearer): string {
	return Buffer.from(session.access_token.split('.')[1]!, 'base64url').toString();
}

/**
 * From here to the end of what is begun it works as a request of this person; of nobody for null.
 */
export function become(sql: TransactionSql, person: Bearer | null): Promise<void> {
	return claim(sql, person && claimsOf(person));
}

/** The same by the claims themselves, where nobody holds a token. */
export async function claim(sql: TransactionSql, claims: string | null): Promise<void> {
	const role = claims === null ? 'anon' : 'authenticated';
	await sql`
		select set_config('role', ${role}, true), set_config('request.jwt.claims', ${claims ?? ''}, true)
	`;
}

/**
 * Works in SQL as a request of this person would, in one transaction that is kept: no table is
 * behind the API, so its rules are asked here. Of nobody who signed in for null.
 */
export async function asPerson<T>(
	owner: Sql,
	person: Bearer | null,
	work: (sql: TransactionSql) => Promise<T>
): Promise<T> {
	const { answer } = await owner.begin(async (sql) => {
		await become(sql, person);
		return { answer: await work(sql) };
	});
	return answer;
}

/** The code with which the database refuses this; null where it does not. */
export async function refusal(work: Promise<unknown>): Promise<string | null> {
	try {
		await work;
		return null;
	} catch (error) {
		if (error instanceof Error && 'code' in error) return String(error.code);
		throw error;
	}
}
