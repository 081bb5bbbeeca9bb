import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { prepareDatabase, runFile } from '#lib/server/embedded/database.ts';
import { makeAuthSchema } from '#lib/server/embedded/lite.ts';
import type { Database } from '#lib/server/embedded/open-database.ts';
import { openQuiet } from '#lib/server/embedded/quiet.ts';
import { on } from './owner.ts';

const supabase = resolve(import.meta.dirname, '../../supabase');

/**
 * Makes one more database of a cluster as a start makes one, but from the schema files in the place of
 * the migrations. Answers its address.
 */
export async function writeDatabase(cluster: Database, name: string): Promise<string> {
	const url = await makeDatabase(cluster, name, []);
	await on(url, async (sql) => {
		const files = await readdir(join(supabase, 'schemas'));
		for (const file of files.sort()) await runFile(sql, join(supabase, 'schemas', file));
	});
	return url;
}

/** Makes one more database as a start makes one, from these migrations alone. Answers its address. */
export async function makeDatabase(
	cluster: Database,
	name: string,
	migrations: readonly string[]
): Promise<string> {
	await on(cluster.ownerUrl, (sql) => sql.unsafe(`create database ${name}`));
	const url = new URL(cluster.ownerUrl);
	url.pathname = name;
	const folder = await mkdtemp(join(tmpdir(), 'cercle-written-'));
	try {
		await mkdir(join(folder, 'migrations'));
		for (const path of ['embedded', ...migrations.map((file) => join('migrations', file))]) {
			await symlink(join(supabase, path), join(folder, path));
		}
		await prepare(cluster, url.href, folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
	return url.href;
}

/** Does what a start does to a database of the cluster, with the SQL of a folder. */
export async function prepare(
	{ keys }: Database,
	ownerUrl: string,
	folder = supabase
): Promise<void> {
	const quiet = openQuiet();
	try {
		await prepareDatabase({
			ownerUrl,
			folder,
			log: () => undefined,
			authenticatorPassword: keys.authenticatorPassword,
			makeAuthSchema: () => makeAuthSchema(ownerUrl, keys, quiet)
		});
	} finally {
		quiet.close();
	}
}
