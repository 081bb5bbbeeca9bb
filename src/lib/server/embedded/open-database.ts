import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import type { Log } from '#lib/server/log.ts';
import { Refusal } from '#lib/server/refusal.ts';
import { copyData } from './copy.ts';
import { prepareDatabase } from './database.ts';
import { readHistory, refuseRewritten, type Step, stepFrom } from './history.ts';
import { databaseFolder, type Keys, openKeys } from './keys.ts';
import { makeAuthSchema } from './lite.ts';
import { takeLock } from './lock.ts';
import { listMigrations } from './migrate.ts';
import { openPostgres, type Postgres } from './postgres.ts';
import { openQuiet } from './quiet.ts';
import { repair } from './repair.ts';
import { findGaps, Gaps, wallsFile } from './walls.ts';

export interface DatabaseOptions {
	dataFolder: string;
	/** The repository's folder. */
	root: string;
	log: Log;
	/** An owner's address of another Postgres to use, or null for the embedded one. */
	databaseUrl?: string | null;
	/** Whether that one may be brought over from before the baseline: its owner asked for it by name. */
	bridge?: boolean;
	/** Told when the embedded database is lost; it comes back by itself. */
	lost?: () => void;
	/** Where the walls stand that the database must have; null: a test brings migrations of its own. */
	walls?: string | null;
	/** Told what was missing of them, which is then put right; without it, a gap refuses the start. */
	repaired?: (gaps: string[]) => void;
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
			? await openGiven(options, databaseUrl)
			: await openCopied(options, () =>
					openPostgres({ folder, password: keys.postgresPassword, log, lost })
				);
		const close = async () => {
			await postgres.close();
			lock.release();
		};
		try {
			await prepare(postgres.ownerUrl, keys, root, log);
			await prove(options, postgres.ownerUrl);
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

/** The Postgres of somebody else, which is not copied: the long way is taken only when asked for. */
async function openGiven(
	{ root, bridge = false }: DatabaseOptions,
	ownerUrl: string
): Promise<Postgres> {
	const { step } = await look(ownerUrl, root, true);
	if (step === 'bridge' && !bridge) {
		throw new Refusal(
			'This version lays the database out anew: in one transaction, every row goes to a new table.\n' +
				'Nothing was changed yet. Stop whatever uses the database, back it up (pg_dump), then ask once:\n' +
				'  npm run serve -- --bridge'
		);
	}
	return { ownerUrl, close: async () => undefined };
}

/** Starts the embedded Postgres; where migrations wait for it, its stopped folder is copied first. */
async function openCopied(
	{ dataFolder, root, log, room }: DatabaseOptions,
	start: () => Promise<Postgres>
): Promise<Postgres> {
	const postgres = await start();
	try {
		const { step, last } = await look(postgres.ownerUrl, root, false);
		if (step === 'nothing' || last === null) return postgres;
		await postgres.close();
		// The bridge writes every row once more, and the log of that.
		const growth = step === 'bridge' ? 2 : 0;
		await copyData({ dataFolder, version: last, log, growth, ...(room && { room }) });
	} catch (error) {
		await postgres.close();
		throw error;
	}
	return start();
}

/** What is to be done with a database, and its last migration; null: it is new. Changes nothing. */
async function look(
	ownerUrl: string,
	root: string,
	isGiven: boolean
): Promise<{ step: Step; last: string | null }> {
	const folder = join(root, 'supabase', 'migrations');
	const known = await Promise.all(
		(await listMigrations(folder)).map(async ({ version, file }) => ({
			version,
			text: await readFile(join(folder, file), 'utf8')
		}))
	);
	const sql = postgres(ownerUrl, { max: 1, connect_timeout: 10, onnotice: () => undefined });
	try {
		const history = await readHistory(sql);
		const versions = history.map(({ version }) => version);
		const step = stepFrom(
			versions,
			known.map(({ version }) => version)
		);
		refuseRewritten(history, known, isGiven);
		return { step, last: versions.at(-1) ?? null };
	} finally {
		await sql.end({ timeout: 3 });
	}
}

/** Nobody is served by a database that does not protect what is in it. @throws Refusal. */
async function prove(
	{ root, repaired, walls = wallsFile(root) }: DatabaseOptions,
	ownerUrl: string
): Promise<void> {
	if (repaired) return repaired(await repair(ownerUrl, root));
	const gaps = walls ? await findGaps(ownerUrl, walls) : [];
	if (gaps.length > 0) throw new Gaps(gaps);
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
