import { join } from 'node:path';
import type { Log } from '#lib/server/log.ts';
import { copyData, lastBeforeMigrating } from './copy.ts';
import { prepareDatabase } from './database.ts';
import { databaseFolder, type Keys, openKeys } from './keys.ts';
import { makeAuthSchema } from './lite.ts';
import { takeLock } from './lock.ts';
import { openPostgres, type Postgres } from './postgres.ts';
import { openQuiet } from './quiet.ts';

export interface DatabaseOptions {
	dataFolder: string;
	/** The repository's folder. */
	root: string;
	log: Log;
	/** An owner's address of another Postgres to use, or null for the embedded one. */
	databaseUrl?: string | null;
	/** Told when the embedded database is lost; it comes back by itself. */
	lost?: () => void;
	/** Answers the bytes free on the disk of a folder; the disk is asked unless a test brings its own. */
	room?: (folder: string) => Promise<number>;
}

export interface Database {
	keys: Keys;
	/** Address of the database for its owner. */
	ownerUrl: string;
	close(): Promise<void>;
}

/** The database of a data folder: locked, started, with its roles, schemas and migrations. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
	const { dataFolder, root, log, databaseUrl = null, lost = () => undefined } = options;
	const lock = takeLock(dataFolder);
	try {
		const keys = await openKeys(dataFolder);
		const folder = databaseFolder(dataFolder);
		const postgres = databaseUrl
			? { ownerUrl: databaseUrl, close: async () => undefined }
			: await openCopied(options, () =>
					openPostgres({ folder, password: keys.postgresPassword, log, lost })
				);
		const close = async () => {
			await postgres.close();
			lock.release();
		};
		try {
			await prepare(postgres.ownerUrl, keys, root, log);
		} catch (error) {
			await close();
			throw error;
		}
		return { keys, ownerUrl: postgres.ownerUrl, close };
	} catch (error) {
		lock.release();
		throw error;
	}
}

/** Starts the embedded Postgres; where migrations wait for it, its stopped folder is copied first. */
async function openCopied(
	{ dataFolder, root, log, room }: DatabaseOptions,
	start: () => Promise<Postgres>
): Promise<Postgres> {
	const postgres = await start();
	try {
		const migrations = join(root, 'supabase', 'migrations');
		const version = await lastBeforeMigrating(postgres.ownerUrl, migrations);
		if (version === null) return postgres;
		await postgres.close();
		await copyData({ dataFolder, version, log, ...(room && { room }) });
	} catch (error) {
		await postgres.close();
		throw error;
	}
	return start();
}

async function prepare(ownerUrl: string, keys: Keys, root: string, log: Log): Promise<void> {
	const quiet = openQuiet();
	try {
		await prepareDatabase({
			ownerUrl,
			folder: join(root, 'supabase'),
			log,
			authenticatorPassword: keys.authenticatorPassword,
			makeAuthSchema: () => makeAuthSchema(ownerUrl, keys, quiet)
		});
	} finally {
		quiet.close();
	}
}
