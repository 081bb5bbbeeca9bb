import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';

/**
 * Works in the embedded database of a running Cercle as its owner, who sees and may do everything: the
 * port and the password are in its data folder. The connection ends with the work, since both the
 * server and its database may be restarted by the test.
 */
export async function asOwner<T>(dataFolder: string, work: (sql: Sql) => Promise<T>): Promise<T> {
	const keys = JSON.parse(await readFile(join(dataFolder, 'keys.json'), 'utf8'));
	const { port } = await postgresOf(dataFolder);
	const sql = postgres({
		port,
		host: '127.0.0.1',
		user: 'postgres',
		password: keys.postgresPassword,
		onnotice: () => undefined,
		max: 1
	});
	try {
		return await work(sql);
	} finally {
		await sql.end({ timeout: 1 });
	}
}

/** The process of the embedded Postgres and the port it listens on, as its lock file says. */
export async function postgresOf(dataFolder: string): Promise<{ pid: number; port: number }> {
	const lines = await readFile(join(dataFolder, 'postgres', 'postmaster.pid'), 'utf8');
	const [pid, , , port] = lines.split('\n');
	return { pid: Number(pid), port: Number(port) };
}
