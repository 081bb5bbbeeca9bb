/**
 * Runs the Supabase CLI against a database made from the migrations alone, thrown away afterwards:
 *   advisors     fails on any warning about security or speed
 *   types        writes src/lib/data/database.types.ts
 *   check-types  fails when that file is not what the migrations give
 *   check        both checks
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import postgres from 'postgres';
import { openDatabase } from '#lib/server/embedded/open-database.ts';
import { openLog } from '#lib/server/log.ts';
import { EXPOSED, SCHEMAS, tablesOf } from './schemas.ts';

const root = resolve(import.meta.dirname, '..');
const typesFile = join(root, 'src', 'lib', 'data', 'database.types.ts');
/** Not a dependency: its programs for other systems would leave the lock incomplete. */
const CLI = 'supabase@3.1.0';

const task = process.argv[2] ?? '';
const dataFolder = mkdtempSync(join(tmpdir(), 'cercle-database-'));
// The walls are written from what is tried here.
const options = { dataFolder, root, log: openLog(() => undefined), walls: null };
const database = await openDatabase(options);
try {
	await prepare(database.ownerUrl);
	process.exitCode = perform(database.ownerUrl);
} finally {
	await database.close();
	rmSync(dataFolder, { recursive: true, force: true });
}

/**
 * Says what the Data API exposes, as a hosted project does: the advisors ask for it. @throws where
 * there is no table to be advised upon: of nothing there is nothing to warn of.
 */
async function prepare(url: string): Promise<void> {
	const sql = postgres(url, { max: 1 });
	try {
		await tablesOf(sql, SCHEMAS);
		const [row] = await sql`select quote_ident(current_database()) as name`;
		await sql.unsafe(`alter database ${row?.name} set pgrst.db_schemas = '${EXPOSED}'`);
	} finally {
		await sql.end();
	}
}

function perform(url: string): number {
	if (task === 'advisors') return advisors(url);
	if (task === 'types' || task === 'check-types') return types(url);
	if (task === 'check') return Math.max(advisors(url), types(url));
	console.error('Say what: advisors, types, check-types or check.');
	return 2;
}

function advisors(url: string): number {
	return supabase(['db', 'advisors', `--remote=${url}`, '--fail-on', 'warn'], 'inherit').status;
}

/** Of what clients reach: the app knows no type of anything else. */
function types(url: string): number {
	const { status, stdout } = supabase(
		['gen', 'types', `--remote=${url}`, '--lang=typescript', '--schema', EXPOSED],
		'pipe'
	);
	if (status !== 0) return status;
	// The program may put warnings in front of what it was asked for.
	const wanted = format(stdout.slice(stdout.indexOf('export type Json')));
	if (task === 'types') {
		writeFileSync(typesFile, wanted);
		return 0;
	}
	if (wanted === readTypes()) return 0;
	console.error('src/lib/data/database.types.ts is not what the migrations give: run');
	console.error('  npm run supabase types');
	return 1;
}

function readTypes(): string | null {
	try {
		return readFileSync(typesFile, 'utf8');
	} catch {
		return null;
	}
}

function format(text: string): string {
	const prettier = join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
	// Under a neighbour's name: generated files are left alone by prettier.
	const name = join(root, 'src', 'lib', 'data', 'generated.ts');
	const { stdout } = spawnSync(process.execPath, [prettier, '--stdin-filepath', name], {
		cwd: root,
		input: text,
		encoding: 'utf8'
	});
	return stdout;
}

function supabase(words: string[], output: 'inherit' | 'pipe') {
	const { status, stdout } = spawnSync('npx', ['--yes', CLI, ...words, '--agent', 'no'], {
		cwd: root,
		stdio: ['ignore', output, 'inherit'],
		encoding: 'utf8',
		shell: process.platform === 'win32',
		env: {
			...process.env,
			SUPABASE_TELEMETRY_DISABLED: '1',
			DO_NOT_TRACK: '1',
			PGSSLMODE: 'disable'
		}
	});
	return { status: status ?? 1, stdout: stdout ?? '' };
}
