import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Sql } from 'postgres';
import { databaseFolder, openKeys } from '#lib/server/embedded/keys.ts';
import { openPostgres } from '#lib/server/embedded/postgres.ts';
import { on } from '../../support/owner.ts';
import { readRows, readShape, type Shape, withoutDigests } from '../../support/rows.ts';

/** Of ours, before the baseline. */
const EARLIER_SCHEMAS = ['public', 'private'];

/** What must come over: our rows and those of Auth, with the columns they had; and the history. */
export interface Held {
	ours: { shape: Shape; rows: Record<string, string[]> };
	accounts: { shape: Shape; rows: Record<string, string[]> };
	history: string[];
}

/** What the database of a stopped Cercle holds, as the former build left it. */
export function readHeld(dataFolder: string): Promise<Held> {
	return alone(dataFolder, async (sql) => {
		const [ours, accounts] = [
			await readShape(sql, EARLIER_SCHEMAS),
			await readShape(sql, ['auth'])
		];
		const history = await sql`select version from supabase_migrations.schema_migrations order by 1`;
		return {
			ours: { shape: ours, rows: withoutDigests(await readRows(sql, EARLIER_SCHEMAS, ours)) },
			accounts: { shape: accounts, rows: await readRows(sql, ['auth'], accounts) },
			history: history.map(({ version }) => String(version))
		};
	});
}

/** Rows for the tables that have none by then. */
export async function addRows(sql: Sql): Promise<void> {
	const text = await readFile(resolve(import.meta.dirname, '../../support/more-rows.sql'), 'utf8');
	await sql.begin(async (transaction) => {
		await transaction`select set_config('search_path', ${EARLIER_SCHEMAS.join()}, true)`;
		await transaction.unsafe(text);
	});
}

/** Works in the database of a stopped Cercle as it lies there. */
export async function alone<T>(dataFolder: string, work: (sql: Sql) => Promise<T>): Promise<T> {
	const { postgresPassword: password } = await openKeys(dataFolder);
	const folder = databaseFolder(dataFolder);
	const database = await openPostgres({ folder, password, log: () => undefined });
	try {
		return await on(database.ownerUrl, work);
	} finally {
		await database.close();
	}
}
