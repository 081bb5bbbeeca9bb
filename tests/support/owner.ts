import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { databaseFolder, openKeys } from '#lib/server/embedded/keys.ts';
import { SEARCH_PATH } from '../../scripts/schemas.ts';

/** The owner of a database by its address, without a search path. The caller ends the connection. */
export function connectTo(ownerUrl: string): Sql {
	return postgres(ownerUrl, { max: 1, onnotice: () => undefined });
}

/** Works in a database as its owner, on a connection that ends with the work. */
export async function on<T>(ownerUrl: string, work: (sql: Sql) => Promise<T>): Promise<T> {
	return ended(connectTo(ownerUrl), work);
}

/**
 * The owner of the embedded database of a running Cercle, who sees and may do everything: the port
 * and the password are in its data folder. The caller ends the connections.
 */
export async function connectOwner(dataFolder: string, max = 1): Promise<Sql> {
	const { postgresPassword: password } = await openKeys(dataFolder);
	const { port } = await postgresOf(dataFolder);
	return postgres({
		...{ host: '127.0.0.1', port, username: 'postgres', password, database: 'postgres', max },
		connection: { search_path: SEARCH_PATH },
		onnotice: () => undefined
	});
}

/**
 * Works in it as its owner. The connection ends with the work, since both the server and its database
 * may be restarted by the test.
 */
export async function asOwner<T>(dataFolder: string, work: (sql: Sql) => Promise<T>): Promise<T> {
	return ended(await connectOwner(dataFolder), work);
}

async function ended<T>(sql: Sql, work: (sql: Sql) => Promise<T>): Promise<T> {
	try {
		return await work(sql);
	} finally {
		await sql.end({ timeout: 1 });
	}
}

/** The process of the embedded Postgres and the port it listens on, as its lock file says. */
export async function postgresOf(dataFolder: string): Promise<{ pid: number; port: number }> {
	const lines = await readFile(join(databaseFolder(dataFolder), 'postmaster.pid'), 'utf8');
	const [pid, , , port] = lines.split('\n');
	return { pid: Number(pid), port: Number(port) };
}
