import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { databaseFolder, openKeys } from '#lib/server/embedded/keys.ts';

/** The owner of a running Cercle's database, found by its data folder. */
export async function connectOwner(dataFolder: string, max = 1): Promise<Sql> {
	const { postgresPassword: password } = await openKeys(dataFolder);
	const state = await readFile(join(databaseFolder(dataFolder), 'postmaster.pid'), 'utf8');
	// The fourth line of Postgres' own lock file is its port.
	const port = Number(state.split('\n')[3]);
	return postgres({
		...{ host: '127.0.0.1', port, username: 'postgres', password, database: 'postgres', max },
		onnotice: () => undefined
	});
}
