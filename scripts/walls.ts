/**
 * What protects the rows of a database:
 *   walls    writes supabase/walls.json from the migrations: what each start compares
 *   repair   puts right what a restored database lacks of it; Cercle is stopped
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import postgres from 'postgres';
import { databaseFolder } from '#lib/server/embedded/keys.ts';
import { openDatabase } from '#lib/server/embedded/open-database.ts';
import { readWalls, wallsFile, writeWalls } from '#lib/server/embedded/walls.ts';
import { openLog } from '#lib/server/log.ts';
import { Refusal } from '#lib/server/refusal.ts';

const root = resolve(import.meta.dirname, '..');
const log = openLog(() => undefined);

try {
	if (process.argv[2] === 'walls') await write();
	else await repair();
} catch (error) {
	if (!(error instanceof Refusal)) throw error;
	console.error(`\n${error.message}\n`);
	process.exitCode = 1;
}

async function write(): Promise<void> {
	const dataFolder = mkdtempSync(join(tmpdir(), 'cercle-walls-'));
	const database = await openDatabase({ dataFolder, root, log, walls: null });
	const sql = postgres(database.ownerUrl, { max: 1, onnotice: () => undefined });
	try {
		writeFileSync(wallsFile(root), writeWalls(await readWalls(sql)));
	} finally {
		await sql.end();
		await database.close();
		rmSync(dataFolder, { recursive: true, force: true });
	}
}

async function repair(): Promise<void> {
	const dataFolder = resolve(process.env.CERCLE_DATA?.trim() || '.data');
	const databaseUrl = process.env.DATABASE_URL?.trim() || null;
	if (!databaseUrl && !existsSync(databaseFolder(dataFolder))) {
		throw new Refusal(`There is no database in ${dataFolder}: say where with CERCLE_DATA.`);
	}
	let mended: string[] = [];
	const repaired = (gaps: string[]) => void (mended = gaps);
	const database = await openDatabase({ dataFolder, root, log, databaseUrl, repaired });
	await database.close();
	if (mended.length === 0) console.log('Nothing was missing.');
	else console.log(['Put right:', ...mended.map((line) => `  - ${line}`)].join('\n'));
}
