/**
 * `npm run bench:upgrade`: a data folder of the build before the baseline, written by that build and with
 * rows in every table, is opened by this one. It fails where a row is another one after it, where the
 * database is not what the schema files make, where a member sees something else, where a phone that
 * wrote without a network loses it, and where a start that is killed half-way changes anything.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Sql } from 'postgres';
import { z } from 'zod';
import { difference, line, readFacts } from '#lib/server/embedded/facts.ts';
import { copiesFolder } from '#lib/server/embedded/copy.ts';
import { databaseFolder, openKeys } from '#lib/server/embedded/keys.ts';
import { openDatabase } from '#lib/server/embedded/open-database.ts';
import { SCHEMAS } from '../../scripts/schemas.ts';
import { asOwner, on, postgresOf } from '../support/owner.ts';
import { type CercleProcess, openProcess, type ProcessOptions } from '../support/process.ts';
import { readRows } from '../support/rows.ts';
import { writeDatabase } from '../support/written-database.ts';
import { checkOut } from './checkout.ts';
import { addRows, alone, type Held, readHeld } from './upgrade/held.ts';
import { gather, live } from './upgrade/members.ts';
import { UsedPhone } from './upgrade/phone.ts';
import { until } from './upgrade/until.ts';

const root = resolve(import.meta.dirname, '../..');
const factsOf = (sql: Sql) => sql.begin((transaction) => readFacts(transaction));
const { root: former } = await checkOut('c7e231e');
const dataFolder = await mkdtemp(join(tmpdir(), 'cercle-upgrade-'));
const killedFolder = `${dataFolder}-killed`;
const running = new Set<CercleProcess>();
try {
	const old = await start({ root: former, dataFolder });
	const port = Number(new URL(old.url).port);
	const { publishableKey: key } = await openKeys(dataFolder);
	const members = await gather(old.url, key);
	await live(members);
	const phone = await UsedPhone.open(old.url, dataFolder);
	await asOwner(dataFolder, addRows);
	for (const member of Object.values(members)) await member.look();
	await stop(old);
	await phone.writeOffline();

	const held = await readHeld(dataFolder);
	const { rows } = held.ours;
	const empty = Object.keys(rows).filter((table) => rows[table]?.length === 0);
	assert.deepEqual(empty, [], 'a table without a row proves nothing');
	say('tables, rows', `${Object.keys(rows).length}, ${count(rows)}`);
	say('rows of Auth', `${count(held.accounts.rows)}`);

	execFileSync('cp', ['-a', dataFolder, killedFolder]);
	await killHalfWay(held);
	await cross(held);

	const now = await start({ dataFolder, port });
	for (const member of Object.values(members)) await member.meetAgain();
	await members.Camille?.command('add', { minutes: 1 });
	await gather(now.url, key);
	say('members still signed in who see what they saw', `${Object.keys(members).length}`);
	say('what a phone of before had queued was sent after', ms(await phone.sendQueue()));
	await phone.remove();
} finally {
	for (const cercle of running) await cercle.stop();
	for (const folder of [dataFolder, killedFolder])
		await rm(folder, { recursive: true, force: true });
}

/**
 * On a copy of the folder, everything is killed before the last statement of the bridge. All is
 * as it was, and the former build opens it; then the bridge is taken to its end.
 */
async function killHalfWay(held: Held): Promise<void> {
	const marker = join(databaseFolder(killedFolder), 'waiting');
	await alone(killedFolder, (sql) =>
		sql.unsafe(`
			create function pg_catalog.wait_here() returns event_trigger language plpgsql as $$
			begin
				copy (select pid from pg_stat_activity) to '${marker}';
				perform pg_sleep(600);
			end $$;
			create event trigger wait_here on ddl_command_start when tag in ('DROP SCHEMA')
				execute function pg_catalog.wait_here();
		`)
	);
	const options = { dataFolder: killedFolder, words: ['--without-pages'] };
	const isKilled = start(options).then(
		() => false,
		() => true
	);
	await until(async () => (await readFile(marker, 'utf8').catch(() => '')) !== '');
	const backends = (await readFile(marker, 'utf8')).trim().split('\n').map(Number);
	const lock = JSON.parse(await readFile(join(killedFolder, 'lock.json'), 'utf8'));
	const { pid: server } = z.object({ pid: z.number() }).parse(lock);
	const { pid: database } = await postgresOf(killedFolder);
	// All at once, as a power cut does: none is left to put anything away.
	const alive = backends.filter((pid) => !isGone(pid));
	for (const pid of alive) process.kill(pid, 'SIGSTOP');
	for (const pid of [server, database, ...alive]) process.kill(pid, 'SIGKILL');
	await until(async () => [database, ...alive].every(isGone));
	assert(await isKilled, 'it was killed before it was ready');
	assert.deepEqual(await readHeld(killedFolder), held, 'a killed bridge changes nothing');

	const old = await start({ ...options, root: former });
	await asOwner(killedFolder, (sql) => sql`drop event trigger wait_here`);
	await stop(old);
	await stop(await start(options));
	say('killed before its last statement', 'all as before; then opened by both builds');
}

/** The bridge, before anything else works on the database. */
async function cross({ ours, accounts }: Held): Promise<void> {
	const began = performance.now();
	const database = await openDatabase({ dataFolder, root, log: () => undefined });
	say('copy, bridge and start of the database', ms(performance.now() - began));
	try {
		const written = await on(await writeDatabase(database, 'written'), factsOf);
		await on(database.ownerUrl, async (sql) => {
			assert.deepEqual(await readRows(sql, SCHEMAS, ours.shape), ours.rows);
			assert.deepEqual(await readRows(sql, ['auth'], accounts.shape), accounts.rows);
			say('rows that are others after it', '0');
			assert.deepEqual(difference(written, await factsOf(sql)).map(line), []);
			say('facts; others than from the schema files', `${written.length}; 0`);
			await sql`drop database written`;
		});
	} finally {
		await database.close();
	}
	const copies = await readdir(copiesFolder(dataFolder));
	assert.match(copies.join(), /^\d{8}T\d{6}Z-20261129002000$/);
}

async function start(options: ProcessOptions): Promise<CercleProcess> {
	const cercle = await openProcess({ CERCLE_DEMO: '1' }, options);
	running.add(cercle);
	return cercle;
}

async function stop(cercle: CercleProcess): Promise<void> {
	running.delete(cercle);
	await cercle.stop();
}

/** Also for the system, which keeps a killed process until its parent took note. */
function isGone(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return false;
	} catch {
		return true;
	}
}

function count(rows: Record<string, string[]>): number {
	return Object.values(rows).reduce((sum, { length }) => sum + length, 0);
}

function ms(value: number): string {
	return `${Math.round(value)} ms`;
}

function say(what: string, value: string): void {
	console.log(`${what.padEnd(50)} ${value}`);
}
